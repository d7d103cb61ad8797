import type { TlsConnection, TlsEvent } from '@x/tls-handshake'
import type { QuicConnection } from '@x/tls-handshake/quic'

/** The numbers of levels, and of early data between them. */
const LEVELS = ['initial', 'early', 'handshake', 'application'] as const
type Level = (typeof LEVELS)[number]

interface Keys {
  readonly suite: number
  readonly secret: Uint8Array
}
const NO_KEYS: Keys = { suite: 0, secret: new Uint8Array(0) }

const ALERT = 21
const HANDSHAKE = 22
const DATA = 23

/**
 * QUIC as the runner mocks it: records in order, of a type, level, suite and length, in which the secret itself stands for
 * the protection. An exchange sees it as it sees a connection of TLS.
 */
class MockQuic {
  readonly #quic: QuicConnection
  readonly #events: TlsEvent[] = []
  readonly #output: Uint8Array[] = []
  readonly #keys = {
    read: new Map<Level, Keys>([['initial', NO_KEYS]]),
    write: new Map<Level, Keys>([['initial', NO_KEYS]]),
  }
  #writeLevel: Level = 'initial'
  #input = Buffer.alloc(0)
  earlyDataOffered = false
  transportParameters: Uint8Array | undefined
  #failed: Error | undefined
  closed = false

  constructor(quic: QuicConnection) {
    this.#quic = quic
    this.#settle()
  }

  set onWake(wake: () => void) {
    this.#quic.onWake = () => {
      this.#read()
      wake()
    }
  }

  get error() {
    return this.#failed ?? this.#quic.error
  }

  receive(bytes: Uint8Array): void {
    this.#input = Buffer.concat([this.#input, bytes])
    this.#read()
  }

  receiveEnd(): void {
    this.#events.push({ type: 'truncated' })
  }

  /** Records, while what they need is known. */
  #read(): void {
    this.#settle()
    while (this.#quic.waiting === undefined && this.#input.length >= 8 && this.error === undefined) {
      const length = this.#input.readUInt32BE(4)
      if (this.#input.length < 8 + length) return
      const [type, number] = this.#input
      const suite = this.#input.readUInt16BE(2)
      const body = new Uint8Array(this.#input.subarray(8, 8 + length))
      this.#input = this.#input.subarray(8 + length)
      const level = LEVELS[number]
      const keys = this.#keys.read.get(level)
      if (keys === undefined && level === 'early') continue
      if (
        keys === undefined ||
        keys.suite !== suite ||
        Buffer.compare(body.subarray(0, keys.secret.length), keys.secret) !== 0
      ) {
        this.#failed = new Error(`a record at level ${level} that is not protected as agreed`)
        return
      }
      const content = body.subarray(keys.secret.length)
      if (type === HANDSHAKE) this.#quic.receive(level as 'initial', content)
      else if (type === DATA) this.#events.push({ type: 'data', bytes: content, early: level === 'early' })
      this.#settle()
    }
  }

  #record(type: number, level: Level, content: Uint8Array): void {
    const keys = this.#keys.write.get(level)!
    const header = Buffer.alloc(8)
    header[0] = type
    header[1] = LEVELS.indexOf(level)
    header.writeUInt16BE(keys.suite, 2)
    header.writeUInt32BE(keys.secret.length + content.length, 4)
    this.#output.push(new Uint8Array(Buffer.concat([header, keys.secret, content])))
  }

  #settle(): void {
    let error: { alert: number } | undefined
    for (const event of this.#quic.takeEvents()) {
      if (event.type === 'secret') {
        const { level, direction, secret, cipherSuite } = event
        this.#keys[direction].set(level, { suite: cipherSuite, secret })
        if (direction === 'write') {
          if (level === 'early') this.earlyDataOffered = true
          else this.#writeLevel = level
        }
      } else if (event.type === 'transportParameters') this.transportParameters = event.bytes
      else if (event.type === 'error') error = { alert: event.code & 0xff }
      else this.#events.push(event.type === 'secure' ? { ...event, renegotiation: false } : event)
    }
    for (const { level, bytes } of this.#quic.takeOutput()) this.#record(HANDSHAKE, level, bytes)
    if (error) this.#record(ALERT, this.#writeLevel, Uint8Array.of(2, error.alert))
  }

  takeOutput(): Uint8Array[] {
    this.#settle()
    return this.#output.splice(0)
  }

  takeEvents(): TlsEvent[] {
    this.#settle()
    return this.#events.splice(0)
  }

  get writable(): boolean {
    return this.#quic.handshakeComplete
  }

  writeEarly(bytes: Uint8Array): number {
    this.#record(DATA, 'early', bytes)
    return bytes.length
  }

  write(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.#record(DATA, 'application', chunk)
  }

  abort(alert: number, reason?: string): void {
    this.#quic.abort(alert, reason)
  }

  close(): void {
    this.closed = true
  }
}

/** A connection over the runner's QUIC, in the form of one of TLS. */
export function overMockQuic(quic: QuicConnection): TlsConnection & { readonly transportParameters?: Uint8Array } {
  const mock = new MockQuic(quic)
  return new Proxy(mock, {
    get(target, name) {
      const owner = name in target ? target : quic
      const value = Reflect.get(owner, name, owner)
      return typeof value === 'function' ? value.bind(owner) : value
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  }) as never
}

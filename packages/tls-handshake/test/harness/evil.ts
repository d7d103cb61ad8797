import { ByteQueue, ContentType, RecordReader, RecordWriter } from '@x/tls-record'
import { clientOfAllVersions } from '../../src/client/all-versions.ts'
import { EVERY_PART } from '../../src/client/every-part.ts'
import type { ConnectionFacts } from '../../src/handshake/facts.ts'
import type { Keys } from '../../src/handshake/keys.ts'
import { MessageBuffer } from '../../src/handshake/message-buffer.ts'
import type { RecordState } from '../../src/handshake/record-gate.ts'
import type { Flow, Step } from '../../src/handshake/step.ts'
import type { Wire } from '../../src/handshake/wire.ts'
import type { ClientConfig, ServerConfig, TlsEvent } from '../../src/index.ts'
import { ServerContext } from '../../src/server/server-context.ts'
import { serverHandshake } from '../../src/server/server-handshake.ts'
import type { ConnectionSecrets } from '../../src/tls13/secrets.ts'
import { clientConfig, join, serverConfig } from './pair.ts'

/** What a tampering peer does to a message it is about to send: other bytes, none, or the peer itself to do more. */
export type Tamper = (
  message: Uint8Array,
  type: number,
  peer: EvilPeer,
) => Uint8Array | readonly Uint8Array[] | null | undefined

/**
 * A peer that runs our own handshake, and breaks rules on the way: it may change every message before it is sealed, and
 * send whatever records it likes under its current keys. What it says in its transcript is what it meant to send.
 */
export class EvilPeer {
  readonly reader = new RecordReader()
  readonly writer: RecordWriter
  readonly messages = new MessageBuffer({ handshakeMessage: 1 << 20, certificateMessage: 1 << 20 })
  readonly facts: ConnectionFacts = {}
  readonly secrets: ConnectionSecrets = {}
  /** Alerts received, and whether they were protected. */
  readonly alerts: { level: number; alert: number; protected: boolean }[] = []
  readonly data: Uint8Array[] = []
  /** What its own handshake has to say. */
  readonly events: TlsEvent[] = []
  /** Types of the handshake messages received. */
  readonly received: number[] = []
  error: unknown
  complete = false
  readonly #flight = new ByteQueue()
  readonly #flow: Flow
  #done = false
  #requestCertificate: (() => boolean) | undefined
  #awaits: Step['kind'] | undefined
  /** Each message in a record of its own instead of packed ones. */
  unpacked = false
  /** Bytes that follow the next flight in its record. */
  trailing: Uint8Array | undefined

  constructor(
    readonly side: 'client' | 'server',
    config: ClientConfig | ServerConfig,
    readonly tamper: Tamper = () => undefined,
  ) {
    this.writer = new RecordWriter({ maxFragment: config.maxSendFragment, padding: config.padding })
    const wire = this.#wire()
    this.#flow =
      side === 'client'
        ? clientOfAllVersions(config as ClientConfig, EVERY_PART)(wire, this.facts, this.secrets)
        : serverHandshake(new ServerContext(config as ServerConfig, wire, this.facts, this.secrets))
    this.#advance(() => this.#flow.next())
  }

  // --- Deeds

  /** Puts a handshake message into the flight, outside the transcript and untampered. */
  say(message: Uint8Array): void {
    this.#flight.push(message)
  }

  /** Sends a record under the current keys. */
  record(type: number, payload: Uint8Array): void {
    this.flush()
    if (payload.length > 0) {
      this.writer.write(type, payload)
      return
    }
    const { protection, version } = this.writer
    const wire = new Uint8Array(protection.sizeOf(0, 0))
    if (protection.allocates) {
      const pieces = protection.sealPieces!(type, version, new ByteQueue(), 0, 0)
      this.raw.push(...this.writer.takeOutput(), ...pieces)
    } else {
      protection.seal(type, version, new ByteQueue(), 0, 0, wire, 0)
      this.raw.push(...this.writer.takeOutput(), wire)
    }
  }

  /** Sends a record in plaintext, whatever keys there are. */
  plain(type: number, payload: Uint8Array, version = 0x0303): void {
    this.flush()
    this.raw.push(
      ...this.writer.takeOutput(),
      join([Uint8Array.of(type, version >> 8, version & 255, payload.length >> 8, payload.length & 255), payload]),
    )
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.flush()
    this.raw.push(...this.writer.takeOutput(), bytes)
  }

  readonly raw: Uint8Array[] = []

  /** TLS up to 1.2, once its handshake is done: begins another one (a server asks for it). */
  renegotiate(): void {
    if (this.#awaits === 'idle' && !this.#done) this.#advance(() => this.#flow.next())
  }

  /** TLS 1.3 server, once its handshake is done: asks for the client's certificate. */
  requestCertificate(): void {
    this.#requestCertificate?.()
  }

  flush(): void {
    if (this.#flight.length === 0) return
    if (this.trailing) {
      this.#flight.push(this.trailing)
      this.trailing = undefined
    }
    this.writer.writeQueue(ContentType.handshake, this.#flight)
  }

  // --- Wheels

  takeOutput(): Uint8Array {
    this.flush()
    const out = join([...this.raw, ...this.writer.takeOutput()])
    this.raw.length = 0
    return out
  }

  receive(bytes: Uint8Array): void {
    this.reader.push(bytes.slice())
    try {
      for (;;) {
        const message = this.messages.next()
        if (message && !this.#done) {
          this.received.push(message.type)
          this.#advance(() => this.#flow.next(message))
          continue
        }
        const record = this.reader.next()
        if (record === undefined) return
        if (record.type === ContentType.alert) {
          const [level, alert] = record.payload
          const opened = !this.reader.protection.plaintext && !this.reader.allowPlaintextAlert
          this.alerts.push({ level, alert, protected: opened })
        } else if (record.type === ContentType.handshake) this.messages.push(record.payload.slice())
        else if (record.type === ContentType.change_cipher_spec && this.#awaits === 'changeCipherSpec') {
          this.#advance(() => this.#flow.next())
        } else this.data.push(record.payload.slice())
      }
    } catch (error) {
      this.error ??= error
      this.#done = true
    }
  }

  #advance(resume: () => IteratorResult<Step, void>): void {
    let result = resume()
    while (!result.done && result.value.kind === 'question') {
      const value = result.value.ask()
      result = this.#flow.next(value)
    }
    if (result.done) this.#done = true
    else this.#awaits = result.value.kind
  }

  #send(message: Uint8Array): void {
    const instead = this.tamper(message, message[0], this)
    if (instead === null) return
    const messages = instead === undefined ? [message] : instead instanceof Uint8Array ? [instead] : instead
    for (const piece of messages) {
      this.#flight.push(piece)
      if (this.unpacked) this.flush()
    }
  }

  #wire(): Wire {
    const ignored = {
      admitEarlyData() {},
      countKeyUpdate: () => 0,
      openEarlyData() {},
      closeEarlyData() {},
      openOutgoing() {},
      holdOutgoing() {},
      enter: (state: RecordState) => {
        this.reader.dropChangeCipherSpec = this.facts.version === 0x0304 && state === 'handshake'
      },
      peerUpdatedKeys() {},
      onRequestCertificate: (send: () => boolean) => {
        this.#requestCertificate = send
      },
      requireRecordBoundary() {},
      establishPeer(this: { peer?: unknown }, peer: unknown) {
        this.peer = peer
      },
    }
    const own = {
      reader: this.reader,
      writer: this.writer,
      send: (message: Uint8Array) => this.#send(message),
      flush: () => this.flush(),
      sendChangeCipherSpec: () => {
        this.flush()
        this.writer.write(ContentType.change_cipher_spec, Uint8Array.of(1))
      },
      changeReadKeys: (keys: Keys) => {
        this.reader.protection = keys.reader()
      },
      changeWriteKeys: (keys: Keys) => {
        this.flush()
        this.writer.protection = keys.writer()
      },
      emit: (event: TlsEvent) => {
        this.events.push(event)
      },
      complete: () => {
        this.complete = true
        this.reader.dropChangeCipherSpec = false
      },
    }
    return { ...ignored, ...own } as unknown as Wire
  }
}

export const evilServer = (tamper?: Tamper, overrides: Partial<ServerConfig> = {}): EvilPeer =>
  new EvilPeer('server', serverConfig(overrides), tamper)

export const evilClient = (tamper?: Tamper, overrides: Partial<ClientConfig> = {}): EvilPeer =>
  new EvilPeer('client', clientConfig(overrides), tamper)

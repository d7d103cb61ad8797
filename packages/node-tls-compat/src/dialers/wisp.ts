import { optionsReader, required } from '@x/crypto-primitives/options'
import type { Dial, DialTarget } from '../host/dial.ts'
import { ByteQueue, failure, UNREAD_LIMIT } from './byte-queue.ts'
import { address, RELAY_RULES, refusal } from './relay-options.ts'
import { hostWebSocket, openWebSocket, sendThrough, type WebSocketClass, type WebSocketLike } from './web-socket.ts'

export interface WispOptions {
  /** The relay's address; Wisp has it end with `/`. */
  readonly url: string | URL
  /** The class to use (default: the host's). */
  readonly WebSocket?: WebSocketClass
  /** Bytes of one connection that may wait unread before it is cut off (default 64 MiB): version 1 can't ask for less. */
  readonly unreadLimit?: number
}

/** Packets (Wisp 1.2 §3): a type, a stream's number in 32 bits, and what the type says; numbers are little-endian. */
const CONNECT = 1
const DATA = 2
const CONTINUE = 3
const CLOSE = 4
const HEADER = 5
const TCP = 1
const VOLUNTARY = 2

/** Reasons of a close, in the words of systems. */
const REASONS: Readonly<Record<number, string>> = {
  66: 'EHOSTUNREACH',
  67: 'ETIMEDOUT',
  68: 'ECONNREFUSED',
  71: 'ETIMEDOUT',
  72: 'EACCES',
  73: 'EAGAIN',
}

function packet(type: number, id: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length)
  bytes[0] = type
  new DataView(bytes.buffer).setUint32(1, id, true)
  bytes.set(payload, HEADER)
  return bytes
}

/** One connection inside. */
class WispStream {
  readonly queue: ByteQueue
  /** Packets of data that the relay takes before it says so again. */
  room: number
  #wake: () => void = () => {}
  closed: Error | 'in order' | undefined

  constructor(
    readonly relay: Relay,
    readonly id: number,
    unreadLimit: number,
  ) {
    this.room = relay.room
    this.queue = new ByteQueue(unreadLimit, () => this.leave())
  }

  grant(room: number): void {
    this.room = room
    this.#wake()
  }

  close(error?: Error): void {
    this.closed ??= error ?? 'in order'
    error ? this.queue.fail(error) : this.queue.end()
    this.#wake()
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.room <= 0 && !this.closed) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (this.closed) {
      throw this.closed instanceof Error ? this.closed : failure('EPIPE', 'the peer has closed the connection')
    }
    this.room--
    await this.relay.send(packet(DATA, this.id, bytes))
  }

  leave(): void {
    if (!this.closed) {
      this.closed = 'in order'
      this.relay.leave(this.id)
    }
  }
}

/** The WebSocket that all connections of a dialer share. */
class Relay {
  room = 0
  closed = false
  readonly #ready: Promise<void>
  readonly #socket: WebSocketLike
  readonly #streams = new Map<number, WispStream>()
  #last = 0
  #waiting = 0
  #granted!: () => void

  constructor(Socket: WebSocketClass, url: string) {
    this.#socket = new Socket(url, [])
    // The relay's first word is how much it takes (Wisp §4).
    const granted = new Promise<void>((resolve) => (this.#granted = resolve))
    const over = new Promise<never>((_resolve, reject) => {
      const opened = openWebSocket(
        this.#socket,
        url,
        {
          message: (bytes) => this.#take(bytes),
          close: (error) => {
            this.closed = true
            const shown = error ?? failure('ECONNRESET', `the relay ${url} has closed`)
            reject(shown)
            for (const stream of this.#streams.values()) {
              stream.close(shown)
            }
            this.#streams.clear()
          },
        },
        undefined,
      )
      opened.catch(reject)
    })
    over.catch(() => {})
    this.#ready = Promise.race([granted, over])
    this.#ready.catch(() => {
      this.closed = true
    })
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length < HEADER) {
      return
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const id = view.getUint32(1, true)
    const stream = this.#streams.get(id)
    const type = bytes[0]
    if (type === CONTINUE && bytes.length >= HEADER + 4) {
      const room = view.getUint32(HEADER, true)
      if (id === 0) {
        this.room = room
        this.#granted()
      } else {
        stream?.grant(room)
      }
    } else if (type === DATA && stream) {
      if (!stream.queue.add(bytes.slice(HEADER))) {
        stream.leave()
      }
    } else if (type === CLOSE && stream) {
      this.#streams.delete(id)
      const reason = bytes[HEADER] ?? 0
      stream.close(
        reason === VOLUNTARY
          ? undefined
          : failure(REASONS[reason] ?? 'ECONNRESET', `the relay closed the connection (0x${reason.toString(16)})`),
      )
    }
  }

  send(bytes: Uint8Array): Promise<void> {
    return sendThrough(this.#socket, bytes)
  }

  /** Nothing more is said of a stream. */
  leave(id: number): void {
    if (this.#streams.delete(id) && !this.closed) {
      void this.send(packet(CLOSE, id, Uint8Array.of(VOLUNTARY))).catch(() => {})
    }
    this.#closeUnused()
  }

  /** The relay goes when nobody uses it, or waits for it. */
  #closeUnused(): void {
    if (this.#streams.size === 0 && this.#waiting === 0) {
      this.closed = true
      this.#socket.close()
    }
  }

  /** A stream, once the relay takes any. @throws (rejects) what it failed with; the reason of a signal that was aborted */
  async #opened(signal: AbortSignal, unreadLimit: number): Promise<WispStream> {
    this.#waiting++
    try {
      await this.#ready
      signal.throwIfAborted()
      const stream = new WispStream(this, ++this.#last, unreadLimit)
      this.#streams.set(stream.id, stream)
      return stream
    } finally {
      this.#waiting--
      this.#closeUnused()
    }
  }

  async connect({ host, port, signal }: DialTarget, unreadLimit: number): Promise<WispStream> {
    const stream = await this.#opened(signal, unreadLimit)
    const name = new TextEncoder().encode(host)
    const payload = new Uint8Array(3 + name.length)
    payload[0] = TCP
    new DataView(payload.buffer).setUint16(1, port, true)
    payload.set(name, 3)
    await this.send(packet(CONNECT, stream.id, payload))
    return stream
  }
}

/**
 * A dialer over a Wisp relay (version 1): all its connections share one WebSocket, which is opened with the first and
 * closed with the last.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for options that are not known or not of their type, and where there is no `url`
 * @see https://github.com/MercuryWorkshop/wisp-protocol
 * @example
 * tls.connect({ host, port, dial: wispDial({ url: 'wss://relay.example/wisp/' }) })
 */
export function wispDial(options: WispOptions): Dial {
  const { url, WebSocket, unreadLimit = UNREAD_LIMIT } = readOptions(options)
  let relay: Relay | undefined
  return async (target) => {
    if (!relay || relay.closed) {
      relay = new Relay(WebSocket ?? hostWebSocket(), String(url))
    }
    const stream = await relay.connect(target, unreadLimit)
    return {
      readable: stream.queue.readable,
      writable: new WritableStream<Uint8Array>({
        write: (bytes) => stream.write(bytes),
        // No half of a stream can be closed: TLS has said its close_notify, and the peer closes.
        close() {},
        abort: () => stream.leave(),
      }),
    } as Awaited<ReturnType<Dial>>
  }
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader('wispDial', { ...RELAY_RULES, url: required(address) }, refusal, {
    protocols: 'Wisp version 1 has none',
  }) as unknown as (given: unknown) => WispOptions)()

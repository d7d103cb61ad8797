/**
 * Dialers for `tls.connect({ dial })` where WebSockets are the way out: a relay with one WebSocket for each connection
 * (websockify and its like), and Wisp, which carries many over one. The relay sees ciphertext alone: the server is verified
 * by name, as ever.
 */
import { anyOf, callback, optionsReader, type Rule, required } from '@x/crypto-primitives/options'
import type { Dial, DialTarget } from '../host/dial.ts'
import { ByteQueue, UNREAD_LIMIT } from './byte-queue.ts'
import { address, protocols, RELAY_RULES, refusal } from './relay-options.ts'
import { hostWebSocket, openWebSocket, sendThrough, type WebSocketClass } from './web-socket.ts'

export { type WispOptions, wispDial } from './wisp.ts'

export interface WebSocketDialOptions {
  /** The relay: one address, or one for each target. */
  readonly url: string | URL | ((target: DialTarget) => string | URL)
  readonly protocols?: string | readonly string[]
  /** The class to use (default: the host's). */
  readonly WebSocket?: WebSocketClass
  /** Bytes that may wait unread before the relay is cut off (default 64 MiB): a WebSocket cannot be asked to wait. */
  readonly unreadLimit?: number
}

/**
 * A dialer that opens a WebSocket for each connection; its binary messages are the bytes of the connection.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for options that are not known or not of their type, and where there is no `url`
 * @example
 * tls.connect({ host, port, dial: webSocketDial({ url: ({ host, port }) => `wss://relay.example/${host}:${port}` }) })
 */
export function webSocketDial(options: WebSocketDialOptions): Dial {
  const { url, protocols: names, WebSocket, unreadLimit = UNREAD_LIMIT } = readOptions(options)
  return async (target) => {
    const address = String(typeof url === 'function' ? url(target) : url)
    const Socket = WebSocket ?? hostWebSocket()
    const wanted = names === undefined ? [] : [names].flat()
    const socket = new Socket(address, wanted as string[])
    const queue = new ByteQueue(unreadLimit, () => socket.close())
    await openWebSocket(
      socket,
      address,
      {
        message: (bytes) => void (queue.add(bytes) || socket.close()),
        close: (error) => (error ? queue.fail(error) : queue.end()),
      },
      target.signal,
    )
    return {
      readable: queue.readable,
      writable: new WritableStream<Uint8Array>({
        write: (bytes) => sendThrough(socket, bytes),
        // No half of a WebSocket can be closed: TLS has said its close_notify, and the peer closes.
        close() {},
        abort: () => socket.close(),
      }),
    } as Awaited<ReturnType<Dial>>
  }
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'webSocketDial',
    { ...RELAY_RULES, url: required(anyOf<string | URL | Rule>(address, callback)), protocols },
    refusal,
    { host: 'whom to reach is said to tls.connect' },
  ) as unknown as (given: unknown) => WebSocketDialOptions)()

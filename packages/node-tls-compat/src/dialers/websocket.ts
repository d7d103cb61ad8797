/**
 * Dialers for `tls.connect({ dial })` where WebSockets are the way out: a relay with one WebSocket for each connection
 * (websockify and its like), and Wisp, which carries many over one. The relay sees ciphertext alone: the server is verified
 * by name, as ever.
 */
import type { Dial, DialTarget } from '../host/dial.ts'
import { ByteQueue, UNREAD_LIMIT } from './byte-queue.ts'
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
 * @throws {TypeError} when there is no `url`
 * @example
 * tls.connect({ host, port, dial: webSocketDial({ url: ({ host, port }) => `wss://relay.example/${host}:${port}` }) })
 */
export function webSocketDial({ url, protocols, WebSocket, unreadLimit = UNREAD_LIMIT }: WebSocketDialOptions): Dial {
  if (!url) {
    throw new TypeError('webSocketDial: url is required')
  }
  return async (target) => {
    const address = String(typeof url === 'function' ? url(target) : url)
    const Socket = WebSocket ?? hostWebSocket()
    const wanted = protocols === undefined ? [] : [protocols].flat()
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

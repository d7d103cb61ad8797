import { failure } from './byte-queue.ts'

/** What is used of a WebSocket; the web's fits, and `ws`'s. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(bytes: Uint8Array): void
  close(code?: number): void
  addEventListener(name: string, listener: (event: never) => void): void
}

export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike

/** Bytes given to a WebSocket and not sent, from which on a writer waits. */
const FULL = 1024 * 1024
const OPEN = 1

/** This host's WebSocket. @throws `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` */
export function hostWebSocket(): WebSocketClass {
  const { WebSocket } = globalThis as unknown as { WebSocket?: WebSocketClass }
  if (!WebSocket) {
    throw failure('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'this host has no WebSocket: give one as the option WebSocket')
  }
  return WebSocket
}

export interface Listeners {
  message(bytes: Uint8Array): void
  /** @param error absent: closed in good order */
  close(error?: Error): void
}

/**
 * A WebSocket that is open.
 *
 * @param signal aborted: nobody waits for it
 * @throws (rejects) `ECONNREFUSED` when it does not open
 */
export function openWebSocket(
  socket: WebSocketLike,
  url: string,
  listeners: Listeners,
  signal: AbortSignal | undefined,
): Promise<void> {
  socket.binaryType = 'arraybuffer'
  let opened = false
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.close()
      reject(failure('ABORT_ERR', 'nobody waits for the relay any more', signal?.reason))
    }
    signal?.addEventListener('abort', () => opened || giveUp(), { once: true })
    if (signal?.aborted) {
      giveUp()
    }
    socket.addEventListener('open', () => {
      opened = true
      resolve()
    })
    socket.addEventListener('message', ({ data }: { data: unknown }) => {
      if (data instanceof ArrayBuffer) {
        listeners.message(new Uint8Array(data))
      } else {
        socket.close()
        listeners.close(failure('ERR_INVALID_ARG_TYPE', `the relay ${url} sent text, not bytes`))
      }
    })
    // Tells nothing but that it happened; 'close' follows.
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', ({ code, wasClean }: { code: number; wasClean: boolean }) => {
      reject(failure('ECONNREFUSED', `the relay ${url} did not open (${code})`))
      listeners.close(wasClean && code < 1002 ? undefined : failure('ECONNRESET', `the relay ${url} broke (${code})`))
    })
  })
}

/** Sends, and waits where much has not left yet. */
export async function sendThrough(socket: WebSocketLike, bytes: Uint8Array): Promise<void> {
  if (socket.readyState !== OPEN) {
    throw failure('EPIPE', 'the relay is closed')
  }
  socket.send(bytes)
  // There is no event for it.
  while (socket.readyState === OPEN && socket.bufferedAmount > FULL) {
    await new Promise((done) => setTimeout(done, 5))
  }
}

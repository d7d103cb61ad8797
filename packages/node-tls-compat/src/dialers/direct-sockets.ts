/** A dialer by Direct Sockets, which Isolated Web Apps have in Chromium. */
import type { Dial } from '../host/dial.ts'
import { failure } from './byte-queue.ts'

interface TCPSocketLike {
  readonly opened: Promise<Awaited<ReturnType<Dial>>>
  close(): Promise<void>
}

type TCPSocketClass = new (host: string, port: number, options?: object) => TCPSocketLike

/**
 * Connects by `TCPSocket`.
 *
 * @throws (rejects) `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` where there is none
 * @see https://wicg.github.io/direct-sockets/
 * @example
 * tls.connect({ host, port, dial: directSocketDial })
 */
export const directSocketDial: Dial = async ({ host, port, signal }) => {
  const { TCPSocket } = globalThis as unknown as { TCPSocket?: TCPSocketClass }
  if (!TCPSocket) {
    throw failure('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'this host has no Direct Sockets (TCPSocket)')
  }
  const socket = new TCPSocket(host, port, { noDelay: true })
  signal.addEventListener('abort', () => void socket.close().catch(() => {}), { once: true })
  return await socket.opened
}

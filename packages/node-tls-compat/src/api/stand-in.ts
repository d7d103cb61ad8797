import { native } from '#host'
import { TLSSocket } from './tls-socket.ts'

let done = false

/**
 * The native prototype goes behind ours: http2 waits for `'secureConnect'` only on what it knows as a TLSSocket, and
 * programs with Node's `tls` ask a request's socket whether it is one.
 */
export function standInForNative(): void {
  if (!done) {
    done = true
    Object.setPrototypeOf(TLSSocket.prototype, native.TLSSocket.prototype)
  }
}

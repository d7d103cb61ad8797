import type { TlsError } from '@x/tls-record'
import { kEngine } from '../connection/config/configured-socket.ts'
import { guarded } from '../errors/listener-exceptions.ts'
import type { TLSSocket } from './tls-socket-type.ts'

/**
 * Tells a fatal error of an established connection, as Node does, and closes it: "both parties MUST immediately close the
 * connection" (RFC 9846 §6.2; RFC 5246 §7.2.2). Node leaves that to the listener, or to the peer.
 */
export function breakOff(self: TLSSocket, error: Error): void {
  guarded(() => self._emitTLSError(error))
  if (self.destroyed) {
    return
  }
  if ((error.cause as TlsError | undefined)?.alertReceived && endsByItself(self)) {
    // What Node's sockets do when the peer closes behind its alert; not left to the peer here.
    self.push(null)
    self.read(0)
    return
  }
  markErrorEmitted(self)
  self.destroy(error)
}

/** The end of what is read closes the socket: somebody reads, and nothing waits to be written. */
function endsByItself(self: TLSSocket): boolean {
  const { nativeReader, pendingBytes, transport } = self[kEngine]
  return (
    self.readableFlowing === true &&
    !self.allowHalfOpen &&
    !nativeReader &&
    pendingBytes === 0 &&
    transport.raw.writableLength === 0
  )
}

/** The stream's own words for: its 'error' has been told. */
export function markErrorEmitted(self: TLSSocket): void {
  const states = self as unknown as {
    _readableState: { errorEmitted: boolean }
    _writableState: { errorEmitted: boolean }
  }
  states._readableState.errorEmitted = true
  states._writableState.errorEmitted = true
}

import { constantTimeEqual } from '@x/crypto-primitives'
import { peerError } from '@x/tls-record'
import { encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

export function encodeFinished(verifyData: Uint8Array): Uint8Array {
  return encodeHandshake(HandshakeType.finished, (writer) => {
    writer.bytes(verifyData)
  })
}

/** Compares a peer's Finished with what it must be, in constant time. */
export function checkFinished(message: HandshakeMessage, expected: Uint8Array): void {
  // RFC 5246 §7.4.9 #1, RFC 9846 §4.5.3 #1: decrypt_error, and the same for a wrong length.
  if (!constantTimeEqual(message.body, expected)) {
    throw peerError('decrypt_error', 'DIGEST_CHECK_FAILED', 'the Finished message does not match the handshake')
  }
}

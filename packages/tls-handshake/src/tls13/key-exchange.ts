import { type Awaitable, CryptoError } from '@x/crypto-primitives'
import { peerError } from '@x/tls-record'
import { answer, type Flow } from '../handshake/step.ts'

/**
 * Has a shared secret computed from a peer's share; one that is no element of its group is the peer's fault.
 *
 * @param alert RFC 7919 §3 #8, §4 #11: handshake_failure with a finite field up to TLS 1.2
 */
export function* withPeerShare<T>(
  compute: () => Awaitable<T>,
  alert: 'illegal_parameter' | 'handshake_failure' = 'illegal_parameter',
): Flow<T> {
  try {
    return yield* answer('keyExchange', compute)
  } catch (error) {
    // RFC 9846 §6 #7, RFC 9846 §4.3.8.1 #1, RFC 9846 §4.3.8.2 #1, RFC 9846 §7.4.2 #3, RFC 7748 §6.1, RFC 8422 §5.11: illegal_parameter.
    if (error instanceof CryptoError && error.code === 'INVALID_SHARE') {
      throw peerError(alert, 'BAD_ECPOINT', error.message, error)
    }
    throw error
  }
}

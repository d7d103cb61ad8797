import { peerError } from '@x/tls-record'
import type { PeerState } from '../handshake/peer-state.ts'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'

/** True for a suite whose MAC has an order to be agreed on: a block cipher's (RFC 7366 §3 #1). */
export const hasMacOrder = ({ cbc }: CipherSuite12): boolean => cbc !== undefined && cbc !== 'null'

/**
 * RFC 7366 §3.1 #3: a renegotiation never goes back from encrypt-then-MAC to MAC-then-encrypt.
 *
 * @param before what the last handshake of this connection has agreed on, if there was one
 */
export function checkMacOrder(before: PeerState | undefined, suite: CipherSuite12, encryptThenMac: boolean): void {
  if (before?.encryptThenMac && hasMacOrder(suite) && !encryptThenMac) {
    throw peerError('handshake_failure', 'RENEGOTIATION_MISMATCH', 'encrypt_then_mac goes away in a renegotiation')
  }
}

import { peerError } from '@x/tls-record'
import type { PeerCertificate, TlsConfig } from '../config.ts'
import { readCertificates } from '../handshake/peer-certificates.ts'
import type { PeerKey } from '../handshake/raw-public-key.ts'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'

/**
 * A server's key is of the type the suite asks for, and may be used so (RFC 5246 §7.4.2 #2, #8, #9, #10, #14).
 *
 * @param leaf a certificate, or a raw public key, of which nobody says what it is for
 */
export function checkServerKey12(leaf: PeerKey & Partial<PeerCertificate>, suite: CipherSuite12): void {
  const { publicKey, keyUsage } = leaf
  const encrypts = suite.keyExchange === 'rsa' || suite.keyExchange === 'rsa_psk'
  if (!fitsAuthentication(publicKey.type, suite, encrypts)) {
    throw peerError(
      'illegal_parameter',
      'WRONG_CERTIFICATE_TYPE',
      `a certificate with a key of type ${publicKey.type} for ${suite.name}`,
    )
  }
  const allowed = keyUsage === undefined || (encrypts ? keyUsage.keyEncipherment : keyUsage.digitalSignature)
  if (!allowed) {
    throw peerError(
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
      `keyUsage does not allow ${encrypts ? 'keyEncipherment' : 'digitalSignature'}`,
    )
  }
}

/** True when a key of this type serves the suite's authentication (RFC 8422 §2.1 counts EdDSA as ECDSA). */
export function fitsAuthentication(type: string, suite: CipherSuite12, encrypts: boolean): boolean {
  if (suite.authentication === 'rsa') return type === 'rsa' || (type === 'rsa-pss' && !encrypts)
  return suite.authentication === 'ecdsa' && (type === 'ec' || type === 'ed25519' || type === 'ed448')
}

/** A client's certificates. @returns its leaf: it signs, whatever it is (RFC 5246 §7.4.6 #4, #6, #8) */
export function readClientChain12(config: TlsConfig, chain: readonly Uint8Array[]): PeerCertificate {
  const leaf = readCertificates(config, chain)
  if (leaf.keyUsage && !leaf.keyUsage.digitalSignature) {
    throw peerError('illegal_parameter', 'KEY_USAGE_BIT_INCORRECT', 'keyUsage does not allow digitalSignature')
  }
  return leaf
}

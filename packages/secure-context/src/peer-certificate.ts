import type { CryptoProvider } from '@x/crypto-primitives'
import type { PeerCertificate } from '@x/tls-handshake'
import { peerCertificateReader } from '@x/x509/tls'

/** Hands the handshake what it must know of a peer's certificate. @throws {X509Error | CryptoError} */
export function readPeerCertificate(der: Uint8Array, provider: CryptoProvider): PeerCertificate {
  return peerCertificateReader(provider)(der)
}

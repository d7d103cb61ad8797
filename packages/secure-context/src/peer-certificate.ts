import type { CryptoProvider } from '@x/crypto-primitives'
import type { PeerCertificate } from '@x/tls-handshake'
import { Certificate } from '@x/x509/tls'

/** Hands the handshake what it must know of a peer's leaf. @throws {X509Error | CryptoError} */
export function readPeerCertificate(der: Uint8Array, provider: CryptoProvider): PeerCertificate {
  const certificate = Certificate.parse(der)
  const usage = certificate.extension('keyUsage')
  return {
    der,
    publicKey: certificate.importKey(provider),
    issuer: certificate.issuer.raw,
    ...(usage && {
      keyUsage: {
        digitalSignature: usage.includes('digitalSignature'),
        keyEncipherment: usage.includes('keyEncipherment'),
        keyAgreement: usage.includes('keyAgreement'),
      },
    }),
  }
}

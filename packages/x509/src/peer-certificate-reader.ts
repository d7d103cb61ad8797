/**
 * The hook of a TLS stack that reads a peer's certificates, made of this package. The stack is known by its shapes alone:
 * `@x/tls-handshake` takes it as it is.
 */
import type { CryptoProvider, PublicKey } from '@x/crypto-primitives'
import { keyUsage } from './extensions/usage.ts'
import { VerifiableCertificate } from './verifiable-certificate.ts'

/** What a TLS stack asks of a certificate. */
export interface ReadCertificate {
  readonly der: Uint8Array
  /** @throws {X509Error | CryptoError} for a key that cannot be used */
  readonly publicKey: PublicKey
  /** `undefined` when there is no such extension: anything is allowed. @throws {X509Error} for one that is malformed */
  readonly keyUsage:
    | { readonly digitalSignature: boolean; readonly keyEncipherment: boolean; readonly keyAgreement: boolean }
    | undefined
  /** DER. */
  readonly issuer: Uint8Array
}

/**
 * Bytes of DER up to which the parsed form is kept. It is a multiple of the DER, and a stranger chooses its parts: of a
 * larger certificate the DER alone is kept, and read again for each thing that is asked.
 */
const KEPT_PARSED = 2048

/** The structure is read at once; key and key usage when they are asked for, and an issuer's never are. */
class PeerCertificate implements ReadCertificate {
  readonly #kept: VerifiableCertificate | undefined
  readonly #provider: CryptoProvider
  #publicKey: PublicKey | undefined
  readonly issuer: Uint8Array

  constructor(
    readonly der: Uint8Array,
    provider: CryptoProvider,
  ) {
    const certificate = VerifiableCertificate.fromDer(der)
    if (der.length <= KEPT_PARSED) this.#kept = certificate
    this.#provider = provider
    this.issuer = certificate.issuer.raw
  }

  get #certificate(): VerifiableCertificate {
    return this.#kept ?? VerifiableCertificate.fromDer(this.der)
  }

  get publicKey(): PublicKey {
    return (this.#publicKey ??= this.#certificate.importKey(this.#provider))
  }

  get keyUsage(): ReadCertificate['keyUsage'] {
    const usage = this.#certificate.extensions.read(keyUsage)
    return (
      usage && {
        digitalSignature: usage.includes('digitalSignature'),
        keyEncipherment: usage.includes('keyEncipherment'),
        keyAgreement: usage.includes('keyAgreement'),
      }
    )
  }
}

/**
 * A `parseCertificate` for `@x/tls-handshake`: reads DER as {@link VerifiableCertificate.fromDer} does, and no text.
 *
 * @example
 * TlsConnection.client({ provider, parseCertificate: peerCertificateReader(provider), verifyPeer, serverName })
 */
export function peerCertificateReader(provider: CryptoProvider): (der: Uint8Array) => ReadCertificate {
  return (der) => new PeerCertificate(der, provider)
}

import { peerError } from '@x/tls-record'
import type { CertificateTypeName, Credential, PeerCertificate, TlsConfig } from '../config.ts'
import { CertificateFormat } from '../extensions/certificate-types.ts'
import { own } from './own.ts'

/** Raw public keys (RFC 7250): a SubjectPublicKeyInfo in the place of a certificate. */

/** What a peer signs by, whether a certificate or nobody but itself says that it is its own. */
export type PeerKey = Pick<PeerCertificate, 'publicKey'>

const ONLY_X509: readonly CertificateTypeName[] = ['x509']

/** What may be shown to us, best first. */
export const acceptedTypes = (config: TlsConfig): readonly CertificateTypeName[] =>
  config.peerCertificateTypes ?? ONLY_X509

/** The numbers of some types. */
export const formatsOf = (types: readonly CertificateTypeName[]): number[] =>
  types.map((type) => CertificateFormat[type])

/** What a credential shows. */
export const typeOf = (credential: Credential): CertificateTypeName =>
  own(credential, 'rawPublicKey') ? 'raw_public_key' : 'x509'

/** A credential as it stands in a Certificate message: its chain, or its key for the only entry. */
export function shownChain(credential: Credential): readonly Uint8Array[] {
  const key = own(credential, 'rawPublicKey')
  return key ? [key] : credential.chain
}

/**
 * Reads the peer's key.
 *
 * @param list the entries of its Certificate message, not empty
 * @throws {TlsError} decode_error for what is no key; illegal_parameter for more than one entry
 */
export function readRawPublicKey(config: TlsConfig, list: readonly Uint8Array[]): PeerKey {
  // RFC 9846 §4.5.1 #13: no more than one CertificateEntry.
  if (list.length > 1) {
    throw peerError('illegal_parameter', 'INVALID_RAW_PUBLIC_KEY', `${list.length} entries beside a raw public key`)
  }
  try {
    const publicKey = config.parsePublicKey!(list[0])
    void publicKey.type
    return { publicKey }
  } catch (cause) {
    throw peerError('decode_error', 'INVALID_RAW_PUBLIC_KEY', "the peer's raw public key cannot be parsed", cause)
  }
}

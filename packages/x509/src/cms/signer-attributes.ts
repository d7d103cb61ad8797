import type { CryptoProvider, HashName } from '@x/crypto-primitives'
import { encodeHashAlgorithm, readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import type { Attribute } from '../extensions/identifiers.ts'
import { decodeValue, singleValue } from './attributes.ts'
import { ATTRIBUTE } from './oids.ts'
import { digestOf } from './signature-algorithm.ts'
import type { SignerInfo } from './signer-info.ts'

/** The attributes that say something of the signature itself. */

/** When the signer says that it signed (RFC 5652 §11.3), milliseconds since 1970. Nobody vouches for it. */
export function signingTimeOf(attributes: readonly Attribute[]): number | undefined {
  return decodeValue(attributes, ATTRIBUTE.signingTime, 'signingTime', (reader) => reader.time(''))
}

/** AlgorithmProtection (RFC 6211 §2): what the signer signed with, so that nobody changes it outside. */
export function encodeAlgorithmProtection(digestAlgorithm: Uint8Array, signatureAlgorithm: Uint8Array): Attribute {
  return {
    oid: ATTRIBUTE.algorithmProtection,
    values: [der.sequence(digestAlgorithm, der.element(0xa1, der.contentsOf(signatureAlgorithm)))],
  }
}

/** True unless an AlgorithmProtection is there that says something else (RFC 6211 §3). @throws {X509Error} */
export function algorithmsAgree({ signedAttributes, digestAlgorithm, signatureAlgorithm }: SignerInfo): boolean {
  const agree = decodeValue(
    signedAttributes ?? [],
    ATTRIBUTE.algorithmProtection,
    'CMSAlgorithmProtection',
    (reader) => {
      const protection = reader.sequence('')
      const digest = readAlgorithmIdentifier(protection, 'digestAlgorithm')
      const signature = protection.rawOf(0xa1, 'signatureAlgorithm').slice()
      signature[0] = Tag.SEQUENCE
      protection.finish()
      return equalBytes(digest.raw, digestAlgorithm.raw) && equalBytes(signature, signatureAlgorithm.raw)
    },
  )
  return agree ?? true
}

/** ESSCertIDv2 of the signer's certificate (RFC 5035 §3). */
export function encodeSigningCertificate(
  certificate: Certificate,
  hash: HashName,
  provider: CryptoProvider,
): Attribute {
  const digest = der.octetString(provider.hashes[hash]!.digest(certificate.raw))
  // X.690 §11.5: SHA-256 is the DEFAULT.
  const id = hash === 'sha256' ? der.sequence(digest) : der.sequence(encodeHashAlgorithm(hash), digest)
  return { oid: ATTRIBUTE.signingCertificateV2, values: [der.sequence(der.sequence(id))] }
}

/**
 * Whether the signer named this certificate as its own (RFC 5035 §3, RFC 2634 §5.4): the first of the list is it.
 *
 * @returns `absent` where it named none
 * @throws {X509Error}
 */
export function namesCertificate(
  attributes: readonly Attribute[],
  certificate: Certificate,
  provider: CryptoProvider,
): boolean | 'absent' {
  const first = singleValue(attributes, ATTRIBUTE.signingCertificate, 'signingCertificate')
  const second = singleValue(attributes, ATTRIBUTE.signingCertificateV2, 'signingCertificateV2')
  if (!first && !second) return 'absent'
  return (
    (!first || hashesTo(first, 'sha1', certificate, provider)) &&
    (!second || hashesTo(second, 'sha256', certificate, provider))
  )
}

function hashesTo(value: Uint8Array, otherwise: HashName, certificate: Certificate, provider: CryptoProvider): boolean {
  const outer = DerReader.open(value, 'SigningCertificate')
  const id = outer.sequence('').sequence('certs').sequence('ESSCertID')
  const stated = id.is(Tag.SEQUENCE) ? digestOf(readAlgorithmIdentifier(id, 'hashAlgorithm')) : otherwise
  const digest = id.octetString('certHash')
  const hash = stated && provider.hashes[stated]
  return hash !== undefined && equalBytes(hash.digest(certificate.raw), digest)
}

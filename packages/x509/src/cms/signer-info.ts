import type { CryptoProvider } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import type { Attribute } from '../extensions/identifiers.ts'
import { keyIdentifier } from '../issue/certificate-writer.ts'
import { Name } from '../names/name.ts'
import { readAttributes } from './attributes.ts'
import { toDer } from './to-der.ts'

/** Whose certificate is meant (RFC 5652 §5.3, §6.2.1): by issuer and serial number, or by its key's identifier. */
export type CertificateReference =
  | { readonly issuer: Name; readonly serialNumber: Uint8Array; readonly keyIdentifier?: undefined }
  | { readonly keyIdentifier: Uint8Array; readonly issuer?: undefined; readonly serialNumber?: undefined }

/** A signer of a message (RFC 5652 §5.3). */
export interface SignerInfo {
  readonly version: number
  readonly signer: CertificateReference
  readonly digestAlgorithm: AlgorithmIdentifier
  /** Absent: the signature is over the content itself. */
  readonly signedAttributes?: readonly Attribute[]
  /** DER of the SET OF Attribute that is signed. */
  readonly signedAttributesDer?: Uint8Array
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly Attribute[]
}

/** IssuerAndSerialNumber (RFC 5652 §10.2.4). */
export function readIssuerAndSerialNumber(reader: DerReader, field: string): CertificateReference {
  const sequence = reader.sequence(field)
  const issuer = Name.read(sequence, 'issuer')
  const serialNumber = sequence.integer('serialNumber')
  sequence.finish()
  return { issuer, serialNumber }
}

export function readReference(reader: DerReader, field: string, keyTag = 0x80): CertificateReference {
  return reader.is(keyTag)
    ? { keyIdentifier: reader.octetString(field, keyTag) }
    : readIssuerAndSerialNumber(reader, field)
}

export function encodeReference(reference: CertificateReference, keyTag = 0x80): Uint8Array {
  return reference.keyIdentifier
    ? der.element(keyTag, reference.keyIdentifier)
    : der.sequence(reference.issuer!.raw, der.rawInteger(reference.serialNumber!))
}

/** How a certificate is named in a message. */
export function referenceTo(
  certificate: Certificate,
  by: 'issuer' | 'key' | undefined,
  provider: CryptoProvider,
): CertificateReference {
  return by === 'key'
    ? { keyIdentifier: certificate.extension('subjectKeyIdentifier') ?? keyIdentifier(certificate.publicKey, provider) }
    : { issuer: certificate.issuer, serialNumber: certificate.serialNumber }
}

/** Whether a certificate is the one that is meant. Malformed identifiers mean none. */
export function isReferenceTo(reference: CertificateReference, certificate: Certificate): boolean {
  if (reference.keyIdentifier) {
    try {
      const own = certificate.extension('subjectKeyIdentifier')
      return own !== undefined && equalBytes(own, reference.keyIdentifier)
    } catch {
      return false
    }
  }
  return equalBytes(certificate.serialNumber, reference.serialNumber) && certificate.issuer.equals(reference.issuer)
}

export function readSignerInfo(reader: DerReader): SignerInfo {
  const info = reader.sequence('SignerInfo')
  const version = info.number('version')
  const signer = readReference(info, 'sid')
  const digestAlgorithm = readAlgorithmIdentifier(info, 'digestAlgorithm')
  let signedAttributes: Attribute[] | undefined
  let signedAttributesDer: Uint8Array | undefined
  if (info.is(0xa0)) {
    const start = info.offset
    signedAttributes = readAttributes(info, 0xa0, 'signedAttrs')
    // RFC 5652 §5.4: signed is the SET OF, not the [0] in its place; in DER, and in the order that came, as OpenSSL.
    signedAttributesDer = toDer(info.bytes.subarray(start, info.offset))
    signedAttributesDer[0] = Tag.SET
  }
  const signatureAlgorithm = readAlgorithmIdentifier(info, 'signatureAlgorithm')
  const signature = info.octetString('signature')
  const unsignedAttributes = info.is(0xa1) ? readAttributes(info, 0xa1, 'unsignedAttrs') : []
  info.finish()
  return {
    version,
    signer,
    digestAlgorithm,
    signedAttributes,
    signedAttributesDer,
    signatureAlgorithm,
    signature,
    unsignedAttributes,
  }
}

import type { CryptoProvider, HashName } from '@x/crypto-primitives'
import { oneOf, optionsReader } from '@x/crypto-primitives/options'
import { encodeHashAlgorithm, hashOfOid, readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { ExtensionList } from '../extensions/list.ts'
import * as OID from '../extensions/oids.ts'
import { encodeExtensions, readExtensions } from '../extensions/read.ts'
import { aNonce, invalidArgument } from '../rules.ts'

/** CertID (RFC 6960 §4.1.1): which certificate is asked about. */
export interface CertId {
  /** The hash's OID. */
  readonly hashOid: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Contents of the INTEGER. */
  readonly serialNumber: Uint8Array
  /** The whole DER. */
  readonly raw: Uint8Array
}

export function readCertId(reader: DerReader, field: string): CertId {
  const start = reader.offset
  const sequence = reader.sequence(field)
  const { oid } = readAlgorithmIdentifier(sequence, 'hashAlgorithm')
  const issuerNameHash = sequence.octetString('issuerNameHash')
  const issuerKeyHash = sequence.octetString('issuerKeyHash')
  const serialNumber = sequence.integer('serialNumber')
  sequence.finish()
  return { hashOid: oid, issuerNameHash, issuerKeyHash, serialNumber, raw: reader.bytes.subarray(start, reader.offset) }
}

/** @throws {X509Error} `UNSUPPORTED` */
function hashOf(provider: CryptoProvider, name: HashName | undefined) {
  const hash = name && provider.hashes[name]
  if (!hash) throw new X509Error('UNSUPPORTED', `provider ${provider.name} lacks the hash of a CertID`)
  return hash
}

/** DER of the CertID of a certificate. SHA-1 by default, since every responder knows it; nothing rests on it. */
export function encodeCertId(
  certificate: Pick<Certificate, 'serialNumber'>,
  issuer: Certificate,
  provider: CryptoProvider,
  hash: HashName = 'sha1',
): Uint8Array {
  const algorithm = hashOf(provider, hash)
  return der.sequence(
    encodeHashAlgorithm(hash),
    der.octetString(algorithm.digest(issuer.subject.raw)),
    der.octetString(algorithm.digest(issuer.subjectPublicKeyInfo.keyBytes)),
    der.rawInteger(certificate.serialNumber),
  )
}

/** Whether a CertID names a certificate of this issuer. */
export function certIdMatches(
  id: CertId,
  certificate: Pick<Certificate, 'serialNumber'>,
  issuer: Certificate,
  provider: CryptoProvider,
): boolean {
  const name = hashOfOid(id.hashOid)
  const hash = name && provider.hashes[name]
  return (
    hash !== undefined &&
    equalBytes(id.serialNumber, certificate.serialNumber) &&
    equalBytes(id.issuerNameHash, hash.digest(issuer.subject.raw)) &&
    equalBytes(id.issuerKeyHash, hash.digest(issuer.subjectPublicKeyInfo.keyBytes))
  )
}

/** An OCSP request (RFC 6960 §4.1). */
export interface OcspRequest {
  readonly certIds: readonly CertId[]
  readonly extensions: ExtensionList
  /** RFC 9654. */
  readonly nonce?: Uint8Array
}

/** Reads an OCSP request; a signature is read past, as responders do. @throws {X509Error} */
export function parseOcspRequest(bytes: Uint8Array): OcspRequest {
  const outer = DerReader.open(bytes, '')
  const request = outer.sequence('OCSPRequest')
  outer.finish()
  const tbs = request.sequence('tbsRequest')
  if (tbs.is(0xa0)) {
    const wrapped = tbs.explicit(0, 'version')
    if (wrapped.number('') !== 0) wrapped.fail('UNSUPPORTED', 'only version 1 (0) is known')
    wrapped.finish()
  }
  if (tbs.is(0xa1)) tbs.raw('requestorName')
  const list = tbs.sequence('requestList')
  const certIds: CertId[] = []
  while (!list.done) {
    const single = list.sequence('Request')
    certIds.push(readCertId(single, 'reqCert'))
    if (single.is(0xa0)) readWrappedExtensions(single, 0, 'singleRequestExtensions')
    single.finish()
  }
  const extensions = tbs.is(0xa2)
    ? readWrappedExtensions(tbs, 2, 'requestExtensions')
    : new ExtensionList([], 'OCSPRequest')
  tbs.finish()
  if (request.is(0xa0)) request.raw('optionalSignature')
  request.finish()
  return { certIds, extensions, nonce: nonceOf(extensions) }
}

export function readWrappedExtensions(reader: DerReader, number: number, field: string): ExtensionList {
  const wrapped = reader.explicit(number, field)
  const extensions = readExtensions(wrapped, '')
  wrapped.finish()
  return new ExtensionList(extensions, field)
}

/** The nonce, an OCTET STRING in the extension (RFC 9654 §2.1); bare bytes of old responders are taken too. */
export function nonceOf(extensions: ExtensionList): Uint8Array | undefined {
  const value = extensions.find(OID.ocspNonce)?.value
  if (!value) return undefined
  try {
    const reader = DerReader.open(value, 'nonce')
    const nonce = reader.octetString('')
    reader.finish()
    return nonce
  } catch {
    return value
  }
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'createOcspRequest',
    { hash: oneOf('sha1', 'sha224', 'sha256', 'sha384', 'sha512'), nonce: aNonce },
    invalidArgument,
  ) as unknown as (given: unknown) => {
    readonly hash?: HashName
    readonly nonce?: Uint8Array
  })()

/**
 * DER of an OCSP request about one certificate.
 *
 * @param given `nonce`: 1 to 128 bytes, RFC 9654 recommends 32; none by default, as responders that answer from a cache ignore it
 * @throws {X509Error} `INVALID_ARGUMENT`, `UNSUPPORTED` for a hash that the provider lacks
 */
export function createOcspRequest(
  certificate: Pick<Certificate, 'serialNumber'>,
  issuer: Certificate,
  provider: CryptoProvider,
  given: { readonly hash?: HashName; readonly nonce?: Uint8Array } = {},
): Uint8Array {
  const options = readOptions(given)
  const list = der.sequence(der.sequence(encodeCertId(certificate, issuer, provider, options.hash)))
  const extensions = options.nonce ? [der.explicit(2, encodeNonce(options.nonce))] : []
  return der.sequence(der.sequence(list, ...extensions))
}

export function encodeNonce(nonce: Uint8Array): Uint8Array {
  return encodeExtensions([{ oid: OID.ocspNonce, critical: false, value: der.octetString(nonce) }])
}

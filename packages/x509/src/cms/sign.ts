import type { Awaitable, CryptoProvider, HashName, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import { bool, listOf, must, oneOf, optionsReader, required, text, thing } from '@x/crypto-primitives/options'
import { encodeHashAlgorithm } from '../algorithm.ts'
import type { Certificate } from '../certificate.ts'
import { encodeBag } from '../containers/pkcs7.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import type { Attribute } from '../extensions/identifiers.ts'
import { anAlgorithm, aSigner } from '../issue/certificate-writer.ts'
import { sameKey } from '../keys/same-key.ts'
import type { CertificateRevocationList } from '../revocation/crl.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { type Eventual, now, run, runSync } from '../steps.ts'
import { encodeAttributes } from './attributes.ts'
import { type Content, digestContent, someContent } from './content.ts'
import { encodeContentInfo } from './content-info.ts'
import { ATTRIBUTE, CONTENT } from './oids.ts'
import { chooseAlgorithm, encodeSignerAlgorithm } from './signature-algorithm.ts'
import { encodeAlgorithmProtection, encodeSigningCertificate } from './signer-attributes.ts'
import { encodeReference, referenceTo } from './signer-info.ts'

/** Who signs a message, and how. */
export interface CmsSigner {
  readonly certificate: Certificate
  /** The private key of the certificate: in memory, a `CryptoKey`, a remote one. */
  readonly signer: Signer
  /** Default: SHA-256, the hash that matches a larger curve, SHA-512 for Ed25519 and ML-DSA. */
  readonly hash?: HashName
  /** Default: PKCS#1 v1.5 for RSA keys, ECDSA, or what the key alone can do. */
  readonly signatureAlgorithm?: SignatureAlgorithm
  /** What the message says of when it was signed; false: nothing. Default: now. */
  readonly signingTime?: number | Date | false
  /** Further signed attributes, with values in DER. */
  readonly attributes?: readonly Attribute[]
  /** Attributes beside the signature, which it does not cover, with values in DER. */
  readonly unsignedAttributes?: readonly Attribute[]
  /** How the message names the certificate: by issuer and serial number, or by its key's identifier. Default `issuer`. */
  readonly identifiedBy?: 'issuer' | 'key'
}

export interface SignInput {
  readonly content: Content
  readonly provider: CryptoProvider
  /** At least one; each signs the same content. */
  readonly signers: readonly CmsSigner[]
  /** The message does not hold its content, which is sent beside it. Content in pieces is always detached. Default false. */
  readonly detached?: boolean
  /** The type of the content, dotted. Default `1.2.840.113549.1.7.1`, data. */
  readonly contentType?: string
  /** Issuers' certificates to send along; the signers' own go without saying. */
  readonly certificates?: readonly Certificate[]
  readonly crls?: readonly CertificateRevocationList[]
  /** Leaves the signers' certificates out. Default false. */
  readonly withoutCertificates?: boolean
  /** Default `der`. */
  readonly format?: 'der' | 'pem'
}

/**
 * Signs a content (RFC 5652 §5): a SignedData with signed attributes for each signer, among them the signing time, the
 * signer's certificate (RFC 5035) and its algorithms (RFC 6211).
 *
 * @returns DER or PEM, or a promise of it where a signer or the content answers with one
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known or contradict each other; `KEY_MISMATCH` for a
 *   key that is not its certificate's
 * @example
 * const message = await signCms({ content, provider, signers: [{ certificate, signer: key }], detached: true })
 */
export function signCms(input: SignInput & { readonly format: 'pem' }): Awaitable<string>
export function signCms(input: SignInput & { readonly format?: 'der' }): Awaitable<Uint8Array>
export function signCms(input: SignInput): Awaitable<Uint8Array | string> {
  return run(signSteps(input))
}

/** `signCms` where nothing waits. @throws {X509Error} `ASYNCHRONOUS` when a promise came */
export function signCmsSync(input: SignInput & { readonly format: 'pem' }): string
export function signCmsSync(input: SignInput & { readonly format?: 'der' }): Uint8Array
export function signCmsSync(input: SignInput): Uint8Array | string {
  return runSync(signSteps(input), 'signCmsSync')
}

const anAttribute = /* @__PURE__ */ must<Attribute>(
  'an attribute: { oid, values }, the values in DER',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Attribute).oid === 'string' &&
    Array.isArray((value as Attribute).values),
)

/** What each signer is given as. */
export const readSigner = /* @__PURE__ */ (() =>
  optionsReader(
    'signers',
    {
      certificate: required(aCertificate),
      signer: required(aSigner),
      hash: oneOf('sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'),
      signatureAlgorithm: anAlgorithm,
      signingTime: must<number | Date | false>(
        'milliseconds since 1970, a valid Date or false',
        (value) =>
          value === false ||
          ((typeof value === 'number' || value instanceof Date) && Math.abs(Number(value)) <= 8.64e15),
      ),
      attributes: listOf(anAttribute),
      unsignedAttributes: listOf(anAttribute),
      identifiedBy: oneOf('issuer', 'key'),
    },
    invalidArgument,
    { key: 'the private key is given as `signer`', cert: 'the certificate is given as `certificate`' },
  ) as unknown as (given: unknown) => CmsSigner)()

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'signCms',
    {
      content: required(someContent),
      provider: required(aProvider),
      signers: required(listOf(thing('a signer: { certificate, signer }', 'certificate'), 1)),
      detached: bool,
      contentType: text,
      certificates: listOf(aCertificate),
      crls: listOf(thing('a CertificateRevocationList, parsed', 'thisUpdate')),
      withoutCertificates: bool,
      format: oneOf('der', 'pem'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => SignInput)()

function* signSteps(given: SignInput): Eventual<Uint8Array | string> {
  const input = readInput(given)
  const { provider, content, contentType = CONTENT.data } = input
  const inPieces = !ArrayBuffer.isView(content)
  if (inPieces && input.detached === false)
    throw invalidArgument('signCms: content in pieces is not kept in memory: the message is detached')
  const signers = input.signers.map(readSigner)
  const chosen = signers.map((signer) => {
    checkOwnKey(signer)
    return chooseAlgorithm(signer.signer, signer.hash, signer.signatureAlgorithm)
  })
  const digests = yield* digestContent(content, new Set(chosen.map(({ hash }) => hash)), provider)
  const infos: Uint8Array[] = []
  for (const [i, signer] of signers.entries())
    infos.push(yield* signerSteps(signer, chosen[i]!, digests.get(chosen[i]!.hash)!, contentType, provider))
  const detached = inPieces || input.detached
  const byKey = signers.some(({ identifiedBy }) => identifiedBy === 'key')
  const data = der.sequence(
    // RFC 5652 §5.1.
    der.integer(byKey || contentType !== CONTENT.data ? 3 : 1),
    der.setOf([...digests.keys()].map(encodeHashAlgorithm)),
    der.sequence(der.oid(contentType), ...(detached ? [] : [der.explicit(0, der.octetString(content as Uint8Array))])),
    ...encodeBag({
      certificates: distinct([
        ...(input.withoutCertificates ? [] : signers.map(({ certificate }) => certificate)),
        ...(input.certificates ?? []),
      ]),
      crls: input.crls,
    }),
    der.setOf(infos),
  )
  return encodeContentInfo(CONTENT.signedData, data, input.format)
}

/**
 * A SignerInfo over a digest.
 *
 * @param contentType absent in a countersignature (RFC 5652 §11.4)
 */
export function* signerSteps(
  input: CmsSigner,
  { hash, algorithm }: ReturnType<typeof chooseAlgorithm>,
  digest: Uint8Array,
  contentType: string | undefined,
  provider: CryptoProvider,
): Eventual<Uint8Array> {
  const digestAlgorithm = encodeHashAlgorithm(hash)
  const signatureAlgorithm = encodeSignerAlgorithm(algorithm)
  const usual: Attribute[] = [{ oid: ATTRIBUTE.messageDigest, values: [der.octetString(digest)] }]
  if (contentType) usual.push({ oid: ATTRIBUTE.contentType, values: [der.oid(contentType)] })
  if (input.signingTime !== false)
    usual.push({ oid: ATTRIBUTE.signingTime, values: [der.time(Number(input.signingTime ?? Date.now()))] })
  usual.push(
    encodeSigningCertificate(input.certificate, hash === 'sha1' ? 'sha256' : hash, provider),
    encodeAlgorithmProtection(digestAlgorithm, signatureAlgorithm),
  )
  const twice = (input.attributes ?? []).find(({ oid }) => usual.some((one) => one.oid === oid))
  if (twice) throw invalidArgument(`signers: attributes: ${twice.oid} is written already`)
  const attributes = encodeAttributes([...usual, ...(input.attributes ?? [])])
  const signature = yield* now(input.signer.sign(algorithm, attributes))
  const reference = referenceTo(input.certificate, input.identifiedBy, provider)
  return der.sequence(
    der.integer(reference.keyIdentifier ? 3 : 1),
    encodeReference(reference),
    digestAlgorithm,
    der.element(0xa0, der.contentsOf(attributes)),
    signatureAlgorithm,
    der.octetString(signature),
    ...(input.unsignedAttributes?.length ? [encodeAttributes(input.unsignedAttributes, 0xa1)] : []),
  )
}

/** A signature by another's key would verify for nobody. @throws {X509Error} `KEY_MISMATCH` */
export function checkOwnKey({ signer, certificate }: CmsSigner): void {
  if (signer.publicKey && !sameKey(signer.publicKey, certificate.publicKey))
    throw new X509Error('KEY_MISMATCH', `signers: the key is not that of ${certificate.subject.toBriefString()}`)
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((one, i) => certificates.findIndex((other) => other.equals(one)) === i)
}

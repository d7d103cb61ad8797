import type { Awaitable, CryptoProvider, HashName } from '@x/crypto-primitives'
import { CryptoError } from '@x/crypto-primitives'
import { must, oneOf, optionsReader, required, text } from '@x/crypto-primitives/options'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { X509Error } from '../error.ts'
import { keyUsage } from '../extensions/usage.ts'
import { isBytes } from '../input.ts'
import { printable } from '../names/printable.ts'
import { invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { Account, BudgetSpent } from '../verify/account.ts'
import type { VerifyCode } from '../verify/codes.ts'
import { nodeProfile } from '../verify/profiles.ts'
import { CRL_RULES, PATH_RULES } from '../verify/read-options.ts'
import { minimumBits, signatureSecurity } from '../verify/security-level.ts'
import { type VerifyAsNodeOptions, type VerifyResult, verifyBy } from '../verify/verify-as-node.ts'
import { webpkiProfile } from '../verify/webpki-profile.ts'
import { readAttributes, singleValue } from './attributes.ts'
import { type Content, digestContent, someContent } from './content.ts'
import { ATTRIBUTE, CONTENT } from './oids.ts'
import { digestOf, signerAlgorithm } from './signature-algorithm.ts'
import { parseSignedData, type SignedData } from './signed-data.ts'
import { algorithmsAgree, namesCertificate, signingTimeOf } from './signer-attributes.ts'
import { isReferenceTo, readSignerInfo, type SignerInfo } from './signer-info.ts'

export interface VerifyCmsOptions extends Omit<VerifyAsNodeOptions, 'leaf' | 'intermediates' | 'keyUsage'> {
  /** A SignedData: DER, BER, PEM, or parsed. */
  readonly message: Uint8Array | string | SignedData
  /** What is signed, where the message does not hold it. */
  readonly content?: Content
  /** Certificates of signers and issuers that the message may lack. */
  readonly certificates?: readonly Certificate[]
  /** What the content must be, dotted. Default `1.2.840.113549.1.7.1`, data; `any`: whatever it says. */
  readonly contentType?: string
  /** Default `node`, what OpenSSL decides of a chain; `webpki` is stricter than most of those who issue for mail. */
  readonly profile?: 'node' | 'webpki'
}

/** Why a signature does not count; where it is the certificate's chain, OpenSSL's code of it. */
export type CmsCode =
  | VerifyCode
  | 'MALFORMED'
  | 'NO_SIGNER'
  | 'NO_CONTENT'
  | 'CONTENT_TWICE'
  | 'WRONG_CONTENT_TYPE'
  | 'NO_SIGNER_CERTIFICATE'
  | 'UNSUPPORTED'
  | 'WEAK_ALGORITHM'
  | 'DIGEST_MISMATCH'
  | 'BAD_SIGNATURE'
  | 'WRONG_CERTIFICATE'

/** What is to be said of one signer. */
export interface SignerVerdict {
  readonly ok: boolean
  readonly code: CmsCode
  /** For a person; empty when all is well. */
  readonly reason: string
  readonly signer: SignerInfo
  /** The signer's certificate, once it was found. */
  readonly certificate?: Certificate
  /** How its chain was verified; absent where the signature had failed already. */
  readonly chain?: VerifyResult
  /** When it says that it signed, milliseconds since 1970; nobody vouches for it. */
  readonly signingTime?: number
  /** Signatures over this one (RFC 5652 §11.4), each with its verdict; they do not count for the message's. */
  readonly countersignatures: readonly SignerVerdict[]
}

/** What is to be said of a message. */
export interface CmsVerdict {
  /** Every signer's signature is valid, its certificate trusted, and there is one at least. */
  readonly ok: boolean
  /** Of the first signer that failed. */
  readonly code: CmsCode
  readonly reason: string
  /** What was signed, where all is well and the message holds it. */
  readonly content?: Uint8Array
  readonly signers: readonly SignerVerdict[]
}

/**
 * Verifies a signed message (RFC 5652 §5.6): each signer's digest, signature, certificate and chain.
 *
 * Without `purpose` a signer's certificate must be for `emailProtection`, as for `openssl cms -verify`; its key must be
 * for digital signatures or non-repudiation. Hashes below the security level (1 in `node`: SHA-1, MD5) do not count.
 *
 * `budget` is for the message: the chains and signatures of all its signers together.
 *
 * @returns the verdict, or a promise of it where the provider, the content or `fetchIssuer` answers with one. A bad
 *   message is a verdict, never an exception
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, not of their type, or would be passed over
 * @example
 * const { ok, reason, content } = await verifyCms({ message, anchors, provider })
 */
export function verifyCms(options: VerifyCmsOptions): Awaitable<CmsVerdict> {
  return run(verifySteps(options))
}

/** `verifyCms` where nothing waits. @throws {X509Error} `ASYNCHRONOUS` when a promise came */
export function verifyCmsSync(options: VerifyCmsOptions): CmsVerdict {
  return runSync(verifySteps(options), 'verifyCmsSync')
}

const {
  leaf: _leaf,
  intermediates: _intermediates,
  keyUsage: _keyUsage,
  ...COMMON_RULES
} = /* @__PURE__ */ (() => ({
  ...PATH_RULES,
  ...CRL_RULES,
}))()

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'verifyCms',
    {
      ...COMMON_RULES,
      message: required(
        must<Uint8Array | string | SignedData>(
          'a SignedData: bytes, PEM, or parsed',
          (value) =>
            typeof value === 'string' ||
            isBytes(value) ||
            (typeof value === 'object' && value !== null && 'signers' in value && 'contentType' in value),
        ),
      ),
      content: someContent,
      certificates: PATH_RULES.intermediates,
      contentType: text,
      profile: oneOf('node', 'webpki'),
    },
    invalidArgument,
    { signature: 'the signed message is given as `message`', ca: 'what is trusted is given as `anchors`' },
  ) as unknown as (given: unknown) => VerifyCmsOptions)()

const refusal = (code: CmsCode, reason: string): CmsVerdict => ({
  ok: false,
  code,
  reason,
  content: undefined,
  signers: [],
})

function* verifySteps(given: VerifyCmsOptions): Eventual<CmsVerdict> {
  const options = readOptions(given)
  const { provider, contentType = CONTENT.data } = options
  let message: SignedData
  try {
    message =
      typeof options.message === 'string' || isBytes(options.message)
        ? parseSignedData(options.message)
        : options.message
  } catch (error) {
    if (!(error instanceof X509Error)) throw error
    return refusal(error.code === 'UNSUPPORTED' ? 'UNSUPPORTED' : 'MALFORMED', printable(error.message))
  }
  if (contentType !== 'any' && message.contentType !== contentType)
    return refusal('WRONG_CONTENT_TYPE', `the content is of type ${message.contentType}, not ${contentType}`)
  if (message.signers.length === 0) return refusal('NO_SIGNER', 'nobody signed the message')
  if (message.content && options.content)
    return refusal('CONTENT_TWICE', 'the message holds its content, and `content` was given too')
  const content = message.content ?? options.content
  if (!content) return refusal('NO_CONTENT', 'the message is detached: what it signs is given as `content`')
  const digests = yield* digestContent(content, usedHashes(message.signers, provider), provider)
  const signers: SignerVerdict[] = []
  const account = new Account(options.budget)
  const signed = { content, digests, contentType: message.contentType }
  for (const signer of message.signers) signers.push(yield* verdictOn(signer, message, signed, options, account))
  const failed = signers.find(({ ok }) => !ok)
  return failed
    ? { ok: false, code: failed.code, reason: failed.reason, content: undefined, signers }
    : { ok: true, code: 'OK', reason: '', content: message.content, signers }
}

function usedHashes(signers: readonly SignerInfo[], provider: CryptoProvider): Set<HashName> {
  const names = signers.map(({ digestAlgorithm }) => digestOf(digestAlgorithm))
  return new Set(names.filter((name) => name !== undefined && provider.hashes[name] !== undefined) as HashName[])
}

/** A refusal on the way to a verdict. */
class Refusal extends Error {
  constructor(
    readonly code: CmsCode,
    reason: string,
    readonly chain?: VerifyResult,
  ) {
    super(reason)
  }
}

function* verdictOn(
  signer: SignerInfo,
  message: SignedData,
  signed: SignedThing,
  options: VerifyCmsOptions,
  account: Account,
): Eventual<SignerVerdict> {
  const certificate = [...message.certificates, ...(options.certificates ?? [])].find((candidate) =>
    isReferenceTo(signer.signer, candidate),
  )
  let chain: VerifyResult | undefined
  let signingTime: number | undefined
  let countersignatures: readonly SignerVerdict[] = []
  const verdict = (code: CmsCode, reason: string): SignerVerdict => ({
    ok: code === 'OK',
    code,
    reason,
    signer,
    certificate,
    chain,
    signingTime,
    countersignatures,
  })
  try {
    if (!certificate)
      throw new Refusal(
        'NO_SIGNER_CERTIFICATE',
        `there is no certificate of the signer ${describeSigner(signer)}, neither in the message nor in \`certificates\``,
      )
    yield* checkSignature(signer, certificate, signed, options, account)
    signingTime = signingTimeOf(signer.signedAttributes ?? [])
    checkKeyUsage(certificate)
    const { message: _m, content: _c, certificates = [], contentType: _t, profile, ...terms } = options
    chain = yield* verifyBy(
      {
        purpose: 'emailProtection',
        ...withoutUndefined(terms),
        leaf: certificate,
        intermediates: [...message.certificates, ...certificates],
      } as VerifyAsNodeOptions,
      profile === 'webpki' ? webpkiProfile : nodeProfile,
      undefined,
      account,
    )
    if (!chain.ok) return verdict(chain.code, chain.reason)
    countersignatures = yield* countersignaturesOf(signer, message, options, account)
    return verdict('OK', '')
  } catch (error) {
    if (error instanceof Refusal) return verdict(error.code, error.message)
    if (error instanceof BudgetSpent) return verdict('UNSPECIFIED', `the budget of ${error.message} was spent`)
    if (error instanceof X509Error && error.code !== 'INVALID_ARGUMENT')
      return verdict('MALFORMED', printable(error.message))
    if (error instanceof CryptoError) return verdict('UNSUPPORTED', printable(error.message))
    throw error
  }
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}

function describeSigner({ signer }: SignerInfo): string {
  return signer.issuer ? `certified by ${printable(signer.issuer.toBriefString())}` : 'named by its key identifier'
}

/** What a signature is over. */
interface SignedThing {
  /** Absent where only digests are known. */
  readonly content?: Content
  readonly digests: ReadonlyMap<HashName, Uint8Array>
  /** Absent for a countersignature, which has no contentType attribute (RFC 5652 §11.4). */
  readonly contentType?: string
}

/** That a certificate's key signed this (RFC 5652 §5.4, §5.6). @throws {Refusal | X509Error | CryptoError} */
function* checkSignature(
  signer: SignerInfo,
  certificate: Certificate,
  signed: SignedThing,
  { provider, securityLevel, profile }: Pick<VerifyCmsOptions, 'provider' | 'securityLevel' | 'profile'>,
  account: Account,
): Eventual<void> {
  const hash = digestOf(signer.digestAlgorithm)
  const digest = hash && signed.digests.get(hash)
  if (!hash || !digest)
    throw new Refusal('UNSUPPORTED', `digests of the algorithm ${signer.digestAlgorithm.oid} are not known here`)
  const key = certificate.importKey(provider)
  const algorithm = signerAlgorithm(signer.signatureAlgorithm, hash)
  if (!algorithm || !provider.supportsSignature(algorithm, key))
    throw new Refusal(
      'UNSUPPORTED',
      `signatures of the algorithm ${signer.signatureAlgorithm.oid} with ${hash} and a key of type ${key.type} cannot be checked`,
    )
  const bits = Math.min(signatureSecurity(algorithm), signatureSecurity({ name: 'ecdsa', hash }))
  const level = securityLevel ?? (profile === 'webpki' ? 2 : 1)
  if (bits < minimumBits(level))
    throw new Refusal('WEAK_ALGORITHM', `${hash} is too weak for signatures at security level ${level}`)
  const attributes = signer.signedAttributes
  if (attributes) checkAttributes(signer, certificate, signed, digest, provider)
  else checkBareContent(signed)
  const text = attributes ? signer.signedAttributesDer! : (signed.content as Uint8Array)
  account.spendSignature()
  if (!(yield* account.wait(key.verify(algorithm, text, signer.signature))))
    throw new Refusal('BAD_SIGNATURE', 'the signature was not made by the key of the certificate')
}

function checkAttributes(
  signer: SignerInfo,
  certificate: Certificate,
  signed: SignedThing,
  digest: Uint8Array,
  provider: CryptoProvider,
): void {
  const attributes = signer.signedAttributes!
  const typeValue = singleValue(attributes, ATTRIBUTE.contentType, 'contentType')
  const type = typeValue && readWhole(typeValue, (reader) => reader.oid('contentType'))
  // RFC 5652 §11.1: it must be there, and be that of the content; §11.4: not in a countersignature.
  if (type !== signed.contentType)
    throw new Refusal(
      'WRONG_CONTENT_TYPE',
      `the signer signed content of type ${type}, the message says ${signed.contentType}`,
    )
  const digestValue = singleValue(attributes, ATTRIBUTE.messageDigest, 'messageDigest')
  if (!digestValue) throw new Refusal('MALFORMED', 'signed attributes without messageDigest (RFC 5652 §5.3)')
  if (
    !equalBytes(
      readWhole(digestValue, (reader) => reader.octetString('messageDigest')),
      digest,
    )
  )
    throw new Refusal('DIGEST_MISMATCH', 'the content is not what was signed: its digest is another')
  if (!algorithmsAgree(signer))
    throw new Refusal('BAD_SIGNATURE', 'the algorithms are not those that the signer signed with (RFC 6211 §3)')
  if (namesCertificate(attributes, certificate, provider) === false)
    throw new Refusal('WRONG_CERTIFICATE', 'the signer signed with another certificate than this (RFC 5035 §3)')
}

function readWhole<T>(value: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = DerReader.open(value, 'Attribute')
  const out = read(reader)
  reader.finish()
  return out
}

/** A signature over the content itself. */
function checkBareContent({ content, contentType }: SignedThing): void {
  // RFC 5652 §5.3: signed attributes must be there where the content is not data.
  if (contentType !== CONTENT.data)
    throw new Refusal('WRONG_CONTENT_TYPE', `content of type ${contentType} is signed with signed attributes alone`)
  if (!content || !isBytes(content))
    throw new Refusal('UNSUPPORTED', 'without signed attributes the content must be given as one Uint8Array')
  // Somebody's signed attributes, given out as a content that he never signed: the signature would fit.
  if (looksLikeAttributes(content))
    throw new Refusal('WRONG_CONTENT_TYPE', "the content is a signer's attributes, signed for another content")
}

function looksLikeAttributes(content: Uint8Array): boolean {
  if (content[0] !== Tag.SET) return false
  try {
    const reader = DerReader.open(content, '')
    const attributes = readAttributes(reader, Tag.SET, '')
    return attributes.some(({ oid }) => oid === ATTRIBUTE.messageDigest)
  } catch {
    return false
  }
}

/** RFC 8550 §4.4.2: a signer's key is for digital signatures or non-repudiation, where its certificate says for what. */
function checkKeyUsage(certificate: Certificate): void {
  const usages = certificate.extensions.read(keyUsage)
  if (usages && !usages.includes('digitalSignature') && !usages.includes('nonRepudiation'))
    throw new Refusal(
      'INVALID_PURPOSE',
      "the signer's key is neither for digital signatures nor for non-repudiation (keyUsage)",
    )
}

/** More signatures over one signature than a message of any use has. */
const MOST_COUNTERSIGNATURES = 16

/** What is to be said of the signatures over a signature (RFC 5652 §11.4); those over them are not looked at. */
function* countersignaturesOf(
  signer: SignerInfo,
  message: SignedData,
  options: VerifyCmsOptions,
  account: Account,
): Eventual<readonly SignerVerdict[]> {
  const values = signer.unsignedAttributes
    .filter(({ oid }) => oid === ATTRIBUTE.countersignature)
    .flatMap(({ values }) => values)
  if (values.length > MOST_COUNTERSIGNATURES)
    throw new X509Error('LIMIT_EXCEEDED', `more than ${MOST_COUNTERSIGNATURES} countersignatures`)
  const verdicts: SignerVerdict[] = []
  for (const value of values) {
    const { unsignedAttributes: _, ...info } = readWhole(value, readSignerInfo)
    const one: SignerInfo = { ...info, unsignedAttributes: [] }
    const digests = yield* digestContent(signer.signature, usedHashes([one], options.provider), options.provider)
    verdicts.push(yield* verdictOn(one, message, { content: signer.signature, digests }, options, account))
  }
  return verdicts
}

import type { Awaitable, CryptoProvider, HashName, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import {
  bool,
  bytes,
  count,
  instant,
  listOf,
  must,
  oneOf,
  optionsReader,
  required,
  text,
} from '@x/crypto-primitives/options'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { extKeyUsage, keyUsage } from '../extensions/usage.ts'
import { isBytes } from '../input.ts'
import { anAlgorithm, aSerialNumber, aSigner } from '../issue/certificate-writer.ts'
import { EXTENDED_KEY_USAGE } from '../oids.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { type Eventual, now, run, runSync } from '../steps.ts'
import { type Content, digestContent, someContent } from './content.ts'
import { CONTENT } from './oids.ts'
import { signCms } from './sign.ts'
import { parseSignedData, type SignedData } from './signed-data.ts'
import { namesCertificate } from './signer-attributes.ts'
import {
  encodeImprint,
  encodeTstInfo,
  type MessageImprint,
  parseTstInfo,
  readImprint,
  type TstInfo,
} from './tst-info.ts'
import { type CmsCode, type VerifyCmsOptions, verifyCms } from './verify.ts'

/** Time stamps (RFC 3161): asking for one, making one, and verifying it. */

// --- Requests -------------------------------------------------------------------------------------------------------

/** A request for a time stamp (RFC 3161 §2.4.1). */
export interface TimestampRequest {
  readonly imprint: MessageImprint
  /** The policy that is wanted, dotted. */
  readonly policy?: string
  /** Contents of the INTEGER. */
  readonly nonce?: Uint8Array
  /** Whether the authority's certificate is to be in the stamp. */
  readonly certificates: boolean
}

export interface TimestampRequestInput {
  /** What is to be stamped. */
  readonly content: Content
  readonly provider: CryptoProvider
  /** Default SHA-256. */
  readonly hash?: HashName
  readonly policy?: string
  /** False: none, and an old answer is as good as a new one. Default: 16 random bytes. */
  readonly nonce?: false
  /** Default true. */
  readonly certificates?: boolean
}

const HASHES = ['sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'] as const

const readRequestInput = /* @__PURE__ */ (() =>
  optionsReader(
    'createTimestampRequest',
    {
      content: required(someContent),
      provider: required(aProvider),
      hash: oneOf(...HASHES),
      policy: text,
      nonce: oneOf(false),
      certificates: bool,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => TimestampRequestInput)()

/** DER of a request, for a time-stamping authority; `application/timestamp-query` over HTTP (RFC 3161 §3.4). */
export function createTimestampRequest(input: TimestampRequestInput): Awaitable<Uint8Array> {
  return run(requestSteps(input))
}

function* requestSteps(given: TimestampRequestInput): Eventual<Uint8Array> {
  const input = readRequestInput(given)
  const { provider, hash = 'sha256' } = input
  const digest = (yield* digestContent(input.content, [hash], provider)).get(hash)!
  return der.sequence(
    der.integer(1),
    encodeImprint(hash, digest),
    ...(input.policy ? [der.oid(input.policy)] : []),
    ...(input.nonce === false ? [] : [der.integer(provider.randomBytes(16))]),
    ...(input.certificates === false ? [] : [der.boolean(true)]),
  )
}

/** Reads a request. @throws {X509Error} also `UNSUPPORTED` for extensions, of which none is known here */
export function parseTimestampRequest(input: Uint8Array): TimestampRequest {
  const outer = DerReader.open(input, '')
  const request = outer.sequence('TimeStampReq')
  outer.finish()
  if (request.number('version') !== 1) request.fail('UNSUPPORTED', 'only version 1 is known', 'version')
  const imprint = readImprint(request)
  const policy = request.is(Tag.OID) ? request.oid('reqPolicy') : undefined
  const nonce = request.is(Tag.INTEGER) ? request.integer('nonce') : undefined
  const certificates = request.is(Tag.BOOLEAN) ? request.boolean('certReq') : false
  if (!request.done) request.fail('UNSUPPORTED', 'extensions of a request are not known here', 'extensions')
  return { imprint, policy, nonce, certificates }
}

// --- Answers --------------------------------------------------------------------------------------------------------

export interface TimestampInput {
  /** DER of the request, or parsed. */
  readonly request: Uint8Array | TimestampRequest
  readonly provider: CryptoProvider
  /** Its extended key usage is `timeStamping`, critical, and nothing else (RFC 3161 §2.3). */
  readonly certificate: Certificate
  readonly signer: Signer
  /** The policy that stamps are made under, dotted; a request for another is refused. */
  readonly policy: string
  /** One of a kind for each stamp. Default: 16 random bytes. */
  readonly serialNumber?: Uint8Array | number | bigint
  /** Default: now. */
  readonly time?: number | Date
  /** Milliseconds that the clock may be off. Default: the stamp does not say. */
  readonly accuracy?: number
  readonly hash?: HashName
  readonly signatureAlgorithm?: SignatureAlgorithm
  /** Issuers' certificates to send along where the request asks for certificates. */
  readonly certificates?: readonly Certificate[]
}

/** Why no stamp is given (RFC 3161 §2.4.2), by the bits of PKIFailureInfo. */
const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const

export type TimestampFailure = keyof typeof FAILURES

const readTimestampInput = /* @__PURE__ */ (() =>
  optionsReader(
    'createTimestamp',
    {
      request: required(
        must<Uint8Array | TimestampRequest>(
          'a request: DER or parsed',
          (value) => isBytes(value) || (typeof value === 'object' && value !== null && 'imprint' in value),
        ),
      ),
      provider: required(aProvider),
      certificate: required(aCertificate),
      signer: required(aSigner),
      policy: required(text),
      serialNumber: aSerialNumber,
      time: instant,
      accuracy: count,
      hash: oneOf(...HASHES),
      signatureAlgorithm: anAlgorithm,
      certificates: listOf(aCertificate),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => TimestampInput)()

/**
 * Answers a request with a time stamp, or with a refusal where it asks for what is not done here.
 *
 * @returns DER of a TimeStampResp, `application/timestamp-reply` over HTTP, or a promise of it where the signer answers
 *   with one
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, and for a certificate that is not for this
 */
export function createTimestamp(input: TimestampInput): Awaitable<Uint8Array> {
  return run(timestampSteps(input))
}

/** `createTimestamp` with a signer that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function createTimestampSync(input: TimestampInput): Uint8Array {
  return runSync(timestampSteps(input), 'createTimestampSync')
}

function* timestampSteps(given: TimestampInput): Eventual<Uint8Array> {
  const input = readTimestampInput(given)
  const { provider, certificate, policy } = input
  const unfit = purposeProblem(certificate)
  if (unfit) throw invalidArgument(`createTimestamp: the certificate ${unfit}`)
  let request: TimestampRequest
  try {
    request = isBytes(input.request) ? parseTimestampRequest(input.request) : input.request
  } catch (error) {
    if (!(error instanceof X509Error)) throw error
    return encodeTimestampRefusal(error.code === 'UNSUPPORTED' ? 'unacceptedExtension' : 'badDataFormat', error.message)
  }
  const { imprint } = request
  const hash = imprint.hash && provider.hashes[imprint.hash]
  if (!hash || !(HASHES as readonly string[]).includes(hash.name))
    return encodeTimestampRefusal('badAlg', `digests by SHA-2 are stamped`)
  if (imprint.digest.length !== hash.outputLength)
    return encodeTimestampRefusal('badDataFormat', `a digest of ${imprint.digest.length} bytes by ${hash.name}`)
  if (request.policy !== undefined && request.policy !== policy)
    return encodeTimestampRefusal('unacceptedPolicy', `stamps are made under ${policy}`)
  const serial = der.integer((input.serialNumber ?? provider.randomBytes(16)) as Uint8Array)
  const info = encodeTstInfo({
    policy,
    imprint: encodeImprint(hash.name, imprint.digest),
    serialNumber: der.contentsOf(serial),
    time: Number(input.time ?? Date.now()),
    accuracy: input.accuracy,
    ordering: false,
    nonce: request.nonce,
  })
  const token = yield* now(
    signCms({
      content: info,
      contentType: CONTENT.tstInfo,
      provider,
      signers: [{ certificate, signer: input.signer, hash: input.hash, signatureAlgorithm: input.signatureAlgorithm }],
      // RFC 3161 §2.4.1: certificates where they are asked for, and none where they are not.
      withoutCertificates: !request.certificates,
      certificates: request.certificates ? (input.certificates ?? []) : [],
    }),
  )
  return der.sequence(der.sequence(der.integer(0)), token)
}

/** DER of an answer without a stamp. */
export function encodeTimestampRefusal(failure: TimestampFailure, words = ''): Uint8Array {
  const bit = Object.hasOwn(FAILURES, failure) ? FAILURES[failure] : undefined
  if (bit === undefined) throw invalidArgument(`encodeTimestampRefusal: no reason of RFC 3161: ${failure}`)
  return der.sequence(
    der.sequence(
      der.integer(2),
      ...(words ? [der.sequence(der.utf8String(words.slice(0, 200)))] : []),
      der.namedBits(2 ** bit),
    ),
  )
}

/** An answer of an authority (RFC 3161 §2.4.2). */
export interface TimestampResponse {
  /** PKIStatus by number: 0 and 1 are stamps. */
  readonly status: number
  /** What the authority says of it. */
  readonly words: readonly string[]
  readonly failure?: TimestampFailure
  /** DER of the stamp: a SignedData. */
  readonly token?: Uint8Array
}

/** Reads an answer, verifying nothing. @throws {X509Error} */
export function parseTimestampResponse(input: Uint8Array): TimestampResponse {
  const outer = DerReader.open(input, '')
  const response = outer.sequence('TimeStampResp')
  outer.finish()
  const info = response.sequence('status')
  const status = info.number('status')
  const words: string[] = []
  if (info.is(Tag.SEQUENCE)) {
    const list = info.sequence('statusString')
    while (!list.done) words.push(new TextDecoder().decode(list.value(Tag.UTF8_STRING, 'PKIFreeText')))
  }
  const bits = info.is(Tag.BIT_STRING) ? info.namedBits('failInfo') : 0
  info.finish()
  const token = response.done ? undefined : response.rawOf(Tag.SEQUENCE, 'timeStampToken')
  response.finish()
  const failure = (Object.keys(FAILURES) as TimestampFailure[]).find((name) => bits & (1 << FAILURES[name]))
  return { status, words, failure, token }
}

// --- Verifying ------------------------------------------------------------------------------------------------------

export interface VerifyTimestampOptions
  extends Omit<VerifyCmsOptions, 'message' | 'content' | 'contentType' | 'purpose' | 'name'> {
  /** DER of an authority's answer. One of `response` and `token` must be given. */
  readonly response?: Uint8Array
  /** DER of a stamp by itself. */
  readonly token?: Uint8Array
  /** What was stamped. One of `content` and `request` must be given, or both. */
  readonly content?: Content
  /** DER of the request that was sent: the stamp must be about its digest, have its nonce and its policy. */
  readonly request?: Uint8Array
  /** A policy, dotted, that the stamp must have been made under. */
  readonly policy?: string
}

/** What a time stamp proves. */
export interface TimestampVerdict {
  readonly ok: boolean
  readonly code: CmsCode | 'REFUSED' | 'WRONG_IMPRINT' | 'WRONG_NONCE' | 'WRONG_POLICY'
  readonly reason: string
  /** That the content was there at this time, milliseconds since 1970, where all is well. */
  readonly time?: number
  readonly info?: TstInfo
}

const readVerifyOptions = /* @__PURE__ */ (() => {
  const rules = { response: bytes, token: bytes, request: bytes, policy: text, content: someContent }
  const own = optionsReader('verifyTimestamp', rules, invalidArgument)
  return (given: VerifyTimestampOptions) => {
    if (typeof given !== 'object' || given === null) own(given)
    const fixed = ['message', 'contentType', 'purpose'].find((name) => Object.hasOwn(given, name))
    if (fixed) throw invalidArgument(`verifyTimestamp: "${fixed}" is no option here: a time stamp says what it is`)
    // What is not named here is for `verifyCms`, which reads it. Both see the prototype: an inherited option is refused.
    const part = (belongs: (name: string) => boolean) =>
      Object.assign(
        Object.create(Object.getPrototypeOf(given)),
        Object.fromEntries(Object.entries(given).filter(([name]) => belongs(name))),
      )
    return {
      own: own(part((name) => Object.hasOwn(rules, name))) as unknown as VerifyTimestampOptions,
      rest: part((name) => !Object.hasOwn(rules, name)) as VerifyCmsOptions,
    }
  }
})()

/**
 * Verifies a time stamp (RFC 3161 §2.2, §2.4.2): that an authority whose certificate is for time-stamping alone signed
 * it, for this content, in answer to this request.
 *
 * @returns the verdict, or a promise of it. A bad stamp is a verdict, never an exception
 * @throws {X509Error} `INVALID_ARGUMENT`
 * @example
 * const { ok, time } = await verifyTimestamp({ response, request, content, anchors, provider })
 */
export function verifyTimestamp(options: VerifyTimestampOptions): Awaitable<TimestampVerdict> {
  return run(verifySteps(options))
}

/** `verifyTimestamp` where nothing waits. @throws {X509Error} `ASYNCHRONOUS` */
export function verifyTimestampSync(options: VerifyTimestampOptions): TimestampVerdict {
  return runSync(verifySteps(options), 'verifyTimestampSync')
}

const refused = (code: TimestampVerdict['code'], reason: string, info?: TstInfo): TimestampVerdict => ({
  ok: false,
  code,
  reason,
  time: undefined,
  info,
})

function* verifySteps(given: VerifyTimestampOptions): Eventual<TimestampVerdict> {
  const { own, rest } = readVerifyOptions(given)
  if ((own.response === undefined) === (own.token === undefined))
    throw invalidArgument('verifyTimestamp: one of `response` and `token` must be given')
  if (own.content === undefined && own.request === undefined)
    throw invalidArgument('verifyTimestamp: `content` or `request` must be given: what is stamped')
  const request = own.request && parseTimestampRequest(own.request)
  let message: SignedData
  let info: TstInfo
  try {
    const token = own.token ?? tokenOf(own.response!)
    if (typeof token === 'string') return refused('REFUSED', token)
    message = parseSignedData(token)
    if (message.contentType !== CONTENT.tstInfo || !message.content)
      return refused('WRONG_CONTENT_TYPE', `a message of type ${message.contentType} is no time stamp`)
    // RFC 3161 §2.4.2: the authority's signature and no other.
    if (message.signers.length !== 1) return refused('NO_SIGNER', `${message.signers.length} signers, one is due`)
    info = parseTstInfo(message.content)
  } catch (error) {
    if (!(error instanceof X509Error)) throw error
    return refused(error.code === 'UNSUPPORTED' ? 'UNSUPPORTED' : 'MALFORMED', error.message)
  }
  const verdict = yield* now(
    verifyCms(Object.assign(rest, { message, contentType: CONTENT.tstInfo, purpose: 'timeStamping' } as const)),
  )
  if (!verdict.ok) return refused(verdict.code, verdict.reason, info)
  const { certificate, signer } = verdict.signers[0]!
  const unfit = purposeProblem(certificate!)
  if (unfit) return refused('INVALID_PURPOSE', `the authority's certificate ${unfit}`, info)
  // RFC 3161 §2.4.2: the signer's certificate must be named among what is signed.
  if (namesCertificate(signer.signedAttributes!, certificate!, rest.provider) !== true)
    return refused('WRONG_CERTIFICATE', 'the stamp does not name its signer’s certificate (RFC 5816 §2.2.1)', info)
  const problem = yield* contentProblem(info, own, request, rest.provider)
  return problem ?? { ok: true, code: 'OK', reason: '', time: info.time, info }
}

/** The stamp of an answer, or why there is none. */
function tokenOf(response: Uint8Array): Uint8Array | string {
  const { status, words, failure, token } = parseTimestampResponse(response)
  if ((status === 0 || status === 1) && token) return token
  return `the authority gave no stamp: status ${status}${failure ? `, ${failure}` : ''}${words.length ? ` (${words.length} lines of its own)` : ''}`
}

function* contentProblem(
  info: TstInfo,
  { content, policy }: VerifyTimestampOptions,
  request: TimestampRequest | undefined,
  provider: CryptoProvider,
): Eventual<TimestampVerdict | undefined> {
  const { imprint, nonce } = info
  const hash = imprint.hash
  if (!hash || !provider.hashes[hash] || hash === 'md5' || hash === 'sha1')
    return refused('WEAK_ALGORITHM', `a digest by ${hash ?? 'a hash that is not known here'} proves nothing`, info)
  if (content !== undefined) {
    const digest = (yield* digestContent(content, [hash], provider)).get(hash)!
    if (!equalBytes(digest, imprint.digest)) return refused('WRONG_IMPRINT', 'another content was stamped', info)
  }
  if (request) {
    if (request.imprint.hash !== hash || !equalBytes(request.imprint.digest, imprint.digest))
      return refused('WRONG_IMPRINT', 'another content was stamped than the request asks for', info)
    if (request.nonce && !(nonce && equalBytes(request.nonce, nonce)))
      return refused('WRONG_NONCE', 'the stamp answers another request: its nonce is another', info)
  }
  const wanted = policy ?? request?.policy
  if (wanted !== undefined && wanted !== info.policy)
    return refused('WRONG_POLICY', `the stamp was made under ${info.policy}, not ${wanted}`, info)
  return undefined
}

/** RFC 3161 §2.3: extended key usage, critical, with timeStamping alone; RFC 5280 §4.2.1.12: what goes with it. */
function purposeProblem(certificate: Certificate): string | undefined {
  const uses = certificate.extensions.read(keyUsage) ?? []
  if (uses.some((use) => use !== 'digitalSignature' && use !== 'nonRepudiation'))
    return 'has a key for more than signatures (keyUsage; RFC 5280 §4.2.1.12)'
  const usages = certificate.extensions.read(extKeyUsage)
  const extension = certificate.extensions.find(extKeyUsage.oid)
  const isRight = extension?.critical && usages?.length === 1 && usages[0] === EXTENDED_KEY_USAGE.timeStamping
  return isRight ? undefined : 'is not for timeStamping alone (extendedKeyUsage, critical; RFC 3161 §2.3)'
}

import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import { amount, bytes, instant, optionsReader, required } from '@x/crypto-primitives/options'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import * as OID from '../extensions/oids.ts'
import { EXTENDED_KEY_USAGE } from '../oids.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { verifySignature } from '../signature.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import type { VerifyBudget } from '../verify/account.ts'
import { Account, BudgetSpent } from '../verify/account.ts'
import { factsOf } from '../verify/facts.ts'
import { aBudget } from '../verify/read-options.ts'
import { keySecurity, minimumBits, signatureSecurity } from '../verify/security-level.ts'
import { certIdMatches } from './request.ts'
import { type BasicOcspResponse, parseOcspResponse, type SingleResponse } from './response.ts'

export interface OcspVerifyOptions {
  /** DER of the response. */
  readonly response: Uint8Array
  readonly certificate: Certificate
  /** Whoever issued the certificate: the next one of the verified chain. */
  readonly issuer: Certificate
  readonly provider: CryptoProvider
  /** Default: now. */
  readonly time?: number | Date
  /** The nonce that was sent; then the response must have the same. */
  readonly nonce?: Uint8Array
  /** Milliseconds that clocks may differ. Default five minutes, as OpenSSL's tools use. */
  readonly clockSkew?: number
  /** Milliseconds for which a response without nextUpdate counts. Default seven days. */
  readonly maxAge?: number
  /** What the verification may cost. Default: 8 signatures; the rest as for `verifyChain`. */
  readonly budget?: VerifyBudget
}

/** What a response means for a certificate. */
export interface OcspVerdict {
  /** `invalid`: the response proves nothing; `reason` says why. */
  readonly status: 'good' | 'revoked' | 'unknown' | 'invalid'
  readonly code: 'OK' | 'CERT_REVOKED' | 'OCSP_CERT_UNKNOWN' | 'OCSP_VERIFY_FAILED'
  /** For a person. */
  readonly reason: string
  readonly response?: SingleResponse
}

/**
 * Verifies an OCSP response about a certificate (RFC 6960 §3.2): that it is about this certificate, signed by its issuer
 * or by a responder that the issuer certified for it, and of now.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known or not of their type
 * @returns the verdict, or a promise of it when the provider answers with one. A bad response is a verdict, never an
 *   exception
 */
export function verifyOcspResponse(options: OcspVerifyOptions): Awaitable<OcspVerdict> {
  return run(verdictSteps(options))
}

/** `verifyOcspResponse` with a provider that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function verifyOcspResponseSync(options: OcspVerifyOptions): OcspVerdict {
  return runSync(verdictSteps(options), 'verifyOcspResponseSync')
}

const invalid = (reason: string): OcspVerdict => ({ status: 'invalid', code: 'OCSP_VERIFY_FAILED', reason })

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'verifyOcspResponse',
    {
      response: required(bytes),
      certificate: required(aCertificate),
      issuer: required(aCertificate),
      provider: required(aProvider),
      time: instant,
      nonce: bytes,
      clockSkew: amount,
      maxAge: amount,
      budget: aBudget,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => OcspVerifyOptions)()

function* verdictSteps(given: OcspVerifyOptions): Eventual<OcspVerdict> {
  const options = readOptions(given)
  const account = new Account({ ...options.budget, signatures: options.budget?.signatures ?? 8 })
  try {
    return yield* verdictOf(options, account)
  } catch (error) {
    if (error instanceof BudgetSpent) return invalid(`the budget of ${error.message} was spent`)
    throw error
  }
}

function* verdictOf(options: OcspVerifyOptions, account: Account): Eventual<OcspVerdict> {
  const { certificate, issuer, provider } = options
  let basic: BasicOcspResponse | undefined
  try {
    const parsed = parseOcspResponse(options.response)
    if (!parsed.basic) return invalid(`the responder answered ${parsed.status}`)
    basic = parsed.basic
  } catch (error) {
    return invalid((error as Error).message)
  }
  // RFC 6960 §3.2 #1, (1): the certificate that was asked about.
  const single = basic.responses.find(({ certId }) => {
    account.spendWork(1)
    if (!equalBytes(certId.serialNumber, certificate.serialNumber)) return false
    // Two hashes.
    account.spendWork(1000)
    return certIdMatches(certId, certificate, issuer, provider)
  })
  if (!single) return invalid('the response is not about this certificate')
  // RFC 6960 §4.1.2 #4.
  const unknown = [...basic.extensions, ...single.extensions].find(({ critical }) => critical)
  if (unknown) return invalid(`the response has the critical extension ${unknown.oid}, which is not known here`)
  if (options.nonce && !(basic.nonce && equalBytes(options.nonce, basic.nonce)))
    return invalid('the response does not have the nonce of the request')
  const stale = timeProblem(options, single)
  if (stale) return invalid(stale)
  // §3.2 (2) to (4): the signature, by someone who may.
  const problem = yield* signatureProblem(options, basic, account)
  if (problem) return invalid(problem)
  switch (single.status) {
    case 'good':
      return { status: 'good', code: 'OK', reason: '', response: single }
    case 'revoked': {
      const date = new Date(single.revocationTime ?? 0).toISOString().slice(0, 10)
      const why = single.revocationReason ? ` (${single.revocationReason})` : ''
      return { status: 'revoked', code: 'CERT_REVOKED', reason: `revoked on ${date}${why}`, response: single }
    }
    default:
      return {
        status: 'unknown',
        code: 'OCSP_CERT_UNKNOWN',
        reason: 'the responder does not know the certificate',
        response: single,
      }
  }
}

function timeProblem(options: OcspVerifyOptions, { thisUpdate, nextUpdate }: SingleResponse): string | undefined {
  const time = Number(options.time ?? Date.now())
  const skew = options.clockSkew ?? 300_000
  const end = nextUpdate ?? thisUpdate + (options.maxAge ?? 7 * 86_400_000)
  const date = (at: number) => new Date(at).toISOString()
  // §3.2 (5), (6), §4.2.2.1.
  if (thisUpdate > time + skew) return `the response counts from ${date(thisUpdate)}; it is ${date(time)}`
  if (end < thisUpdate) return 'the response ends before it begins'
  return end < time - skew ? `the response counted until ${date(end)}; it is ${date(time)}` : undefined
}

function* signatureProblem(
  options: OcspVerifyOptions,
  basic: BasicOcspResponse,
  account: Account,
): Eventual<string | undefined> {
  const { issuer, provider } = options
  const signer = [issuer, ...basic.certificates].find((candidate) => {
    account.spendCandidate()
    return isResponder(candidate, basic, provider)
  })
  if (!signer) return 'the responder is neither the issuer nor among the certificates sent'
  if (!signer.equals(issuer)) {
    const unfit = yield* delegationProblem(options, signer, account)
    if (unfit) return unfit
  }
  if (isWeak(signer, basic)) return 'the response is signed by an algorithm or key that is not secure'
  // RFC 6960 §4.3 #1: by whatever algorithm the provider has.
  const ok = yield* verifySignature(account, provider, signer, basic.signatureAlgorithm, basic.tbs, basic.signature)
  return ok ? undefined : 'the signature of the response is not the responder’s'
}

/**
 * RFC 6960 §5.1 #1, RFC 6960 §5.1.2 #1: below OpenSSL's security level 1, with which its `OCSP_basic_verify` looks at
 * responders' certificates; here, at the signature of the response too.
 */
function isWeak(signer: Certificate, { signatureAlgorithm }: Pick<Certificate, 'signatureAlgorithm'>): boolean {
  const bits = Math.min(keySecurity(signer) ?? 0, signatureSecurity(signatureAlgorithm))
  return signatureAlgorithm !== null && bits < minimumBits(1)
}

function isResponder(candidate: Certificate, { responder }: BasicOcspResponse, provider: CryptoProvider): boolean {
  if ('name' in responder && responder.name) return candidate.subject.equals(responder.name)
  const hash = provider.hashes.sha1?.digest(candidate.subjectPublicKeyInfo.keyBytes)
  return hash !== undefined && equalBytes(hash, responder.keyHash)
}

/**
 * RFC 6960 §4.2.2.2 #1, #2, #3, #5, #6, #8, RFC 6960 §2.2 #3, RFC 6960 §2.6 #1: certified directly by the
 * issuer, with the key that signed the certificate asked about, for OCSP signing, and valid now.
 */
function* delegationProblem(
  options: OcspVerifyOptions,
  signer: Certificate,
  account: Account,
): Eventual<string | undefined> {
  const { issuer, provider } = options
  const facts = factsOf(signer)
  const time = Number(options.time ?? Date.now())
  if (facts.malformed) return `the responder's certificate is malformed: ${facts.malformed}`
  if (facts.unknownCritical)
    return `the responder's certificate has the unknown critical extension ${facts.unknownCritical}`
  if (!signer.issuer.equals(issuer.subject)) return 'the responder was not certified by the issuer'
  if (!facts.extKeyUsage?.has(EXTENDED_KEY_USAGE.OCSPSigning)) return 'the responder was not certified for OCSP'
  if (!(signer.notBefore <= time && time <= signer.notAfter))
    return "the responder's certificate has expired or is not yet valid"
  if (isWeak(issuer, signer)) return "the responder's certificate is signed by an algorithm or key that is not secure"
  const ok =
    equalBytes(signer.signatureIdentifier.raw, signer.tbsSignatureIdentifier.raw) &&
    (yield* verifySignature(account, provider, issuer, signer.signatureAlgorithm, signer.tbs, signer.signature))
  return ok ? undefined : "the responder's certificate was not signed by the issuer"
}

/** True for a responder's certificate that need not be checked for revocation itself (RFC 6960 §4.2.2.2.1). */
export function hasNoCheck(certificate: Certificate): boolean {
  return certificate.extensions.find(OID.ocspNoCheck) !== undefined
}

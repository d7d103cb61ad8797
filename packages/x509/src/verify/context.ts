import type { CryptoProvider, PublicKey, PublicKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import { equalBytes, toHex } from '../bytes.ts'
import type { DsaParameters } from '../keys/public-key.ts'
import { type Eventual, now } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { PathOptions, Purpose } from './options.ts'
import { createTrustStore, TrustStore } from './trust-store.ts'

/** Thrown inside a verification when a budget is spent; caught by the search. */
export class BudgetSpent extends Error {}

/** What was asked for, with every default filled in, and what one verification has spent and learnt. */
export class VerifyContext {
  readonly provider: CryptoProvider
  readonly strict: boolean
  readonly purpose: Purpose
  /** Milliseconds, cut to the whole second that the certificate's dates have. */
  readonly time: number
  readonly anchors: TrustStore<VerifiableCertificate>
  readonly pool: readonly VerifiableCertificate[]
  readonly partialChain: boolean
  readonly securityLevel: number
  readonly maxDepth: number
  /** Verifies a CRL signer that is not on the path; set where CRLs are checked, and never for the signer's own path. */
  verifyCrlIssuer: ((issuer: VerifiableCertificate, anchor: VerifiableCertificate) => Eventual<boolean>) | undefined
  private readonly verified = new Map<VerifiableCertificate, Map<string, boolean>>()
  private readonly started = performance.now()
  private waited = 0
  private signatures: number
  private paths: number
  private candidates: number
  private readonly timeLimit: number

  constructor(readonly options: PathOptions) {
    this.provider = options.provider
    this.strict = options.profile.strict
    this.purpose = options.purpose ?? 'serverAuth'
    this.time = Math.floor(Number(options.time ?? Date.now()) / 1000) * 1000
    this.anchors = options.anchors instanceof TrustStore ? options.anchors : createTrustStore(options.anchors)
    this.pool = options.intermediates ?? []
    this.partialChain = options.allowPartialTrustChain ?? this.strict
    this.securityLevel = options.securityLevel ?? (this.strict ? 2 : 1)
    this.maxDepth = options.maxDepth ?? 100
    this.signatures = options.budget?.signatures ?? 100
    this.paths = options.budget?.paths ?? 200
    this.candidates = options.budget?.candidates ?? 5000
    this.timeLimit = options.budget?.time ?? 2000
  }

  /** @throws {BudgetSpent} */
  spendPath(): void {
    if (--this.paths < 0) throw new BudgetSpent('paths')
    this.checkTime()
  }

  /** @throws {BudgetSpent} */
  spendCandidate(): void {
    if (--this.candidates < 0) throw new BudgetSpent('candidate issuers')
    if (this.candidates % 16 === 0) this.checkTime()
  }

  private checkTime(): void {
    if (performance.now() - this.started - this.waited > this.timeLimit) throw new BudgetSpent('time')
  }

  /** The value of what may be a promise; the wait is not counted. */
  *wait<T>(value: T | PromiseLike<T>): Eventual<T> {
    const before = performance.now()
    const result = yield* now(value)
    this.waited += performance.now() - before
    return result
  }

  /**
   * Whether `issuer` signed `subject`. Each pair is computed once.
   *
   * @param dsa parameters that the issuer's DSA key inherits
   * @throws {BudgetSpent}
   */
  *verifySignature(
    subject: VerifiableCertificate,
    issuer: VerifiableCertificate,
    dsa?: DsaParameters,
  ): Eventual<boolean> {
    const issuerKey = dsa
      ? `${toHex(dsa.p)}/${toHex(issuer.subjectPublicKeyInfo.raw)}`
      : toHex(issuer.subjectPublicKeyInfo.raw)
    let known = this.verified.get(subject)
    if (!known) this.verified.set(subject, (known = new Map()))
    const cached = known.get(issuerKey)
    if (cached !== undefined) return cached
    // RFC 5280 §4.1.1.2: both algorithm fields must be the same.
    const ok =
      equalBytes(subject.signatureIdentifier.raw, subject.tbsSignatureIdentifier.raw) &&
      (yield* this.verifyData(issuer, subject.signatureAlgorithm, subject.tbs, subject.signature, dsa))
    known.set(issuerKey, ok)
    return ok
  }

  /** Whether a certificate's key made a signature; false for whatever cannot be checked. @throws {BudgetSpent} */
  *verifyData(
    issuer: VerifiableCertificate,
    algorithm: SignatureAlgorithm | null,
    message: Uint8Array,
    signature: Uint8Array,
    dsa?: DsaParameters,
  ): Eventual<boolean> {
    if (!algorithm) return false
    if (--this.signatures < 0) throw new BudgetSpent('signature checks')
    this.checkTime()
    const key = this.importKey(issuer, dsa)
    if (!key || !this.provider.supportsSignature(algorithm, key)) return false
    return yield* this.wait(key.verify(algorithm, message, signature))
  }

  private importKey(certificate: VerifiableCertificate, dsa?: DsaParameters): PublicKey | undefined {
    try {
      if (!dsa || !certificate.subjectPublicKeyInfo.lacksDsaParameters) return certificate.importKey(this.provider)
      return this.provider.importPublicKey(certificate.subjectPublicKeyInfo.dataWith(dsa) as PublicKeyData)
    } catch {
      return undefined
    }
  }
}

/** How a person would call a certificate in a sentence. */
export function describe(certificate: VerifiableCertificate): string {
  const name = certificate.subject.isEmpty ? '' : certificate.subject.toString()
  return name === '' ? `the certificate with serial number ${certificate.serialNumberHex}` : `"${name.slice(0, 120)}"`
}

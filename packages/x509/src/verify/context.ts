import type { CryptoProvider, PublicKey, PublicKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import { equalBytes, toHex } from '../bytes.ts'
import type { DsaParameters } from '../keys/public-key.ts'
import type { Name } from '../names/name.ts'
import { printable } from '../names/printable.ts'
import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { Account } from './account.ts'
import type { PathTerms, Purpose } from './terms.ts'
import { TrustStore } from './trust-store.ts'

/** What was asked for, with every default filled in, and what one verification has spent and learnt. */
export class VerifyContext {
  readonly provider: CryptoProvider
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
  private pools: ReadonlyMap<string, readonly VerifiableCertificate[]> | undefined
  private readonly verified = new Map<VerifiableCertificate, Map<string, boolean>>()

  constructor(
    readonly options: PathTerms,
    /** As RFC 5280 has it, to the letter. */
    readonly strict: boolean,
    /** Paid by everything that this verification sets in motion, the paths of CRL signers too. */
    readonly account: Account,
  ) {
    this.provider = options.provider
    this.purpose = options.purpose ?? 'serverAuth'
    this.time = Math.floor(Number(options.time ?? Date.now()) / 1000) * 1000
    this.anchors = options.anchors instanceof TrustStore ? options.anchors : new TrustStore(options.anchors)
    this.pool = options.intermediates ?? []
    this.partialChain = options.allowPartialTrustChain ?? this.strict
    this.securityLevel = options.securityLevel ?? (this.strict ? 2 : 1)
    this.maxDepth = options.maxDepth ?? 100
  }

  /** Those of the pool whose subject is this name, in their order. @throws {BudgetSpent} */
  sentWithSubject(name: Name): readonly VerifiableCertificate[] {
    if (this.pool.length === 0) return []
    this.pools ??= this.groupPool()
    return this.pools.get(name.key) ?? []
  }

  private groupPool(): ReadonlyMap<string, readonly VerifiableCertificate[]> {
    this.spendWork(this.pool.length)
    const groups = new Map<string, VerifiableCertificate[]>()
    for (const certificate of this.pool) {
      const { key } = certificate.subject
      const group = groups.get(key)
      if (group) group.push(certificate)
      else groups.set(key, [certificate])
    }
    return groups
  }

  /** @throws {BudgetSpent} */
  spendWork(units: number): void {
    this.account.spendWork(units)
  }

  /** The value of what may be a promise; the wait is not counted. */
  *wait<T>(value: T | PromiseLike<T>): Eventual<T> {
    return yield* this.account.wait(value)
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
    const issuerKey = dsa ? `${toHex(dsa.p)}/${keyText(issuer)}` : keyText(issuer)
    let known = this.verified.get(subject)
    if (!known) this.verified.set(subject, (known = new Map()))
    const cached = known.get(issuerKey)
    if (cached !== undefined) return cached
    // RFC 5280 §4.1.1.2 #3: both algorithm fields must be the same.
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
    this.account.spendSignature()
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

const keyTexts = /* @__PURE__ */ new WeakMap<VerifiableCertificate, string>()

/** A certificate's key, for maps. */
function keyText(certificate: VerifiableCertificate): string {
  let text = keyTexts.get(certificate)
  if (text === undefined) keyTexts.set(certificate, (text = toHex(certificate.subjectPublicKeyInfo.raw)))
  return text
}

const descriptions = /* @__PURE__ */ new WeakMap<VerifiableCertificate, string>()

/** How a person would call a certificate in a sentence. */
export function describe(certificate: VerifiableCertificate): string {
  let description = descriptions.get(certificate)
  if (description === undefined) {
    const name = quoteName(certificate.subject)
    description = name === '""' ? `the certificate with serial number ${printable(certificate.serialNumberHex)}` : name
    descriptions.set(certificate, description)
  }
  return description
}

/** A name for a sentence. */
export function quoteName(name: Name): string {
  return `"${printable(name.toBriefString())}"`
}

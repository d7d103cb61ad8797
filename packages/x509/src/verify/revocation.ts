import { optionsReader, required } from '@x/crypto-primitives/options'
import { equalBytes, trimInteger } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { cRLDistributionPoints, type DistributionPoint, type DistributionPointName } from '../extensions/access.ts'
import { type AuthorityKeyIdentifier, authorityKeyIdentifier } from '../extensions/identifiers.ts'
import * as OID from '../extensions/oids.ts'
import {
  cRLNumber,
  deltaCRLIndicator,
  type IssuingDistributionPoint,
  issuingDistributionPoint,
} from '../extensions/revocation.ts'
import type { GeneralName } from '../names/general-name.ts'
import { Name } from '../names/name.ts'
import type { CertificateRevocationList } from '../revocation/crl.ts'
import { invalidArgument } from '../rules.ts'
import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import { describe, quoteName, type VerifyContext } from './context.ts'
import { inheritedDsaParameters } from './dsa-inheritance.ts'
import { factsOf, hasUsage, keyIdentifiersAgree, likelyIssued } from './facts.ts'
import type { Findings } from './findings.ts'
import type { BuiltPath } from './openssl-path.ts'
import type { PathCheck } from './options.ts'
import { ADVICE, CRL_RULES } from './read-options.ts'

/** Revocation by CRLs, with OpenSSL's semantics (`check_revocation`) and RFC 5280 §6.3 #1 where it goes further. */

const ALL_REASONS = 0x1fe

/** What a CRL says about itself, decoded once. */
interface CrlFacts {
  /** A malformed or contradictory extension that says what the list is about: it is not used. */
  readonly invalid: boolean
  readonly unknownCritical: boolean
  readonly point?: IssuingDistributionPoint
  readonly reasons: number
  readonly number?: Uint8Array
  readonly akid?: AuthorityKeyIdentifier
  /** Its authorityKeyIdentifier cannot be read: whose list it is, nobody can say. */
  readonly akidUnreadable: boolean
  readonly baseNumber?: Uint8Array
  readonly hasFreshest: boolean
}

const crlFacts = /* @__PURE__ */ new WeakMap<CertificateRevocationList, CrlFacts>()

const PROCESSED: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([OID.issuingDistributionPoint, OID.authorityKeyIdentifier, OID.deltaCRLIndicator]))()

function factsOfCrl(crl: CertificateRevocationList): CrlFacts {
  let facts = crlFacts.get(crl)
  if (!facts) crlFacts.set(crl, (facts = gather(crl)))
  return facts
}

function gather(crl: CertificateRevocationList): CrlFacts {
  try {
    const point = crl.extensions.read(issuingDistributionPoint)
    const only = [point?.onlyContainsUserCerts, point?.onlyContainsCACerts, point?.onlyContainsAttributeCerts]
    return {
      invalid: only.filter(Boolean).length > 1 || crl.extensions.duplicate !== undefined,
      unknownCritical:
        crl.hasUnknownCriticalEntry || crl.extensions.all.some(({ critical, oid }) => critical && !PROCESSED.has(oid)),
      point,
      reasons: point?.onlySomeReasons === undefined ? ALL_REASONS : point.onlySomeReasons & ALL_REASONS,
      number: readable(() => crl.extensions.read(cRLNumber)),
      akid: readable(() => crl.extensions.read(authorityKeyIdentifier)),
      akidUnreadable: isUnreadable(() => crl.extensions.read(authorityKeyIdentifier)),
      baseNumber: crl.extensions.read(deltaCRLIndicator),
      hasFreshest: crl.extensions.find(OID.freshestCRL) !== undefined,
    }
  } catch {
    return { invalid: true, unknownCritical: true, reasons: 0, akidUnreadable: true, hasFreshest: false }
  }
}

/**
 * What only helps to choose a CRL, and is not critical: where it is malformed it does not choose. Whom the list revokes
 * stays revoked.
 */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function isUnreadable(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch {
    return true
  }
}

/** How well a CRL fits a certificate; the parts weigh as OpenSSL weighs them. */
const SCORE = {
  noCritical: 0x100,
  scope: 0x80,
  time: 0x40,
  issuerName: 0x20,
  issuerCert: 0x18,
  samePath: 0x08,
  issuerKey: 0x04,
  delta: 0x02,
}

interface Chosen {
  readonly crl: CertificateRevocationList
  readonly delta?: CertificateRevocationList
  readonly issuer: VerifiableCertificate
  readonly score: number
  /** Reasons covered so far, this CRL's included. */
  readonly reasons: number
}

export interface CrlOptions {
  /** Every certificate of the path needs one (OpenSSL's CRL_CHECK_ALL), but for the anchor's own in `webpki`. */
  readonly crls: readonly CertificateRevocationList[]
  /** Indirect CRLs, CRLs for some reasons, separate CRL signers. Default: in `webpki` only, as Node has no option for it. */
  readonly extendedCrls?: boolean
  /** Delta CRLs. Default as `extendedCrls`. */
  readonly deltaCrls?: boolean
}

/** The check that holds every certificate of a path against CRLs. @throws {X509Error} `INVALID_ARGUMENT` */
export function checkCrls(options: CrlOptions): PathCheck {
  return checkCrlsOf(readOptions(options) as unknown as CrlOptions)
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader('checkCrls', { ...CRL_RULES, crls: required(CRL_RULES.crls) }, invalidArgument, ADVICE))()

/** `checkCrls` of options that were read. */
export function checkCrlsOf(options: CrlOptions): PathCheck {
  return (context, path, findings) => checkRevocation(options, context, path, findings)
}

function* checkRevocation(
  options: CrlOptions,
  context: VerifyContext,
  path: BuiltPath,
  findings: Findings,
): Eventual<void> {
  const { chain } = path
  // OpenSSL asks for a CRL of every certificate, the root's own too; RFC 5280 §6.3 has none for a trust anchor.
  const count = context.strict && !path.failure ? chain.length - 1 : chain.length
  for (let depth = 0; depth < count; depth++) yield* new RevocationCheck(options, context, path, depth, findings).run()
}

class RevocationCheck {
  private readonly subject: VerifiableCertificate
  private readonly extended: boolean

  constructor(
    private readonly options: CrlOptions,
    private readonly context: VerifyContext,
    private readonly path: BuiltPath,
    private readonly depth: number,
    private readonly findings: Findings,
  ) {
    this.subject = path.chain[depth]!
    this.extended = options.extendedCrls ?? context.strict
  }

  *run(): Eventual<void> {
    const { context, depth, findings, subject } = this
    let covered = 0
    while (covered !== ALL_REASONS) {
      const chosen = this.choose(covered)
      if (!chosen) {
        findings.add(
          'UNABLE_TO_GET_CRL',
          depth,
          `there is no CRL of ${quoteName(subject.issuer)} that covers ${describe(subject)}`,
        )
        return
      }
      const { crl, delta } = chosen
      yield* this.checkCrl(chosen, crl, false)
      if (delta) yield* this.checkCrl(chosen, delta, true)
      if (factsOfCrl(crl).akidUnreadable)
        // What it revokes is revoked, as found below; whether it would name this certificate nobody can say.
        findings.add(
          'UNABLE_TO_GET_CRL',
          depth,
          `the authorityKeyIdentifier of the CRL of ${quoteName(crl.issuer)} cannot be read (RFC 5280 §5.2.1)`,
        )
      // RFC 5280 §6.3.3 (i), (j): the delta first; one that says removeFromCRL ends it.
      if (!delta || this.lookUp(delta) !== 'removed') this.lookUp(crl)
      if (chosen.reasons === covered) {
        findings.add('UNABLE_TO_GET_CRL', depth, `the CRLs do not cover every reason for revoking ${describe(subject)}`)
        return
      }
      covered = chosen.reasons
      if (context.strict && factsOfCrl(crl).number === undefined)
        // RFC 5280 §5.2.3: conforming issuers MUST number their CRLs.
        findings.add('INVALID_EXTENSION', depth, `the CRL of ${quoteName(crl.issuer)} has no number`)
    }
  }

  private choose(covered: number): Chosen | undefined {
    let best: Chosen | undefined
    for (const crl of this.options.crls) {
      const found = this.score(crl, covered)
      if (!found || (best && found.score < best.score)) continue
      if (best && found.score === best.score && crl.thisUpdate <= best.crl.thisUpdate) continue
      best = found
    }
    if (!best) return undefined
    const delta = this.findDelta(best.crl)
    if (!delta) return best
    const isCurrent = this.timeProblem(delta, false) === undefined
    return { ...best, delta, score: isCurrent ? best.score | SCORE.delta : best.score }
  }

  /** OpenSSL's `get_crl_score`. */
  private score(crl: CertificateRevocationList, covered: number): Chosen | undefined {
    const facts = factsOfCrl(crl)
    if (facts.invalid) return undefined
    const { point } = facts
    if (!this.extended && (point?.indirectCRL || point?.onlySomeReasons !== undefined)) return undefined
    if ((facts.reasons & ~covered) === 0) return undefined
    // Where deltas are not combined with their bases, OpenSSL takes one for a CRL; here, only for what it revokes.
    if (facts.baseNumber && (this.extended || !this.isRevokedIn(crl))) return undefined
    let score = 0
    if (crl.issuer.equals(this.subject.issuer)) score |= SCORE.issuerName
    else if (!point?.indirectCRL) return undefined
    if (!facts.unknownCritical) score |= SCORE.noCritical
    if (this.timeProblem(crl, false) === undefined) score |= SCORE.time
    const signer = this.findIssuer(crl, (score & SCORE.issuerName) !== 0)
    if (!signer) return undefined
    score |= signer.score
    const scope = this.scope(crl, facts, (score & SCORE.issuerName) !== 0)
    let reasons = covered
    if (scope !== undefined) {
      if ((scope & ~covered) === 0) return undefined
      reasons |= scope
      score |= SCORE.scope
    }
    return { crl, delta: undefined, issuer: signer.issuer, score, reasons }
  }

  private isRevokedIn(crl: CertificateRevocationList): boolean {
    const entry = crl.find(this.subject)
    return entry !== undefined && entry.reason !== 'removeFromCRL'
  }

  /** Whose key signed: the certificate's issuer, one further up, or with extended support another certificate. */
  private findIssuer(
    crl: CertificateRevocationList,
    sameName: boolean,
  ): { issuer: VerifiableCertificate; score: number } | undefined {
    const { chain } = this.path
    const { akid } = factsOfCrl(crl)
    const fits = (issuer: VerifiableCertificate) =>
      keyIdentifiersAgree({ authorityKeyIdentifier: akid }, issuer, factsOf(issuer))
    let at = Math.min(this.depth + 1, chain.length - 1)
    if (sameName && fits(chain[at]!)) return { issuer: chain[at]!, score: SCORE.issuerKey | SCORE.issuerCert }
    for (at++; at < chain.length; at++)
      if (chain[at]!.subject.equals(crl.issuer) && fits(chain[at]!))
        return { issuer: chain[at]!, score: SCORE.issuerKey | SCORE.samePath }
    if (!this.extended) return undefined
    const other = this.context.pool.find((candidate) => candidate.subject.equals(crl.issuer) && fits(candidate))
    return other && { issuer: other, score: SCORE.issuerKey }
  }

  /** The reasons for which a CRL covers the certificate; nothing when it is out of its scope (`crl_crldp_check`). */
  private scope(crl: CertificateRevocationList, { point, reasons }: CrlFacts, sameName: boolean): number | undefined {
    if (point?.onlyContainsAttributeCerts) return undefined
    const isAuthority = factsOf(this.subject).basicConstraints?.ca === true
    if (isAuthority ? point?.onlyContainsUserCerts : point?.onlyContainsCACerts) return undefined
    for (const distribution of this.subject.extensions.read(cRLDistributionPoints) ?? []) {
      if (!servedBy(distribution, crl, sameName)) continue
      if (!point?.name || !distribution.name || this.sameDistribution(distribution, point.name, crl))
        return reasons & (distribution.reasons ?? ALL_REASONS)
    }
    return !point?.name && sameName ? reasons : undefined
  }

  private sameDistribution(
    distribution: DistributionPoint,
    name: DistributionPointName,
    crl: CertificateRevocationList,
  ): boolean {
    const issuerName = distribution.crlIssuer?.find(({ type }) => type === 'directoryName')
    const base = issuerName?.type === 'directoryName' ? issuerName.value : this.subject.issuer
    const a = namesOf(distribution.name!, base)
    const b = namesOf(name, crl.issuer)
    return a.some((one) => b.some((other) => sameGeneralName(one, other)))
  }

  /**
   * OpenSSL's `get_delta_sk`, RFC 5280 §5.2.4 #3, #4, #5, #6, #13: the newest delta CRL that continues this
   * base. One that has run out counts too: whom it
   * revokes stays revoked (RFC 5280 §5.2.4); it only cannot keep an old base alive.
   */
  private findDelta(base: CertificateRevocationList): CertificateRevocationList | undefined {
    const { options } = this
    if (!(options.deltaCrls ?? this.extended)) return undefined
    const baseFacts = factsOfCrl(base)
    if (!baseFacts.number || !(baseFacts.hasFreshest || this.subject.extensions.find(OID.freshestCRL))) return undefined
    const continuing = options.crls.filter((delta) => {
      const { baseNumber, number, invalid } = factsOfCrl(delta)
      return (
        !invalid &&
        baseNumber !== undefined &&
        number !== undefined &&
        delta.issuer.equals(base.issuer) &&
        sameExtension(delta, base, OID.authorityKeyIdentifier) &&
        sameExtension(delta, base, OID.issuingDistributionPoint) &&
        compareNumbers(baseNumber, baseFacts.number!) <= 0 &&
        compareNumbers(number, baseFacts.number!) > 0
      )
    })
    return continuing.reduce<CertificateRevocationList | undefined>(
      (newest, delta) =>
        newest && compareNumbers(factsOfCrl(newest).number!, factsOfCrl(delta).number!) >= 0 ? newest : delta,
      undefined,
    )
  }

  /** OpenSSL's `check_crl`: the issuer's right to sign it, its scope, date and signature. */
  private *checkCrl({ issuer, score }: Chosen, crl: CertificateRevocationList, isDelta: boolean): Eventual<void> {
    const { context, depth, findings, path } = this
    const who = `the CRL of ${quoteName(crl.issuer)}`
    if (depth === path.chain.length - 1 && issuer === this.subject && !likelyIssued(issuer, issuer))
      findings.add('UNABLE_TO_GET_CRL_ISSUER', depth, `the issuer of ${who} is not there`)
    if (!isDelta) {
      // RFC 5280 §4.2.1.3 #4.
      if (!hasUsage(factsOf(issuer), 'cRLSign'))
        findings.add(
          'KEYUSAGE_NO_CRL_SIGN',
          depth,
          `${describe(issuer)} signed ${who}, but its key is not for signing CRLs`,
        )
      if (!(score & SCORE.scope))
        findings.add('DIFFERENT_CRL_SCOPE', depth, `${who} does not cover ${describe(this.subject)}`)
      if (!(score & SCORE.samePath) && !(yield* this.issuerIsValid(issuer)))
        findings.add(
          'CRL_PATH_VALIDATION_ERROR',
          depth,
          `${describe(issuer)}, which signed ${who}, has no valid path to the same anchor`,
        )
    }
    // A base CRL may be out of date when its delta is not; of the delta's own date OpenSSL asks nothing more.
    const problem = isDelta ? undefined : this.timeProblem(crl, (score & SCORE.delta) !== 0)
    if (problem)
      findings.add(problem, depth, `${who} ${problem === 'CRL_HAS_EXPIRED' ? 'has expired' : 'is not yet valid'}`)
    const dsa = inheritedDsaParameters(path.chain)[path.chain.indexOf(issuer)]
    // RFC 5280 §5.1.1.2 #2, RFC 5280 §5.1.2.2 #1, RFC 5280 §5.1.1.3 #2.
    const sameAlgorithms = equalBytes(crl.signatureIdentifier.raw, crl.tbsSignatureIdentifier.raw)
    if (!sameAlgorithms || !(yield* context.verifyData(issuer, crl.signatureAlgorithm, crl.tbs, crl.signature, dsa)))
      findings.add('CRL_SIGNATURE_FAILURE', depth, `${who} was not signed by ${describe(issuer)}`)
  }

  /** RFC 5280 §6.3.3 #1: a CRL signer beside the path needs a valid path of its own to the same anchor (OpenSSL's `check_crl_path`). */
  private *issuerIsValid(issuer: VerifiableCertificate): Eventual<boolean> {
    const { context, path } = this
    if (!this.extended || !context.verifyCrlIssuer) return false
    return yield* context.verifyCrlIssuer(issuer, path.chain[path.chain.length - 1]!)
  }

  private timeProblem(crl: CertificateRevocationList, hasDelta: boolean) {
    const { time } = this.context
    if (crl.thisUpdate > time) return 'CRL_NOT_YET_VALID' as const
    return crl.nextUpdate !== undefined && crl.nextUpdate < time && !hasDelta ? ('CRL_HAS_EXPIRED' as const) : undefined
  }

  private lookUp(crl: CertificateRevocationList): 'removed' | undefined {
    const { depth, findings, subject } = this
    // RFC 5280 §5.2 #1, RFC 5280 §5.3 #1.
    if (factsOfCrl(crl).unknownCritical)
      findings.add(
        'UNHANDLED_CRITICAL_CRL_EXTENSION',
        depth,
        `the CRL of ${quoteName(crl.issuer)} has a critical extension that is not known here`,
      )
    const entry = crl.find(subject)
    if (entry?.reason === 'removeFromCRL') return 'removed'
    if (entry)
      findings.add(
        'CERT_REVOKED',
        depth,
        `${describe(subject)} was revoked on ${new Date(entry.revocationDate).toISOString().slice(0, 10)}${entry.reason ? ` (${entry.reason})` : ''}`,
      )
    return undefined
  }
}

function servedBy({ crlIssuer }: DistributionPoint, crl: CertificateRevocationList, sameName: boolean): boolean {
  // RFC 5280 §4.2.1.13 #3.
  if (!crlIssuer) return sameName
  return crlIssuer.some((name) => name.type === 'directoryName' && name.value.equals(crl.issuer))
}

/** Full names as they are; a relative name completed by its issuer's (RFC 5280 §4.2.1.13). */
function namesOf(name: DistributionPointName, issuer: Name): readonly GeneralName[] {
  if (name.fullName) return name.fullName
  const rdns = DerReader.open(issuer.raw, 'Name').value(0x30, 'rdnSequence')
  try {
    return [{ type: 'directoryName', value: Name.parse(der.sequence(rdns, der.set(name.relativeName))) }]
  } catch {
    return []
  }
}

function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.type !== b.type) return false
  if (a.type === 'directoryName') return a.value.equals((b as typeof a).value)
  return typeof a.value === 'string' ? a.value === b.value : equalBytes(a.value, b.value as Uint8Array)
}

function sameExtension(a: CertificateRevocationList, b: CertificateRevocationList, oid: string): boolean {
  const one = a.extensions.find(oid)?.value
  const other = b.extensions.find(oid)?.value
  return one && other ? equalBytes(one, other) : one === other
}

function compareNumbers(a: Uint8Array, b: Uint8Array): number {
  const x = trimInteger(a)
  const y = trimInteger(b)
  if (x.length !== y.length) return x.length - y.length
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!
  return 0
}

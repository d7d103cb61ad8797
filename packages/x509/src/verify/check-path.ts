import { printable } from '../names/printable.ts'
import { EXTENDED_KEY_USAGE } from '../oids.ts'
import type { Eventual } from '../steps.ts'
import { isTrustedFor } from '../trust-settings.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import { describe, quoteName, type VerifyContext } from './context.ts'
import { inheritedDsaParameters } from './dsa-inheritance.ts'
import { factsOf, hasUsage, likelyIssued } from './facts.ts'
import { Findings } from './findings.ts'
import { checkName } from './host-name.ts'
import type { BuiltPath } from './openssl-path.ts'
import type { PathCheck, PathChecks } from './options.ts'
import { keySecurity, minimumBits, signatureSecurity } from './security-level.ts'
import type { ReferenceName } from './terms.ts'

/** Names and constraints looked at for a path that is refused already: more than honest ones have. */
const WORK_FOR_STRANGERS = 5000

/**
 * Every check of a path, in OpenSSL's order (`verify_chain`), so that the last problem is the one that Node reports.
 *
 * A path that has no anchor, or a wrong signature, is refused already. What could only make the report of it more exact,
 * as Node's is, is done for next to nothing or not at all.
 *
 * RFC 5280 §6.1.3 #1: signatures, dates, revocation, names; each problem is told.
 *
 * @throws {BudgetSpent}
 */
export function* checkPath(context: VerifyContext, path: BuiltPath, checks: PathChecks): Eventual<Findings> {
  const findings = new Findings()
  const { chain } = path
  const { profile, revocation, policy = profile.policy } = checks
  checkLeafKey(context, chain, findings)
  if (path.failure) findings.add(path.failure, chain.length - 1, whyUnbuilt(path))
  checkExtensions(context, path, findings)
  yield* make(profile.form, context, path, findings)
  checkSecurityLevel(context, path, findings)
  yield* make(revocation, context, path, findings)
  yield* checkSignatures(context, path, findings)
  const isStrangers = path.failure !== undefined || findings.has('CERT_SIGNATURE_FAILURE')
  yield* context.account.within(isStrangers ? WORK_FOR_STRANGERS : Infinity, function* () {
    if (profile.nameConstraints) yield* make(profile.nameConstraints, context, path, findings)
    else refuseNameConstraints(chain, findings)
    yield* make(policy, context, path, findings)
  })
  for (const usage of context.options.keyUsage ?? [])
    if (!hasUsage(factsOf(chain[0]!), usage))
      findings.add('INVALID_PURPOSE', 0, `the key of ${describe(chain[0]!)} is not for ${usage}`)
  for (const name of namesAsked(context)) {
    context.spendWork(factsOf(chain[0]!).subjectAltName?.length ?? 0)
    const mismatch = checkName(chain[0]!, name)
    if (mismatch) findings.add(mismatch.code, 0, mismatch.reason)
  }
  return findings
}

function* make(
  check: PathCheck | undefined | false,
  context: VerifyContext,
  path: BuiltPath,
  findings: Findings,
): Eventual<void> {
  if (check) yield* check(context, path, findings) ?? []
}

function namesAsked({ options: { name } }: VerifyContext) {
  if (!name && name !== '') return []
  return Array.isArray(name) ? (name as readonly (string | ReferenceName)[]) : [name as string | ReferenceName]
}

function whyUnbuilt({ chain, failure }: BuiltPath): string {
  const top = chain[chain.length - 1]!
  const malformed = factsOf(top).malformed
  if (malformed) return `${describe(top)} is malformed: ${printable(malformed)}`
  switch (failure) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `${describe(top)} is self-signed and is not itself trusted`
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `the chain ends in ${describe(top)}, which is self-signed and not trusted`
    case 'CERT_CHAIN_TOO_LONG':
      return `the chain of ${chain.length} certificates is longer than allowed and did not reach a trusted one`
    case 'UNABLE_TO_GET_ISSUER_CERT':
      return `${describe(top)} is in the trust store but is no root, and its issuer ${quoteName(top.issuer)} is not there`
    default:
      return `the issuer ${quoteName(top.issuer)} of ${describe(top)} is neither trusted nor among the certificates that were sent`
  }
}

function checkLeafKey(context: VerifyContext, chain: readonly VerifiableCertificate[], findings: Findings): void {
  if (context.securityLevel > 0 && !(minimumBits(context.securityLevel) <= (keySecurity(chain[0]!) ?? -1)))
    findings.add('EE_KEY_TOO_SMALL', 0, keyTooSmall(context, chain[0]!))
}

function keyTooSmall({ securityLevel }: VerifyContext, certificate: VerifiableCertificate): string {
  const bits = keySecurity(certificate)
  return `the key of ${describe(certificate)} ${bits === undefined ? 'is of an unknown kind' : `has a strength of ${bits} bits`}; security level ${securityLevel} asks for ${minimumBits(securityLevel)}`
}

/** Extensions, purpose and path length (OpenSSL's `check_extensions`). */
function checkExtensions(context: VerifyContext, { chain, untrusted }: BuiltPath, findings: Findings): void {
  let pathLength = 0
  for (let i = 0; i < chain.length; i++) {
    const certificate = chain[i]!
    const facts = factsOf(certificate)
    const who = describe(certificate)
    // RFC 5280 §6.1 #5, RFC 5280 §4.2 #1, RFC 5280 §4.2.1.8 #1.
    if (facts.unknownCritical)
      findings.add(
        'UNHANDLED_CRITICAL_EXTENSION',
        i,
        `${who} has the critical extension ${facts.unknownCritical}, which is not known here`,
      )
    if (i > 0) {
      // RFC 5280 §4.2.1.9 #2, RFC 5280 §6.1.4 #1: nor one of version 1, unless it is an anchor, which is trusted by other means.
      if (facts.authority === 0 || (i + 1 < chain.length && facts.authority !== 1))
        findings.add(
          'INVALID_CA',
          i,
          `${who} issued a certificate but is not an authority (basicConstraints, keyUsage)`,
        )
    }
    if (chain.length > 1 && certificate.subjectPublicKeyInfo.hasExplicitCurve)
      findings.add('EC_KEY_EXPLICIT_PARAMS', i, `the key of ${who} spells out its curve instead of naming it`)
    const unfit = i < untrusted ? whyUnfit(context, certificate, i > 0) : whyNoAnchor(context, certificate, i > 0)
    if (unfit) findings.add('INVALID_PURPOSE', i, `${who} ${unfit}`)
    const limit = facts.basicConstraints?.pathLength
    if (i > 1 && limit !== undefined && pathLength > limit)
      findings.add('PATH_LENGTH_EXCEEDED', i, `${who} allows ${limit} authorities below it; there are ${pathLength}`)
    if (i > 0 && !facts.selfIssued) pathLength++
  }
}

/** The same of a certificate out of the trust store, which may have settings of its own (OpenSSL's `check_purpose`). */
function whyNoAnchor(
  context: VerifyContext,
  certificate: VerifiableCertificate,
  asAuthority: boolean,
): string | undefined {
  const { purpose, strict } = context
  const trusted =
    certificate.trust && purpose !== 'any' ? isTrustedFor(certificate.trust, EXTENDED_KEY_USAGE[purpose]) : undefined
  if (trusted === false) return `is not trusted for ${purpose} (its trust settings)`
  return trusted && !strict ? undefined : whyUnfit(context, certificate, asAuthority)
}

/**
 * Why a certificate is not for the purpose asked (OpenSSL's `check_purpose_*`); nothing when it is.
 *
 * RFC 5280 §4.2.1.12 #3, #7, #8: both usages say yes.
 */
function whyUnfit(
  { purpose }: VerifyContext,
  certificate: VerifiableCertificate,
  asAuthority: boolean,
): string | undefined {
  if (purpose === 'any') return undefined
  const facts = factsOf(certificate)
  const { extKeyUsage } = facts
  if (extKeyUsage) {
    const fits =
      extKeyUsage.has(EXTENDED_KEY_USAGE[purpose]) ||
      (purpose === 'serverAuth' &&
        (extKeyUsage.has(EXTENDED_KEY_USAGE.msSGC) || extKeyUsage.has(EXTENDED_KEY_USAGE.nsSGC)))
    if (!fits) return `is not for ${purpose} (extendedKeyUsage)`
  }
  if (asAuthority) {
    if (facts.authority === 0) return 'may not issue certificates'
    return facts.authority === 5 && !facts.netscapeTypes?.includes('sslCA') ? 'is no SSL authority' : undefined
  }
  if (purpose === 'serverAuth') {
    if (facts.netscapeTypes && !facts.netscapeTypes.includes('sslServer'))
      return 'is not for servers (netscapeCertType)'
    if (!hasUsage(facts, 'digitalSignature') && !hasUsage(facts, 'keyEncipherment') && !hasUsage(facts, 'keyAgreement'))
      return 'has a key usage that no TLS server needs'
  }
  if (purpose === 'clientAuth') {
    if (facts.netscapeTypes && !facts.netscapeTypes.includes('sslClient'))
      return 'is not for clients (netscapeCertType)'
    if (!hasUsage(facts, 'digitalSignature') && !hasUsage(facts, 'keyAgreement'))
      return 'has a key usage that no TLS client needs'
  }
  return undefined
}

/** OpenSSL's `check_auth_level`: keys of issuers, and signatures but the anchor's. */
function checkSecurityLevel(context: VerifyContext, { chain }: BuiltPath, findings: Findings): void {
  const { securityLevel } = context
  if (securityLevel <= 0) return
  const minimum = minimumBits(securityLevel)
  chain.forEach((certificate, i) => {
    if (i > 0 && !(minimum <= (keySecurity(certificate) ?? -1)))
      findings.add('CA_KEY_TOO_SMALL', i, keyTooSmall(context, certificate))
    if (i < chain.length - 1 && signatureSecurity(certificate.signatureAlgorithm) < minimum)
      findings.add(
        'CA_MD_TOO_WEAK',
        i,
        `the signature on ${describe(certificate)} is too weak for security level ${securityLevel}`,
      )
  })
}

/** Signatures and dates, from the top down (OpenSSL's `internal_verify`). */
function* checkSignatures(context: VerifyContext, { chain }: BuiltPath, findings: Findings): Eventual<void> {
  let subject = chain.length - 1
  let issuer = subject
  if (!likelyIssued(chain[subject]!, chain[subject]!) && !context.partialChain) {
    // The top is not self-issued: its own signature cannot be checked, so the one below it comes first.
    if (subject > 0) {
      subject--
    } else
      findings.add(
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        0,
        `only ${describe(chain[0]!)} was sent, and its issuer ${quoteName(chain[0]!.issuer)} is not trusted`,
      )
  }
  const inherited = inheritedDsaParameters(chain)
  for (; subject >= 0; issuer = subject--) {
    const certificate = chain[subject]!
    const above = chain[issuer]!
    if (issuer !== subject) {
      // RFC 5280 §4.2.1.3 #4.
      if (!hasUsage(factsOf(above), 'keyCertSign'))
        findings.add(
          'KEYUSAGE_NO_CERTSIGN',
          issuer,
          `the key of ${describe(above)} is not for signing certificates (keyUsage)`,
        )
      if (!(yield* context.verifySignature(certificate, above, inherited[issuer])))
        findings.add('CERT_SIGNATURE_FAILURE', subject, `${describe(certificate)} was not signed by ${describe(above)}`)
    }
    checkDates(context, certificate, subject, findings)
  }
}

function checkDates(
  { time }: VerifyContext,
  certificate: VerifiableCertificate,
  depth: number,
  findings: Findings,
): void {
  const date = (at: number) => new Date(at).toISOString().slice(0, 19)
  const { notBefore, notAfter } = certificate
  if (Number.isNaN(notBefore))
    findings.add('ERROR_IN_CERT_NOT_BEFORE_FIELD', depth, `notBefore of ${describe(certificate)} is no date`)
  if (Number.isNaN(notAfter))
    findings.add('ERROR_IN_CERT_NOT_AFTER_FIELD', depth, `notAfter of ${describe(certificate)} is no date`)
  if (time < notBefore)
    findings.add(
      'CERT_NOT_YET_VALID',
      depth,
      `${describe(certificate)} is valid from ${date(notBefore)}; it is ${date(time)}`,
    )
  // RFC 5280 §4.1.2.5: notAfter itself is inside.
  if (time > notAfter)
    findings.add(
      'CERT_HAS_EXPIRED',
      depth,
      `${describe(certificate)} was valid until ${date(notAfter)}; it is ${date(time)}`,
    )
}

/** RFC 5280 §4.2.1.10: an authority's constraints that are not processed make its certificates unusable. */
function refuseNameConstraints(chain: readonly VerifiableCertificate[], findings: Findings): void {
  chain.forEach((certificate, depth) => {
    if (depth > 0 && factsOf(certificate).nameConstraints)
      findings.add(
        'UNHANDLED_CRITICAL_EXTENSION',
        depth,
        `${describe(certificate)} constrains the names below it, and name constraints are not processed here`,
      )
  })
}

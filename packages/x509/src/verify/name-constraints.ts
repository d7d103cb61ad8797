import type { GeneralSubtree, NameConstraints } from '../extensions/constraints.ts'
import type { GeneralName } from '../names/general-name.ts'
import type { Name } from '../names/name.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { Findings } from './check-path.ts'
import type { VerifyCode } from './codes.ts'
import { describe, type VerifyContext } from './context.ts'
import { factsOf } from './facts.ts'
import { isDnsName } from './host-name.ts'
import type { BuiltPath } from './openssl-path.ts'

/** Comparisons that one certificate and one set of constraints may ask for (OpenSSL's NAME_CHECK_MAX). */
const MAX_COMPARISONS = 1_048_576

/** What comparing a name with a constraint says. */
type Comparison = boolean | 'bad-constraint' | 'bad-name'

export interface ConstraintProblem {
  readonly code: VerifyCode
  readonly reason: string
}

/** Constraints of every certificate against all below it, self-issued ones left out but for the leaf (RFC 5280 §6.1.3). */
export function checkNameConstraints(context: VerifyContext, { chain }: BuiltPath, findings: Findings): void {
  for (let i = chain.length - 1; i >= 0; i--) {
    if (i > 0 && factsOf(chain[i]!).selfIssued) continue
    for (let j = chain.length - 1; j > i; j--) {
      const constraints = factsOf(chain[j]!).nameConstraints
      const problem = constraints && problemWith(chain[i]!, constraints, i === 0 && !context.strict)
      if (problem)
        findings.add(
          problem.code,
          i,
          `${describe(chain[i]!)} breaks a name constraint of ${describe(chain[j]!)}: ${problem.reason}`,
        )
    }
  }
}

/**
 * Name constraints of one authority against one certificate below it (RFC 5280 §4.2.1.10, §6.1.3 (b), (c)).
 *
 * @param withCommonName also holds a common name that reads as a host name against DNS constraints, when the leaf has no
 *   DNS name; for verifiers that fall back to the common name
 */
function problemWith(
  certificate: VerifiableCertificate,
  constraints: NameConstraints,
  withCommonName: boolean,
): ConstraintProblem | undefined {
  const names = namesOf(certificate, withCommonName)
  const size = (constraints.permitted?.length ?? 0) + (constraints.excluded?.length ?? 0)
  if (names.length * size > MAX_COMPARISONS)
    return {
      code: 'UNSPECIFIED',
      reason: `${names.length} names and ${size} constraints are more than will be compared`,
    }
  for (const name of names) {
    const problem = checkName(name, constraints)
    if (problem) return problem
  }
  return undefined
}

function namesOf(certificate: VerifiableCertificate, withCommonName: boolean): GeneralName[] {
  const names: GeneralName[] = []
  const alternative = factsOf(certificate).subjectAltName ?? []
  const { subject } = certificate
  if (!subject.isEmpty) {
    names.push({ type: 'directoryName', value: subject })
    // RFC 5280 §4.2.1.10: emailAddress attributes are bound by e-mail constraints.
    for (const { type, value } of subject.attributes) if (type === 'emailAddress') names.push({ type: 'email', value })
  }
  names.push(...alternative)
  if (withCommonName && !alternative.some(({ type }) => type === 'dns'))
    for (const { type, value } of subject.attributes)
      if (type === 'CN' && isDnsName(value)) names.push({ type: 'dns', value })
  return names
}

function checkName(name: GeneralName, { permitted, excluded }: NameConstraints): ConstraintProblem | undefined {
  let permittedByType: boolean | undefined
  for (const subtree of permitted ?? []) {
    if (subtree.base.type !== name.type) continue
    const result = compare(name, subtree, false)
    if (typeof result !== 'boolean') return unsupported(result, name, subtree)
    permittedByType ||= result
  }
  if (permittedByType === false)
    return { code: 'PERMITTED_VIOLATION', reason: `${text(name)} is not under a permitted subtree` }
  for (const subtree of excluded ?? []) {
    if (subtree.base.type !== name.type) continue
    const result = compare(name, subtree, true)
    if (typeof result !== 'boolean') return unsupported(result, name, subtree)
    if (result)
      return { code: 'EXCLUDED_VIOLATION', reason: `${text(name)} is under the excluded ${text(subtree.base)}` }
  }
  return undefined
}

function unsupported(
  kind: 'bad-constraint' | 'bad-name',
  name: GeneralName,
  { base }: GeneralSubtree,
): ConstraintProblem {
  return kind === 'bad-name'
    ? {
        code: 'UNSUPPORTED_NAME_SYNTAX',
        reason: `${text(name)} is not a valid name, so that no constraint can be held against it`,
      }
    : { code: 'UNSUPPORTED_CONSTRAINT_SYNTAX', reason: `the constraint ${text(base)} is not a valid one` }
}

function text(name: GeneralName): string {
  const { value } = name
  if (name.type === 'ip') return `IP address ${(value as Uint8Array).join('.')}`
  if (typeof value === 'string') return `${name.type} ${JSON.stringify(value.slice(0, 100))}`
  return value instanceof Uint8Array ? name.type : `name "${value.toString().slice(0, 100)}"`
}

function compare(name: GeneralName, { base, minimum, maximum }: GeneralSubtree, excluding: boolean): Comparison {
  // RFC 5280 §4.2.1.10: minimum MUST be zero and maximum absent.
  if (minimum !== 0 || maximum !== undefined) return 'bad-constraint'
  switch (base.type) {
    case 'directoryName':
      return isUnder((name as typeof base).value, base.value)
    case 'dns':
      return compareDns((name as typeof base).value, base.value, excluding)
    case 'email':
      return compareEmail((name as typeof base).value, base.value)
    case 'uri':
      return compareUri((name as typeof base).value, base.value)
    case 'ip':
      return compareIp((name as typeof base).value, base.value)
    default:
      // A constraint on a kind of name that cannot be compared must not be passed over (RFC 5280 §4.2.1.10).
      return 'bad-constraint'
  }
}

function isUnder(name: Name, base: Name): boolean {
  const rdns = name.canonical
  return base.canonical.every((rdn, i) => rdn === rdns[i])
}

/** A name of labels under a base of labels: `host.example.com` is under `example.com`. */
function isSubdomain(name: string, base: string): boolean {
  return base === '' || name === base || name.endsWith(`.${base}`)
}

function compareDns(name: string, base: string, excluding: boolean): Comparison {
  const constraint = base.toLowerCase().replace(/\.$/, '')
  // RFC 5280 §4.2.1.10: a DNS constraint is a host name; a leading period is for URIs and e-mail only.
  if (constraint !== '' && !isDnsName(constraint)) return 'bad-constraint'
  const lower = name.toLowerCase().replace(/\.$/, '')
  const wildcard = lower.startsWith('*.')
  const host = wildcard ? lower.slice(2) : lower
  if (!isDnsName(host)) return 'bad-name'
  if (!wildcard) return isSubdomain(host, constraint)
  // `*.example.com` stands for every name one label below example.com: it is permitted when all of them are, and
  // excluded when one of them is.
  if (isSubdomain(host, constraint)) return true
  return excluding && constraint.endsWith(`.${host}`) && !constraint.slice(0, -host.length - 1).includes('.')
}

/** Splits at the last `@`; the local part may be quoted and is compared as it stands. */
function splitMailbox(address: string): { local: string; host: string } | undefined {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  const host = address.slice(at + 1).toLowerCase()
  if (at <= 0 || !isDnsName(host)) return undefined
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local)
  if (!quoted && !/^[\w!#$%&'*+\-/=?^`{|}~]+(\.[\w!#$%&'*+\-/=?^`{|}~]+)*$/.test(local)) return undefined
  return { local, host }
}

function compareEmail(name: string, base: string): Comparison {
  const mailbox = splitMailbox(name)
  if (!mailbox) return 'bad-name'
  if (base.includes('@')) {
    const wanted = splitMailbox(base)
    return wanted ? wanted.local === mailbox.local && wanted.host === mailbox.host : 'bad-constraint'
  }
  return compareHost(mailbox.host, base)
}

/** Hosts of e-mail and URIs: `example.com` is that host alone, `.example.com` every host below it. */
function compareHost(host: string, base: string): Comparison {
  const constraint = base.toLowerCase()
  if (constraint === '') return true
  if (!isDnsName(constraint.replace(/^\./, ''))) return 'bad-constraint'
  return constraint.startsWith('.') ? host.endsWith(constraint) : host === constraint
}

function compareUri(uri: string, base: string): Comparison {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1]
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase()
  // RFC 5280 §4.2.1.10: a URI without an authority, or whose host is an IP address, is to be refused.
  if (!host || !isDnsName(host) || /^[\d.]+$/.test(host)) return 'bad-name'
  return compareHost(host, base)
}

function compareIp(address: Uint8Array, base: Uint8Array): Comparison {
  if (base.length !== 8 && base.length !== 32) return 'bad-constraint'
  const half = base.length / 2
  // RFC 4632 §3.1: the mask is a run of ones.
  let zeros = false
  for (let i = half; i < base.length; i++) {
    const byte = base[i]!
    if (zeros ? byte !== 0 : (((~byte & 0xff) + 1) & (~byte & 0xff)) !== 0) return 'bad-constraint'
    if (byte !== 0xff) zeros = true
  }
  if (address.length !== 4 && address.length !== 16) return 'bad-name'
  if (address.length !== half) return false
  return address.every((byte, i) => (byte & base[half + i]!) === (base[i]! & base[half + i]!))
}

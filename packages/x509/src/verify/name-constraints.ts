import { toHex } from '../bytes.ts'
import type { GeneralSubtree, NameConstraints } from '../extensions/constraints.ts'
import type { GeneralName } from '../names/general-name.ts'
import type { Name } from '../names/name.ts'
import { printable } from '../names/printable.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyCode } from './codes.ts'
import { describe, type VerifyContext } from './context.ts'
import { factsOf } from './facts.ts'
import type { Findings } from './findings.ts'
import { isDnsName } from './host-name.ts'
import type { BuiltPath } from './openssl-path.ts'

/** Names times constraints that OpenSSL refuses to compare (NAME_CHECK_MAX), and Node with it. */
const MAX_COMPARISONS = 1_048_576

/** What comparing a name with the constraints of its type says. */
type Comparison = boolean | 'bad-constraint' | 'bad-name'

/** Constraints of every certificate against all below it, self-issued ones left out but for the leaf (RFC 5280 §6.1.3). */
export function checkNameConstraints(context: VerifyContext, { chain }: BuiltPath, findings: Findings): void {
  for (let i = chain.length - 1; i >= 0; i--) {
    if (i > 0 && factsOf(chain[i]!).selfIssued) continue
    let names: readonly GeneralName[] | undefined
    for (let j = chain.length - 1; j > i; j--) {
      const constraints = factsOf(chain[j]!).nameConstraints
      if (!constraints) continue
      names ??= namesOf(chain[i]!, i === 0 && !context.strict)
      const problem = problemWith(context, names, constraints)
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
 * The names that constraints bind.
 *
 * @param withCommonName also a common name that reads as a host name, when the leaf has no DNS name; for verifiers that
 *   fall back to the common name
 */
function namesOf(certificate: VerifiableCertificate, withCommonName: boolean): GeneralName[] {
  const alternative = factsOf(certificate).subjectAltName ?? []
  const names: GeneralName[] = []
  const { subject } = certificate
  if (!subject.isEmpty) {
    // RFC 5280 §4.2.1.10 #14.
    names.push({ type: 'directoryName', value: subject })
    // RFC 5280 §4.2.1.10 #13: emailAddress attributes are bound by e-mail constraints.
    for (const { type, value } of subject.attributes) if (type === 'emailAddress') names.push({ type: 'email', value })
  }
  for (const name of alternative) names.push(name)
  if (withCommonName && !alternative.some(({ type }) => type === 'dns'))
    for (const { type, value } of subject.attributes)
      if (type === 'CN' && isDnsName(value)) names.push({ type: 'dns', value })
  return names
}

interface ConstraintProblem {
  readonly code: VerifyCode
  readonly reason: string
}

/** Name constraints of one authority against the names of a certificate below it (RFC 5280 §4.2.1.10, §6.1.3 (b), (c); RFC 5280 §6.1.2 #1). */
function problemWith(
  context: VerifyContext,
  names: readonly GeneralName[],
  constraints: NameConstraints,
): ConstraintProblem | undefined {
  const size = (constraints.permitted?.length ?? 0) + (constraints.excluded?.length ?? 0)
  context.spendWork(size)
  if (names.length * size > MAX_COMPARISONS)
    return {
      code: 'UNSPECIFIED',
      reason: `${names.length} names under ${size} constraints are more than OpenSSL compares`,
    }
  const permitted = constraints.permitted && indexSubtrees(constraints.permitted)
  const excluded = constraints.excluded && indexSubtrees(constraints.excluded)
  for (const name of names) {
    context.spendWork(1)
    const allowed = permitted?.get(name.type)?.covers(name, false, context)
    const forbidden =
      allowed === undefined || allowed === true ? excluded?.get(name.type)?.covers(name, true, context) : false
    for (const result of [allowed, forbidden])
      if (result === 'bad-name')
        return {
          code: 'UNSUPPORTED_NAME_SYNTAX',
          reason: `${text(name)} is not a valid name, so that no constraint can be held against it`,
        }
      else if (result === 'bad-constraint')
        return {
          code: 'UNSUPPORTED_CONSTRAINT_SYNTAX',
          reason: `a constraint on names such as ${text(name)} is not valid`,
        }
    if (allowed === false)
      return { code: 'PERMITTED_VIOLATION', reason: `${text(name)} is not under a permitted subtree` }
    if (forbidden) return { code: 'EXCLUDED_VIOLATION', reason: `${text(name)} is under an excluded subtree` }
  }
  return undefined
}

function text(name: GeneralName): string {
  const { value } = name
  if (name.type === 'ip') return `IP address ${(value as Uint8Array).subarray(0, 16).join('.')}`
  if (typeof value === 'string') return `${name.type} "${printable(value)}"`
  return value instanceof Uint8Array ? name.type : `name "${printable(value.toString())}"`
}

/**
 * Subtrees of one type, so laid out that a name is looked up and not compared with each: thousands of names under
 * thousands of subtrees cost their sum.
 */
abstract class Subtrees {
  /** A base that is no valid constraint: no name can be held against these (RFC 5280 §4.2.1.10). */
  private malformed = false

  add({ base, minimum, maximum }: GeneralSubtree): void {
    // RFC 5280 §4.2.1.10 #7, #8: minimum MUST be zero and maximum absent.
    if (minimum !== 0 || maximum !== undefined || !this.addBase(base.value as never)) this.malformed = true
  }

  covers(name: GeneralName, excluding: boolean, context: VerifyContext): Comparison {
    return this.malformed ? 'bad-constraint' : this.coversName(name.value as never, excluding, context)
  }

  /** @returns false for a base that is not valid */
  protected abstract addBase(base: GeneralName['value']): boolean
  protected abstract coversName(name: GeneralName['value'], excluding: boolean, context: VerifyContext): Comparison
}

const indexed = /* @__PURE__ */ new WeakMap<readonly GeneralSubtree[], ReadonlyMap<string, Subtrees>>()

function indexSubtrees(subtrees: readonly GeneralSubtree[]): ReadonlyMap<string, Subtrees> {
  let index = indexed.get(subtrees) as Map<string, Subtrees> | undefined
  if (index) return index
  indexed.set(subtrees, (index = new Map()))
  for (const subtree of subtrees) {
    const { type } = subtree.base
    let same = index.get(type)
    if (!same) index.set(type, (same = subtreesOf(type)))
    same.add(subtree)
  }
  return index
}

function subtreesOf(type: GeneralName['type']): Subtrees {
  switch (type) {
    case 'directoryName':
      return new DirectorySubtrees()
    case 'dns':
      return new DnsSubtrees()
    case 'email':
      return new EmailSubtrees()
    case 'uri':
      return new UriSubtrees()
    case 'ip':
      return new IpSubtrees()
    // RFC 5280 §4.2.1.10 #6, #15: no name of the form passes.
    default:
      return new UnknownSubtrees()
  }
}

/** A constraint on a kind of name that cannot be compared must not be passed over (RFC 5280 §4.2.1.10). */
class UnknownSubtrees extends Subtrees {
  protected addBase(): boolean {
    return false
  }

  protected coversName(): Comparison {
    return 'bad-constraint'
  }
}

/** RFC 5280 §4.2.1.10 #5, #16, #17: by the rules of §7.1, in which `canonical` writes names. */
class DirectorySubtrees extends Subtrees {
  private readonly bases = new Set<string>()
  /** How many relative names the bases have. */
  private readonly lengths = new Set<number>()

  protected override addBase(base: Name): boolean {
    this.bases.add(base.key)
    this.lengths.add(base.canonical.length)
    return true
  }

  protected override coversName(name: Name, _: boolean, context: VerifyContext): Comparison {
    const rdns = name.canonical
    for (const length of this.lengths) {
      if (length > rdns.length) continue
      const beginning = rdns.slice(0, length).join('\u0001')
      context.spendWork(length + (beginning.length >> 5))
      if (this.bases.has(beginning)) return true
    }
    return false
  }
}

class DnsSubtrees extends Subtrees {
  private readonly bases = new Set<string>()
  /** Every base without its first label: what a wildcard may stand above. */
  private readonly parents = new Set<string>()

  protected override addBase(base: string): boolean {
    const constraint = base.toLowerCase().replace(/\.$/, '')
    // RFC 5280 §4.2.1.10 #9: a DNS constraint is a host name; a leading period is for URIs and e-mail only.
    if (constraint !== '' && !isDnsName(constraint)) return false
    this.bases.add(constraint)
    const dot = constraint.indexOf('.')
    if (dot >= 0) this.parents.add(constraint.slice(dot + 1))
    return true
  }

  protected override coversName(name: string, excluding: boolean, context: VerifyContext): Comparison {
    // RFC 5280 §4.2.1.6: a dNSName has no final dot. With one it is permitted by nothing but everything, as in OpenSSL; yet
    // it is excluded like the name without it.
    if (!excluding && name.endsWith('.')) return this.bases.has('')
    const lower = name.toLowerCase().replace(/\.$/, '')
    const wildcard = lower.startsWith('*.')
    const host = wildcard ? lower.slice(2) : lower
    if (!isDnsName(host)) return 'bad-name'
    // `*.example.com` stands for every name one label below example.com: it is permitted when all of them are, and
    // excluded when one of them is.
    return (
      this.bases.has('') || coversHost(this.bases, host, context) || (wildcard && excluding && this.parents.has(host))
    )
  }
}

/** A host, or one above it: `host.example.com` is under `example.com`. */
function coversHost(bases: ReadonlySet<string>, host: string, context: VerifyContext): boolean {
  for (let at = 0; ; ) {
    context.spendWork(1)
    if (bases.has(host.slice(at))) return true
    const dot = host.indexOf('.', at)
    if (dot < 0) return false
    at = dot + 1
  }
}

/** Hosts of e-mail and URIs: `example.com` is that host alone, `.example.com` every host below it. */
abstract class HostSubtrees extends Subtrees {
  private readonly hosts = new Set<string>()
  private readonly domains = new Set<string>()
  private all = false

  protected override addBase(base: string): boolean {
    const constraint = base.toLowerCase()
    if (constraint === '') this.all = true
    else if (!isDnsName(constraint.replace(/^\./, ''))) return false
    else if (constraint.startsWith('.')) this.domains.add(constraint.slice(1))
    else this.hosts.add(constraint)
    return true
  }

  protected coversHost(host: string, context: VerifyContext): boolean {
    const dot = host.indexOf('.')
    return this.all || this.hosts.has(host) || (dot >= 0 && coversHost(this.domains, host.slice(dot + 1), context))
  }
}

class EmailSubtrees extends HostSubtrees {
  private readonly mailboxes = new Set<string>()

  protected override addBase(base: string): boolean {
    if (!base.includes('@')) return super.addBase(base)
    const mailbox = splitMailbox(base)
    if (mailbox) this.mailboxes.add(`${mailbox.local}@${mailbox.host}`)
    return mailbox !== undefined
  }

  protected override coversName(name: string, _: boolean, context: VerifyContext): Comparison {
    const mailbox = splitMailbox(name)
    if (!mailbox) return 'bad-name'
    return this.mailboxes.has(`${mailbox.local}@${mailbox.host}`) || this.coversHost(mailbox.host, context)
  }
}

class UriSubtrees extends HostSubtrees {
  protected override coversName(uri: string, _: boolean, context: VerifyContext): Comparison {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1]
    const host = authority
      ?.slice(authority.lastIndexOf('@') + 1)
      .replace(/:\d*$/, '')
      .toLowerCase()
    // RFC 5280 §4.2.1.10 #11: a URI without an authority, or whose host is an IP address, is to be refused.
    if (!host || !isDnsName(host) || /^[\d.]+$/.test(host)) return 'bad-name'
    return this.coversHost(host, context)
  }
}

class IpSubtrees extends Subtrees {
  /** Masked addresses by mask. */
  private readonly byMask = new Map<string, { mask: Uint8Array; bases: Set<string> }>()

  protected override addBase(base: Uint8Array): boolean {
    // RFC 5280 §4.2.1.10 #20, #21, #22.
    if (base.length !== 8 && base.length !== 32) return false
    const mask = base.subarray(base.length / 2)
    // RFC 4632 §3.1: the mask is a run of ones. So there are few of them.
    let zeros = false
    for (const byte of mask) {
      if (zeros ? byte !== 0 : (((~byte & 0xff) + 1) & (~byte & 0xff)) !== 0) return false
      if (byte !== 0xff) zeros = true
    }
    const key = toHex(mask)
    let same = this.byMask.get(key)
    if (!same) this.byMask.set(key, (same = { mask, bases: new Set() }))
    same.bases.add(masked(base, mask))
    return true
  }

  protected override coversName(address: Uint8Array, _: boolean, context: VerifyContext): Comparison {
    if (address.length !== 4 && address.length !== 16) return 'bad-name'
    for (const { mask, bases } of this.byMask.values()) {
      context.spendWork(1)
      if (mask.length === address.length && bases.has(masked(address, mask))) return true
    }
    return false
  }
}

function masked(address: Uint8Array, mask: Uint8Array): string {
  return toHex(mask.map((byte, i) => byte & address[i]!))
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

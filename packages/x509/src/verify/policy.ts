import { bool, listOf, optionsReader, text } from '@x/crypto-primitives/options'
import { inhibitAnyPolicy, policyConstraints } from '../extensions/constraints.ts'
import { certificatePolicies, policyMappings } from '../extensions/policies.ts'
import { ANY_POLICY } from '../oids.ts'
import { invalidArgument } from '../rules.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import { describe, type VerifyContext } from './context.ts'
import { factsOf } from './facts.ts'
import type { Findings } from './findings.ts'
import type { BuiltPath } from './openssl-path.ts'
import type { PathCheck } from './options.ts'

/**
 * Certificate policies (RFC 5280 §6.1). In place of the RFC's tree, which doubles with every level that maps, each level
 * is a map of policies with links to the policies above that lead to them (RFC 9618): the same answers, in linear size.
 */

interface PolicyNode {
  readonly policy: string
  /** Policies of the level above that were mapped to this one; none: its parent is anyPolicy. */
  readonly parents: Set<string>
  /** Mapped to something else for the level below. */
  mapped: boolean
}

interface Level {
  readonly nodes: Map<string, PolicyNode>
  hasAny: boolean
}

/** Policy inputs (RFC 5280 §6.1.1). */
export interface PolicyOptions {
  /** user-initial-policy-set, dotted. Default: any policy. */
  readonly initialPolicySet?: readonly string[]
  readonly explicitPolicy?: boolean
  readonly inhibitMapping?: boolean
  readonly inhibitAny?: boolean
}

/** The check of certificate policies, with these inputs. @throws {X509Error} `INVALID_ARGUMENT` */
export function checkPolicies(options: PolicyOptions = {}): PathCheck {
  return checkPoliciesBy(readOptions(options))
}

export const POLICY_RULES = /* @__PURE__ */ (() => ({
  initialPolicySet: listOf(text, 1),
  explicitPolicy: bool,
  inhibitMapping: bool,
  inhibitAny: bool,
}))()

const readOptions = /* @__PURE__ */ (() => optionsReader('checkPolicies', POLICY_RULES, invalidArgument))()

/** `checkPolicies` of options that were read. */
export function checkPoliciesBy(options: PolicyOptions): PathCheck {
  return (context, path, findings) => processPolicies(context, path, options, findings)
}

function processPolicies(
  context: VerifyContext,
  { chain }: BuiltPath,
  options: PolicyOptions,
  findings: Findings,
): void {
  // The anchor is input, not part of the path.
  const path = chain.slice(0, -1)
  const count = path.length
  if (count === 0) return
  let explicitPolicy = options.explicitPolicy ? 0 : count + 1
  let inhibitAny = options.inhibitAny ? 0 : count + 1
  let policyMapping = options.inhibitMapping ? 0 : count + 1
  const levels: Level[] = []
  let level: Level = { nodes: new Map(), hasAny: true }

  for (let depth = count - 1; depth >= 0; depth--) {
    const certificate = path[depth]!
    const { selfIssued } = factsOf(certificate)
    const isLeaf = depth === 0
    let extensions: PolicyExtensions
    try {
      extensions = readExtensions(certificate)
    } catch (error) {
      findings.add('INVALID_POLICY_EXTENSION', depth, `${describe(certificate)}: ${(error as Error).message}`)
      return
    }
    context.spendWork(level.nodes.size + extensions.policies.size + extensions.mappings.length)
    // §6.1.3 (d), (e).
    applyPolicies(level, extensions.policies, inhibitAny > 0 || (!isLeaf && selfIssued))
    // §6.1.3 (f).
    if (explicitPolicy === 0 && isEmpty(level)) {
      findings.add(
        'NO_EXPLICIT_POLICY',
        depth,
        `${describe(certificate)} leaves no policy that the whole chain is valid for`,
      )
      return
    }
    levels.push(level)
    if (!isLeaf) {
      // §6.1.4 (a), (b); RFC 5280 §4.2.1.11 #2.
      level = mapPolicies(level, extensions.mappings, policyMapping > 0)
      // §6.1.4 (h).
      if (!selfIssued) {
        explicitPolicy = Math.max(0, explicitPolicy - 1)
        policyMapping = Math.max(0, policyMapping - 1)
        inhibitAny = Math.max(0, inhibitAny - 1)
      }
      // §6.1.4 (i), (j); RFC 5280 §4.2.1.11 #1.
      explicitPolicy = Math.min(explicitPolicy, extensions.requireExplicitPolicy ?? explicitPolicy)
      policyMapping = Math.min(policyMapping, extensions.inhibitPolicyMapping ?? policyMapping)
      inhibitAny = Math.min(inhibitAny, extensions.inhibitAnyPolicy ?? inhibitAny)
    } else {
      // §6.1.5 (a), (b).
      if (!selfIssued || explicitPolicy > 0) explicitPolicy = Math.max(0, explicitPolicy - 1)
      if (extensions.requireExplicitPolicy === 0) explicitPolicy = 0
    }
  }
  // §6.1.5 (g).
  const wanted = options.initialPolicySet ?? [ANY_POLICY]
  findings.policies = acceptable(levels, wanted)
  if (explicitPolicy === 0 && findings.policies.length === 0)
    findings.add(
      'NO_EXPLICIT_POLICY',
      0,
      'a policy is required, and the chain is valid for none of those that are acceptable',
    )
}

interface PolicyExtensions {
  readonly policies: ReadonlySet<string>
  readonly mappings: readonly { readonly issuerDomainPolicy: string; readonly subjectDomainPolicy: string }[]
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
  readonly inhibitAnyPolicy?: number
}

function readExtensions(certificate: VerifiableCertificate): PolicyExtensions {
  const constraints = certificate.extensions.read(policyConstraints)
  const mappings = certificate.extensions.read(policyMappings) ?? []
  // RFC 5280 §4.2.1.5 #2, §6.1.4 (a): anyPolicy is never mapped.
  if (
    mappings.some((mapping) => mapping.issuerDomainPolicy === ANY_POLICY || mapping.subjectDomainPolicy === ANY_POLICY)
  )
    throw new Error('policyMappings maps anyPolicy')
  return {
    policies: new Set(certificate.extensions.read(certificatePolicies)?.map(({ policy }) => policy)),
    mappings,
    requireExplicitPolicy: constraints?.requireExplicitPolicy,
    inhibitPolicyMapping: constraints?.inhibitPolicyMapping,
    inhibitAnyPolicy: certificate.extensions.read(inhibitAnyPolicy),
  }
}

function isEmpty({ nodes, hasAny }: Level): boolean {
  return nodes.size === 0 && !hasAny
}

/** §6.1.3 (d): keeps what the certificate asserts; below anyPolicy everything that it asserts begins anew. */
function applyPolicies(level: Level, policies: ReadonlySet<string>, anyAllowed: boolean): void {
  const asserted = new Set(policies)
  const assertsAny = asserted.delete(ANY_POLICY) && anyAllowed
  const hadAny = level.hasAny
  if (!assertsAny) {
    for (const policy of level.nodes.keys()) if (!asserted.has(policy)) level.nodes.delete(policy)
    level.hasAny = false
  }
  if (hadAny)
    for (const policy of asserted)
      if (!level.nodes.has(policy)) level.nodes.set(policy, { policy, parents: new Set(), mapped: false })
}

/** §6.1.4 (b): the level below, as the mappings make it. */
function mapPolicies(level: Level, mappings: PolicyExtensions['mappings'], allowed: boolean): Level {
  const next: Level = { nodes: new Map(), hasAny: level.hasAny }
  const link = (from: string, to: string) => {
    let node = next.nodes.get(to)
    if (!node) next.nodes.set(to, (node = { policy: to, parents: new Set(), mapped: false }))
    node.parents.add(from)
  }
  for (const { issuerDomainPolicy: from, subjectDomainPolicy: to } of mappings) {
    if (!allowed) {
      level.nodes.delete(from)
      continue
    }
    let node = level.nodes.get(from)
    if (!node && level.hasAny) level.nodes.set(from, (node = { policy: from, parents: new Set(), mapped: false }))
    if (!node) continue
    node.mapped = true
    link(from, to)
  }
  for (const { policy, mapped } of level.nodes.values()) if (!mapped) link(policy, policy)
  return next
}

/**
 * The policies of the first authority's domain that the chain is valid for and that the caller accepts (§6.1.5 (g)):
 * those below anyPolicy from which the last level is reached.
 */
function acceptable(levels: readonly Level[], wanted: readonly string[]): string[] {
  const last = levels[levels.length - 1]!
  if (isEmpty(last)) return []
  const wantsAny = wanted.includes(ANY_POLICY)
  const found = new Set<string>()
  // anyPolicy all the way down: whatever the caller wants.
  if (last.hasAny) for (const policy of wanted) found.add(policy)
  let reached = new Set(last.nodes.keys())
  for (let i = levels.length - 1; i >= 0; i--) {
    const above = new Set<string>()
    for (const policy of reached) {
      const node = levels[i]!.nodes.get(policy)
      if (!node) continue
      if (node.parents.size > 0) for (const parent of node.parents) above.add(parent)
      else if (wantsAny || wanted.includes(policy)) found.add(policy)
    }
    reached = above
  }
  return [...found]
}

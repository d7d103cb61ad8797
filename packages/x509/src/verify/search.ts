import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyContext } from './context.ts'
import { factsOf, likelyIssued } from './facts.ts'
import type { BuiltPath } from './openssl-path.ts'

/**
 * Every path from the leaf to an anchor, best candidates first, with backtracking (RFC 4158). A path is given to `visit`
 * as soon as it is complete; the search ends when `visit` says so.
 *
 * Only certificates from which names lead on to an anchor are looked at. In strict profiles signatures are checked edge
 * by edge on the way, each pair once, so that a tangle of cross-signed look-alikes costs its edges and not its paths;
 * elsewhere `visit` checks them, from the anchor down, and ends the search at the first wrong one. The budget bounds the
 * rest.
 *
 * @throws {BudgetSpent}
 */
export function* searchPaths(context: VerifyContext, visit: (path: BuiltPath) => Eventual<boolean>): Eventual<boolean> {
  const { account, anchors, options, strict } = context
  const asked = new Set<VerifiableCertificate>()
  const leads = options.fetchIssuer ? () => true : leadingToAnchors(context)

  function* signs(issuer: VerifiableCertificate, subject: VerifiableCertificate): Eventual<boolean> {
    return !strict || (yield* context.verifySignature(subject, issuer))
  }

  function* extend(chain: readonly VerifiableCertificate[]): Eventual<boolean> {
    const current = chain[chain.length - 1]!
    for (const anchor of anchors.withSubject(current.issuer)) {
      account.spendCandidate()
      if (
        !isAnchor(context, anchor) ||
        !mayIssue(context, current, anchor) ||
        chain.some((used) => used.equals(anchor))
      )
        continue
      if (!(yield* signs(anchor, current))) continue
      account.spendPath()
      if (yield* visit({ chain: [...chain, anchor], untrusted: chain.length, failure: undefined })) return true
    }
    // What is in the store but is no anchor may still stand in between.
    const between = context.partialChain
      ? []
      : anchors.withSubject(current.issuer).filter((candidate) => !isAnchor(context, candidate))
    let signed = false
    function* tryAll(candidates: readonly VerifiableCertificate[]): Eventual<boolean> {
      for (const candidate of rank(context, current, candidates)) {
        if (repeats(chain, candidate)) signed = true
        if (repeats(chain, candidate) || intermediates([...chain, candidate]) > context.maxDepth) continue
        if (!(yield* signs(candidate, current))) continue
        signed = true
        if (yield* extend([...chain, candidate])) return true
      }
      return false
    }
    if (yield* tryAll([...between, ...context.sentWithSubject(current.issuer).filter(leads)])) return true
    if (signed || !options.fetchIssuer || asked.has(current)) return false
    asked.add(current)
    return yield* tryAll(yield* context.wait(options.fetchIssuer(current)))
  }

  const { leaf } = options
  const own = anchors.find(leaf)
  if (own && (isAnchor(context, own) || context.partialChain)) {
    account.spendPath()
    if (yield* visit({ chain: [own], untrusted: 0, failure: undefined })) return true
  }
  return leads(leaf) && (yield* extend([leaf]))
}

/**
 * Which of the certificates that were sent have an issuer in the trust store, or one that was sent and has: by their
 * names alone, in one pass. Where nothing leads to an anchor nothing is searched.
 */
function leadingToAnchors(context: VerifyContext): (certificate: VerifiableCertificate) => boolean {
  const { anchors, options, pool } = context
  context.spendWork(pool.length + 1)
  const byIssuer = new Map<string, VerifiableCertificate[]>()
  const found = new Set<VerifiableCertificate>()
  for (const certificate of [options.leaf, ...pool]) {
    if (anchors.withSubject(certificate.issuer).length > 0) found.add(certificate)
    const { key } = certificate.issuer
    const same = byIssuer.get(key)
    if (same) same.push(certificate)
    else byIssuer.set(key, [certificate])
  }
  // A Set gives what is added to it on the way too.
  for (const { subject } of found) {
    const below = byIssuer.get(subject.key)
    if (!below) continue
    byIssuer.delete(subject.key)
    for (const certificate of below) found.add(certificate)
  }
  return (certificate) => found.has(certificate)
}

function isAnchor(context: VerifyContext, certificate: VerifiableCertificate): boolean {
  return context.partialChain || factsOf(certificate).selfSigned
}

/** Intermediates of a path whose last certificate is to be issued by an anchor; self-issued ones do not count. */
function intermediates(chain: readonly VerifiableCertificate[]): number {
  let count = 0
  for (let i = 1; i < chain.length; i++) if (!factsOf(chain[i]!).selfIssued) count++
  return count
}

function mayIssue({ strict }: VerifyContext, subject: VerifiableCertificate, issuer: VerifiableCertificate): boolean {
  return strict ? subject.issuer.equals(issuer.subject) && !factsOf(issuer).malformed : likelyIssued(subject, issuer)
}

/** Candidates by promise: those whose identifiers match and that are valid now come first. */
function rank(
  context: VerifyContext,
  subject: VerifiableCertificate,
  candidates: readonly VerifiableCertificate[],
): VerifiableCertificate[] {
  const { time } = context
  const fits = (candidate: VerifiableCertificate) => {
    context.account.spendCandidate()
    return mayIssue(context, subject, candidate)
  }
  const score = (candidate: VerifiableCertificate) =>
    (likelyIssued(subject, candidate) ? 0 : 4) +
    (candidate.notBefore <= time && time <= candidate.notAfter ? 0 : 2) +
    (factsOf(candidate).authority === 1 ? 0 : 1)
  return candidates
    .filter(fits)
    .map((candidate) => ({ candidate, order: score(candidate) }))
    .sort((a, b) => a.order - b.order)
    .map(({ candidate }) => candidate)
}

/** RFC 5280 §6.1 #8, RFC 4158 §5.2: a path never holds the same name and key twice. */
function repeats(chain: readonly VerifiableCertificate[], candidate: VerifiableCertificate): boolean {
  const key = candidate.subjectPublicKeyInfo.raw
  return chain.some(
    (used) =>
      used === candidate ||
      (used.subjectPublicKeyInfo.raw.length === key.length &&
        used.subject.equals(candidate.subject) &&
        used.subjectPublicKeyInfo.raw.every((byte, i) => byte === key[i])),
  )
}

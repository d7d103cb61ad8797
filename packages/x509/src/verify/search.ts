import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyContext } from './context.ts'
import { factsOf, likelyIssued } from './facts.ts'
import type { BuiltPath } from './openssl-path.ts'

/**
 * Every path from the leaf to an anchor, best candidates first, with backtracking (RFC 4158). A path is given to `visit`
 * as soon as it is complete; the search ends when `visit` says so.
 *
 * Signatures are checked edge by edge on the way, each pair once, so that a tangle of cross-signed look-alikes costs its
 * edges and not its paths; the budget bounds the rest.
 */
export function* searchPaths(context: VerifyContext, visit: (path: BuiltPath) => Eventual<boolean>): Eventual<boolean> {
  const { anchors, pool, options } = context
  const asked = new Set<VerifiableCertificate>()

  function* extend(chain: readonly VerifiableCertificate[]): Eventual<boolean> {
    const current = chain[chain.length - 1]!
    for (const anchor of anchors.withSubject(current.issuer)) {
      context.spendCandidate()
      if (
        !isAnchor(context, anchor) ||
        !mayIssue(context, current, anchor) ||
        chain.some((used) => used.equals(anchor))
      )
        continue
      if (!(yield* context.verifySignature(current, anchor))) continue
      context.spendPath()
      if (yield* visit({ chain: [...chain, anchor], untrusted: chain.length })) return true
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
        context.spendCandidate()
        if (!(yield* context.verifySignature(current, candidate))) continue
        signed = true
        if (yield* extend([...chain, candidate])) return true
      }
      return false
    }
    if (yield* tryAll([...between, ...pool])) return true
    if (signed || !options.fetchIssuer || asked.has(current)) return false
    asked.add(current)
    return yield* tryAll(yield* context.wait(options.fetchIssuer(current)))
  }

  const { leaf } = options
  const own = anchors.find(leaf)
  if (own && (isAnchor(context, own) || context.partialChain)) {
    context.spendPath()
    if (yield* visit({ chain: [own], untrusted: 0 })) return true
  }
  return yield* extend([leaf])
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
  const score = (candidate: VerifiableCertificate) =>
    (likelyIssued(subject, candidate) ? 0 : 4) +
    (candidate.notBefore <= time && time <= candidate.notAfter ? 0 : 2) +
    (factsOf(candidate).authority === 1 ? 0 : 1)
  return candidates
    .filter((candidate) => mayIssue(context, subject, candidate))
    .map((candidate) => ({ candidate, order: score(candidate) }))
    .sort((a, b) => a.order - b.order)
    .map(({ candidate }) => candidate)
}

/** RFC 4158 §5.2: a path never holds the same name and key twice. */
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

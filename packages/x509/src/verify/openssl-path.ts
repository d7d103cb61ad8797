import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyCode } from './codes.ts'
import type { VerifyContext } from './context.ts'
import { factsOf, likelyIssued } from './facts.ts'

/** The one path that OpenSSL builds (`build_chain`), so that a refusal is named as OpenSSL names it. */
export interface BuiltPath {
  /** From the leaf up. */
  readonly chain: readonly VerifiableCertificate[]
  /** How many of them, from the leaf, came from the peer. */
  readonly untrusted: number
  /** Why the path does not end in a trust anchor. */
  readonly failure: VerifyCode | undefined
}

/**
 * OpenSSL's order: an issuer from the trust store before one that was sent, a valid one before an expired one, and never
 * back. Once an issuer came from the store, only the store is searched. Names and key identifiers alone are looked at.
 *
 * @throws {BudgetSpent}
 */
export function buildOpenSslPath(context: VerifyContext): BuiltPath {
  const { anchors, partialChain } = context
  const chain: VerifiableCertificate[] = [context.options.leaf]
  const limit = context.maxDepth + 2
  let untrusted = 1
  let fromStoreOnly = false
  for (;;) {
    const current = chain[chain.length - 1]!
    const selfSigned = factsOf(current).selfSigned
    const issuer =
      chain.length >= limit && !selfSigned ? undefined : best(context, anchors.withSubject(current.issuer), current)
    if (issuer && selfSigned) {
      // A self-signed certificate from the peer must be the very one that is trusted, not one of the same name.
      const trusted = anchors.find(current)
      if (trusted) {
        chain[chain.length - 1] = trusted
        return { chain, untrusted: Math.min(untrusted, chain.length - 1), failure: undefined }
      }
    } else if (issuer) {
      chain.push(issuer)
      if (partialChain || factsOf(issuer).selfSigned) return { chain, untrusted, failure: undefined }
      fromStoreOnly = true
      continue
    }
    const next =
      fromStoreOnly || selfSigned || chain.length >= limit
        ? undefined
        : best(
            context,
            context.sentWithSubject(current.issuer),
            current,
            chain.length === 1 && factsOf(current).selfIssued ? undefined : chain,
          )
    if (!next) break
    chain.push(next)
    untrusted++
  }
  return { ...lastResort(context, chain, untrusted) }
}

function best(
  { account, time }: VerifyContext,
  candidates: readonly VerifiableCertificate[],
  subject: VerifiableCertificate,
  except?: readonly VerifiableCertificate[],
): VerifiableCertificate | undefined {
  let latest: VerifiableCertificate | undefined
  for (const candidate of candidates) {
    account.spendCandidate()
    if (!likelyIssued(subject, candidate) || except?.some((used) => used.equals(candidate))) continue
    if (candidate.notBefore <= time && time <= candidate.notAfter) return candidate
    if (!latest || candidate.notAfter > latest.notAfter) latest = candidate
  }
  return latest
}

function lastResort(context: VerifyContext, chain: VerifiableCertificate[], untrusted: number): BuiltPath {
  const top = chain[chain.length - 1]!
  // With partial chains, a leaf that is in the store itself is trusted.
  if (context.partialChain && untrusted === chain.length) {
    const trusted = context.anchors.find(chain[0]!)
    if (trusted) return { chain: [trusted], untrusted: 0, failure: undefined }
  }
  if (chain.length >= context.maxDepth + 2) return { chain, untrusted, failure: 'CERT_CHAIN_TOO_LONG' }
  if (factsOf(top).selfSigned)
    return {
      chain,
      untrusted,
      failure: chain.length === 1 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN',
    }
  return {
    chain,
    untrusted,
    failure: untrusted < chain.length ? 'UNABLE_TO_GET_ISSUER_CERT' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  }
}

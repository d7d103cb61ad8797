import type { Awaitable } from '@x/crypto-primitives'
import type { Certificate } from '../certificate.ts'
import { X509Error } from '../error.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import type { PathOptions, PathResult } from './options.ts'
import { checkPolicies, type PolicyOptions } from './policy.ts'
import { nodeProfile } from './profiles.ts'
import type { CrlOptions } from './revocation.ts'
import { verifyBy } from './verify-as-node.ts'
import { webpkiProfile } from './webpki-profile.ts'

/**
 * `node`: what Node and OpenSSL decide, less their holes; `webpki`: strict, as RFC 5280 and the CA/Browser Forum's
 * baseline requirements want certificates of the public web to be.
 */
export type Profile = 'node' | 'webpki'

export interface VerifyOptions
  extends Omit<PathOptions<Certificate>, 'profile' | 'policy' | 'revocation'>,
    Partial<CrlOptions> {
  /** Default `webpki`. */
  readonly profile?: Profile
  /** Certificate policies (RFC 5280 §6.1). Default: processed in `webpki`, with any policy; not in `node`, as in Node. */
  readonly policy?: PolicyOptions | false
}

export interface VerifyResult extends PathResult<Certificate> {
  /** OpenSSL's words for the code. */
  readonly message: string
}

/**
 * Builds and validates a certification path (RFC 5280 §6) from a leaf to a trust anchor.
 *
 * The path that OpenSSL would build is tried first; if it fails, every other one within the budget. A refusal carries
 * the code and problems of that first path, as Node would report it, and the report of every path tried.
 *
 * @returns the result at once when the provider and `fetchIssuer` answer at once, else a promise of it. A refusal is a
 *   result, never an exception; malformed extensions, unknown algorithms and spent budgets are refusals
 * @throws {X509Error} `INVALID_ARGUMENT` for a profile that is not known
 * @example
 * const result = await verifyChain({ leaf, intermediates, anchors: store, provider, name: 'example.com' })
 * if (!result.ok) console.error(result.code, result.reason)
 */
export function verifyChain(options: VerifyOptions): Awaitable<VerifyResult> {
  return run(verifySteps(options))
}

/** `verifyChain` where nothing waits. @throws {X509Error} `INVALID_ARGUMENT`, and `ASYNCHRONOUS` when a promise came */
export function verifyChainSync(options: VerifyOptions): VerifyResult {
  return runSync(verifySteps(options), 'verifyChainSync')
}

function verifySteps({ profile = 'webpki', policy, ...options }: VerifyOptions): Eventual<VerifyResult> {
  // A misspelt `webpki` must not become the laxer of the two.
  if (profile !== 'webpki' && profile !== 'node')
    throw new X509Error('INVALID_ARGUMENT', `profile must be 'webpki' or 'node', not ${JSON.stringify(profile)}`)
  return verifyBy(options, profile === 'webpki' ? webpkiProfile : nodeProfile, policy && checkPolicies(policy))
}

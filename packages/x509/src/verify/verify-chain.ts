import type { Awaitable } from '@x/crypto-primitives'
import { anyOf, group, oneOf, optionsReader } from '@x/crypto-primitives/options'
import { invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { checkPoliciesBy, POLICY_RULES, type PolicyOptions } from './policy.ts'
import { nodeProfile } from './profiles.ts'
import { ADVICE, CRL_RULES, PATH_RULES } from './read-options.ts'
import { type VerifyAsNodeOptions, type VerifyResult, verifyBy } from './verify-as-node.ts'
import { webpkiProfile } from './webpki-profile.ts'

/**
 * `node`: what Node and OpenSSL decide, less their holes; `webpki`: strict, as RFC 5280 and the CA/Browser Forum's
 * baseline requirements want certificates of the public web to be.
 */
export type Profile = 'node' | 'webpki'

export interface VerifyOptions extends VerifyAsNodeOptions {
  /** Default `webpki`. */
  readonly profile?: Profile
  /** Certificate policies (RFC 5280 §6.1). Default: processed in `webpki`, with any policy; not in `node`, as in Node. */
  readonly policy?: PolicyOptions | false
}

/**
 * Builds and validates a certification path (RFC 5280 §6) from a leaf to a trust anchor.
 *
 * The path that OpenSSL would build is tried first; if it fails, every other one within the budget. A refusal carries
 * the code and problems of that first path, as Node would report it, and the report of every path tried.
 *
 * @returns the result at once when the provider and `fetchIssuer` answer at once, else a promise of it. A refusal is a
 *   result, never an exception; malformed extensions, unknown algorithms and spent budgets are refusals
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, not of their type, or would be passed over
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

function verifySteps(given: VerifyOptions): Eventual<VerifyResult> {
  const { profile, policy, ...options } = readOptions(given)
  if ((options.deltaCrls || options.extendedCrls) && !options.crls)
    throw invalidArgument('verifyChain: deltaCrls and extendedCrls say how `crls` are read, and there are none')
  return verifyBy(options, profile === 'node' ? nodeProfile : webpkiProfile, policy && checkPoliciesBy(policy))
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'verifyChain',
    {
      ...PATH_RULES,
      ...CRL_RULES,
      profile: oneOf('webpki', 'node'),
      policy: anyOf<unknown>(oneOf(false), group(POLICY_RULES)),
    },
    invalidArgument,
    { ...ADVICE, revocation: 'CRLs are given as `crls`; checkCrls is for verifyChain of @x/x509/verify' },
  ) as unknown as (given: unknown) => VerifyOptions)()

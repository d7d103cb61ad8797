import type { Awaitable } from '@x/crypto-primitives'
import { optionsReader, required } from '@x/crypto-primitives/options'
import type { Certificate } from '../certificate.ts'
import { invalidArgument } from '../rules.ts'
import { type Eventual, run } from '../steps.ts'
import type { Account } from './account.ts'
import { verifyMessage } from './codes.ts'
import type { PathCheck, PathOptions, PathProfile, PathResult } from './options.ts'
import { nodeProfile } from './profiles.ts'
import { ADVICE, anAnchor, CRL_RULES, PATH_RULES } from './read-options.ts'
import { type CrlOptions, checkCrlsOf } from './revocation.ts'
import { validatePath } from './validate-path.ts'

export interface VerifyAsNodeOptions
  extends Omit<PathOptions<Certificate>, 'profile' | 'policy' | 'revocation'>,
    Partial<CrlOptions> {}

export interface VerifyResult extends PathResult<Certificate> {
  /** OpenSSL's words for the code. */
  readonly message: string
}

/**
 * `verifyChain` with the profile `node` and no certificate policies: what Node and OpenSSL decide, less their holes. A
 * program that needs no more loads no more.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, not of their type, or would be passed over
 */
export function verifyAsNode(options: VerifyAsNodeOptions): Awaitable<VerifyResult> {
  return run(verifyBy(readOptions(options), nodeProfile))
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader('verifyAsNode', { ...PATH_RULES, ...CRL_RULES, anchors: required(anAnchor) }, invalidArgument, {
    ...ADVICE,
    profile: 'verifyAsNode takes neither a profile nor policies: verifyChain does',
    policy: 'verifyAsNode takes neither a profile nor policies: verifyChain does',
    revocation: 'CRLs are given as `crls`',
  }) as unknown as (given: unknown) => VerifyAsNodeOptions)()

/** What `verifyChain` and `verifyAsNode` have in common. */
export function* verifyBy(
  { crls, ...options }: VerifyAsNodeOptions,
  profile: PathProfile,
  policy?: PathCheck | false,
  account?: Account,
): Eventual<VerifyResult> {
  const revocation = crls && checkCrlsOf({ ...options, crls })
  const result = yield* validatePath({ ...options, profile, policy, revocation } as PathOptions, account)
  return { ...(result as PathResult<Certificate>), message: verifyMessage(result.code) }
}

import type { Awaitable } from '@x/crypto-primitives'
import type { Certificate } from '../certificate.ts'
import { X509Error } from '../error.ts'
import { type Eventual, run } from '../steps.ts'
import { verifyMessage } from './codes.ts'
import type { PathCheck, PathOptions, PathProfile, PathResult } from './options.ts'
import { nodeProfile } from './profiles.ts'
import { type CrlOptions, checkCrls } from './revocation.ts'
import { validatePath } from './validate-path.ts'
import type { VerifyOptions, VerifyResult } from './verify-chain.ts'

export type VerifyAsNodeOptions = Omit<VerifyOptions, 'profile' | 'policy'>

/**
 * `verifyChain` with the profile `node` and no certificate policies: what Node and OpenSSL decide, less their holes. A
 * program that needs no more loads no more.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for options that would be passed over here
 */
export function verifyAsNode(options: VerifyAsNodeOptions): Awaitable<VerifyResult> {
  // Nothing that is asked for may silently not be done.
  if ('profile' in options || 'policy' in options)
    throw new X509Error('INVALID_ARGUMENT', 'verifyAsNode takes neither a profile nor policies: verifyChain does')
  return run(verifyBy(options, nodeProfile))
}

/** What `verifyChain` and `verifyAsNode` have in common. */
export function* verifyBy(
  { crls, ...options }: Omit<PathOptions<Certificate>, 'profile' | 'policy' | 'revocation'> & Partial<CrlOptions>,
  profile: PathProfile,
  policy?: PathCheck | false,
): Eventual<VerifyResult> {
  const result = yield* validatePath({
    ...options,
    profile,
    policy,
    revocation: crls && checkCrls({ ...options, crls }),
  } as PathOptions)
  return { ...(result as PathResult<Certificate>), message: verifyMessage(result.code) }
}

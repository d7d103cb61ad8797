/**
 * Verifying certificates and nothing else: what a TLS client in a page or a worker needs of this package. Certificates
 * are read from DER, extensions by their decoders; what a path is held to is imported by name and given as a value.
 */
import type { Awaitable } from '@x/crypto-primitives'
import { run, runSync } from './steps.ts'
import type { VerifiableCertificate } from './verifiable-certificate.ts'
import type { PathOptions, PathResult } from './verify/options.ts'
import { readPathOptions } from './verify/read-options.ts'
import type { TrustStore as Store } from './verify/trust-store.ts'
import { validatePath } from './verify/validate-path.ts'

export type TrustStore = Store<VerifiableCertificate>
export type VerifyOptions = PathOptions
export type VerifyResult = PathResult

/**
 * `verifyChain` of `@x/x509` with the checks that are given and no others: it has no default profile, and CRLs are
 * checked by `revocation: checkCrls({ crls })`.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, not of their type, or would be passed over
 * @example
 * const result = await verifyChain({ leaf, intermediates, anchors, provider, profile: webpkiProfile, name: 'example.com' })
 */
export function verifyChain(options: VerifyOptions): Awaitable<VerifyResult> {
  return run(validatePath(readPathOptions(options)))
}

/** The same where nothing waits. @throws {X509Error} `ASYNCHRONOUS` when a promise came */
export function verifyChainSync(options: VerifyOptions): VerifyResult {
  return runSync(validatePath(readPathOptions(options)), 'verifyChainSync')
}

export { X509Error, type X509ErrorCode } from './error.ts'
export { basicConstraints } from './extensions/constraints.ts'
export { subjectAltName } from './extensions/identifiers.ts'
export { extKeyUsage, keyUsage } from './extensions/usage.ts'
export { peerCertificateReader, type ReadCertificate } from './peer-certificate-reader.ts'
export { type PeerJudgement, type PeerVerifierOptions, type PresentedPeer, peerVerifier } from './peer-verifier.ts'
export { VerifiableCertificate as Certificate } from './verifiable-certificate.ts'
export type { VerifyBudget } from './verify/account.ts'
export type { VerifyCode } from './verify/codes.ts'
export type { PathProblem } from './verify/findings.ts'
export { checkName, matchesDnsName } from './verify/host-name.ts'
export type {
  PathCheck,
  PathProfile,
  PathReport,
} from './verify/options.ts'
export { nodeProfile, plainProfile } from './verify/profiles.ts'
export type { Purpose, ReferenceName } from './verify/terms.ts'
export { createTrustStore } from './verify/trust-store.ts'
export { webpkiProfile } from './verify/webpki-profile.ts'

import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyCode } from './codes.ts'
import type { VerifyContext } from './context.ts'
import type { Findings, PathProblem } from './findings.ts'
import type { BuiltPath } from './openssl-path.ts'
import type { PathTerms } from './terms.ts'

/** A check of a whole path that a program takes on, or does without: it writes down what it finds. */
export type PathCheck = (context: VerifyContext, path: BuiltPath, findings: Findings) => Eventual<void> | void

/**
 * What a path is held to beside RFC 5280's validation. `nodeProfile` is what Node and OpenSSL decide, less their holes;
 * `webpkiProfile` is strict, as RFC 5280 and the CA/Browser Forum's baseline requirements want certificates of the
 * public web to be.
 */
export interface PathProfile {
  readonly strict: boolean
  /** The form of the certificates. */
  readonly form?: PathCheck
  /** Name constraints (RFC 5280 §4.2.1.10). Absent: a path with an authority that has some is refused. */
  readonly nameConstraints?: PathCheck
  /** Certificate policies, where `policy` does not say otherwise. */
  readonly policy?: PathCheck
}

/** The checks of a verification. */
export interface PathChecks {
  readonly profile: PathProfile
  /** Whether certificates were revoked: `checkCrls`. Absent: nothing is asked about it. */
  readonly revocation?: PathCheck
  /** Certificate policies (RFC 5280 §6.1): `checkPolicies`, or false for none. Default: the profile's. */
  readonly policy?: PathCheck | false
}

export interface PathOptions<C extends VerifiableCertificate = VerifiableCertificate>
  extends PathTerms<C>,
    PathChecks {}

/** A path that was tried. */
export interface PathReport<C extends VerifiableCertificate = VerifiableCertificate> {
  /** From the leaf up. */
  readonly certificates: readonly C[]
  /** In OpenSSL's order; empty for the path that was accepted. */
  readonly problems: readonly PathProblem[]
}

export interface PathResult<C extends VerifiableCertificate = VerifiableCertificate> {
  readonly ok: boolean
  /** OpenSSL's result as Node reports it: that of the last problem of the path OpenSSL would build; `OK`. */
  readonly code: VerifyCode
  /** What is wrong and where, for a person to act on; empty when all is well. */
  readonly reason: string
  /** Which certificate: 0 is the leaf. */
  readonly depth: number
  /** The accepted path from the leaf to the anchor, or the one that `code` is about. */
  readonly chain: readonly C[]
  readonly problems: readonly PathProblem[]
  /** Every path that was tried, in order. */
  readonly paths: readonly PathReport<C>[]
  /** True when a budget ended the search. */
  readonly exhausted: boolean
  /** Policies the chain is valid for (RFC 5280 §6.1.6), where policies are processed; `anyPolicy` for all. */
  readonly policies?: readonly string[]
}

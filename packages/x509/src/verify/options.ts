import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import type { KeyUsageName } from '../extensions/usage.ts'
import type { Eventual } from '../steps.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { Findings } from './check-path.ts'
import type { VerifyCode } from './codes.ts'
import type { VerifyContext } from './context.ts'
import type { BuiltPath } from './openssl-path.ts'
import type { TrustStore } from './trust-store.ts'

/** `serverAuth`: the certificate of a TLS server; `clientAuth`: of a client; `any`: no purpose is checked. */
export type Purpose =
  | 'serverAuth'
  | 'clientAuth'
  | 'emailProtection'
  | 'codeSigning'
  | 'timeStamping'
  | 'OCSPSigning'
  | 'any'

/** A name that the leaf must have. */
export interface ReferenceName {
  readonly type: 'dns' | 'ip' | 'email'
  readonly value: string
}

/** What a verification may cost. When a part of it is spent, the answer is no, and `exhausted` is true. */
export interface VerifyBudget {
  /** Signatures that may be checked, of certificates, CRLs, OCSP responses and SCTs. Default 100. */
  readonly signatures?: number
  /** Paths that may be tried. Default 200. */
  readonly paths?: number
  /** Certificates that may be looked at as issuers. Default 5,000. */
  readonly candidates?: number
  /** Names, name constraints, policies and entries of lists that may be looked at. Default 1,000,000. */
  readonly work?: number
  /** Milliseconds. Default 2,000, for the work done here; waiting for hooks does not count. */
  readonly time?: number
}

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

export interface PathOptions<C extends VerifiableCertificate = VerifiableCertificate> {
  readonly leaf: C
  /** What the peer sent besides, in any order. */
  readonly intermediates?: readonly C[]
  /** What is trusted; a store made once is faster than a list. */
  readonly anchors: TrustStore<C> | readonly C[]
  readonly provider: CryptoProvider
  readonly profile: PathProfile
  /** Default: now. */
  readonly time?: number | Date
  /** Default `serverAuth`. */
  readonly purpose?: Purpose
  /** Uses that the leaf's key must allow, where it has a keyUsage extension. */
  readonly keyUsage?: readonly KeyUsageName[]
  /**
   * A name, or several that must all be there; text is an IP address if it reads as one, else a host name. `false`: no
   * name is asked for. `undefined` is refused, because it is most often a name that got lost.
   */
  readonly name?: string | ReferenceName | readonly (string | ReferenceName)[] | false
  /** Whether certificates were revoked: `checkCrls`. Absent: nothing is asked about it. */
  readonly revocation?: PathCheck
  /** Trusts a store's certificate that is not self-signed as an anchor. Default: in `webpki` only. */
  readonly allowPartialTrustChain?: boolean
  /** OpenSSL's security level, 0 to 5. Default 1 in `node` (Node 20), 2 in `webpki`. */
  readonly securityLevel?: number
  /** Intermediate certificates at most, self-issued ones not counted. Default 100. */
  readonly maxDepth?: number
  /** Certificate policies (RFC 5280 §6.1): `checkPolicies`, or false for none. Default: the profile's. */
  readonly policy?: PathCheck | false
  readonly budget?: VerifyBudget
  /**
   * Finds issuers that were not sent, as by the caIssuers of authorityInfoAccess. It is asked once for each certificate
   * whose issuer is missing, and may answer with a promise.
   */
  readonly fetchIssuer?: (certificate: C) => Awaitable<readonly C[]>
}

/** One thing that is wrong with a path. */
export interface PathProblem {
  readonly code: VerifyCode
  /** Which certificate of the path: 0 is the leaf. */
  readonly depth: number
  /** What is wrong, for a person. */
  readonly reason: string
}

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

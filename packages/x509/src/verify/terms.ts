import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import type { KeyUsageName } from '../extensions/usage.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyBudget } from './account.ts'
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

/** What is asked of a path, but for the checks that a program takes on. */
export interface PathTerms<C extends VerifiableCertificate = VerifiableCertificate> {
  readonly leaf: C
  /** What the peer sent besides, in any order. */
  readonly intermediates?: readonly C[]
  /** What is trusted; a store made once is faster than a list. */
  readonly anchors: TrustStore<C> | readonly C[]
  readonly provider: CryptoProvider
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
  /** Trusts a store's certificate that is not self-signed as an anchor. Default: in `webpki` only. */
  readonly allowPartialTrustChain?: boolean
  /** OpenSSL's security level, 0 to 5. Default 1 in `node` (Node 20), 2 in `webpki`. */
  readonly securityLevel?: number
  /** Intermediate certificates at most, self-issued ones not counted. Default 100. */
  readonly maxDepth?: number
  readonly budget?: VerifyBudget
  /**
   * Finds issuers that were not sent, as by the caIssuers of authorityInfoAccess. It is asked once for each certificate
   * whose issuer is missing, and may answer with a promise.
   */
  readonly fetchIssuer?: (certificate: C) => Awaitable<readonly C[]>
}

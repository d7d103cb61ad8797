import type { CryptoProvider, KeySpec, PublicKeyData, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import { callback, count, instant, listOf, must, optionsReader, required, text } from '@x/crypto-primitives/options'
import type { Certificate } from '../certificate.ts'
import type { GeneralName } from '../names/general-name.ts'
import { aProvider, invalidArgument } from '../rules.ts'
import type { Allowance } from './careful.ts'
import {
  aName,
  anAlgorithm,
  anAlternativeName,
  aPublicKey,
  aSerialNumber,
  aSigner,
  type NameLike,
  someAllowances,
  someExtensions,
} from './certificate-writer.ts'
import type { CrlInput, Revocation } from './crl-writer.ts'
import type { ExtensionInput } from './extension-input.ts'
import { aRequest, type RequestPolicy } from './from-request.ts'
import type { CertificateRequest } from './request.ts'

export interface CommonOptions {
  readonly subject?: NameLike
  /** The kind of key to make. Default: P-256. */
  readonly key?: KeySpec
  /** Milliseconds or dates. Default: an hour ago. */
  readonly notBefore?: number | Date
  /** Default: ten years for an authority, 397 days for a leaf, never past the issuer's own end. */
  readonly notAfter?: number | Date
  readonly serialNumber?: Uint8Array | number | bigint
  /** How the issuer signs. */
  readonly signatureAlgorithm?: SignatureAlgorithm
  /** Added to the usual ones, and put in their place where the type is the same. */
  readonly extensions?: readonly ExtensionInput[]
  /** What is otherwise refused, by its name. */
  readonly allow?: readonly Allowance[]
}

/** Nothing but what says the kind: with the numbers of a key it would be taken for one that is to be used. */
const isKeySpec = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(value, 'type') &&
  Object.keys(value).every((name) => ['type', 'bits', 'e', 'curve'].includes(name))

const COMMON_RULES = /* @__PURE__ */ (() => ({
  subject: aName,
  key: must<KeySpec>(
    'the kind of key to make, `{ type: … }`; a key that is there already is given as `signer`',
    isKeySpec,
  ),
  notBefore: instant,
  notAfter: instant,
  serialNumber: aSerialNumber,
  signatureAlgorithm: anAlgorithm,
  extensions: someExtensions,
  allow: someAllowances,
}))()

const AUTHORITY_RULES = /* @__PURE__ */ (() => ({ ...COMMON_RULES, signer: aSigner, pathLength: count }))()

export const readAuthorityOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'createAuthority',
    { ...AUTHORITY_RULES, provider: required(aProvider) },
    invalidArgument,
  ) as unknown as (given: unknown) => AuthorityOptions)()

export const readIntermediateOptions = /* @__PURE__ */ (() =>
  optionsReader('createIntermediate', AUTHORITY_RULES, invalidArgument, {
    provider: 'it is that of the authority above',
  }) as unknown as (given: unknown) => Omit<AuthorityOptions, 'provider'>)()

export const readIssueOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'issue',
    {
      ...COMMON_RULES,
      names: listOf(anAlternativeName),
      publicKey: aPublicKey,
      extKeyUsage: listOf(text),
    },
    invalidArgument,
    { signer: 'the private key stays with whoever asks; its public key is given as `publicKey`' },
  ) as unknown as (given: unknown) => IssueOptions)()

export const readRequestOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'issue',
    {
      request: required(aRequest),
      policy: callback,
      notBefore: instant,
      notAfter: instant,
      serialNumber: aSerialNumber,
      signatureAlgorithm: anAlgorithm,
      extensions: someExtensions,
      allow: someAllowances,
    },
    invalidArgument,
    {
      names: 'a policy that answers with `names` says what the request gets',
      subject: 'a policy that answers with `subject` says what the request gets',
      publicKey: 'it is that of the request',
      key: 'it is that of the request',
    },
  ) as unknown as (given: unknown) => IssueFromRequest)()

export const readRenewal = /* @__PURE__ */ (() =>
  optionsReader(
    'renew',
    {
      key: COMMON_RULES.key,
      publicKey: aPublicKey,
      notBefore: instant,
      notAfter: instant,
      serialNumber: aSerialNumber,
      signatureAlgorithm: anAlgorithm,
      allow: someAllowances,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => RenewOptions)()

/** What is made of a signing request. */
export interface IssueFromRequest
  extends Pick<
    CommonOptions,
    'notBefore' | 'notAfter' | 'serialNumber' | 'signatureAlgorithm' | 'extensions' | 'allow'
  > {
  /** PKCS#10: parsed, PEM or DER. */
  readonly request: CertificateRequest | Uint8Array | string
  /** Says yes, no, or what is certified in the place of what was asked for. Default: what may be asked for is given. */
  readonly policy?: RequestPolicy
}

export interface RenewOptions
  extends Pick<CommonOptions, 'key' | 'notBefore' | 'notAfter' | 'serialNumber' | 'signatureAlgorithm' | 'allow'> {
  /** Another key, made elsewhere; `key` makes one. Default: the key that is certified now. */
  readonly publicKey?: PublicKeyData
}

/** A CRL of an authority: certificates, or their serial numbers with a reason. */
export interface AuthorityCrl extends Omit<CrlInput, 'issuer' | 'signer' | 'revoked' | 'keyIdentifier'> {
  readonly revoked?: readonly (
    | Certificate
    | Revocation
    | ({ readonly certificate: Certificate } & Omit<Revocation, 'serialNumber'>)
  )[]
}

export interface AuthorityOptions extends CommonOptions {
  readonly provider: CryptoProvider
  /** An existing private key or remote signer, in place of `key`. */
  readonly signer?: Signer
  /** Certificates that may stand between this authority and a leaf's issuer. Default: no limit. */
  readonly pathLength?: number
}

export interface IssueOptions extends CommonOptions {
  /** Names besides the one given first. IP addresses, e-mail addresses and URIs are recognised. */
  readonly names?: readonly (string | GeneralName)[]
  /** A key made elsewhere, as in a signing request: then no private key is returned. */
  readonly publicKey?: PublicKeyData
  /** Default: both `serverAuth` and `clientAuth`. */
  readonly extKeyUsage?: readonly string[]
}

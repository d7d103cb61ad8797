import type { Awaitable, CryptoProvider, PublicKeyData, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import {
  anyOf,
  instant,
  listOf,
  must,
  oneOf,
  optionsReader,
  type Rule,
  required,
  text,
  thing,
} from '@x/crypto-primitives/options'
import { encodeSignatureAlgorithm } from '../algorithm.ts'
import { Certificate } from '../certificate.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { encodeExtensions } from '../extensions/read.ts'
import { encodeSubjectPublicKeyInfo, publicKeyBits } from '../keys/public-key.ts'
import { createName, type NamePair } from '../names/create-name.ts'
import type { GeneralName } from '../names/general-name.ts'
import { Name } from '../names/name.ts'
import { invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { ALLOWANCES, type Allowance, checkCommonName, checkOnce, notAllowed } from './careful.ts'
import { aGeneralName, type ExtensionInput, makeExtension } from './extension-input.ts'
import { defaultSignatureAlgorithm, signed } from './signing.ts'

/** A name, or what `createName` makes one of; a string is a common name. */
export type NameLike =
  | Name
  | string
  | readonly (NamePair | readonly NamePair[])[]
  | Readonly<Record<string, string | string[]>>

export function toName(name: NameLike): Name {
  if (name instanceof Name) return name
  if (typeof name !== 'string') return createName(name)
  checkCommonName(name)
  return createName(name === '' ? [] : [['CN', name]])
}

export interface CertificateInput {
  readonly subject: NameLike
  readonly issuer: NameLike
  readonly publicKey: PublicKeyData
  /** Signs: the issuer's key. */
  readonly signer: Signer
  /** Positive, at most 20 bytes (RFC 5280 §4.1.2.2). */
  readonly serialNumber: Uint8Array | number | bigint
  /** Milliseconds since 1970, or dates. */
  readonly notBefore: number | Date
  readonly notAfter: number | Date
  readonly extensions?: readonly ExtensionInput[]
  /** Default: PKCS#1 v1.5 or ECDSA with SHA-256 or the curve's hash, or what the key alone can do. */
  readonly signatureAlgorithm?: SignatureAlgorithm
  /** What is otherwise refused: `duplicate-extensions`, `unreadable-extensions`, `never-valid`, `zero-serial`. */
  readonly allow?: readonly Allowance[]
}

/** Rules for options that several writers have. */
export const aName: Rule<NameLike> = /* @__PURE__ */ must(
  'a Name, a common name, or attributes',
  (value) => typeof value === 'string' || value instanceof Name || Array.isArray(value) || isRecord(value),
)

const isRecord = (value: unknown): boolean =>
  Object.prototype.toString.call(value) === '[object Object]' && Object.keys(value as object).length > 0

export const aSerialNumber: Rule<Uint8Array | number | bigint> = /* @__PURE__ */ must(
  'a whole number of at least 0, or its bytes',
  (value) =>
    typeof value === 'bigint' || Number.isSafeInteger(value)
      ? (value as number) >= 0
      : value instanceof Uint8Array && value.length > 0,
)
export const aSigner: Rule<Signer> = /* @__PURE__ */ thing('a Signer', 'sign')
/** With its numbers: a KeyObject of Node's has a type, and keeps them to itself. */
export const aPublicKey: Rule<PublicKeyData> = /* @__PURE__ */ must(
  'a public key, as parsePublicKey gives it',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    ['n', 'point', 'y', 'bytes'].some((part) => (value as Record<string, unknown>)[part] instanceof Uint8Array),
)
export const anAlgorithm: Rule<SignatureAlgorithm> = /* @__PURE__ */ thing('a SignatureAlgorithm', 'name')
export const anAlternativeName: Rule<string | GeneralName> = /* @__PURE__ */ (() =>
  anyOf<string | GeneralName>(text, aGeneralName))()
export const someExtensions: Rule<readonly ExtensionInput[]> = /* @__PURE__ */ listOf(
  /* @__PURE__ */ must('an extension, by name or OID', (value) => typeof value === 'object' && value !== null),
)
export const someAllowances: Rule<readonly Allowance[]> = /* @__PURE__ */ (() => listOf(oneOf(...ALLOWANCES)))()

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'createCertificate',
    {
      subject: required(aName),
      issuer: required(aName),
      publicKey: required(aPublicKey),
      signer: required(aSigner),
      serialNumber: required(aSerialNumber),
      notBefore: required(instant),
      notAfter: required(instant),
      extensions: someExtensions,
      signatureAlgorithm: anAlgorithm,
      allow: someAllowances,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => CertificateInput)()

export function* certificateSteps(input: CertificateInput): Eventual<Certificate> {
  const algorithm = input.signatureAlgorithm ?? defaultSignatureAlgorithm(input.signer)
  const serial = der.integer(input.serialNumber)
  if (serial.length > 22) throw new X509Error('INVALID_ARGUMENT', 'a serial number of more than 20 bytes')
  // RFC 5280 §4.1.2.2 #1, #3, #5: positive, and no longer.
  if (serial.length === 3 && serial[2] === 0 && !input.allow?.includes('zero-serial'))
    throw notAllowed('a serial number of 0', 'zero-serial')
  const notBefore = Number(input.notBefore)
  const notAfter = Number(input.notAfter)
  if (notAfter < notBefore && !input.allow?.includes('never-valid'))
    throw notAllowed('notAfter is before notBefore: the certificate would never be valid', 'never-valid')
  const extensions = (input.extensions ?? []).map((extension) => makeExtension(extension, input.allow))
  checkOnce(extensions, input.allow)
  // RFC 5280 §4.1.2.1 #1, RFC 5280 §4.1.2.3 #1, RFC 5280 §4.1.2.8 #3.
  const tbs = der.sequence(
    ...(extensions.length > 0 ? [der.explicit(0, der.integer(2))] : []),
    serial,
    encodeSignatureAlgorithm(algorithm),
    toName(input.issuer).raw,
    // RFC 5280 §4.1.2.5 #1.
    der.sequence(der.time(notBefore), der.time(notAfter)),
    toName(input.subject).raw,
    encodeSubjectPublicKeyInfo(input.publicKey),
    ...(extensions.length > 0 ? [der.explicit(3, encodeExtensions(extensions))] : []),
  )
  return Certificate.parse(yield* signed(tbs, input.signer, algorithm))
}

/**
 * Makes and signs a certificate out of exactly what is given; nothing is added. `createAuthority` is the short way.
 *
 * @returns the certificate, or a promise of it when the signer answers with one
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function createCertificate(input: CertificateInput): Awaitable<Certificate> {
  return run(certificateSteps(readInput(input)))
}

/** `createCertificate` with a signer that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function createCertificateSync(input: CertificateInput): Certificate {
  return runSync(certificateSteps(readInput(input)), 'createCertificateSync')
}

/** The key identifier of RFC 5280 §4.2.1.2 (1): SHA-1 of the subjectPublicKey bits. No security rests on it. */
export function keyIdentifier(key: PublicKeyData, provider: CryptoProvider): Uint8Array {
  const sha1 = provider.hashes.sha1 ?? provider.hashes.sha256
  if (!sha1) throw new X509Error('UNSUPPORTED', `provider ${provider.name} has neither sha1 nor sha256`)
  return sha1.digest(publicKeyBits(key)).subarray(0, 20)
}

/** A random positive serial number of 16 bytes (RFC 5280 §4.1.2.2; CA/Browser Forum: at least 64 random bits). */
export function randomSerialNumber(provider: CryptoProvider): Uint8Array {
  const serial = provider.randomBytes(16).slice()
  serial[0] = (serial[0]! & 0x7f) | 0x40
  return serial
}

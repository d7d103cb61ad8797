import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import {
  anyOf,
  bytes,
  count,
  type group,
  listOf,
  must,
  oneOf,
  optionsReader,
  required,
  text,
} from '@x/crypto-primitives/options'
import { rsaOaepEncrypt } from '@x/crypto-primitives/rsa'
import { encodeAlgorithmIdentifier } from '../algorithm.ts'
import type { Certificate } from '../certificate.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type KeyUsageName, keyUsage } from '../extensions/usage.ts'
import { PassphraseCrypto } from '../keys/passphrase-crypto.ts'
import { passphraseBytes } from '../keys/pbe.ts'
import { encodePbkdf2 } from '../keys/pbe-encrypt.ts'
import { encodeKeyAlgorithm, RSA_ENCRYPTION } from '../keys/public-key.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { type Eventual, now, run, runSync } from '../steps.ts'
import { CONTENT_CIPHERS, type ContentCipherName, contentKeyLength, sealContent } from './content-encryption.ts'
import { encodeContentInfo } from './content-info.ts'
import { agreementScheme, deriveKek, encodeWrap, groupOf, schemeFor } from './key-agreement.ts'
import { type WrapKeyLength, wrapKey, wrapOid } from './key-wrap.ts'
import { encodeOaep } from './oaep-parameters.ts'
import { CONTENT } from './oids.ts'
import { passwordWrap } from './password-wrap.ts'
import { encodeReference, referenceTo } from './signer-info.ts'

/** Who may read a message. */
export type CmsRecipient =
  /** The holder of a certificate's key: RSA, EC, X25519 or X448. Whose it is, the caller has verified. */
  | {
      readonly certificate: Certificate
      /** For RSA keys. Default `oaep` with SHA-256; `pkcs1` is for readers that know no other. */
      readonly padding?: 'oaep' | 'pkcs1'
      readonly identifiedBy?: 'issuer' | 'key'
    }
  /** Whoever knows a password: PBKDF2 with HMAC-SHA-256, 600,000 iterations unless said otherwise. */
  | { readonly password: string | Uint8Array; readonly iterations?: number }
  /** Whoever has a key of 16, 24 or 32 bytes, which has a name. */
  | { readonly keyEncryptionKey: Uint8Array; readonly keyIdentifier: Uint8Array }

export interface EncryptInput {
  readonly content: Uint8Array
  readonly provider: CryptoProvider
  /** At least one; each can read it alone. */
  readonly recipients: readonly CmsRecipient[]
  /**
   * Default `aes-256-gcm`, which is authenticated: an AuthEnvelopedData (RFC 5083). With CBC it is an EnvelopedData, which
   * anybody can change: for readers that know no other.
   */
  readonly cipher?: ContentCipherName
  /** The type of the content, dotted. Default `1.2.840.113549.1.7.1`, data. */
  readonly contentType?: string
  readonly format?: 'der' | 'pem'
}

/**
 * Encrypts a content for recipients (RFC 5652 §6, RFC 5083) under a key of its own.
 *
 * Nothing says who encrypted it: whoever is to know that signs first (`signCms`), and encrypts what is signed.
 *
 * @returns DER or PEM, or a promise of it where the provider answers with one
 * @throws {X509Error} `INVALID_ARGUMENT` for options that are not known, and certificates whose key is not for this;
 *   `UNSUPPORTED` for what the provider lacks
 * @example
 * const message = await encryptCms({ content, provider, recipients: [{ certificate }] })
 */
export function encryptCms(input: EncryptInput & { readonly format: 'pem' }): Awaitable<string>
export function encryptCms(input: EncryptInput & { readonly format?: 'der' }): Awaitable<Uint8Array>
export function encryptCms(input: EncryptInput): Awaitable<Uint8Array | string> {
  return run(encryptSteps(input))
}

/** `encryptCms` where nothing waits. @throws {X509Error} `ASYNCHRONOUS` when a promise came */
export function encryptCmsSync(input: EncryptInput & { readonly format: 'pem' }): string
export function encryptCmsSync(input: EncryptInput & { readonly format?: 'der' }): Uint8Array
export function encryptCmsSync(input: EncryptInput): Uint8Array | string {
  return runSync(encryptSteps(input), 'encryptCmsSync')
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'encryptCms',
    {
      content: required(bytes),
      provider: required(aProvider),
      recipients: required(
        listOf(
          must<object>(
            'a recipient: { certificate }, { password } or { keyEncryptionKey }',
            (value) => typeof value === 'object' && value !== null,
          ),
          1,
        ),
      ),
      cipher: oneOf(...CONTENT_CIPHERS),
      contentType: text,
      format: oneOf('der', 'pem'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => EncryptInput)()

const readRecipient = /* @__PURE__ */ (() => {
  const reader = (rules: Parameters<typeof group>[0]) => optionsReader('recipients', rules, invalidArgument)
  const byCertificate = reader({
    certificate: required(aCertificate),
    padding: oneOf('oaep', 'pkcs1'),
    identifiedBy: oneOf('issuer', 'key'),
  })
  const byPassword = reader({ password: required(anyOf<unknown>(text, bytes)), iterations: count })
  const byKey = reader({ keyEncryptionKey: required(bytes), keyIdentifier: required(bytes) })
  return (given: CmsRecipient) => {
    const read = 'password' in given ? byPassword : 'keyEncryptionKey' in given ? byKey : byCertificate
    return read(given) as unknown as CmsRecipient
  }
})()

/** What all recipients need. */
interface Sealing {
  readonly key: Uint8Array
  readonly provider: CryptoProvider
}

function* encryptSteps(given: EncryptInput): Eventual<Uint8Array | string> {
  const input = readInput(given)
  const { provider, cipher = 'aes-256-gcm' } = input
  const recipients = input.recipients.map(readRecipient)
  const key = provider.randomBytes(contentKeyLength(cipher))
  const infos: Uint8Array[] = []
  for (const recipient of recipients) infos.push(yield* recipientSteps(recipient, { key, provider }))
  const { algorithm, ciphertext, tag } = sealContent(cipher, key, input.content, provider)
  key.fill(0)
  const encrypted = der.sequence(der.oid(input.contentType ?? CONTENT.data), algorithm, der.element(0x80, ciphertext))
  const set = der.setOf(infos)
  if (tag) {
    const data = der.sequence(der.integer(0), set, encrypted, der.octetString(tag))
    return encodeContentInfo(CONTENT.authEnvelopedData, data, input.format)
  }
  // RFC 5652 §6.1.
  const isPlain = recipients.every(
    (one) => 'certificate' in one && one.certificate.publicKey.type === 'rsa' && one.identifiedBy !== 'key',
  )
  const version = recipients.some((one) => 'password' in one) ? 3 : isPlain ? 0 : 2
  return encodeContentInfo(CONTENT.envelopedData, der.sequence(der.integer(version), set, encrypted), input.format)
}

function* recipientSteps(recipient: CmsRecipient, sealing: Sealing): Eventual<Uint8Array> {
  if ('password' in recipient) return forPassword(recipient, sealing)
  if ('keyEncryptionKey' in recipient) return forKey(recipient, sealing)
  const { publicKey } = recipient.certificate
  if (publicKey.type === 'rsa') return forRsa(recipient, sealing)
  if (recipient.padding) throw invalidArgument('recipients: padding is for RSA keys')
  return yield* forAgreement(recipient, sealing)
}

/** RFC 5652 §6.2.1: where a certificate says what its key is for, it must be for this (RFC 5280 §4.2.1.3). */
function checkUsage(certificate: Certificate, usage: KeyUsageName): void {
  const usages = certificate.extensions.read(keyUsage)
  if (usages && !usages.includes(usage))
    throw invalidArgument(
      `recipients: the key of ${certificate.subject.toBriefString()} is not for ${usage} (keyUsage)`,
    )
}

function forRsa(
  { certificate, padding = 'oaep', identifiedBy }: Extract<CmsRecipient, { certificate: Certificate }>,
  { key, provider }: Sealing,
): Uint8Array {
  checkUsage(certificate, 'keyEncipherment')
  const { publicKey } = certificate
  if (publicKey.type !== 'rsa') throw invalidArgument('recipients: an RSA key is needed')
  const reference = referenceTo(certificate, identifiedBy, provider)
  const isOaep = padding === 'oaep'
  const encrypted = isOaep
    ? rsaOaepEncrypt(publicKey, { hash: provider.hashes.sha256! }, key)
    : certificate.importKey(provider).encrypt!(key)
  return der.sequence(
    der.integer(reference.keyIdentifier ? 2 : 0),
    encodeReference(reference),
    isOaep ? encodeOaep('sha256') : encodeAlgorithmIdentifier(RSA_ENCRYPTION, der.nullValue()),
    der.octetString(encrypted),
  )
}

function* forAgreement(
  { certificate, identifiedBy }: Extract<CmsRecipient, { certificate: Certificate }>,
  { key, provider }: Sealing,
): Eventual<Uint8Array> {
  checkUsage(certificate, 'keyAgreement')
  const { publicKey } = certificate
  const theirs = publicKey.type === 'ec' ? publicKey.point : 'bytes' in publicKey ? publicKey.bytes : undefined
  if (!theirs) throw new X509Error('UNSUPPORTED', `recipients: nothing is encrypted to a key of type ${publicKey.type}`)
  const scheme = schemeFor(publicKey)
  const length = wrapLengthFor(key.length)
  const { share, secret } = yield* now(groupOf(publicKey as never, provider).respond(theirs))
  const wrap = encodeWrap(length)
  const kek = deriveKek(agreementScheme(scheme), secret, wrap, length, undefined, provider)
  const wrapped = wrapKey(kek, key, provider)
  kek.fill(0)
  secret.fill(0)
  const reference = referenceTo(certificate, identifiedBy, provider)
  const rid = reference.keyIdentifier
    ? der.element(0xa0, der.octetString(reference.keyIdentifier))
    : encodeReference(reference)
  // RFC 5753 §7.1.1: the curve is the recipient's, and need not be named again; RFC 8418: the key's own algorithm.
  const originator = der.element(0xa1, encodeKeyAlgorithm(publicKey as never), der.bitString(share))
  return der.element(
    0xa1,
    der.integer(3),
    der.explicit(0, originator),
    encodeAlgorithmIdentifier(scheme, wrap),
    der.sequence(der.sequence(rid, der.octetString(wrapped))),
  )
}

/** A key wraps none that is longer than itself. */
const wrapLengthFor = (length: number): WrapKeyLength => (length <= 16 ? 16 : length <= 24 ? 24 : 32)

function forKey(
  { keyEncryptionKey, keyIdentifier }: Extract<CmsRecipient, { keyEncryptionKey: Uint8Array }>,
  { key, provider }: Sealing,
): Uint8Array {
  const { length } = keyEncryptionKey
  if (length !== 16 && length !== 24 && length !== 32)
    throw invalidArgument(`recipients: keyEncryptionKey must have 16, 24 or 32 bytes, not ${length}`)
  return der.element(
    0xa2,
    der.integer(4),
    der.sequence(der.octetString(keyIdentifier)),
    encodeAlgorithmIdentifier(wrapOid(length)),
    der.octetString(wrapKey(keyEncryptionKey, key, provider)),
  )
}

export const PWRI_KEK = '1.2.840.113549.1.9.16.3.9'
const AES_256_CBC = '2.16.840.1.101.3.4.1.42'

function forPassword(
  { password, iterations = 600_000 }: Extract<CmsRecipient, { password: string | Uint8Array }>,
  { key, provider }: Sealing,
): Uint8Array {
  if (iterations < 1) throw invalidArgument('recipients: iterations must be at least 1')
  const crypto = new PassphraseCrypto(provider, Number.POSITIVE_INFINITY)
  const salt = provider.randomBytes(16)
  const cipher = crypto.cipher('aes-256-cbc', 'recipients')
  const kek = crypto.pbkdf2(
    crypto.hash('sha256', 'recipients'),
    passphraseBytes(password),
    salt,
    iterations,
    32,
    'recipients',
  )
  const iv = provider.randomBytes(cipher.blockLength)
  const wrapped = passwordWrap(cipher, kek, iv, key, provider)
  kek.fill(0)
  const derivation = encodePbkdf2(salt, iterations, 'sha256')
  return der.element(
    0xa3,
    der.integer(0),
    der.element(0xa0, der.contentsOf(derivation)),
    encodeAlgorithmIdentifier(PWRI_KEK, encodeAlgorithmIdentifier(AES_256_CBC, der.octetString(iv))),
    der.octetString(wrapped),
  )
}

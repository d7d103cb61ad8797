import type { CryptoProvider, PrivateKeyData } from '@x/crypto-primitives'
import { CryptoError } from '@x/crypto-primitives'
import { anyOf, bytes, count, must, optionsReader, required, text, thing } from '@x/crypto-primitives/options'
import { rsaOaepDecrypt, rsaPkcs1Decrypt } from '@x/crypto-primitives/rsa'
import { readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import { X509Error } from '../error.ts'
import { isBytes } from '../input.ts'
import { PassphraseCrypto } from '../keys/passphrase-crypto.ts'
import { CIPHERS, passphraseBytes, readDerivation } from '../keys/pbe.ts'
import { RSA_ENCRYPTION } from '../keys/public-key.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { contentCipherOf } from './content-encryption.ts'
import { PWRI_KEK } from './encrypt.ts'
import { type EnvelopedData, parseEnvelopedData } from './enveloped-data.ts'
import { agreementScheme, deriveKek, groupOf } from './key-agreement.ts'
import { unwrapKey, wrapKeyLength } from './key-wrap.ts'
import { RSAES_OAEP, readOaepParameters } from './oaep-parameters.ts'
import { passwordUnwrap } from './password-wrap.ts'
import type { RecipientInfo } from './recipient-info.ts'
import { isReferenceTo } from './signer-info.ts'

export interface DecryptOptions {
  /** An EnvelopedData or AuthEnvelopedData: DER, BER, PEM, or parsed. */
  readonly message: Uint8Array | string | EnvelopedData
  readonly provider: CryptoProvider
  /** The recipient's private key. */
  readonly key?: PrivateKeyData
  /** Its certificate, by which the message names the recipient. Without it every recipient is tried. */
  readonly certificate?: Certificate
  readonly password?: string | Uint8Array
  /** A key that both have, of 16, 24 or 32 bytes, and its name; without the name every one is tried. */
  readonly keyEncryptionKey?: Uint8Array
  readonly keyIdentifier?: Uint8Array
  /** What is encrypted, where it is not in the message. */
  readonly ciphertext?: Uint8Array
  /** Hashes that a password's derivation may compute; default 10,000,000, as for private keys. */
  readonly work?: number
}

/** More recipients than are tried for one who is not named. */
const MOST_TRIED = 16

/**
 * Decrypts a message (RFC 5652 §6, RFC 5083). A key, a password or a key-encryption key must be given, and one of them.
 *
 * What CBC decrypts nobody has authenticated (the message is an EnvelopedData): a signature inside proves it, if there is
 * one. RSA with PKCS#1 v1.5 is decrypted with implicit rejection: what is wrong with a message is never told apart.
 *
 * @throws {X509Error} `DECRYPTION_FAILED` where it is for somebody else, or was changed; `WRONG_PASSPHRASE` for a password
 *   that is not its own; `LIMIT_EXCEEDED`, `UNSUPPORTED`, or for what is no such message
 * @example
 * const content = decryptCms({ message, provider, key: parsePrivateKey(pem), certificate })
 */
export function decryptCms(options: DecryptOptions): Uint8Array {
  const given = readOptions(options)
  const ways = [given.key, given.password, given.keyEncryptionKey].filter((one) => one !== undefined)
  if (ways.length !== 1)
    throw invalidArgument('decryptCms: one of `key`, `password` and `keyEncryptionKey` must be given, and one alone')
  if (given.certificate && !given.key) throw invalidArgument('decryptCms: `certificate` goes with `key`')
  if (given.keyIdentifier && !given.keyEncryptionKey)
    throw invalidArgument('decryptCms: `keyIdentifier` goes with `keyEncryptionKey`')
  const message =
    typeof given.message === 'string' || isBytes(given.message) ? parseEnvelopedData(given.message) : given.message
  if (message.ciphertext && given.ciphertext)
    throw invalidArgument('decryptCms: the message holds what is encrypted, and `ciphertext` was given too')
  const ciphertext = message.ciphertext ?? given.ciphertext
  if (!ciphertext)
    throw invalidArgument('decryptCms: what is encrypted is not in the message: it is given as `ciphertext`')
  const cipher = contentCipherOf(message.contentEncryption, given.provider)
  const isAuthenticated = message.type === 'authEnvelopedData'
  // RFC 5083 §2: an AuthEnvelopedData has an authenticated cipher; an EnvelopedData with one would lack its tag.
  if (cipher.isAuthenticated !== isAuthenticated)
    throw new X509Error(
      'INVALID_STRUCTURE',
      `${message.type} with a cipher that ${isAuthenticated ? 'authenticates nothing' : 'has a tag'}`,
    )
  const candidates = message.recipients.filter((recipient) => isFor(recipient, given))
  if (candidates.length === 0) throw failed('the message names no recipient of this kind')
  if (candidates.length > MOST_TRIED)
    throw new X509Error(
      'LIMIT_EXCEEDED',
      `${candidates.length} recipients to try, at most ${MOST_TRIED}: give \`certificate\` or \`keyIdentifier\``,
    )
  // Implicit rejection gives a key for every recipient, and CBC may take a wrong one: noise would be given out as the content.
  const isPkcs1 = candidates.some((one) => one.type === 'keyTransport' && one.algorithm.oid === RSA_ENCRYPTION)
  if (candidates.length > 1 && isPkcs1 && !cipher.isAuthenticated)
    throw invalidArgument(
      'decryptCms: a message with CBC for several RSA keys: `certificate` says which recipient is meant',
    )
  const crypto = new PassphraseCrypto(given.provider, given.work)
  for (const recipient of candidates) {
    const key = openKey(recipient, cipher.keyLength, given, crypto)
    if (!key) continue
    const content = cipher.open(key, ciphertext, message.tag ?? new Uint8Array(0), message.authenticated)
    key.fill(0)
    if (content) return content
  }
  if (given.password !== undefined)
    throw new X509Error('WRONG_PASSPHRASE', 'decryption failed: wrong password, or a changed message')
  throw failed('another key, or a changed message')
}

const failed = (why: string) => new X509Error('DECRYPTION_FAILED', `decryption failed: ${why}`)

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'decryptCms',
    {
      message: required(
        must<Uint8Array | string | EnvelopedData>(
          'an EnvelopedData: bytes, PEM, or parsed',
          (value) =>
            typeof value === 'string' ||
            isBytes(value) ||
            (typeof value === 'object' && value !== null && 'recipients' in value),
        ),
      ),
      provider: required(aProvider),
      key: thing<PrivateKeyData>('a private key as parsePrivateKey reads it', 'type'),
      certificate: aCertificate,
      password: anyOf<string | Uint8Array>(text as never, bytes as never),
      keyEncryptionKey: bytes,
      keyIdentifier: bytes,
      ciphertext: bytes,
      work: count,
    },
    invalidArgument,
    { passphrase: 'it is given as `password`; keys are decrypted by parsePrivateKey' },
  ) as unknown as (given: unknown) => DecryptOptions)()

/** Whether a recipient may be the one whose key, password or name was given. */
function isFor(
  recipient: RecipientInfo,
  { key, certificate, keyEncryptionKey, keyIdentifier }: DecryptOptions,
): boolean {
  switch (recipient.type) {
    case 'keyTransport':
      return key?.type === 'rsa' && (!certificate || isReferenceTo(recipient.recipient, certificate))
    case 'keyAgreement':
      return (
        (key?.type === 'ec' || key?.type === 'x25519' || key?.type === 'x448') &&
        (!certificate || isReferenceTo(recipient.recipient, certificate))
      )
    case 'keyEncryptionKey':
      return keyEncryptionKey !== undefined && (!keyIdentifier || equalBytes(keyIdentifier, recipient.keyIdentifier))
    case 'password':
      return !key && !keyEncryptionKey
    default:
      return false
  }
}

/** The content's key; nothing where it is not for this recipient. */
function openKey(
  recipient: RecipientInfo,
  length: number,
  options: DecryptOptions,
  crypto: PassphraseCrypto,
): Uint8Array | undefined {
  const key = unwrapped(recipient, length, options, crypto)
  return key?.length === length ? key : undefined
}

function unwrapped(
  recipient: RecipientInfo,
  length: number,
  options: DecryptOptions,
  crypto: PassphraseCrypto,
): Uint8Array | undefined {
  try {
    switch (recipient.type) {
      case 'keyTransport':
        return transported(recipient, length, options)
      case 'keyAgreement':
        return agreed(recipient, options)
      case 'keyEncryptionKey':
        if (wrapKeyLength(recipient.algorithm.oid) !== options.keyEncryptionKey!.length) return undefined
        return unwrapKey(options.keyEncryptionKey!, recipient.encryptedKey, options.provider)
      case 'password':
        return byPassword(recipient, options, crypto)
      default:
        return undefined
    }
  } catch (error) {
    if (error instanceof CryptoError) return undefined
    throw error
  }
}

function transported(
  { algorithm, encryptedKey }: Extract<RecipientInfo, { type: 'keyTransport' }>,
  length: number,
  { key, provider }: DecryptOptions,
): Uint8Array | undefined {
  if (key?.type !== 'rsa') return undefined
  if (algorithm.oid === RSAES_OAEP)
    return rsaOaepDecrypt(key, readOaepParameters(algorithm.parameters, provider), encryptedKey)
  if (algorithm.oid !== RSA_ENCRYPTION)
    throw new X509Error('UNSUPPORTED', `keyEncryptionAlgorithm ${algorithm.oid}; RSA with OAEP or PKCS#1 v1.5 is known`)
  const decrypted = rsaPkcs1Decrypt(key, encryptedKey, provider.hashes)
  // RFC 3218 §2.3: a key of another length is a wrong padding, and must not show either: the content then does not open.
  return decrypted.length === length ? decrypted : provider.randomBytes(length)
}

function agreed(
  recipient: Extract<RecipientInfo, { type: 'keyAgreement' }>,
  { key, provider }: DecryptOptions,
): Uint8Array | undefined {
  if (!key || !('d' in key || 'bytes' in key)) return undefined
  if (!recipient.originator)
    throw new X509Error('UNSUPPORTED', 'an originator with a static key; ephemeral keys are known (RFC 5753 §3.1)')
  const { oid, parameters } = recipient.algorithm
  const scheme = agreementScheme(oid)
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', 'keyEncryptionAlgorithm: parameters are missing')
  const wrap = readAlgorithmIdentifier(DerReader.open(parameters, 'KeyWrapAlgorithm', BER_LIMITS), '')
  const length = wrapKeyLength(wrap.oid)
  const privateValue = 'd' in key ? key.d : (key as { bytes: Uint8Array }).bytes
  const secret = groupOf(key as never, provider).agreeWith!(privateValue, recipient.originator)
  const kek = deriveKek(scheme, secret, wrap.raw, length, recipient.ukm, provider)
  secret.fill(0)
  const out = unwrapKey(kek, recipient.encryptedKey, provider)
  kek.fill(0)
  return out
}

function byPassword(
  { derivation, algorithm, encryptedKey }: Extract<RecipientInfo, { type: 'password' }>,
  { password }: DecryptOptions,
  crypto: PassphraseCrypto,
): Uint8Array | undefined {
  if (!derivation) throw new X509Error('UNSUPPORTED', 'a password recipient without keyDerivationAlgorithm')
  if (algorithm.oid !== PWRI_KEK || !algorithm.parameters)
    throw new X509Error('UNSUPPORTED', `keyEncryptionAlgorithm ${algorithm.oid}; id-alg-PWRI-KEK is known (RFC 3211)`)
  const reader = DerReader.open(algorithm.parameters, 'keyEncryptionAlgorithm', BER_LIMITS)
  const inner = readAlgorithmIdentifier(reader, '')
  const name = Object.hasOwn(CIPHERS, inner.oid) ? CIPHERS[inner.oid] : undefined
  if (!name || !inner.parameters)
    throw new X509Error('UNSUPPORTED', `keyEncryptionAlgorithm: unknown cipher ${inner.oid}`)
  const cipher = crypto.cipher(name, 'keyEncryptionAlgorithm')
  const iv = DerReader.open(inner.parameters, 'iv', BER_LIMITS).octetString('')
  if (iv.length !== cipher.blockLength) return undefined
  const kek = readDerivation(derivation, crypto)(passphraseBytes(password!), cipher.keyLength)
  const key = passwordUnwrap(cipher, kek, iv, encryptedKey)
  kek.fill(0)
  return key
}

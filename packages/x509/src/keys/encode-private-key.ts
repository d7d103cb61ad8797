import type { CryptoProvider, PrivateKeyData } from '@x/crypto-primitives'
import { cbcEncrypt } from '@x/crypto-primitives/legacy'
import { oneOf, optionsReader } from '@x/crypto-primitives/options'
import { toHex } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { encodePem } from '../pem.ts'
import { aProvider, invalidArgument } from '../rules.ts'
import { encodeDsaPrivateKey, encodeEcPrivateKey, encodePkcs8, encodeRsaPrivateKey } from './encode-private-key-der.ts'
import { PassphraseCrypto } from './passphrase-crypto.ts'
import { aPassphrase } from './passphrase-options.ts'
import { anEncryption, encryptPkcs8, type KeyEncryption } from './pbe-encrypt.ts'
import { derivePemKey, PEM_CIPHERS } from './traditional-pem.ts'

export interface EncodePrivateKeyOptions {
  /** `pkcs8` (the default), or the traditional form of the key's type: PKCS#1, SEC 1, DSA. */
  readonly type?: 'pkcs8' | 'traditional'
  /** Encrypts: PKCS#8 by PBES2 unless `encryption` says otherwise, traditional PEM by `DEK-Info`. */
  readonly passphrase?: string | Uint8Array
  /** Derives the key and encrypts, when there is a passphrase. */
  readonly provider?: CryptoProvider
  /** How a PKCS#8 key is encrypted. */
  readonly encryption?: KeyEncryption
  /** The cipher of encrypted traditional PEM. */
  readonly cipher?: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc'
}

type Encoding = EncodePrivateKeyOptions & { readonly format?: 'pem' | 'der' }

const readEncoding = /* @__PURE__ */ (() =>
  optionsReader(
    'encodePrivateKey',
    {
      type: oneOf('pkcs8', 'traditional'),
      format: oneOf('pem', 'der'),
      passphrase: aPassphrase,
      provider: aProvider,
      encryption: anEncryption,
      cipher: oneOf('aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => Encoding)()

/** @throws {X509Error} `INVALID_ARGUMENT` where the key would be written in another way than was asked for */
function readOptions(given: unknown): Encoding {
  const options = readEncoding(given)
  const refuse = (words: string) => invalidArgument(`encodePrivateKey: ${words}`)
  // What somebody took from a variable that was not set would protect nothing.
  if (options.passphrase?.length === 0)
    throw refuse('the passphrase is empty; leave it out for a key that is not encrypted')
  for (const name of ['encryption', 'cipher'] as const)
    if (options[name] !== undefined && options.passphrase === undefined)
      throw refuse(`${name} without a passphrase: the key would not be encrypted`)
  if (options.cipher !== undefined && options.type !== 'traditional')
    throw refuse('cipher is of the traditional form; PKCS#8 has it in `encryption`')
  if (options.encryption !== undefined && options.type === 'traditional')
    throw refuse('encryption is of PKCS#8; the traditional form has `cipher`')
  return options
}

/**
 * A private key as PEM (the default) or DER.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for a form that the key's type does not have, an empty passphrase, and options that
 *   go without one; `PROVIDER_REQUIRED`, `UNSUPPORTED`
 *   when it is to be encrypted
 */
export function encodePrivateKey(key: PrivateKeyData, options: EncodePrivateKeyOptions & { format: 'der' }): Uint8Array
export function encodePrivateKey(key: PrivateKeyData, options?: EncodePrivateKeyOptions & { format?: 'pem' }): string
export function encodePrivateKey(key: PrivateKeyData, given: Encoding = {}): Uint8Array | string {
  const options = readOptions(given)
  const { passphrase } = options
  if (options.type === 'traditional') {
    const { label, bytes } = traditional(key)
    if (passphrase === undefined) return options.format === 'der' ? bytes : encodePem(label, bytes)
    if (options.format === 'der')
      throw new X509Error('INVALID_ARGUMENT', 'the traditional form is encrypted as PEM only; use PKCS#8')
    return encryptPemBlock(label, bytes, passphrase, PassphraseCrypto.by(options.provider, label), options.cipher)
  }
  const plain = encodePkcs8(key)
  if (passphrase === undefined) return options.format === 'der' ? plain : encodePem('PRIVATE KEY', plain)
  const { provider } = PassphraseCrypto.by(options.provider, 'encodePrivateKey')
  const encrypted = encryptPkcs8(plain, passphrase, provider, options.encryption)
  plain.fill(0)
  return options.format === 'der' ? encrypted : encodePem('ENCRYPTED PRIVATE KEY', encrypted)
}

function traditional(key: PrivateKeyData): { label: string; bytes: Uint8Array } {
  switch (key.type) {
    case 'rsa':
      return { label: 'RSA PRIVATE KEY', bytes: encodeRsaPrivateKey(key) }
    case 'ec':
      return { label: 'EC PRIVATE KEY', bytes: encodeEcPrivateKey(key, true) }
    case 'dsa':
      return { label: 'DSA PRIVATE KEY', bytes: encodeDsaPrivateKey(key) }
    default:
      throw new X509Error('INVALID_ARGUMENT', `a key of type ${key.type} has no traditional form; use PKCS#8`)
  }
}

/** An encrypted block; AES-256 unless told otherwise. One round of MD5 guards it: prefer PKCS#8. */
function encryptPemBlock(
  label: string,
  bytes: Uint8Array,
  passphrase: string | Uint8Array,
  crypto: PassphraseCrypto,
  cipherName: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc' = 'aes-256-cbc',
): string {
  const name = cipherName.toUpperCase()
  const algorithm = crypto.cipher(PEM_CIPHERS[name]!.name, `block ${label}`)
  const iv = crypto.provider.randomBytes(algorithm.blockLength)
  const key = derivePemKey(crypto, passphrase, iv, algorithm.keyLength)
  const encrypted = cbcEncrypt(algorithm, key, iv, bytes)
  key.fill(0)
  return encodePem(label, encrypted, { 'Proc-Type': '4,ENCRYPTED', 'DEK-Info': `${name},${toHex(iv).toUpperCase()}` })
}

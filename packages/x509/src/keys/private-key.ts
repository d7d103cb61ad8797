import type { CryptoProvider, PrivateKeyData } from '@x/crypto-primitives'
import { optionsReader } from '@x/crypto-primitives/options'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { X509Error } from '../error.ts'
import { firstBlock, isPem, type PemBlock } from '../pem.ts'
import { aProvider, invalidArgument } from '../rules.ts'
import { decryptPkcs8 } from './encrypted-pkcs8.ts'
import { PassphraseCrypto } from './passphrase-crypto.ts'
import { aPassphrase, someWork } from './passphrase-options.ts'
import {
  readAnyPrivateKey,
  readDsaPrivateKey,
  readEcPrivateKey,
  readPkcs8,
  readRsaPrivateKey,
} from './private-key-der.ts'
import { decryptPemBlock } from './traditional-pem.ts'

export interface PrivateKeyOptions {
  /** For encrypted keys: bytes, or text that is used as UTF-8. */
  readonly passphrase?: string | Uint8Array
  /** Derives the key and decrypts; encrypted keys need it, others do not. */
  readonly provider?: CryptoProvider
  /**
   * Hashes that key derivation may compute: two for an iteration of PBKDF2. Default 10,000,000, some seconds in JavaScript;
   * give more for a file that is trusted, less for a stranger's.
   */
  readonly work?: number
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'parsePrivateKey',
    { passphrase: aPassphrase, provider: aProvider, work: someWork },
    invalidArgument,
  ) as unknown as (given: unknown) => PrivateKeyOptions)()

const LABELS = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'DSA PRIVATE KEY']

/**
 * A private key from PEM or DER: PKCS#8, encrypted PKCS#8 (PBES1, PBES2), PKCS#1, SEC 1, OpenSSL's DSA form, and
 * traditional encrypted PEM (`DEK-Info`). Of several PEM blocks the first that holds a private key is taken.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`, `PASSPHRASE_REQUIRED`, `PROVIDER_REQUIRED`, `WRONG_PASSPHRASE`, `INVALID_PEM` when
 *   there is no private key, `LIMIT_EXCEEDED` for a key derivation that would take too long, `UNSUPPORTED` for what is not known, or
 *   the provider lacks
 * @example
 * const key = provider.importPrivateKey(parsePrivateKey(pem, { passphrase: 'secret', provider }))
 */
export function parsePrivateKey(input: string | Uint8Array, given: PrivateKeyOptions = {}): PrivateKeyData {
  const options = readOptions(given)
  if (typeof input !== 'string' && !isPem(input)) return readDerKey(input, options)
  const block = firstBlock(input, (label) => LABELS.includes(label))
  if (!block)
    throw new X509Error('INVALID_PEM', 'no block "-----BEGIN PRIVATE KEY-----" in the text', {
      expected: LABELS.join(', '),
    })
  return readPemKey(block, options)
}

function readPemKey(block: PemBlock, options: PrivateKeyOptions): PrivateKeyData {
  if (block.label === 'ENCRYPTED PRIVATE KEY') return readEncrypted(block.bytes, options)
  if (block.label === 'PRIVATE KEY') return readPkcs8(block.bytes)
  const encrypted = block.headers['Proc-Type']?.includes('ENCRYPTED')
  const bytes = encrypted ? decryptPemBlock(block, options.passphrase, options.provider) : block.bytes
  try {
    if (block.label === 'RSA PRIVATE KEY') return { type: 'rsa', ...readRsaPrivateKey(bytes) }
    return block.label === 'EC PRIVATE KEY' ? readEcPrivateKey(bytes) : readDsaPrivateKey(bytes)
  } catch (error) {
    // CBC without a MAC: a wrong passphrase leaves good padding once in 256 times, and noise for DER.
    if (encrypted && error instanceof X509Error)
      throw new X509Error('WRONG_PASSPHRASE', `${block.label}: what was decrypted is no key: wrong passphrase`)
    throw error
  } finally {
    if (encrypted) bytes.fill(0)
  }
}

function readDerKey(bytes: Uint8Array, options: PrivateKeyOptions): PrivateKeyData {
  const encrypted = DerReader.open(bytes, 'PrivateKey', BER_LIMITS).sequence('').is(Tag.SEQUENCE)
  return encrypted ? readEncrypted(bytes, options) : readAnyPrivateKey(bytes)
}

function readEncrypted(bytes: Uint8Array, { passphrase, provider, work }: PrivateKeyOptions): PrivateKeyData {
  const decrypted = decryptPkcs8(bytes, passphrase, () =>
    PassphraseCrypto.by(provider, 'EncryptedPrivateKeyInfo', work),
  )
  try {
    return readPkcs8(decrypted)
  } catch (error) {
    if (error instanceof X509Error && (error.code === 'INVALID_DER' || error.code === 'INVALID_STRUCTURE'))
      throw new X509Error('WRONG_PASSPHRASE', 'EncryptedPrivateKeyInfo: what was decrypted is no key: wrong passphrase')
    throw error
  } finally {
    decrypted.fill(0)
  }
}

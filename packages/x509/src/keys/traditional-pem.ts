import { CryptoError } from '@x/crypto-primitives'
import { aes, type BlockCipherAlgorithm, cbcDecrypt, cbcEncrypt, tripleDes } from '@x/crypto-primitives/cbc'
import { md5 } from '@x/crypto-primitives/hash'
import { des, evpBytesToKey, rc2 } from '@x/crypto-primitives/legacy'
import { fromHex, toHex } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { encodePem, type PemBlock } from '../pem.ts'
import { passphraseBytes, randomBytes } from './pbe.ts'

/** OpenSSL's encrypted PEM: `Proc-Type: 4,ENCRYPTED` and `DEK-Info: cipher,iv` (RFC 1421 §4.6.1.1, §4.6.1.3). */

interface PemCipher {
  readonly algorithm: () => BlockCipherAlgorithm
  readonly keyLength: number
}

const CIPHERS: Readonly<Record<string, PemCipher>> = {
  'AES-128-CBC': { algorithm: () => aes, keyLength: 16 },
  'AES-192-CBC': { algorithm: () => aes, keyLength: 24 },
  'AES-256-CBC': { algorithm: () => aes, keyLength: 32 },
  'DES-EDE3-CBC': { algorithm: () => tripleDes, keyLength: 24 },
  'DES-CBC': { algorithm: () => des, keyLength: 8 },
  'RC2-CBC': { algorithm: () => rc2(128), keyLength: 16 },
  'RC2-64-CBC': { algorithm: () => rc2(64), keyLength: 8 },
  'RC2-40-CBC': { algorithm: () => rc2(40), keyLength: 5 },
}

/**
 * The DER inside an encrypted block.
 *
 * @throws {X509Error} `PASSPHRASE_REQUIRED`, `WRONG_PASSPHRASE`, `UNSUPPORTED`, `INVALID_PEM`
 */
export function decryptPemBlock(block: PemBlock, passphrase: string | Uint8Array | undefined): Uint8Array {
  const [name = '', ivText = ''] = (block.headers['DEK-Info'] ?? '').split(',').map((part) => part.trim())
  const cipher = CIPHERS[name.toUpperCase()]
  if (!cipher)
    throw new X509Error('UNSUPPORTED', `block ${block.label}: unknown cipher ${JSON.stringify(name)} in DEK-Info`)
  const algorithm = cipher.algorithm()
  if (!/^[0-9a-f]*$/i.test(ivText) || ivText.length !== 2 * algorithm.blockLength)
    throw new X509Error(
      'INVALID_PEM',
      `block ${block.label}: the initialization vector in DEK-Info must be ${algorithm.blockLength} bytes`,
    )
  if (passphrase === undefined)
    throw new X509Error('PASSPHRASE_REQUIRED', `block ${block.label} is encrypted; a passphrase is needed`)
  const iv = fromHex(ivText)
  const key = evpBytesToKey(md5, passphraseBytes(passphrase), iv.subarray(0, 8), 1, cipher.keyLength)
  try {
    return cbcDecrypt(algorithm, key, iv, block.bytes)
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'DECRYPTION_FAILED')
      throw new X509Error(
        'WRONG_PASSPHRASE',
        `block ${block.label}: decryption failed: wrong passphrase, or damaged data`,
      )
    throw error
  } finally {
    key.fill(0)
  }
}

/** An encrypted block; AES-256 unless told otherwise. One round of MD5 guards it: prefer PKCS#8. */
export function encryptPemBlock(
  label: string,
  bytes: Uint8Array,
  passphrase: string | Uint8Array,
  cipherName: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc' = 'aes-256-cbc',
): string {
  const name = cipherName.toUpperCase()
  const cipher = CIPHERS[name]!
  const algorithm = cipher.algorithm()
  const iv = randomBytes(algorithm.blockLength)
  const key = evpBytesToKey(md5, passphraseBytes(passphrase), iv.subarray(0, 8), 1, cipher.keyLength)
  const encrypted = cbcEncrypt(algorithm, key, iv, bytes)
  key.fill(0)
  return encodePem(label, encrypted, { 'Proc-Type': '4,ENCRYPTED', 'DEK-Info': `${name},${toHex(iv).toUpperCase()}` })
}

import { CryptoError, type CryptoProvider } from '@x/crypto-primitives'
import { cbcDecrypt, evpBytesToKey } from '@x/crypto-primitives/legacy'
import { fromHex } from '../bytes.ts'
import { X509Error } from '../error.ts'
import type { PemBlock } from '../pem.ts'
import { type KeyFileCipher, PassphraseCrypto } from './passphrase-crypto.ts'
import { passphraseBytes } from './pbe.ts'
import { type StreamMode, streamDecrypt } from './stream-modes.ts'

/** OpenSSL's encrypted PEM: `Proc-Type: 4,ENCRYPTED` and `DEK-Info: cipher,iv` (RFC 1421 §4.6.1.1, §4.6.1.3). */

/** The ciphers of DEK-Info. */
export const PEM_CIPHERS: Readonly<Record<string, { name: KeyFileCipher; blockLength: 8 | 16 }>> = {
  'AES-128-CBC': { name: 'aes-128-cbc', blockLength: 16 },
  'AES-192-CBC': { name: 'aes-192-cbc', blockLength: 16 },
  'AES-256-CBC': { name: 'aes-256-cbc', blockLength: 16 },
  'DES-EDE3-CBC': { name: '3des-ede-cbc', blockLength: 8 },
  'DES-CBC': { name: 'des-cbc', blockLength: 8 },
  'RC2-CBC': { name: 'rc2-128-cbc', blockLength: 8 },
  'RC2-64-CBC': { name: 'rc2-64-cbc', blockLength: 8 },
  'RC2-40-CBC': { name: 'rc2-40-cbc', blockLength: 8 },
}

const ciphers = /* @__PURE__ */ new Map(Object.entries(PEM_CIPHERS))

/**
 * The DER inside an encrypted block.
 *
 * @throws {X509Error} `PASSPHRASE_REQUIRED`, `PROVIDER_REQUIRED`, `WRONG_PASSPHRASE`, `UNSUPPORTED`, `INVALID_PEM`
 */
export function decryptPemBlock(
  block: PemBlock,
  passphrase: string | Uint8Array | undefined,
  provider: CryptoProvider | undefined,
): Uint8Array {
  const [name = '', ivText = ''] = (block.headers['DEK-Info'] ?? '').split(',').map((part) => part.trim())
  // `AES-256-OFB`: the modes that have no padding go by the ciphers of CBC.
  const [, base = name, streamMode] = /^(.+)-(CFB|OFB|CTR)$/i.exec(name) ?? []
  const mode = streamMode?.toUpperCase() as StreamMode | undefined
  const cipher = ciphers.get(mode ? `${base}-CBC`.toUpperCase() : name.toUpperCase())
  if (!cipher)
    throw new X509Error('UNSUPPORTED', `block ${block.label}: unknown cipher ${JSON.stringify(name)} in DEK-Info`)
  if (!/^[0-9a-f]*$/i.test(ivText) || ivText.length !== 2 * cipher.blockLength)
    throw new X509Error(
      'INVALID_PEM',
      `block ${block.label}: the initialization vector in DEK-Info must be ${cipher.blockLength} bytes`,
    )
  if (passphrase === undefined)
    throw new X509Error('PASSPHRASE_REQUIRED', `block ${block.label} is encrypted; a passphrase is needed`)
  const where = `block ${block.label}`
  const crypto = PassphraseCrypto.by(provider, where)
  const algorithm = crypto.cipher(cipher.name, where)
  const iv = fromHex(ivText)
  const key = derivePemKey(crypto, passphrase, iv, algorithm.keyLength)
  try {
    return mode ? streamDecrypt(algorithm, mode, key, iv, block.bytes) : cbcDecrypt(algorithm, key, iv, block.bytes)
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'DECRYPTION_FAILED')
      throw new X509Error('WRONG_PASSPHRASE', `${where}: decryption failed: wrong passphrase, or damaged data`)
    throw error
  } finally {
    key.fill(0)
  }
}

/** EVP_BytesToKey: MD5 once, the beginning of the initialization vector as salt. */
export function derivePemKey(
  crypto: PassphraseCrypto,
  passphrase: string | Uint8Array,
  iv: Uint8Array,
  length: number,
) {
  const md5 = crypto.hash('md5', 'DEK-Info')
  return evpBytesToKey(md5, passphraseBytes(passphrase), iv.subarray(0, 8), 1, length)
}

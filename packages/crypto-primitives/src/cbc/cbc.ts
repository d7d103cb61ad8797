import { constantTimeEqual } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { CbcCipher, CbcTransform } from '../provider.ts'
import type { BlockCipher, BlockCipherAlgorithm } from './block-cipher.ts'

/**
 * CBC encryption in place (SP 800-38A §6.2) of `buffer[offset, offset + length)`, whole blocks.
 *
 * @param chain the IV; overwritten with the last ciphertext block, which TLS 1.0 chains from
 */
export function cbcEncryptInPlace(
  cipher: BlockCipher,
  chain: Uint8Array,
  buffer: Uint8Array,
  offset: number,
  length: number,
): void {
  const size = cipher.blockLength
  if (length === 0) return
  for (let i = 0; i < size; i++) buffer[offset + i] ^= chain[i]
  cipher.encryptBlock(buffer, offset)
  const end = offset + length
  for (let at = offset + size; at < end; at += size) {
    for (let i = at; i < at + size; i++) buffer[i] ^= buffer[i - size]
    cipher.encryptBlock(buffer, at)
  }
  chain.set(buffer.subarray(end - size, end))
}

/** CBC decryption in place, the counterpart of {@link cbcEncryptInPlace}; backwards, so that no block needs a copy. */
export function cbcDecryptInPlace(
  cipher: BlockCipher,
  chain: Uint8Array,
  buffer: Uint8Array,
  offset: number,
  length: number,
): void {
  const size = cipher.blockLength
  if (length === 0) return
  const last = new Uint8Array(buffer.subarray(offset + length - size, offset + length))
  for (let at = offset + length - size; at > offset; at -= size) {
    cipher.decryptBlock(buffer, at)
    for (let i = 0; i < size; i++) buffer[at + i] ^= buffer[at - size + i]
  }
  cipher.decryptBlock(buffer, offset)
  for (let i = 0; i < size; i++) buffer[offset + i] ^= chain[i]
  chain.set(last)
}

function transformOf(cipher: BlockCipher): CbcTransform {
  return {
    encrypt: (chain, buffer, offset, length) => cbcEncryptInPlace(cipher, chain, buffer, offset, length),
    decrypt: (chain, buffer, offset, length) => cbcDecryptInPlace(cipher, chain, buffer, offset, length),
    destroy: () => cipher.destroy(),
  }
}

/** A block cipher computed here, in CBC. @param keyLength bytes */
export function cbcCipher(algorithm: BlockCipherAlgorithm, keyLength: number): CbcCipher {
  return {
    keyLength,
    blockLength: algorithm.blockLength,
    create: (key) => transformOf(algorithm.create(key)),
  }
}

/** @throws {CryptoError} `INVALID_LENGTH` */
function keyed(algorithm: BlockCipherAlgorithm | CbcCipher, key: Uint8Array, iv: Uint8Array): CbcTransform {
  const check = (what: string, bytes: Uint8Array, length: number) => {
    if (bytes.length !== length)
      throw new CryptoError('INVALID_LENGTH', `${what} must be ${length} bytes, not ${bytes.length}`)
  }
  check('IV', iv, algorithm.blockLength)
  if ('keyLengths' in algorithm) return transformOf(algorithm.create(key))
  check('key', key, algorithm.keyLength)
  return algorithm.create(key)
}

/**
 * CBC with the padding of PKCS#7 (RFC 5652 §6.3), as PBES2, PKCS#12 and encrypted PEM use it.
 *
 * @param algorithm a block cipher of this package, or a provider's in CBC
 * @throws {CryptoError} `INVALID_LENGTH` for key or IV
 */
export function cbcEncrypt(
  algorithm: BlockCipherAlgorithm | CbcCipher,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const transform = keyed(algorithm, key, iv)
  const padding = algorithm.blockLength - (plaintext.length % algorithm.blockLength)
  const out = new Uint8Array(plaintext.length + padding).fill(padding)
  out.set(plaintext)
  transform.encrypt(new Uint8Array(iv), out, 0, out.length)
  transform.destroy()
  return out
}

/**
 * The reverse of {@link cbcEncrypt}. Nothing authenticates the text: a wrong password may pass one time in 256.
 *
 * @throws {CryptoError} `INVALID_LENGTH` for key or IV; `DECRYPTION_FAILED` for a length that is no multiple of the
 *   block, or bad padding
 */
export function cbcDecrypt(
  algorithm: BlockCipherAlgorithm | CbcCipher,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const transform = keyed(algorithm, key, iv)
  const size = algorithm.blockLength
  if (ciphertext.length === 0 || ciphertext.length % size !== 0) {
    throw new CryptoError('DECRYPTION_FAILED', 'CBC decryption failed')
  }
  const out = new Uint8Array(ciphertext)
  transform.decrypt(new Uint8Array(iv), out, 0, out.length)
  transform.destroy()
  const padding = out[out.length - 1]
  const tail = out.subarray(out.length - padding)
  if (padding < 1 || padding > size || !constantTimeEqual(tail, new Uint8Array(padding).fill(padding))) {
    out.fill(0)
    throw new CryptoError('DECRYPTION_FAILED', 'CBC decryption failed')
  }
  return out.subarray(0, out.length - padding)
}

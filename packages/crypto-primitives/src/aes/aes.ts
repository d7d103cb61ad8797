import type { BlockCipher, BlockCipherAlgorithm } from '../cbc/block-cipher.ts'
import { CryptoError } from '../error.ts'
import { expandKey, invertKey } from './key-schedule.ts'
import { decryptionTables, encryptionTables } from './tables.ts'

function load(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
}

function store(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word
  bytes[at + 1] = word >>> 8
  bytes[at + 2] = word >>> 16
  bytes[at + 3] = word >>> 24
}

/** Four table look-ups' worth of S-box, for the last round. */
function substitute(sbox: Uint8Array, a: number, b: number, c: number, d: number): number {
  return sbox[a & 255] | (sbox[(b >>> 8) & 255] << 8) | (sbox[(c >>> 16) & 255] << 16) | (sbox[d >>> 24] << 24)
}

/**
 * AES with tables (FIPS 197). Look-ups depend on key and data, as in noble's: where an attacker shares the cache, use a
 * provider with native or WebAssembly ciphers.
 */
class Aes implements BlockCipher {
  readonly blockLength = 16
  readonly #keys: Int32Array
  #inverse: Int32Array | undefined

  constructor(key: Uint8Array) {
    this.#keys = expandKey(key)
  }

  /** Cipher (FIPS 197 §5.1). */
  encryptBlock(bytes: Uint8Array, at: number): void {
    const { sbox, t } = encryptionTables()
    const keys = this.#keys
    const last = keys.length - 4
    let a = load(bytes, at) ^ keys[0]
    let b = load(bytes, at + 4) ^ keys[1]
    let c = load(bytes, at + 8) ^ keys[2]
    let d = load(bytes, at + 12) ^ keys[3]
    let k = 4
    for (; k < last; k += 4) {
      const w = t[a & 255] ^ t[256 + ((b >>> 8) & 255)] ^ t[512 + ((c >>> 16) & 255)] ^ t[768 + (d >>> 24)] ^ keys[k]
      const x =
        t[b & 255] ^ t[256 + ((c >>> 8) & 255)] ^ t[512 + ((d >>> 16) & 255)] ^ t[768 + (a >>> 24)] ^ keys[k + 1]
      const y =
        t[c & 255] ^ t[256 + ((d >>> 8) & 255)] ^ t[512 + ((a >>> 16) & 255)] ^ t[768 + (b >>> 24)] ^ keys[k + 2]
      d = t[d & 255] ^ t[256 + ((a >>> 8) & 255)] ^ t[512 + ((b >>> 16) & 255)] ^ t[768 + (c >>> 24)] ^ keys[k + 3]
      a = w
      b = x
      c = y
    }
    store(bytes, at, substitute(sbox, a, b, c, d) ^ keys[k])
    store(bytes, at + 4, substitute(sbox, b, c, d, a) ^ keys[k + 1])
    store(bytes, at + 8, substitute(sbox, c, d, a, b) ^ keys[k + 2])
    store(bytes, at + 12, substitute(sbox, d, a, b, c) ^ keys[k + 3])
  }

  /** EqInvCipher (FIPS 197 §5.3.5): rows shift the other way. */
  decryptBlock(bytes: Uint8Array, at: number): void {
    const { sbox, t } = decryptionTables()
    const keys = (this.#inverse ??= invertKey(this.#keys))
    const last = keys.length - 4
    let a = load(bytes, at) ^ keys[0]
    let b = load(bytes, at + 4) ^ keys[1]
    let c = load(bytes, at + 8) ^ keys[2]
    let d = load(bytes, at + 12) ^ keys[3]
    let k = 4
    for (; k < last; k += 4) {
      const w = t[a & 255] ^ t[256 + ((d >>> 8) & 255)] ^ t[512 + ((c >>> 16) & 255)] ^ t[768 + (b >>> 24)] ^ keys[k]
      const x =
        t[b & 255] ^ t[256 + ((a >>> 8) & 255)] ^ t[512 + ((d >>> 16) & 255)] ^ t[768 + (c >>> 24)] ^ keys[k + 1]
      const y =
        t[c & 255] ^ t[256 + ((b >>> 8) & 255)] ^ t[512 + ((a >>> 16) & 255)] ^ t[768 + (d >>> 24)] ^ keys[k + 2]
      d = t[d & 255] ^ t[256 + ((c >>> 8) & 255)] ^ t[512 + ((b >>> 16) & 255)] ^ t[768 + (a >>> 24)] ^ keys[k + 3]
      a = w
      b = x
      c = y
    }
    store(bytes, at, substitute(sbox, a, d, c, b) ^ keys[k])
    store(bytes, at + 4, substitute(sbox, b, a, d, c) ^ keys[k + 1])
    store(bytes, at + 8, substitute(sbox, c, b, a, d) ^ keys[k + 2])
    store(bytes, at + 12, substitute(sbox, d, c, b, a) ^ keys[k + 3])
  }

  destroy(): void {
    this.#keys.fill(0)
    this.#inverse?.fill(0)
  }
}

/** AES with a key of 16, 24 or 32 bytes. */
export const aes: BlockCipherAlgorithm = {
  name: 'aes',
  blockLength: 16,
  keyLengths: [16, 24, 32],
  create(key) {
    if (key.length !== 16 && key.length !== 24 && key.length !== 32) {
      throw new CryptoError('INVALID_LENGTH', `AES key must be 16, 24 or 32 bytes, not ${key.length}`)
    }
    return new Aes(key)
  },
}

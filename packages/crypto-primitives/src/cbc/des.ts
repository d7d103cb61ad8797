import { CryptoError } from '../error.ts'
import type { BlockCipher, BlockCipherAlgorithm } from './block-cipher.ts'

/** The S-boxes as FIPS 46-3 prints them: four rows of sixteen hexadecimal digits each. */
const S_BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
]
/** The permutation P behind the S-boxes; bit 1 is the highest. */
const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
]
/** Permuted choice 1, of 64 key bits without parity. */
const PC1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
  47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]
/** Permuted choice 2, of the 56 bits of C and D. */
const PC2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

/** S-box i of a 6-bit input, already moved through P: 8 tables of 64 words, made at the first use. */
let combined: Int32Array | undefined
function combinedBoxes(): Int32Array {
  if (combined) return combined
  const tables = new Int32Array(512)
  for (let box = 0; box < 8; box++) {
    const digits = S_BOXES[box].replaceAll(' ', '')
    for (let x = 0; x < 64; x++) {
      const row = ((x >> 4) & 2) | (x & 1)
      const value = Number.parseInt(digits[16 * row + ((x >> 1) & 15)], 16) << (28 - 4 * box)
      let permuted = 0
      for (let bit = 0; bit < 32; bit++) permuted |= ((value >>> (32 - P[bit])) & 1) << (31 - bit)
      tables[64 * box + x] = permuted
    }
  }
  combined = tables
  return tables
}

/** Sixteen round keys of eight 6-bit pieces. Parity bits are not looked at. */
function schedule(key: Uint8Array): Uint8Array {
  const bit = (n: number) => (key[(n - 1) >> 3] >> (7 - ((n - 1) & 7))) & 1
  let cd = PC1.map(bit)
  const keys = new Uint8Array(128)
  for (let round = 0; round < 16; round++) {
    const n = SHIFTS[round]
    cd = [...cd.slice(n, 28), ...cd.slice(0, n), ...cd.slice(28 + n), ...cd.slice(28, 28 + n)]
    for (let i = 0; i < 48; i++) keys[8 * round + Math.trunc(i / 6)] |= cd[PC2[i] - 1] << (5 - (i % 6))
  }
  return keys
}

/** The halves of one block, to go through DES once or thrice without the permutations in between. */
class Halves {
  left = 0
  right = 0

  /** Reads a block and applies the initial permutation, as five exchanges of bits between the halves. */
  load(bytes: Uint8Array, at: number): void {
    let l = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    let r = (bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]
    let t = ((l >>> 4) ^ r) & 0x0f0f0f0f
    r ^= t
    l ^= t << 4
    t = ((l >>> 16) ^ r) & 0xffff
    r ^= t
    l ^= t << 16
    t = ((r >>> 2) ^ l) & 0x33333333
    l ^= t
    r ^= t << 2
    t = ((r >>> 8) ^ l) & 0x00ff00ff
    l ^= t
    r ^= t << 8
    t = ((l >>> 1) ^ r) & 0x55555555
    r ^= t
    l ^= t << 1
    this.left = l
    this.right = r
  }

  /** Sixteen rounds and the exchange of the halves after them; `step` -8 from the last key is decryption. */
  rounds(keys: Uint8Array, step: 8 | -8): void {
    const SP = combinedBoxes()
    let l = this.left
    let r = this.right
    for (let i = 0, k = step === 8 ? 0 : 120; i < 16; i++, k += step) {
      const e = (r >>> 1) | (r << 31)
      const f =
        SP[(e >>> 26) ^ keys[k]] ^
        SP[64 + (((e >>> 22) & 63) ^ keys[k + 1])] ^
        SP[128 + (((e >>> 18) & 63) ^ keys[k + 2])] ^
        SP[192 + (((e >>> 14) & 63) ^ keys[k + 3])] ^
        SP[256 + (((e >>> 10) & 63) ^ keys[k + 4])] ^
        SP[320 + (((e >>> 6) & 63) ^ keys[k + 5])] ^
        SP[384 + (((e >>> 2) & 63) ^ keys[k + 6])] ^
        SP[448 + ((((e << 2) | (e >>> 30)) & 63) ^ keys[k + 7])]
      const next = l ^ f
      l = r
      r = next
    }
    this.left = r
    this.right = l
  }

  /** Applies the inverse of the initial permutation and writes the block. */
  store(bytes: Uint8Array, at: number): void {
    let l = this.left
    let r = this.right
    let t = ((l >>> 1) ^ r) & 0x55555555
    r ^= t
    l ^= t << 1
    t = ((r >>> 8) ^ l) & 0x00ff00ff
    l ^= t
    r ^= t << 8
    t = ((r >>> 2) ^ l) & 0x33333333
    l ^= t
    r ^= t << 2
    t = ((l >>> 16) ^ r) & 0xffff
    r ^= t
    l ^= t << 16
    t = ((l >>> 4) ^ r) & 0x0f0f0f0f
    r ^= t
    l ^= t << 4
    for (let i = 0; i < 4; i++) {
      bytes[at + i] = l >>> (24 - 8 * i)
      bytes[at + 4 + i] = r >>> (24 - 8 * i)
    }
  }
}

/** DES once, or thrice as encrypt-decrypt-encrypt (SP 800-67 §3). */
class Des implements BlockCipher {
  readonly blockLength = 8
  readonly #halves = new Halves()

  constructor(private readonly keys: readonly Uint8Array[]) {}

  encryptBlock(bytes: Uint8Array, at: number): void {
    this.#halves.load(bytes, at)
    this.keys.forEach((key, i) => {
      this.#halves.rounds(key, i % 2 === 0 ? 8 : -8)
    })
    this.#halves.store(bytes, at)
  }

  decryptBlock(bytes: Uint8Array, at: number): void {
    this.#halves.load(bytes, at)
    for (let i = this.keys.length - 1; i >= 0; i--) this.#halves.rounds(this.keys[i], i % 2 === 0 ? -8 : 8)
    this.#halves.store(bytes, at)
  }

  destroy(): void {
    for (const key of this.keys) key.fill(0)
  }
}

/** Triple DES with three keys, 24 bytes (SP 800-67), or two, 16 bytes. Parity bits are ignored. */
export const tripleDes: BlockCipherAlgorithm = {
  name: '3des',
  blockLength: 8,
  keyLengths: [16, 24],
  create(key) {
    if (key.length !== 24 && key.length !== 16) {
      throw new CryptoError('INVALID_LENGTH', `3DES key must be 16 or 24 bytes, not ${key.length}`)
    }
    const [first, second] = [schedule(key.subarray(0, 8)), schedule(key.subarray(8, 16))]
    return new Des([first, second, key.length === 24 ? schedule(key.subarray(16)) : first])
  },
}

/** DES (FIPS 46-3): 56 bits, broken by search. For PEM files from long ago. */
export const des: BlockCipherAlgorithm = {
  name: 'des',
  blockLength: 8,
  keyLengths: [8],
  create(key) {
    if (key.length !== 8) throw new CryptoError('INVALID_LENGTH', `DES key must be 8 bytes, not ${key.length}`)
    return new Des([schedule(key)])
  },
}

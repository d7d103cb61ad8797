/**
 * AES's key expansion without tables: four S-boxes at once in the bytes of a 32-bit word, by arithmetic in GF(2^8) whose
 * steps do not depend on the bytes.
 */

const ONES = 0x01010101

/** Bytewise multiplication by x. */
function xtime(a: number): number {
  return ((a & 0x7f7f7f7f) << 1) ^ Math.imul((a >>> 7) & ONES, 0x1b)
}

/** Bytewise multiplication in GF(2^8). */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 0; bit < 8; bit++) {
    product ^= a & Math.imul((b >>> bit) & ONES, 0xff)
    a = xtime(a)
  }
  return product
}

/** Bytewise rotation to the left. */
function rotate(a: number, bits: number): number {
  const low = Math.imul(ONES, (1 << bits) - 1)
  return ((a << bits) & ~low) | ((a >>> (8 - bits)) & low)
}

/** The S-box on each byte (FIPS 197 §5.1.1): the inverse is the 254th power; then the affine map. */
function substitute(word: number): number {
  const x2 = multiply(word, word)
  const x3 = multiply(x2, word)
  const x6 = multiply(x3, x3)
  const x12 = multiply(x6, x6)
  const x15 = multiply(x12, x3)
  const x30 = multiply(x15, x15)
  const x60 = multiply(x30, x30)
  const x120 = multiply(x60, x60)
  const x127 = multiply(multiply(x120, x6), word)
  const inverse = multiply(x127, x127)
  return inverse ^ rotate(inverse, 1) ^ rotate(inverse, 2) ^ rotate(inverse, 3) ^ rotate(inverse, 4) ^ 0x63636363
}

/**
 * KeyExpansion (FIPS 197 §5.2): 4 * (rounds + 1) words, the first byte lowest.
 *
 * @param key 16, 24 or 32 bytes
 */
export function expandKeyConstantTime(key: Uint8Array): Int32Array {
  const nk = key.length >> 2
  const words = new Int32Array(4 * (nk + 7))
  for (let i = 0; i < nk; i++) {
    words[i] = key[4 * i] | (key[4 * i + 1] << 8) | (key[4 * i + 2] << 16) | (key[4 * i + 3] << 24)
  }
  for (let i = nk, rcon = 1; i < words.length; i++) {
    let t = words[i - 1]
    if (i % nk === 0) {
      t = substitute((t >>> 8) | (t << 24)) ^ rcon
      rcon = xtime(rcon)
    } else if (nk > 6 && i % nk === 4) {
      t = substitute(t)
    }
    words[i] = words[i - nk] ^ t
  }
  return words
}

/**
 * GHASH (SP 800-38D §6.4) by tables, over 32-bit words whose first byte is the lowest (the machine's own order where it
 * is little-endian, so text is read without swapping bytes).
 */

/** Tables for the multiplication by H: `128 / bits` of them, one per group of `bits` bits, of `2^bits` products each. */
export interface GhashTables {
  readonly bits: 4 | 8
  readonly words: Int32Array
}

const swap = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)

/**
 * @param h four words
 * @param bits 4: 8 KiB, made in about 5 microseconds; 8: 64 KiB, in about 50, and half as long per block
 */
export function makeGhashTables(h: Int32Array, bits: 4 | 8): GhashTables {
  const size = 1 << bits
  const count = 128 / bits
  const words = new Int32Array(count * size * 4)
  let [a, b, c, d] = [swap(h[0]), swap(h[1]), swap(h[2]), swap(h[3])]
  for (let i = 0; i < count; i++) {
    const base = i * size * 4
    // Single bits: the highest of a group comes first in GCM's order. Each step multiplies by x.
    for (let bit = size >> 1; bit > 0; bit >>= 1) {
      const at = base + bit * 4
      words[at] = swap(a)
      words[at + 1] = swap(b)
      words[at + 2] = swap(c)
      words[at + 3] = swap(d)
      const out = -(d & 1)
      d = (d >>> 1) | (c << 31)
      c = (c >>> 1) | (b << 31)
      b = (b >>> 1) | (a << 31)
      a = (a >>> 1) ^ (out & 0xe1000000)
    }
    // The rest are sums of two that are there.
    for (let x = 3; x < size; x++) {
      const rest = x & (x - 1)
      if (rest === 0) continue
      const [at, y, z] = [base + x * 4, base + rest * 4, base + (x & -x) * 4]
      for (let q = 0; q < 4; q++) words[at + q] = words[y + q] ^ words[z + q]
    }
  }
  return { bits, words }
}

/** Absorbs `blocks` blocks of `w` from word `o` on into the running value `z`. */
export function ghash({ bits, words }: GhashTables, z: Int32Array, w: Int32Array, o: number, blocks: number): void {
  if (bits === 8) ghash8(words, z, w, o, blocks)
  else ghash4(words, z, w, o, blocks)
}

/** Sixteen look-ups per block, one per byte. A product's table starts 1024 words after the one before. */
function ghash8(t: Int32Array, z: Int32Array, w: Int32Array, o: number, blocks: number): void {
  let z0 = z[0]
  let z1 = z[1]
  let z2 = z[2]
  let z3 = z[3]
  for (let j = 0; j < blocks; j++, o += 4) {
    const x0 = z0 ^ w[o]
    const x1 = z1 ^ w[o + 1]
    const x2 = z2 ^ w[o + 2]
    const x3 = z3 ^ w[o + 3]
    const a = (x0 << 2) & 0x3fc
    const b = ((x0 >>> 6) & 0x3fc) + 1024
    const c = ((x0 >>> 14) & 0x3fc) + 2048
    const d = ((x0 >>> 22) & 0x3fc) + 3072
    const e = ((x1 << 2) & 0x3fc) + 4096
    const f = ((x1 >>> 6) & 0x3fc) + 5120
    const g = ((x1 >>> 14) & 0x3fc) + 6144
    const h = ((x1 >>> 22) & 0x3fc) + 7168
    z0 = t[a] ^ t[b] ^ t[c] ^ t[d] ^ t[e] ^ t[f] ^ t[g] ^ t[h]
    z1 = t[a + 1] ^ t[b + 1] ^ t[c + 1] ^ t[d + 1] ^ t[e + 1] ^ t[f + 1] ^ t[g + 1] ^ t[h + 1]
    z2 = t[a + 2] ^ t[b + 2] ^ t[c + 2] ^ t[d + 2] ^ t[e + 2] ^ t[f + 2] ^ t[g + 2] ^ t[h + 2]
    z3 = t[a + 3] ^ t[b + 3] ^ t[c + 3] ^ t[d + 3] ^ t[e + 3] ^ t[f + 3] ^ t[g + 3] ^ t[h + 3]
    const k = ((x2 << 2) & 0x3fc) + 8192
    const l = ((x2 >>> 6) & 0x3fc) + 9216
    const m = ((x2 >>> 14) & 0x3fc) + 10240
    const n = ((x2 >>> 22) & 0x3fc) + 11264
    const p = ((x3 << 2) & 0x3fc) + 12288
    const q = ((x3 >>> 6) & 0x3fc) + 13312
    const r = ((x3 >>> 14) & 0x3fc) + 14336
    const s = ((x3 >>> 22) & 0x3fc) + 15360
    z0 ^= t[k] ^ t[l] ^ t[m] ^ t[n] ^ t[p] ^ t[q] ^ t[r] ^ t[s]
    z1 ^= t[k + 1] ^ t[l + 1] ^ t[m + 1] ^ t[n + 1] ^ t[p + 1] ^ t[q + 1] ^ t[r + 1] ^ t[s + 1]
    z2 ^= t[k + 2] ^ t[l + 2] ^ t[m + 2] ^ t[n + 2] ^ t[p + 2] ^ t[q + 2] ^ t[r + 2] ^ t[s + 2]
    z3 ^= t[k + 3] ^ t[l + 3] ^ t[m + 3] ^ t[n + 3] ^ t[p + 3] ^ t[q + 3] ^ t[r + 3] ^ t[s + 3]
  }
  z[0] = z0
  z[1] = z1
  z[2] = z2
  z[3] = z3
}

/** Thirty-two look-ups per block, one per nibble: the higher one of a byte has the earlier table, 64 words before. */
function ghash4(t: Int32Array, z: Int32Array, w: Int32Array, o: number, blocks: number): void {
  let z0 = z[0]
  let z1 = z[1]
  let z2 = z[2]
  let z3 = z[3]
  for (let j = 0; j < blocks; j++, o += 4) {
    let x0 = z0 ^ w[o]
    let x1 = z1 ^ w[o + 1]
    let x2 = z2 ^ w[o + 2]
    let x3 = z3 ^ w[o + 3]
    z0 = z1 = z2 = z3 = 0
    for (let byte = 0; byte < 512; byte += 128) {
      const a = ((x0 >>> 2) & 60) + byte
      const b = ((x0 << 2) & 60) + byte + 64
      const c = ((x1 >>> 2) & 60) + byte + 512
      const d = ((x1 << 2) & 60) + byte + 576
      const e = ((x2 >>> 2) & 60) + byte + 1024
      const f = ((x2 << 2) & 60) + byte + 1088
      const g = ((x3 >>> 2) & 60) + byte + 1536
      const h = ((x3 << 2) & 60) + byte + 1600
      z0 ^= t[a] ^ t[b] ^ t[c] ^ t[d] ^ t[e] ^ t[f] ^ t[g] ^ t[h]
      z1 ^= t[a + 1] ^ t[b + 1] ^ t[c + 1] ^ t[d + 1] ^ t[e + 1] ^ t[f + 1] ^ t[g + 1] ^ t[h + 1]
      z2 ^= t[a + 2] ^ t[b + 2] ^ t[c + 2] ^ t[d + 2] ^ t[e + 2] ^ t[f + 2] ^ t[g + 2] ^ t[h + 2]
      z3 ^= t[a + 3] ^ t[b + 3] ^ t[c + 3] ^ t[d + 3] ^ t[e + 3] ^ t[f + 3] ^ t[g + 3] ^ t[h + 3]
      x0 >>>= 8
      x1 >>>= 8
      x2 >>>= 8
      x3 >>>= 8
    }
  }
  z[0] = z0
  z[1] = z1
  z[2] = z2
  z[3] = z3
}

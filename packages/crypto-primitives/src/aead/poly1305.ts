/**
 * Poly1305 (RFC 8439 §2.5) on doubles: six limbs of 22 bits, whose products and sums stay below 2^53. Multiplications
 * and `Math.floor` of doubles take the same time whatever their values are.
 *
 * 2^132 is 20 modulo 2^130 - 5, so limbs beyond the sixth come back times 20.
 */

const LIMB = 2 ** 22
const INVERSE = 2 ** -22
const MASK = 0x3fffff

/** Powers of r that are kept: four blocks share one carry chain. */
const POWERS = 4

/** The four powers: for each its six limbs, and the limbs times 20. */
type Powers = Float64Array

/** Four blocks at a time: h = (h + m0) r^4 + m1 r^3 + m2 r^2 + m3 r. */
function absorb4(h: Float64Array, powers: Float64Array, w: Int32Array, o: number, blocks: number): void {
  let h0 = h[0]
  let h1 = h[1]
  let h2 = h[2]
  let h3 = h[3]
  let h4 = h[4]
  let h5 = h[5]
  const r1$0 = powers[0]
  const r1$1 = powers[1]
  const r1$2 = powers[2]
  const r1$3 = powers[3]
  const r1$4 = powers[4]
  const r1$5 = powers[5]
  const s1$1 = powers[7]
  const s1$2 = powers[8]
  const s1$3 = powers[9]
  const s1$4 = powers[10]
  const s1$5 = powers[11]
  const r2$0 = powers[12]
  const r2$1 = powers[13]
  const r2$2 = powers[14]
  const r2$3 = powers[15]
  const r2$4 = powers[16]
  const r2$5 = powers[17]
  const s2$1 = powers[19]
  const s2$2 = powers[20]
  const s2$3 = powers[21]
  const s2$4 = powers[22]
  const s2$5 = powers[23]
  const r3$0 = powers[24]
  const r3$1 = powers[25]
  const r3$2 = powers[26]
  const r3$3 = powers[27]
  const r3$4 = powers[28]
  const r3$5 = powers[29]
  const s3$1 = powers[31]
  const s3$2 = powers[32]
  const s3$3 = powers[33]
  const s3$4 = powers[34]
  const s3$5 = powers[35]
  const r4$0 = powers[36]
  const r4$1 = powers[37]
  const r4$2 = powers[38]
  const r4$3 = powers[39]
  const r4$4 = powers[40]
  const r4$5 = powers[41]
  const s4$1 = powers[43]
  const s4$2 = powers[44]
  const s4$3 = powers[45]
  const s4$4 = powers[46]
  const s4$5 = powers[47]
  for (let n = 0; n + 4 <= blocks; n += 4, o += 16) {
    const a0 = w[o]
    const b0 = w[o + 1]
    const c0 = w[o + 2]
    const d0 = w[o + 3]
    const m0$0 = h0 + (a0 & MASK)
    const m0$1 = h1 + (((a0 >>> 22) | (b0 << 10)) & MASK)
    const m0$2 = h2 + (((b0 >>> 12) | (c0 << 20)) & MASK)
    const m0$3 = h3 + ((c0 >>> 2) & MASK)
    const m0$4 = h4 + (((c0 >>> 24) | (d0 << 8)) & MASK)
    const m0$5 = h5 + ((d0 >>> 14) | 0x40000)
    const a1 = w[o + 4]
    const b1 = w[o + 5]
    const c1 = w[o + 6]
    const d1 = w[o + 7]
    const m1$0 = a1 & MASK
    const m1$1 = ((a1 >>> 22) | (b1 << 10)) & MASK
    const m1$2 = ((b1 >>> 12) | (c1 << 20)) & MASK
    const m1$3 = (c1 >>> 2) & MASK
    const m1$4 = ((c1 >>> 24) | (d1 << 8)) & MASK
    const m1$5 = (d1 >>> 14) | 0x40000
    const a2 = w[o + 8]
    const b2 = w[o + 9]
    const c2 = w[o + 10]
    const d2 = w[o + 11]
    const m2$0 = a2 & MASK
    const m2$1 = ((a2 >>> 22) | (b2 << 10)) & MASK
    const m2$2 = ((b2 >>> 12) | (c2 << 20)) & MASK
    const m2$3 = (c2 >>> 2) & MASK
    const m2$4 = ((c2 >>> 24) | (d2 << 8)) & MASK
    const m2$5 = (d2 >>> 14) | 0x40000
    const a3 = w[o + 12]
    const b3 = w[o + 13]
    const c3 = w[o + 14]
    const d3 = w[o + 15]
    const m3$0 = a3 & MASK
    const m3$1 = ((a3 >>> 22) | (b3 << 10)) & MASK
    const m3$2 = ((b3 >>> 12) | (c3 << 20)) & MASK
    const m3$3 = (c3 >>> 2) & MASK
    const m3$4 = ((c3 >>> 24) | (d3 << 8)) & MASK
    const m3$5 = (d3 >>> 14) | 0x40000
    let e0 =
      m0$0 * r4$0 +
      m0$1 * s4$5 +
      m0$2 * s4$4 +
      m0$3 * s4$3 +
      m0$4 * s4$2 +
      m0$5 * s4$1 +
      m1$0 * r3$0 +
      m1$1 * s3$5 +
      m1$2 * s3$4 +
      m1$3 * s3$3 +
      m1$4 * s3$2 +
      m1$5 * s3$1 +
      m2$0 * r2$0 +
      m2$1 * s2$5 +
      m2$2 * s2$4 +
      m2$3 * s2$3 +
      m2$4 * s2$2 +
      m2$5 * s2$1 +
      m3$0 * r1$0 +
      m3$1 * s1$5 +
      m3$2 * s1$4 +
      m3$3 * s1$3 +
      m3$4 * s1$2 +
      m3$5 * s1$1
    let e1 =
      m0$0 * r4$1 +
      m0$1 * r4$0 +
      m0$2 * s4$5 +
      m0$3 * s4$4 +
      m0$4 * s4$3 +
      m0$5 * s4$2 +
      m1$0 * r3$1 +
      m1$1 * r3$0 +
      m1$2 * s3$5 +
      m1$3 * s3$4 +
      m1$4 * s3$3 +
      m1$5 * s3$2 +
      m2$0 * r2$1 +
      m2$1 * r2$0 +
      m2$2 * s2$5 +
      m2$3 * s2$4 +
      m2$4 * s2$3 +
      m2$5 * s2$2 +
      m3$0 * r1$1 +
      m3$1 * r1$0 +
      m3$2 * s1$5 +
      m3$3 * s1$4 +
      m3$4 * s1$3 +
      m3$5 * s1$2
    let e2 =
      m0$0 * r4$2 +
      m0$1 * r4$1 +
      m0$2 * r4$0 +
      m0$3 * s4$5 +
      m0$4 * s4$4 +
      m0$5 * s4$3 +
      m1$0 * r3$2 +
      m1$1 * r3$1 +
      m1$2 * r3$0 +
      m1$3 * s3$5 +
      m1$4 * s3$4 +
      m1$5 * s3$3 +
      m2$0 * r2$2 +
      m2$1 * r2$1 +
      m2$2 * r2$0 +
      m2$3 * s2$5 +
      m2$4 * s2$4 +
      m2$5 * s2$3 +
      m3$0 * r1$2 +
      m3$1 * r1$1 +
      m3$2 * r1$0 +
      m3$3 * s1$5 +
      m3$4 * s1$4 +
      m3$5 * s1$3
    let e3 =
      m0$0 * r4$3 +
      m0$1 * r4$2 +
      m0$2 * r4$1 +
      m0$3 * r4$0 +
      m0$4 * s4$5 +
      m0$5 * s4$4 +
      m1$0 * r3$3 +
      m1$1 * r3$2 +
      m1$2 * r3$1 +
      m1$3 * r3$0 +
      m1$4 * s3$5 +
      m1$5 * s3$4 +
      m2$0 * r2$3 +
      m2$1 * r2$2 +
      m2$2 * r2$1 +
      m2$3 * r2$0 +
      m2$4 * s2$5 +
      m2$5 * s2$4 +
      m3$0 * r1$3 +
      m3$1 * r1$2 +
      m3$2 * r1$1 +
      m3$3 * r1$0 +
      m3$4 * s1$5 +
      m3$5 * s1$4
    let e4 =
      m0$0 * r4$4 +
      m0$1 * r4$3 +
      m0$2 * r4$2 +
      m0$3 * r4$1 +
      m0$4 * r4$0 +
      m0$5 * s4$5 +
      m1$0 * r3$4 +
      m1$1 * r3$3 +
      m1$2 * r3$2 +
      m1$3 * r3$1 +
      m1$4 * r3$0 +
      m1$5 * s3$5 +
      m2$0 * r2$4 +
      m2$1 * r2$3 +
      m2$2 * r2$2 +
      m2$3 * r2$1 +
      m2$4 * r2$0 +
      m2$5 * s2$5 +
      m3$0 * r1$4 +
      m3$1 * r1$3 +
      m3$2 * r1$2 +
      m3$3 * r1$1 +
      m3$4 * r1$0 +
      m3$5 * s1$5
    let e5 =
      m0$0 * r4$5 +
      m0$1 * r4$4 +
      m0$2 * r4$3 +
      m0$3 * r4$2 +
      m0$4 * r4$1 +
      m0$5 * r4$0 +
      m1$0 * r3$5 +
      m1$1 * r3$4 +
      m1$2 * r3$3 +
      m1$3 * r3$2 +
      m1$4 * r3$1 +
      m1$5 * r3$0 +
      m2$0 * r2$5 +
      m2$1 * r2$4 +
      m2$2 * r2$3 +
      m2$3 * r2$2 +
      m2$4 * r2$1 +
      m2$5 * r2$0 +
      m3$0 * r1$5 +
      m3$1 * r1$4 +
      m3$2 * r1$3 +
      m3$3 * r1$2 +
      m3$4 * r1$1 +
      m3$5 * r1$0
    let carry: number
    carry = Math.floor(e0 * INVERSE)
    e0 -= carry * LIMB
    e1 += carry
    carry = Math.floor(e3 * INVERSE)
    e3 -= carry * LIMB
    e4 += carry
    carry = Math.floor(e1 * INVERSE)
    e1 -= carry * LIMB
    e2 += carry
    carry = Math.floor(e4 * INVERSE)
    e4 -= carry * LIMB
    e5 += carry
    carry = Math.floor(e2 * INVERSE)
    e2 -= carry * LIMB
    e3 += carry
    carry = Math.floor(e5 * INVERSE)
    e5 -= carry * LIMB
    e0 += 20 * carry
    carry = Math.floor(e3 * INVERSE)
    e3 -= carry * LIMB
    e4 += carry
    carry = Math.floor(e0 * INVERSE)
    e0 -= carry * LIMB
    e1 += carry
    h0 = e0
    h1 = e1
    h2 = e2
    h3 = e3
    h4 = e4
    h5 = e5
  }
  h[0] = h0
  h[1] = h1
  h[2] = h2
  h[3] = h3
  h[4] = h4
  h[5] = h5
}

/** One block at a time: h = (h + m) r. */
function absorb1(h: Float64Array, powers: Float64Array, w: Int32Array, o: number, blocks: number): void {
  let h0 = h[0]
  let h1 = h[1]
  let h2 = h[2]
  let h3 = h[3]
  let h4 = h[4]
  let h5 = h[5]
  const r1$0 = powers[0]
  const r1$1 = powers[1]
  const r1$2 = powers[2]
  const r1$3 = powers[3]
  const r1$4 = powers[4]
  const r1$5 = powers[5]
  const s1$1 = powers[7]
  const s1$2 = powers[8]
  const s1$3 = powers[9]
  const s1$4 = powers[10]
  const s1$5 = powers[11]
  for (let n = 0; n + 1 <= blocks; n += 1, o += 4) {
    const a0 = w[o]
    const b0 = w[o + 1]
    const c0 = w[o + 2]
    const d0 = w[o + 3]
    const m0$0 = h0 + (a0 & MASK)
    const m0$1 = h1 + (((a0 >>> 22) | (b0 << 10)) & MASK)
    const m0$2 = h2 + (((b0 >>> 12) | (c0 << 20)) & MASK)
    const m0$3 = h3 + ((c0 >>> 2) & MASK)
    const m0$4 = h4 + (((c0 >>> 24) | (d0 << 8)) & MASK)
    const m0$5 = h5 + ((d0 >>> 14) | 0x40000)
    let e0 = m0$0 * r1$0 + m0$1 * s1$5 + m0$2 * s1$4 + m0$3 * s1$3 + m0$4 * s1$2 + m0$5 * s1$1
    let e1 = m0$0 * r1$1 + m0$1 * r1$0 + m0$2 * s1$5 + m0$3 * s1$4 + m0$4 * s1$3 + m0$5 * s1$2
    let e2 = m0$0 * r1$2 + m0$1 * r1$1 + m0$2 * r1$0 + m0$3 * s1$5 + m0$4 * s1$4 + m0$5 * s1$3
    let e3 = m0$0 * r1$3 + m0$1 * r1$2 + m0$2 * r1$1 + m0$3 * r1$0 + m0$4 * s1$5 + m0$5 * s1$4
    let e4 = m0$0 * r1$4 + m0$1 * r1$3 + m0$2 * r1$2 + m0$3 * r1$1 + m0$4 * r1$0 + m0$5 * s1$5
    let e5 = m0$0 * r1$5 + m0$1 * r1$4 + m0$2 * r1$3 + m0$3 * r1$2 + m0$4 * r1$1 + m0$5 * r1$0
    let carry: number
    carry = Math.floor(e0 * INVERSE)
    e0 -= carry * LIMB
    e1 += carry
    carry = Math.floor(e3 * INVERSE)
    e3 -= carry * LIMB
    e4 += carry
    carry = Math.floor(e1 * INVERSE)
    e1 -= carry * LIMB
    e2 += carry
    carry = Math.floor(e4 * INVERSE)
    e4 -= carry * LIMB
    e5 += carry
    carry = Math.floor(e2 * INVERSE)
    e2 -= carry * LIMB
    e3 += carry
    carry = Math.floor(e5 * INVERSE)
    e5 -= carry * LIMB
    e0 += 20 * carry
    carry = Math.floor(e3 * INVERSE)
    e3 -= carry * LIMB
    e4 += carry
    carry = Math.floor(e0 * INVERSE)
    e0 -= carry * LIMB
    e1 += carry
    h0 = e0
    h1 = e1
    h2 = e2
    h3 = e3
    h4 = e4
    h5 = e5
  }
  h[0] = h0
  h[1] = h1
  h[2] = h2
  h[3] = h3
  h[4] = h4
  h[5] = h5
}

/** h * r, carried. */
function multiply(h: Float64Array, powers: Powers): void {
  const e = new Float64Array(6)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) e[(i + j) % 6] += h[i] * powers[i + j < 6 ? j : j + 6]
  }
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < 6; i++) {
      const carry = Math.floor(e[i] * INVERSE)
      e[i] -= carry * LIMB
      e[(i + 1) % 6] += i === 5 ? 20 * carry : carry
    }
  }
  h.set(e)
}

/** A Poly1305 that is keyed again for each record. */
export class Poly1305 {
  readonly #powers: Powers = new Float64Array(12 * POWERS)
  readonly #h = new Float64Array(6)
  readonly #s = new Int32Array(4)

  /** @param key eight words: r and s */
  start(key: Int32Array): void {
    const a = key[0] & 0x0fffffff
    const b = key[1] & 0x0ffffffc
    const c = key[2] & 0x0ffffffc
    const d = key[3] & 0x0ffffffc
    const power = Float64Array.of(
      a & MASK,
      ((a >>> 22) | (b << 10)) & MASK,
      ((b >>> 12) | (c << 20)) & MASK,
      (c >>> 2) & MASK,
      ((c >>> 24) | (d << 8)) & MASK,
      d >>> 14,
    )
    for (let n = 0; n < POWERS; n++) {
      if (n > 0) multiply(power, this.#powers)
      for (let i = 0; i < 6; i++) {
        this.#powers[12 * n + i] = power[i]
        this.#powers[12 * n + 6 + i] = 20 * power[i]
      }
    }
    for (let i = 0; i < 4; i++) this.#s[i] = key[4 + i]
    this.#h.fill(0)
  }

  /** Absorbs whole blocks of `w` from word `o` on. */
  absorb(w: Int32Array, o: number, blocks: number): void {
    const most = blocks & ~3
    if (most > 0) absorb4(this.#h, this.#powers, w, o, most)
    if (most < blocks) absorb1(this.#h, this.#powers, w, o + 4 * most, blocks - most)
  }

  /** The tag, four words: h reduced for good, plus s modulo 2^128. */
  finish(tag: Int32Array): void {
    const h = this.#h
    // Carry twice around, so that every limb is below 2^22 and the number below 2^130 + a little.
    for (let pass = 0; pass < 3; pass++) {
      for (let i = 0; i < 6; i++) {
        // The last limb holds 20 bits of 130; what is above counts five times at the bottom.
        const size = i === 5 ? 2 ** 20 : LIMB
        const carry = Math.floor(h[i] / size)
        h[i] -= carry * size
        if (i === 5) h[0] += 5 * carry
        else h[i + 1] += carry
      }
    }
    // h - p = h + 5 - 2^130; the mask says which of the two is meant.
    const g = new Int32Array(6)
    let carry = 5
    for (let i = 0; i < 6; i++) {
      const sum = h[i] + carry
      const bits = i === 5 ? 20 : 22
      g[i] = sum & ((1 << bits) - 1)
      carry = sum >>> bits
    }
    const below = carry - 1
    const f = g.map((limb, i) => (h[i] & below) | (limb & ~below))
    const words = [
      f[0] | (f[1] << 22),
      (f[1] >>> 10) | (f[2] << 12),
      (f[2] >>> 20) | (f[3] << 2) | (f[4] << 24),
      (f[4] >>> 8) | (f[5] << 14),
    ]
    carry = 0
    for (let i = 0; i < 4; i++) {
      const sum = (words[i] >>> 0) + (this.#s[i] >>> 0) + carry
      tag[i] = sum
      carry = sum >= 2 ** 32 ? 1 : 0
    }
  }

  destroy(): void {
    this.#powers.fill(0)
    this.#h.fill(0)
    this.#s.fill(0)
  }
}

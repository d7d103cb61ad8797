// ChaCha20-Poly1305 (RFC 8439), four ChaCha blocks and two Poly1305 blocks at a time in 128-bit vectors.
// AssemblyScript. No branch and no address depends on key or data.
//
// Memory (the caller writes KEY, NONCE, AAD and TEXT, and reads TEXT and TAG):

/** 32 bytes. */
export const KEY: usize = 0x400
/** 12 bytes. */
export const NONCE: usize = 0x420
/** 16 bytes. */
export const TAG: usize = 0x430
/** r in five limbs of 26 bits, then r squared. */
const R: usize = 0x500
const R2: usize = 0x540
/** The accumulator, in five limbs. */
const H: usize = 0x580
/** The block of lengths. */
const LENGTHS: usize = 0x5c0
/** Associated data. */
export const AAD: usize = 0x800
export const AAD_SIZE: usize = 0x400
/** The key stream's block 0, which keys Poly1305, right before the text. */
const BLOCK0: usize = 0x1000
export const TEXT: usize = 0x1040
/** Room for the text; behind it there is slack for whole groups of blocks. */
export const TEXT_SIZE: usize = 0x5000

const LIMB: u64 = 0x3ffffff

// @ts-ignore: decorator
@inline function rotl16(x: v128): v128 { return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13) }
// @ts-ignore: decorator
@inline function rotl8(x: v128): v128 { return i8x16.shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14) }
// @ts-ignore: decorator
@inline function rotl12(x: v128): v128 { return v128.or(i32x4.shl(x, 12), i32x4.shr_u(x, 20)) }
// @ts-ignore: decorator
@inline function rotl7(x: v128): v128 { return v128.or(i32x4.shl(x, 7), i32x4.shr_u(x, 25)) }
// @ts-ignore: decorator
@inline function word(at: usize): v128 { return i32x4.splat(load<i32>(at)) }

/** XORs the key stream from block `counter` on into `groups` times four blocks at `at` (RFC 8439 §2.4). */
function chacha20(counter: i32, at: usize, groups: i32): void {
  const i0 = i32x4.splat(0x61707865), i1 = i32x4.splat(0x3320646e), i2 = i32x4.splat(0x79622d32), i3 = i32x4.splat(0x6b206574)
  const i4 = word(KEY), i5 = word(KEY + 4), i6 = word(KEY + 8), i7 = word(KEY + 12)
  const i8_ = word(KEY + 16), i9 = word(KEY + 20), i10 = word(KEY + 24), i11 = word(KEY + 28)
  let i12 = i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3))
  const i13 = word(NONCE), i14 = word(NONCE + 4), i15 = word(NONCE + 8)
  for (; groups > 0; groups--, at += 256) {
    let a0 = i0, a1 = i1, a2 = i2, a3 = i3, b0 = i4, b1 = i5, b2 = i6, b3 = i7
    let c0 = i8_, c1 = i9, c2 = i10, c3 = i11, d0 = i12, d1 = i13, d2 = i14, d3 = i15
    for (let round = 0; round < 10; round++) {
      // Columns, the four quarter rounds in step
      a0 = i32x4.add(a0, b0); a1 = i32x4.add(a1, b1); a2 = i32x4.add(a2, b2); a3 = i32x4.add(a3, b3)
      d0 = rotl16(v128.xor(d0, a0)); d1 = rotl16(v128.xor(d1, a1)); d2 = rotl16(v128.xor(d2, a2)); d3 = rotl16(v128.xor(d3, a3))
      c0 = i32x4.add(c0, d0); c1 = i32x4.add(c1, d1); c2 = i32x4.add(c2, d2); c3 = i32x4.add(c3, d3)
      b0 = rotl12(v128.xor(b0, c0)); b1 = rotl12(v128.xor(b1, c1)); b2 = rotl12(v128.xor(b2, c2)); b3 = rotl12(v128.xor(b3, c3))
      a0 = i32x4.add(a0, b0); a1 = i32x4.add(a1, b1); a2 = i32x4.add(a2, b2); a3 = i32x4.add(a3, b3)
      d0 = rotl8(v128.xor(d0, a0)); d1 = rotl8(v128.xor(d1, a1)); d2 = rotl8(v128.xor(d2, a2)); d3 = rotl8(v128.xor(d3, a3))
      c0 = i32x4.add(c0, d0); c1 = i32x4.add(c1, d1); c2 = i32x4.add(c2, d2); c3 = i32x4.add(c3, d3)
      b0 = rotl7(v128.xor(b0, c0)); b1 = rotl7(v128.xor(b1, c1)); b2 = rotl7(v128.xor(b2, c2)); b3 = rotl7(v128.xor(b3, c3))
      // Diagonals
      a0 = i32x4.add(a0, b1); a1 = i32x4.add(a1, b2); a2 = i32x4.add(a2, b3); a3 = i32x4.add(a3, b0)
      d3 = rotl16(v128.xor(d3, a0)); d0 = rotl16(v128.xor(d0, a1)); d1 = rotl16(v128.xor(d1, a2)); d2 = rotl16(v128.xor(d2, a3))
      c2 = i32x4.add(c2, d3); c3 = i32x4.add(c3, d0); c0 = i32x4.add(c0, d1); c1 = i32x4.add(c1, d2)
      b1 = rotl12(v128.xor(b1, c2)); b2 = rotl12(v128.xor(b2, c3)); b3 = rotl12(v128.xor(b3, c0)); b0 = rotl12(v128.xor(b0, c1))
      a0 = i32x4.add(a0, b1); a1 = i32x4.add(a1, b2); a2 = i32x4.add(a2, b3); a3 = i32x4.add(a3, b0)
      d3 = rotl8(v128.xor(d3, a0)); d0 = rotl8(v128.xor(d0, a1)); d1 = rotl8(v128.xor(d1, a2)); d2 = rotl8(v128.xor(d2, a3))
      c2 = i32x4.add(c2, d3); c3 = i32x4.add(c3, d0); c0 = i32x4.add(c0, d1); c1 = i32x4.add(c1, d2)
      b1 = rotl7(v128.xor(b1, c2)); b2 = rotl7(v128.xor(b2, c3)); b3 = rotl7(v128.xor(b3, c0)); b0 = rotl7(v128.xor(b0, c1))
    }
    xorColumns(at, i32x4.add(a0, i0), i32x4.add(a1, i1), i32x4.add(a2, i2), i32x4.add(a3, i3))
    xorColumns(at + 16, i32x4.add(b0, i4), i32x4.add(b1, i5), i32x4.add(b2, i6), i32x4.add(b3, i7))
    xorColumns(at + 32, i32x4.add(c0, i8_), i32x4.add(c1, i9), i32x4.add(c2, i10), i32x4.add(c3, i11))
    xorColumns(at + 48, i32x4.add(d0, i12), i32x4.add(d1, i13), i32x4.add(d2, i14), i32x4.add(d3, i15))
    i12 = i32x4.add(i12, i32x4.splat(4))
  }
}

/** Four words of four blocks, one vector per word, to four vectors, one per block. */
// @ts-ignore: decorator
@inline function xorColumns(at: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const lo01 = i32x4.shuffle(w0, w1, 0, 4, 1, 5), hi01 = i32x4.shuffle(w0, w1, 2, 6, 3, 7)
  const lo23 = i32x4.shuffle(w2, w3, 0, 4, 1, 5), hi23 = i32x4.shuffle(w2, w3, 2, 6, 3, 7)
  v128.store(at, v128.xor(v128.load(at), i64x2.shuffle(lo01, lo23, 0, 2)))
  v128.store(at, v128.xor(v128.load(at, 64), i64x2.shuffle(lo01, lo23, 1, 3)), 64)
  v128.store(at, v128.xor(v128.load(at, 128), i64x2.shuffle(hi01, hi23, 0, 2)), 128)
  v128.store(at, v128.xor(v128.load(at, 192), i64x2.shuffle(hi01, hi23, 1, 3)), 192)
}

/** r, clamped, out of the one-time key (RFC 8439 §2.5), its square, and an empty accumulator. */
function startPoly(): void {
  const lo = load<u64>(BLOCK0) & 0x0ffffffc0fffffff, hi = load<u64>(BLOCK0 + 8) & 0x0ffffffc0ffffffc
  store<u64>(R, lo & LIMB); store<u64>(R + 8, (lo >> 26) & LIMB); store<u64>(R + 16, ((lo >> 52) | (hi << 12)) & LIMB)
  store<u64>(R + 24, (hi >> 14) & LIMB); store<u64>(R + 32, hi >> 40)
  // The square: the accumulator holds r and is multiplied once, no block added.
  for (let i: usize = 0; i < 40; i += 8) store<u64>(H + i, load<u64>(R + i))
  multiply()
  for (let i: usize = 0; i < 40; i += 8) { store<u64>(R2 + i, load<u64>(H + i)); store<u64>(H + i, 0) }
}

/** The accumulator times r, modulo 2^130 - 5, carried. */
function multiply(): void {
  const r0 = load<u64>(R), r1 = load<u64>(R + 8), r2 = load<u64>(R + 16), r3 = load<u64>(R + 24), r4 = load<u64>(R + 32)
  const s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5
  const h0 = load<u64>(H), h1 = load<u64>(H + 8), h2 = load<u64>(H + 16), h3 = load<u64>(H + 24), h4 = load<u64>(H + 32)
  carry(
    h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1,
    h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2,
    h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3,
    h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4,
    h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0,
  )
}

/** Stores the accumulator with each limb brought under 2^26 (the second may keep one bit more). */
// @ts-ignore: decorator
@inline function carry(h0: u64, h1: u64, h2: u64, h3: u64, h4: u64): void {
  h1 += h0 >> 26; h0 &= LIMB
  h2 += h1 >> 26; h1 &= LIMB
  h3 += h2 >> 26; h2 &= LIMB
  h4 += h3 >> 26; h3 &= LIMB
  h0 += (h4 >> 26) * 5; h4 &= LIMB
  h1 += h0 >> 26; h0 &= LIMB
  store<u64>(H, h0); store<u64>(H + 8, h1); store<u64>(H + 16, h2); store<u64>(H + 24, h3); store<u64>(H + 32, h4)
}

/** Absorbs one block. */
function absorb(at: usize): void {
  const lo = load<u64>(at), hi = load<u64>(at + 8)
  store<u64>(H, load<u64>(H) + (lo & LIMB))
  store<u64>(H + 8, load<u64>(H + 8) + ((lo >> 26) & LIMB))
  store<u64>(H + 16, load<u64>(H + 16) + (((lo >> 52) | (hi << 12)) & LIMB))
  store<u64>(H + 24, load<u64>(H + 24) + ((hi >> 14) & LIMB))
  store<u64>(H + 32, load<u64>(H + 32) + ((hi >> 40) | 0x1000000))
  multiply()
}

// @ts-ignore: decorator
@inline function low(at: usize): v128 { return i32x4.splat(load<i32>(at)) }
// @ts-ignore: decorator
@inline function mul(a: v128, b: v128): v128 { return i64x2.extmul_low_i32x4_u(a, b) }
// @ts-ignore: decorator
@inline function sum(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return i64x2.add(i64x2.add(i64x2.add(a, b), i64x2.add(c, d)), e)
}
// @ts-ignore: decorator
@inline function narrow(x: v128): v128 { return i32x4.shuffle(x, x, 0, 2, 0, 2) }
// @ts-ignore: decorator
@inline function both(x: v128): u64 { return i64x2.extract_lane(x, 0) + i64x2.extract_lane(x, 1) }

/**
 * Absorbs an even number of blocks, even ones in one lane and odd ones in the other: both lanes are multiplied by r^2,
 * at the end the first by r^2 and the second by r, and added.
 */
function absorbPairs(at: usize, blocks: i32): void {
  const mask = i64x2.splat(0x3ffffff), top = i64x2.splat(0x1000000), five = i32x4.splat(5)
  let h0 = i64x2(load<i64>(H), 0), h1 = i64x2(load<i64>(H + 8), 0), h2 = i64x2(load<i64>(H + 16), 0)
  let h3 = i64x2(load<i64>(H + 24), 0), h4 = i64x2(load<i64>(H + 32), 0)
  let r0 = low(R2), r1 = low(R2 + 8), r2 = low(R2 + 16), r3 = low(R2 + 24), r4 = low(R2 + 32)
  let s1 = i32x4.mul(r1, five), s2 = i32x4.mul(r2, five), s3 = i32x4.mul(r3, five), s4 = i32x4.mul(r4, five)
  for (; blocks > 0; blocks -= 2, at += 32) {
    const a = v128.load(at), b = v128.load(at, 16)
    const lo = i64x2.shuffle(a, b, 0, 2), hi = i64x2.shuffle(a, b, 1, 3)
    h0 = i64x2.add(h0, v128.and(lo, mask))
    h1 = i64x2.add(h1, v128.and(i64x2.shr_u(lo, 26), mask))
    h2 = i64x2.add(h2, v128.and(v128.or(i64x2.shr_u(lo, 52), i64x2.shl(hi, 12)), mask))
    h3 = i64x2.add(h3, v128.and(i64x2.shr_u(hi, 14), mask))
    h4 = i64x2.add(h4, v128.or(i64x2.shr_u(hi, 40), top))
    if (blocks == 2) {
      r0 = i32x4(load<i32>(R2), load<i32>(R), 0, 0); r1 = i32x4(load<i32>(R2 + 8), load<i32>(R + 8), 0, 0)
      r2 = i32x4(load<i32>(R2 + 16), load<i32>(R + 16), 0, 0); r3 = i32x4(load<i32>(R2 + 24), load<i32>(R + 24), 0, 0)
      r4 = i32x4(load<i32>(R2 + 32), load<i32>(R + 32), 0, 0)
      s1 = i32x4.mul(r1, five); s2 = i32x4.mul(r2, five); s3 = i32x4.mul(r3, five); s4 = i32x4.mul(r4, five)
    }
    const g0 = narrow(h0), g1 = narrow(h1), g2 = narrow(h2), g3 = narrow(h3), g4 = narrow(h4)
    const d0 = sum(mul(g0, r0), mul(g1, s4), mul(g2, s3), mul(g3, s2), mul(g4, s1))
    let d1 = sum(mul(g0, r1), mul(g1, r0), mul(g2, s4), mul(g3, s3), mul(g4, s2))
    let d2 = sum(mul(g0, r2), mul(g1, r1), mul(g2, r0), mul(g3, s4), mul(g4, s3))
    const d3 = sum(mul(g0, r3), mul(g1, r2), mul(g2, r1), mul(g3, r0), mul(g4, s4))
    let d4 = sum(mul(g0, r4), mul(g1, r3), mul(g2, r2), mul(g3, r1), mul(g4, r0))
    // Two carry chains side by side: 0-1-2-3 and 3-4-0-1
    d1 = i64x2.add(d1, i64x2.shr_u(d0, 26)); d4 = i64x2.add(d4, i64x2.shr_u(d3, 26))
    h0 = v128.and(d0, mask); h3 = v128.and(d3, mask)
    d2 = i64x2.add(d2, i64x2.shr_u(d1, 26)); h1 = v128.and(d1, mask)
    const c = i64x2.shr_u(d4, 26)
    h0 = i64x2.add(h0, i64x2.add(c, i64x2.shl(c, 2))); h4 = v128.and(d4, mask)
    h3 = i64x2.add(h3, i64x2.shr_u(d2, 26)); h2 = v128.and(d2, mask)
    h1 = i64x2.add(h1, i64x2.shr_u(h0, 26)); h0 = v128.and(h0, mask)
    h4 = i64x2.add(h4, i64x2.shr_u(h3, 26)); h3 = v128.and(h3, mask)
  }
  carry(both(h0), both(h1), both(h2), both(h3), both(h4))
}

/** Absorbs `length` bytes, the last block filled up with zeros, which this writes. */
function absorbPadded(at: usize, length: i32): void {
  const end = at + <usize>length
  const blocks = (length + 15) >> 4
  for (let i = end; i < at + (<usize>blocks << 4); i++) store<u8>(i, 0)
  const even = blocks & ~1
  if (even > 0) absorbPairs(at, even)
  if (blocks & 1) absorb(at + (<usize>even << 4))
}

/** TAG: the accumulator reduced for good, plus s, modulo 2^128. */
function finish(): void {
  carry(load<u64>(H), load<u64>(H + 8), load<u64>(H + 16), load<u64>(H + 24), load<u64>(H + 32))
  carry(load<u64>(H), load<u64>(H + 8), load<u64>(H + 16), load<u64>(H + 24), load<u64>(H + 32))
  const h0 = load<u64>(H), h1 = load<u64>(H + 8), h2 = load<u64>(H + 16), h3 = load<u64>(H + 24), h4 = load<u64>(H + 32)
  // h - p, and which of the two is meant
  let g0 = h0 + 5
  let g1 = h1 + (g0 >> 26); g0 &= LIMB
  let g2 = h2 + (g1 >> 26); g1 &= LIMB
  let g3 = h3 + (g2 >> 26); g2 &= LIMB
  let g4 = h4 + (g3 >> 26); g3 &= LIMB
  const keep = (g4 >> 26) - 1 // all ones when h < p
  g4 &= LIMB
  const f0 = (h0 & keep) | (g0 & ~keep), f1 = (h1 & keep) | (g1 & ~keep), f2 = (h2 & keep) | (g2 & ~keep)
  const f3 = (h3 & keep) | (g3 & ~keep), f4 = (h4 & keep) | (g4 & ~keep)
  const lo = f0 | (f1 << 26) | (f2 << 52), hi = (f2 >> 12) | (f3 << 14) | (f4 << 40)
  const s0 = load<u64>(BLOCK0 + 16), s1 = load<u64>(BLOCK0 + 24)
  const t0 = lo + s0
  // The carry out of 64 bits, without a comparison
  const c = ((lo & s0) | ((lo | s0) & ~t0)) >> 63
  store<u64>(TAG, t0); store<u64>(TAG + 8, hi + s1 + c)
}

/** Poly1305 over associated data, ciphertext and their lengths (RFC 8439 §2.8). */
function mac(aadLength: i32, length: i32): void {
  startPoly()
  absorbPadded(AAD, aadLength)
  absorbPadded(TEXT, length)
  store<u64>(LENGTHS, <u64>aadLength); store<u64>(LENGTHS + 8, <u64>length)
  absorb(LENGTHS)
  finish()
}

/** Encrypts TEXT and leaves the tag in TAG. */
export function seal(aadLength: i32, length: i32): void {
  memory.fill(BLOCK0, 0, 64)
  chacha20(0, BLOCK0, (length + 64 + 255) >> 8)
  mac(aadLength, length)
}

/** Leaves the tag of the ciphertext in TEXT in TAG; `decrypt` follows when it is the right one. */
export function authenticate(aadLength: i32, length: i32): void {
  // Only block 0 is needed now; the blocks behind it go into the first bytes of the text and out again.
  memory.fill(BLOCK0, 0, 64)
  chacha20(0, BLOCK0, 1)
  const k0 = v128.load(BLOCK0), k1 = v128.load(BLOCK0, 16)
  memory.fill(BLOCK0, 0, 64)
  chacha20(0, BLOCK0, 1)
  v128.store(BLOCK0, k0); v128.store(BLOCK0, k1, 16)
  mac(aadLength, length)
}

/** Decrypts TEXT. */
export function decrypt(length: i32): void {
  memory.fill(BLOCK0, 0, 64)
  chacha20(0, BLOCK0, (length + 64 + 255) >> 8)
}

/** Overwrites everything of the last record. */
export function clear(length: i32): void {
  memory.fill(KEY, 0, 0x400)
  memory.fill(BLOCK0, 0, 64 + <usize>length + 512)
}

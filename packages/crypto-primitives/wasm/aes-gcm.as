// AES-GCM (SP 800-38D) for 128-bit vectors, in constant time: AES bitsliced, eight blocks at once; GHASH as sixteen
// running sums whose products are looked up by `swizzle`, so that no address depends on key or data; tails by integer
// multiplication with holes. AssemblyScript.
//
// Memory. One key's state lies in STATE .. STATE_END, which the caller saves and restores when it changes keys.

/** 12 bytes, and 4 for the counter. */
export const NONCE: usize = 0x400
/** 16 bytes. */
export const TAG: usize = 0x420
/** The block of lengths. */
const LENGTHS: usize = 0x430
/** Round keys as FIPS 197 expands them, up to 240 bytes; `setKey` reads and clears them. */
export const ROUND_KEYS: usize = 0x500
/** Round keys, bit by bit: byte i of vector 8r + b is 0xff where bit b of byte i of round key r, by rows, is set. */
export const STATE: usize = 0x1000
/** H^1 .. H^16, each as h0, h1, and both with their bits reversed. */
const POWERS: usize = 0x1800
export const STATE_END: usize = 0x1a00
/** Products of H^16: for nibble n and byte j of the product, a vector over the nibble's sixteen values. */
export const TABLE: usize = 0x2000
export const TABLE_END: usize = 0x4000
/** The sixteen running sums, transposed: vector i holds byte i of each. */
const SUMS: usize = 0x4000
/** 32 vectors of nibbles, and 16 of a transposed group. */
const NIBBLES: usize = 0x4100
const TRANSPOSED: usize = 0x4300
const SCRATCH: usize = 0x4400
/** Planes of eight blocks on their way; and as they were after the first round. */
const PLANES: usize = 0x4600
const FIRST: usize = 0x4680
export const AAD: usize = 0x4800
export const AAD_SIZE: usize = 0x400
/** For each epoch but the first, what makes FIRST its own. */
const EPOCHS: usize = 0x4c00
/** The mask of the tag: key stream of counter 1, right before the text. */
const MASK: usize = 0x5000
export const TEXT: usize = 0x5010
/** Room for the text; behind it there is slack for a group of blocks. */
export const TEXT_SIZE: usize = 0x5000

// ---- AES

// Bytes lie by rows, not by columns as in FIPS 197 §3.4: then the steps between rows are those between 32-bit lanes.
/** By columns to by rows, and back. */
// @ts-ignore: decorator
@inline function turned(x: v128): v128 { return i8x16.shuffle(x, x, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15) }
// @ts-ignore: decorator
@inline function shiftRows(x: v128): v128 { return i8x16.swizzle(x, i8x16(0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14)) }
/** The last `shiftRows`, and by columns again. */
// @ts-ignore: decorator
@inline function shiftRowsAndTurn(x: v128): v128 { return i8x16.swizzle(x, i8x16(0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14)) }
/** Each byte gives way to the one of the next row. */
// @ts-ignore: decorator
@inline function nextRow(x: v128): v128 { return i32x4.shuffle(x, x, 1, 2, 3, 0) }
// @ts-ignore: decorator
@inline function overNext(x: v128): v128 { return i32x4.shuffle(x, x, 2, 3, 0, 1) }
// @ts-ignore: decorator
@inline function key(at: usize, bit: usize): v128 { return v128.load(at + (bit << 4)) }

/** A mask's bit of every byte, in all bits of it. */
// @ts-ignore: decorator
@inline function plane(block: v128, mask: v128): v128 { return i8x16.eq(v128.and(block, mask), mask) }

/**
 * Eight blocks of nonce and counter, as planes under the first round key: plane b holds bit b of each byte, of block i in
 * bit i. The blocks differ in the lowest three bits of the counter, in the last byte, alone.
 *
 * @param counter of the first block, a multiple of eight
 */
function counterPlanes(counter: u32): void {
  const block = turned(i32x4.replace_lane(v128.load(NONCE), 3, bswap(counter)))
  const k = STATE
  const low0 = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -86), low1 = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -52)
  const low2 = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -16)
  v128.store(PLANES, v128.xor(v128.xor(plane(block, i8x16.splat(1)), low0), key(k, 0)))
  v128.store(PLANES, v128.xor(v128.xor(plane(block, i8x16.splat(2)), low1), key(k, 1)), 16)
  v128.store(PLANES, v128.xor(v128.xor(plane(block, i8x16.splat(4)), low2), key(k, 2)), 32)
  v128.store(PLANES, v128.xor(plane(block, i8x16.splat(8)), key(k, 3)), 48)
  v128.store(PLANES, v128.xor(plane(block, i8x16.splat(16)), key(k, 4)), 64)
  v128.store(PLANES, v128.xor(plane(block, i8x16.splat(32)), key(k, 5)), 80)
  v128.store(PLANES, v128.xor(plane(block, i8x16.splat(64)), key(k, 6)), 96)
  v128.store(PLANES, v128.xor(plane(block, i8x16.splat(-128)), key(k, 7)), 112)
}


/** Rounds `first` to `last` of AES on PLANES; round `rounds` is the final one. */
function cipher(first: i32, last: i32, rounds: i32): void {
  let q0 = v128.load(PLANES), q1 = v128.load(PLANES, 16), q2 = v128.load(PLANES, 32), q3 = v128.load(PLANES, 48)
  let q4 = v128.load(PLANES, 64), q5 = v128.load(PLANES, 80), q6 = v128.load(PLANES, 96), q7 = v128.load(PLANES, 112)
  let k = STATE + (<usize>first << 7)
  for (let round = first; round <= last; round++, k += 128) {
    // The S-box of Boyar and Peralta (eprint 2011/332): 113 gates; x0 and s0 are the highest bits. Its four negations
    // are 0x63, which the round keys already hold.
    const x0 = q7, x1 = q6, x2 = q5, x3 = q4, x4 = q3, x5 = q2, x6 = q1, x7 = q0
    const y14 = v128.xor(x3, x5), y13 = v128.xor(x0, x6), y9 = v128.xor(x0, x3), y8 = v128.xor(x0, x5)
    const t0 = v128.xor(x1, x2), y1 = v128.xor(t0, x7), y4 = v128.xor(y1, x3), y12 = v128.xor(y13, y14)
    const y2 = v128.xor(y1, x0), y5 = v128.xor(y1, x6), y3 = v128.xor(y5, y8), t1 = v128.xor(x4, y12)
    const y15 = v128.xor(t1, x5), y20 = v128.xor(t1, x1), y6 = v128.xor(y15, x7), y10 = v128.xor(y15, t0)
    const y11 = v128.xor(y20, y9), y7 = v128.xor(x7, y11), y17 = v128.xor(y10, y11), y19 = v128.xor(y10, y8)
    const y16 = v128.xor(t0, y11), y21 = v128.xor(y13, y16), y18 = v128.xor(x0, y16)
    const t2 = v128.and(y12, y15), t3 = v128.and(y3, y6), t4 = v128.xor(t3, t2), t5 = v128.and(y4, x7)
    const t6 = v128.xor(t5, t2), t7 = v128.and(y13, y16), t8 = v128.and(y5, y1), t9 = v128.xor(t8, t7)
    const t10 = v128.and(y2, y7), t11 = v128.xor(t10, t7), t12 = v128.and(y9, y11), t13 = v128.and(y14, y17)
    const t14 = v128.xor(t13, t12), t15 = v128.and(y8, y10), t16 = v128.xor(t15, t12), t17 = v128.xor(t4, t14)
    const t18 = v128.xor(t6, t16), t19 = v128.xor(t9, t14), t20 = v128.xor(t11, t16), t21 = v128.xor(t17, y20)
    const t22 = v128.xor(t18, y19), t23 = v128.xor(t19, y21), t24 = v128.xor(t20, y18), t25 = v128.xor(t21, t22)
    const t26 = v128.and(t21, t23), t27 = v128.xor(t24, t26), t28 = v128.and(t25, t27), t29 = v128.xor(t28, t22)
    const t30 = v128.xor(t23, t24), t31 = v128.xor(t22, t26), t32 = v128.and(t31, t30), t33 = v128.xor(t32, t24)
    const t34 = v128.xor(t23, t33), t35 = v128.xor(t27, t33), t36 = v128.and(t24, t35), t37 = v128.xor(t36, t34)
    const t38 = v128.xor(t27, t36), t39 = v128.and(t29, t38), t40 = v128.xor(t25, t39), t41 = v128.xor(t40, t37)
    const t42 = v128.xor(t29, t33), t43 = v128.xor(t29, t40), t44 = v128.xor(t33, t37), t45 = v128.xor(t42, t41)
    const z0 = v128.and(t44, y15), z1 = v128.and(t37, y6), z2 = v128.and(t33, x7), z3 = v128.and(t43, y16)
    const z4 = v128.and(t40, y1), z5 = v128.and(t29, y7), z6 = v128.and(t42, y11), z7 = v128.and(t45, y17)
    const z8 = v128.and(t41, y10), z9 = v128.and(t44, y12), z10 = v128.and(t37, y3), z11 = v128.and(t33, y4)
    const z12 = v128.and(t43, y13), z13 = v128.and(t40, y5), z14 = v128.and(t29, y2), z15 = v128.and(t42, y9)
    const z16 = v128.and(t45, y14), z17 = v128.and(t41, y8)
    const t46 = v128.xor(z15, z16), t47 = v128.xor(z10, z11), t48 = v128.xor(z5, z13), t49 = v128.xor(z9, z10)
    const t50 = v128.xor(z2, z12), t51 = v128.xor(z2, z5), t52 = v128.xor(z7, z8), t53 = v128.xor(z0, z3)
    const t54 = v128.xor(z6, z7), t55 = v128.xor(z16, z17), t56 = v128.xor(z12, t48), t57 = v128.xor(t50, t53)
    const t58 = v128.xor(z4, t46), t59 = v128.xor(z3, t54), t60 = v128.xor(t46, t57), t61 = v128.xor(z14, t57)
    const t62 = v128.xor(t52, t58), t63 = v128.xor(t49, t58), t64 = v128.xor(z4, t59), t65 = v128.xor(t61, t62)
    const t66 = v128.xor(z1, t63), t67 = v128.xor(t64, t65), s3 = v128.xor(t53, t66)
    const s0 = v128.xor(t59, t63), s1 = v128.xor(t64, s3), s2 = v128.xor(t55, t67), s4 = v128.xor(t51, t66)
    const s5 = v128.xor(t47, t65), s6 = v128.xor(t56, t62), s7 = v128.xor(t48, t60)
    if (round == rounds) {
      q0 = v128.xor(shiftRowsAndTurn(s7), key(k, 0)); q1 = v128.xor(shiftRowsAndTurn(s6), key(k, 1))
      q2 = v128.xor(shiftRowsAndTurn(s5), key(k, 2)); q3 = v128.xor(shiftRowsAndTurn(s4), key(k, 3))
      q4 = v128.xor(shiftRowsAndTurn(s3), key(k, 4)); q5 = v128.xor(shiftRowsAndTurn(s2), key(k, 5))
      q6 = v128.xor(shiftRowsAndTurn(s1), key(k, 6)); q7 = v128.xor(shiftRowsAndTurn(s0), key(k, 7))
      break
    }
    const a0 = shiftRows(s7), a1 = shiftRows(s6), a2 = shiftRows(s5), a3 = shiftRows(s4)
    const a4 = shiftRows(s3), a5 = shiftRows(s2), a6 = shiftRows(s1), a7 = shiftRows(s0)
    // MixColumns (FIPS 197 §5.1.3): 2(a + b) + b + (c + d), where a, b, c, d are the bytes of a column from here on
    const b0 = nextRow(a0), b1 = nextRow(a1), b2 = nextRow(a2), b3 = nextRow(a3)
    const b4 = nextRow(a4), b5 = nextRow(a5), b6 = nextRow(a6), b7 = nextRow(a7)
    const u0 = v128.xor(a0, b0), u1 = v128.xor(a1, b1), u2 = v128.xor(a2, b2), u3 = v128.xor(a3, b3)
    const u4 = v128.xor(a4, b4), u5 = v128.xor(a5, b5), u6 = v128.xor(a6, b6), u7 = v128.xor(a7, b7)
    q0 = v128.xor(v128.xor(u7, b0), v128.xor(overNext(u0), key(k, 0)))
    q1 = v128.xor(v128.xor(v128.xor(u0, u7), b1), v128.xor(overNext(u1), key(k, 1)))
    q2 = v128.xor(v128.xor(u1, b2), v128.xor(overNext(u2), key(k, 2)))
    q3 = v128.xor(v128.xor(v128.xor(u2, u7), b3), v128.xor(overNext(u3), key(k, 3)))
    q4 = v128.xor(v128.xor(v128.xor(u3, u7), b4), v128.xor(overNext(u4), key(k, 4)))
    q5 = v128.xor(v128.xor(u4, b5), v128.xor(overNext(u5), key(k, 5)))
    q6 = v128.xor(v128.xor(u5, b6), v128.xor(overNext(u6), key(k, 6)))
    q7 = v128.xor(v128.xor(u6, b7), v128.xor(overNext(u7), key(k, 7)))
  }
  v128.store(PLANES, q0); v128.store(PLANES, q1, 16); v128.store(PLANES, q2, 32); v128.store(PLANES, q3, 48)
  v128.store(PLANES, q4, 64); v128.store(PLANES, q5, 80); v128.store(PLANES, q6, 96); v128.store(PLANES, q7, 112)
}

/** XORs the eight blocks of PLANES into those at `at`: an 8 x 8 transposition of bits in every byte. */
function addBlocks(at: usize): void {
  const odd = i8x16.splat(0x55), pairs = i8x16.splat(0x33), nibble = i8x16.splat(0x0f)
  let q0 = v128.load(PLANES), q1 = v128.load(PLANES, 16), q2 = v128.load(PLANES, 32), q3 = v128.load(PLANES, 48)
  let q4 = v128.load(PLANES, 64), q5 = v128.load(PLANES, 80), q6 = v128.load(PLANES, 96), q7 = v128.load(PLANES, 112)
  let t: v128
  t = v128.and(v128.xor(i64x2.shr_u(q0, 1), q1), odd); q1 = v128.xor(q1, t); q0 = v128.xor(q0, i64x2.shl(t, 1))
  t = v128.and(v128.xor(i64x2.shr_u(q2, 1), q3), odd); q3 = v128.xor(q3, t); q2 = v128.xor(q2, i64x2.shl(t, 1))
  t = v128.and(v128.xor(i64x2.shr_u(q4, 1), q5), odd); q5 = v128.xor(q5, t); q4 = v128.xor(q4, i64x2.shl(t, 1))
  t = v128.and(v128.xor(i64x2.shr_u(q6, 1), q7), odd); q7 = v128.xor(q7, t); q6 = v128.xor(q6, i64x2.shl(t, 1))
  t = v128.and(v128.xor(i64x2.shr_u(q0, 2), q2), pairs); q2 = v128.xor(q2, t); q0 = v128.xor(q0, i64x2.shl(t, 2))
  t = v128.and(v128.xor(i64x2.shr_u(q1, 2), q3), pairs); q3 = v128.xor(q3, t); q1 = v128.xor(q1, i64x2.shl(t, 2))
  t = v128.and(v128.xor(i64x2.shr_u(q4, 2), q6), pairs); q6 = v128.xor(q6, t); q4 = v128.xor(q4, i64x2.shl(t, 2))
  t = v128.and(v128.xor(i64x2.shr_u(q5, 2), q7), pairs); q7 = v128.xor(q7, t); q5 = v128.xor(q5, i64x2.shl(t, 2))
  t = v128.and(v128.xor(i64x2.shr_u(q0, 4), q4), nibble); q4 = v128.xor(q4, t); q0 = v128.xor(q0, i64x2.shl(t, 4))
  t = v128.and(v128.xor(i64x2.shr_u(q1, 4), q5), nibble); q5 = v128.xor(q5, t); q1 = v128.xor(q1, i64x2.shl(t, 4))
  t = v128.and(v128.xor(i64x2.shr_u(q2, 4), q6), nibble); q6 = v128.xor(q6, t); q2 = v128.xor(q2, i64x2.shl(t, 4))
  t = v128.and(v128.xor(i64x2.shr_u(q3, 4), q7), nibble); q7 = v128.xor(q7, t); q3 = v128.xor(q3, i64x2.shl(t, 4))
  v128.store(at, v128.xor(v128.load(at), q0)); v128.store(at, v128.xor(v128.load(at, 16), q1), 16)
  v128.store(at, v128.xor(v128.load(at, 32), q2), 32); v128.store(at, v128.xor(v128.load(at, 48), q3), 48)
  v128.store(at, v128.xor(v128.load(at, 64), q4), 64); v128.store(at, v128.xor(v128.load(at, 80), q5), 80)
  v128.store(at, v128.xor(v128.load(at, 96), q6), 96); v128.store(at, v128.xor(v128.load(at, 112), q7), 112)
}

/** PLANES of a group after its first round. There is no final round so early. */
function firstRound(group: i32): void {
  counterPlanes(<u32>group << 3)
  cipher(1, 1, 0)
}

/** to = FIRST + from. */
function addPlanes(to: usize, from: usize): void {
  for (let i: usize = 0; i < 128; i += 16) v128.store(to + i, v128.xor(v128.load(FIRST + i), v128.load(from + i)))
}

/** Groups of eight counters whose higher bytes are the same. */
const EPOCH: i32 = 32

/**
 * XORs the key stream, from counter 0 on, into `groups` times eight blocks at `at`.
 *
 * After one round a block is a sum of what each of its bytes became. So the first round is computed for the 32 values
 * that the last byte takes, and once for each value of the others; the rest are sums of those (Park and Lee, FACE).
 */
function ctr(rounds: i32, at: usize, groups: i32): void {
  if (groups > EPOCH) {
    firstRound(0)
    memory.copy(FIRST, PLANES, 128)
    for (let group = EPOCH, sums = EPOCHS; group < groups; group += EPOCH, sums += 128) {
      firstRound(group)
      addPlanes(sums, PLANES)
    }
  }
  for (let position = 0; position < min(groups, EPOCH); position++) {
    firstRound(position)
    memory.copy(FIRST, PLANES, 128)
    cipher(2, rounds, rounds)
    addBlocks(at + (<usize>position << 7))
    for (let group = position + EPOCH, sums = EPOCHS; group < groups; group += EPOCH, sums += 128) {
      addPlanes(PLANES, sums)
      cipher(2, rounds, rounds)
      addBlocks(at + (<usize>group << 7))
    }
  }
}

// ---- GHASH: products without carries out of products with carries, kept apart by holes (Pornin, BearSSL)

/** The lower 64 bits of the carry-less product: bits four apart, so that carries fall into the holes between. */
function clmul(x: u64, y: u64): u64 {
  const M0: u64 = 0x1111111111111111, M1: u64 = 0x2222222222222222, M2: u64 = 0x4444444444444444, M3: u64 = 0x8888888888888888
  const x0 = x & M0, x1 = x & M1, x2 = x & M2, x3 = x & M3, y0 = y & M0, y1 = y & M1, y2 = y & M2, y3 = y & M3
  return (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & M0) | (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & M1)
    | (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & M2) | (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & M3)
}

/** The bits in reverse. */
function reverse(x: u64): u64 {
  x = ((x & 0x5555555555555555) << 1) | ((x >> 1) & 0x5555555555555555)
  x = ((x & 0x3333333333333333) << 2) | ((x >> 2) & 0x3333333333333333)
  x = ((x & 0x0f0f0f0f0f0f0f0f) << 4) | ((x >> 4) & 0x0f0f0f0f0f0f0f0f)
  return bswap(x)
}

/** The running GHASH value: y1 the first eight bytes, y0 the last, as big-endian numbers. */
let y0: u64 = 0
let y1: u64 = 0
/** A sum of products, not reduced. */
let v0: u64 = 0
let v1: u64 = 0
let v2: u64 = 0
let v3: u64 = 0

/** Adds (a1, a0) times H^power to the sum. Three half-size products (Karatsuba), each also on reversed bits for its upper half. */
function addProduct(a1: u64, a0: u64, power: i32): void {
  const at = POWERS + (<usize>(power - 1) << 5)
  const h0 = load<u64>(at), h1 = load<u64>(at + 8), h0r = load<u64>(at + 16), h1r = load<u64>(at + 24)
  const a0r = reverse(a0), a1r = reverse(a1)
  const z0 = clmul(a0, h0), z1 = clmul(a1, h1), z2 = clmul(a0 ^ a1, h0 ^ h1) ^ z0 ^ z1
  let z0h = clmul(a0r, h0r), z1h = clmul(a1r, h1r), z2h = clmul(a0r ^ a1r, h0r ^ h1r) ^ z0h ^ z1h
  z0h = reverse(z0h) >> 1; z1h = reverse(z1h) >> 1; z2h = reverse(z2h) >> 1
  v0 ^= z0; v1 ^= z0h ^ z2; v2 ^= z1 ^ z2h; v3 ^= z1h
}

/** The sum modulo x^128 + x^7 + x^2 + x + 1 becomes the running value. */
function reduce(): void {
  let a3 = (v3 << 1) | (v2 >> 63), a2 = (v2 << 1) | (v1 >> 63), a1 = (v1 << 1) | (v0 >> 63)
  const a0 = v0 << 1
  a2 ^= a0 ^ (a0 >> 1) ^ (a0 >> 2) ^ (a0 >> 7)
  a1 ^= (a0 << 63) ^ (a0 << 62) ^ (a0 << 57)
  a3 ^= a1 ^ (a1 >> 1) ^ (a1 >> 2) ^ (a1 >> 7)
  a2 ^= (a1 << 63) ^ (a1 << 62) ^ (a1 << 57)
  y0 = a2; y1 = a3
  v0 = 0; v1 = 0; v2 = 0; v3 = 0
}

// @ts-ignore: decorator
@inline function high(at: usize): u64 { return bswap(load<u64>(at)) }
// @ts-ignore: decorator
@inline function low(at: usize): u64 { return bswap(load<u64>(at, 8)) }

/** Absorbs 1 to 16 blocks with one reduction: block i of n is multiplied by H^(n - i). */
function absorb(at: usize, blocks: i32): void {
  addProduct(y1 ^ high(at), y0 ^ low(at), blocks)
  for (let i = 1; i < blocks; i++) {
    at += 16
    addProduct(high(at), low(at), blocks - i)
  }
  reduce()
}

// @ts-ignore: decorator
@inline function lower(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23) }
// @ts-ignore: decorator
@inline function upper(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31) }

/** Blocks to bytes: 16 x 16 bytes at `from` transposed to `to`, in four rounds of interleaving, two at a time. */
function transpose(from: usize, to: usize): void {
  interleaveTwice(from, SCRATCH)
  interleaveTwice(SCRATCH, to)
}

function interleaveTwice(from: usize, to: usize): void {
  for (let i: usize = 0; i < 4; i++, from += 16, to += 64) {
    const a = v128.load(from), b = v128.load(from, 64), c = v128.load(from, 128), d = v128.load(from, 192)
    const e = lower(a, c), f = upper(a, c), g = lower(b, d), h = upper(b, d)
    v128.store(to, lower(e, g)); v128.store(to, upper(e, g), 16); v128.store(to, lower(f, h), 32); v128.store(to, upper(f, h), 48)
  }
}

/** Absorbs `groups` times 16 blocks: each of 16 sums is multiplied by H^16 per group; at the end sum i by H^(16 - i). */
function absorbGroups(at: usize, groups: i32): void {
  memory.fill(SUMS, 0, 256)
  // The running value belongs to the first block.
  store<u64>(at, load<u64>(at) ^ bswap(y1)); store<u64>(at, load<u64>(at, 8) ^ bswap(y0), 8)
  const undo1 = y1, undo0 = y0, first = at
  const nibble = i8x16.splat(0x0f)
  for (; groups > 1; groups--, at += 256) {
    interleaveTwice(at, SCRATCH)
    for (let from = SCRATCH, sum = SUMS, to = NIBBLES; from < SCRATCH + 64; from += 16, sum += 64, to += 128) {
      const a = v128.load(from), b = v128.load(from, 64), c = v128.load(from, 128), d = v128.load(from, 192)
      const e = lower(a, c), f = upper(a, c), g = lower(b, d), h = upper(b, d)
      const x0 = v128.xor(lower(e, g), v128.load(sum)), x1 = v128.xor(upper(e, g), v128.load(sum, 16))
      const x2 = v128.xor(lower(f, h), v128.load(sum, 32)), x3 = v128.xor(upper(f, h), v128.load(sum, 48))
      v128.store(to, v128.and(i64x2.shr_u(x0, 4), nibble)); v128.store(to, v128.and(x0, nibble), 16)
      v128.store(to, v128.and(i64x2.shr_u(x1, 4), nibble), 32); v128.store(to, v128.and(x1, nibble), 48)
      v128.store(to, v128.and(i64x2.shr_u(x2, 4), nibble), 64); v128.store(to, v128.and(x2, nibble), 80)
      v128.store(to, v128.and(i64x2.shr_u(x3, 4), nibble), 96); v128.store(to, v128.and(x3, nibble), 112)
    }
    for (let j: usize = 0; j < 16; j += 4) {
      let s0 = i8x16.splat(0), s1 = s0, s2 = s0, s3 = s0, entry = TABLE + (j << 4)
      for (let n: usize = NIBBLES; n < NIBBLES + 512; n += 16, entry += 256) {
        const v = v128.load(n)
        s0 = v128.xor(s0, i8x16.swizzle(v128.load(entry), v)); s1 = v128.xor(s1, i8x16.swizzle(v128.load(entry, 16), v))
        s2 = v128.xor(s2, i8x16.swizzle(v128.load(entry, 32), v)); s3 = v128.xor(s3, i8x16.swizzle(v128.load(entry, 48), v))
      }
      const sum = SUMS + (j << 4)
      v128.store(sum, s0); v128.store(sum, s1, 16); v128.store(sum, s2, 32); v128.store(sum, s3, 48)
    }
  }
  transpose(SUMS, TRANSPOSED)
  for (let i: usize = 0; i < 256; i += 16) v128.store(TRANSPOSED + i, v128.xor(v128.load(TRANSPOSED + i), v128.load(at + i)))
  y0 = 0; y1 = 0
  absorb(TRANSPOSED, 16)
  store<u64>(first, load<u64>(first) ^ bswap(undo1)); store<u64>(first, load<u64>(first, 8) ^ bswap(undo0), 8)
}

/** Absorbs `length` bytes, the last block filled up with zeros, which this writes. */
function absorbPadded(at: usize, length: i32, table: bool): void {
  let blocks = (length + 15) >> 4
  memory.fill(at + <usize>length, 0, (<usize>blocks << 4) - <usize>length)
  if (table && blocks >= 32) {
    const head = blocks & 15
    if (head > 0) { absorb(at, head); at += <usize>head << 4 }
    absorbGroups(at, blocks >> 4)
    return
  }
  for (; blocks > 0; blocks -= 16, at += 256) absorb(at, min(blocks, 16))
}

/** TAG: GHASH of associated data, ciphertext and their lengths, under the mask (SP 800-38D §7.1). */
function authenticateWithMask(aadLength: i32, length: i32, table: bool): void {
  y0 = 0; y1 = 0
  absorbPadded(AAD, aadLength, false)
  absorbPadded(TEXT, length, table)
  store<u64>(LENGTHS, bswap(<u64>aadLength << 3)); store<u64>(LENGTHS, bswap(<u64>length << 3), 8)
  absorb(LENGTHS, 1)
  store<u64>(TAG, bswap(y1) ^ load<u64>(MASK)); store<u64>(TAG, bswap(y0) ^ load<u64>(MASK, 8), 8)
}

// ---- What the caller calls

/** Makes STATE out of ROUND_KEYS: planes of the round keys, and the powers of H. */
export function setKey(rounds: i32): void {
  for (let r: usize = 0; r <= <usize>rounds; r++) {
    let bytes = v128.load(ROUND_KEYS + (r << 4))
    if (r > 0) bytes = v128.xor(bytes, i8x16.splat(0x63))
    // The final round leaves its bytes by columns.
    if (r < <usize>rounds) bytes = turned(bytes)
    let one = i8x16.splat(1)
    for (let bit: usize = 0; bit < 8; bit++) {
      v128.store(STATE + (r << 7) + (bit << 4), i8x16.ne(v128.and(bytes, one), i8x16.splat(0)))
      one = i8x16.shl(one, 1)
    }
  }
  memory.fill(ROUND_KEYS, 0, 240)
  memory.fill(NONCE, 0, 16)
  memory.fill(MASK, 0, 128)
  ctr(rounds, MASK, 1)
  y1 = high(MASK); y0 = low(MASK)
  storePower(1)
  for (let power = 2; power <= 16; power++) {
    addProduct(y1, y0, 1)
    reduce()
    storePower(power)
  }
  memory.fill(MASK, 0, 128)
}

function storePower(power: i32): void {
  const at = POWERS + (<usize>(power - 1) << 5)
  store<u64>(at, y0); store<u64>(at + 8, y1); store<u64>(at + 16, reverse(y0)); store<u64>(at + 24, reverse(y1))
}

/** Makes TABLE out of STATE; worth its 8 KiB from a few kilobytes of text on. */
export function makeTable(): void {
  const at = POWERS + (15 << 5)
  let lo = load<u64>(at), hi = load<u64>(at + 8)
  for (let n: usize = 0; n < 32; n++) {
    // Rows: the products of this nibble's sixteen values; its highest bit comes first in GCM's order.
    v128.store(TRANSPOSED, i64x2.splat(0))
    for (let bit: i32 = 3; bit >= 0; bit--) {
      const row = TRANSPOSED + (<usize>(1 << bit) << 4)
      store<u64>(row, bswap(hi)); store<u64>(row, bswap(lo), 8)
      // Times x: a shift to the right, and the polynomial where a bit falls out
      const out = <u64>0 - (lo & 1)
      lo = (lo >> 1) | (hi << 63); hi = (hi >> 1) ^ (out & 0xe100000000000000)
    }
    for (let v: usize = 3; v < 16; v++) {
      const rest = v & (v - 1)
      if (rest) {
        const sum = v128.xor(v128.load(TRANSPOSED + (rest << 4)), v128.load(TRANSPOSED + ((v & (~v + 1)) << 4)))
        v128.store(TRANSPOSED + (v << 4), sum)
      }
    }
    transpose(TRANSPOSED, TABLE + (n << 8))
  }
}

/** Encrypts TEXT and leaves the tag in TAG. */
export function seal(rounds: i32, aadLength: i32, length: i32, table: bool): void {
  memory.fill(MASK, 0, 16)
  ctr(rounds, MASK - 16, (length + 32 + 127) >> 7)
  authenticateWithMask(aadLength, length, table)
}

/** Leaves the tag of the ciphertext in TEXT in TAG; `decrypt` follows when it is the right one. */
export function authenticate(rounds: i32, aadLength: i32, length: i32, table: bool): void {
  memory.fill(SCRATCH, 0, 128)
  ctr(rounds, SCRATCH, 1)
  v128.store(MASK, v128.load(SCRATCH, 16))
  authenticateWithMask(aadLength, length, table)
}

/** Decrypts TEXT. */
export function decrypt(rounds: i32, length: i32): void {
  ctr(rounds, MASK - 16, (length + 32 + 127) >> 7)
}

/** Overwrites everything of the last record, and of the key when `all`. */
export function clear(length: i32, all: bool): void {
  memory.fill(NONCE, 0, 64)
  memory.fill(SUMS, 0, 0x800)
  memory.fill(EPOCHS, 0, MASK - EPOCHS)
  memory.fill(MASK, 0, <usize>length + 256)
  y0 = 0; y1 = 0
  if (all) memory.fill(STATE, 0, TABLE_END - STATE)
}

// X25519 (RFC 7748 §5): the Montgomery ladder on ten limbs of 26 and 25 bits in 64-bit integers, as ref10 has them.
// AssemblyScript. No branch and no address depends on scalar or coordinate.

/** 32 bytes each; RESULT is the u-coordinate, fully reduced. */
export const SCALAR: usize = 0x400
export const COORDINATE: usize = 0x420
export const RESULT: usize = 0x440

// Field elements, 80 bytes each
const X1: usize = 0x500
const X2: usize = 0x580
const Z2: usize = 0x600
const X3: usize = 0x680
const Z3: usize = 0x700
const A: usize = 0x780
const B: usize = 0x800
const C: usize = 0x880
const D: usize = 0x900

// @ts-ignore: decorator
@inline function get(at: usize, i: usize): i64 { return load<i64>(at + (i << 3)) }
// @ts-ignore: decorator
@inline function set(at: usize, i: usize, value: i64): void { store<i64>(at + (i << 3), value) }

function add(out: usize, f: usize, g: usize): void {
  for (let i: usize = 0; i < 10; i++) set(out, i, get(f, i) + get(g, i))
}

function subtract(out: usize, f: usize, g: usize): void {
  for (let i: usize = 0; i < 10; i++) set(out, i, get(f, i) - get(g, i))
}

/** Exchanges f and g when `bit` is 1. */
function exchange(f: usize, g: usize, bit: i64): void {
  const mask = -bit
  for (let i: usize = 0; i < 10; i++) {
    const difference = mask & (get(f, i) ^ get(g, i))
    set(f, i, get(f, i) ^ difference)
    set(g, i, get(g, i) ^ difference)
  }
}

/** Stores limbs, each rounded to its 26 or 25 bits, the excess of the last coming back times 19. */
// @ts-ignore: decorator
@inline function carried(out: usize, h0: i64, h1: i64, h2: i64, h3: i64, h4: i64, h5: i64, h6: i64, h7: i64, h8: i64, h9: i64): void {
  let c: i64
  c = (h0 + 0x2000000) >> 26; h1 += c; h0 -= c << 26
  c = (h4 + 0x2000000) >> 26; h5 += c; h4 -= c << 26
  c = (h1 + 0x1000000) >> 25; h2 += c; h1 -= c << 25
  c = (h5 + 0x1000000) >> 25; h6 += c; h5 -= c << 25
  c = (h2 + 0x2000000) >> 26; h3 += c; h2 -= c << 26
  c = (h6 + 0x2000000) >> 26; h7 += c; h6 -= c << 26
  c = (h3 + 0x1000000) >> 25; h4 += c; h3 -= c << 25
  c = (h7 + 0x1000000) >> 25; h8 += c; h7 -= c << 25
  c = (h4 + 0x2000000) >> 26; h5 += c; h4 -= c << 26
  c = (h8 + 0x2000000) >> 26; h9 += c; h8 -= c << 26
  c = (h9 + 0x1000000) >> 25; h0 += c * 19; h9 -= c << 25
  c = (h0 + 0x2000000) >> 26; h1 += c; h0 -= c << 26
  set(out, 0, h0); set(out, 1, h1); set(out, 2, h2); set(out, 3, h3); set(out, 4, h4)
  set(out, 5, h5); set(out, 6, h6); set(out, 7, h7); set(out, 8, h8); set(out, 9, h9)
}

/** out = f g. Limb i + j has weight for its own, twice where both are odd, 19 times where it wraps. */
function multiply(out: usize, f: usize, g: usize): void {
  const f0 = get(f, 0), f1 = get(f, 1), f2 = get(f, 2), f3 = get(f, 3), f4 = get(f, 4)
  const f5 = get(f, 5), f6 = get(f, 6), f7 = get(f, 7), f8 = get(f, 8), f9 = get(f, 9)
  const g0 = get(g, 0), g1 = get(g, 1), g2 = get(g, 2), g3 = get(g, 3), g4 = get(g, 4)
  const g5 = get(g, 5), g6 = get(g, 6), g7 = get(g, 7), g8 = get(g, 8), g9 = get(g, 9)
  const t1 = g1 * 19, t2 = g2 * 19, t3 = g3 * 19, t4 = g4 * 19, t5 = g5 * 19
  const t6 = g6 * 19, t7 = g7 * 19, t8 = g8 * 19, t9 = g9 * 19
  const d1 = f1 * 2, d3 = f3 * 2, d5 = f5 * 2, d7 = f7 * 2, d9 = f9 * 2
  carried(
    out,
    f0 * g0 + d1 * t9 + f2 * t8 + d3 * t7 + f4 * t6 + d5 * t5 + f6 * t4 + d7 * t3 + f8 * t2 + d9 * t1,
    f0 * g1 + f1 * g0 + f2 * t9 + f3 * t8 + f4 * t7 + f5 * t6 + f6 * t5 + f7 * t4 + f8 * t3 + f9 * t2,
    f0 * g2 + d1 * g1 + f2 * g0 + d3 * t9 + f4 * t8 + d5 * t7 + f6 * t6 + d7 * t5 + f8 * t4 + d9 * t3,
    f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + f4 * t9 + f5 * t8 + f6 * t7 + f7 * t6 + f8 * t5 + f9 * t4,
    f0 * g4 + d1 * g3 + f2 * g2 + d3 * g1 + f4 * g0 + d5 * t9 + f6 * t8 + d7 * t7 + f8 * t6 + d9 * t5,
    f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0 + f6 * t9 + f7 * t8 + f8 * t7 + f9 * t6,
    f0 * g6 + d1 * g5 + f2 * g4 + d3 * g3 + f4 * g2 + d5 * g1 + f6 * g0 + d7 * t9 + f8 * t8 + d9 * t7,
    f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0 + f8 * t9 + f9 * t8,
    f0 * g8 + d1 * g7 + f2 * g6 + d3 * g5 + f4 * g4 + d5 * g3 + f6 * g2 + d7 * g1 + f8 * g0 + d9 * t9,
    f0 * g9 + f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1 + f9 * g0,
  )
}

/** out = f^2: the same sums with equal products taken together. */
function square(out: usize, f: usize): void {
  const f0 = get(f, 0), f1 = get(f, 1), f2 = get(f, 2), f3 = get(f, 3), f4 = get(f, 4)
  const f5 = get(f, 5), f6 = get(f, 6), f7 = get(f, 7), f8 = get(f, 8), f9 = get(f, 9)
  const e0 = f0 * 2, e1 = f1 * 2, e2 = f2 * 2, e3 = f3 * 2, e4 = f4 * 2, e5 = f5 * 2, e6 = f6 * 2, e7 = f7 * 2
  const u5 = f5 * 38, u6 = f6 * 19, u7 = f7 * 38, u8_ = f8 * 19, u9 = f9 * 38
  carried(
    out,
    f0 * f0 + e1 * u9 + e2 * u8_ + e3 * u7 + e4 * u6 + f5 * u5,
    e0 * f1 + f2 * u9 + e3 * u8_ + f4 * u7 + e5 * u6,
    e0 * f2 + e1 * f1 + e3 * u9 + e4 * u8_ + e5 * u7 + f6 * u6,
    e0 * f3 + e1 * f2 + f4 * u9 + e5 * u8_ + f6 * u7,
    e0 * f4 + e1 * e3 + f2 * f2 + e5 * u9 + e6 * u8_ + f7 * u7,
    e0 * f5 + e1 * f4 + e2 * f3 + f6 * u9 + e7 * u8_,
    e0 * f6 + e1 * e5 + e2 * f4 + e3 * f3 + e7 * u9 + f8 * u8_,
    e0 * f7 + e1 * f6 + e2 * f5 + e3 * f4 + f8 * u9,
    e0 * f8 + e1 * e7 + e2 * f6 + e3 * e5 + f4 * f4 + f9 * u9,
    e0 * f9 + e1 * f8 + e2 * f7 + e3 * f6 + e4 * f5,
  )
}

function squareTimes(out: usize, f: usize, times: i32): void {
  square(out, f)
  for (; times > 1; times--) square(out, out)
}

/** out = 121666 f: (a + 2) / 4 of the curve. */
function multiplySmall(out: usize, f: usize): void {
  carried(
    out,
    get(f, 0) * 121666, get(f, 1) * 121666, get(f, 2) * 121666, get(f, 3) * 121666, get(f, 4) * 121666,
    get(f, 5) * 121666, get(f, 6) * 121666, get(f, 7) * 121666, get(f, 8) * 121666, get(f, 9) * 121666,
  )
}

/** Bits `from` to `from + count` of a 256-bit little-endian number. */
function bits(at: usize, from: i32, count: i32): i64 {
  return <i64>((load<u64>(at + <usize>(from >> 3)) >> <u64>(from & 7)) & ((<u64>1 << <u64>count) - 1))
}

/** The coordinate's limbs; its highest bit is ignored (RFC 7748 §5). Bit offsets 0, 26, 51, 77, 102, 128, 153, 179, 204, 230. */
function unpack(): void {
  set(X1, 0, bits(COORDINATE, 0, 26)); set(X1, 1, bits(COORDINATE, 26, 25)); set(X1, 2, bits(COORDINATE, 51, 26))
  set(X1, 3, bits(COORDINATE, 77, 25)); set(X1, 4, bits(COORDINATE, 102, 26)); set(X1, 5, bits(COORDINATE, 128, 25))
  set(X1, 6, bits(COORDINATE, 153, 26)); set(X1, 7, bits(COORDINATE, 179, 25)); set(X1, 8, bits(COORDINATE, 204, 26))
  set(X1, 9, bits(COORDINATE, 230, 25))
}

/** RESULT = f modulo 2^255 - 19, in full. */
function pack(f: usize): void {
  // How often p goes into f, from the top down: rounding as it is done below
  let q = (19 * get(f, 9) + (1 << 24)) >> 25
  for (let i: usize = 0; i < 10; i++) q = (get(f, i) + q) >> (i & 1 ? 25 : 26)
  let carry = 19 * q
  for (let i: usize = 0; i < 10; i++) {
    const size: i64 = i & 1 ? 25 : 26
    const limb = get(f, i) + carry
    carry = limb >> size
    set(f, i, limb - (carry << size))
  }
  const h0 = <u64>get(f, 0), h1 = <u64>get(f, 1), h2 = <u64>get(f, 2), h3 = <u64>get(f, 3), h4 = <u64>get(f, 4)
  const h5 = <u64>get(f, 5), h6 = <u64>get(f, 6), h7 = <u64>get(f, 7), h8 = <u64>get(f, 8), h9 = <u64>get(f, 9)
  store<u64>(RESULT, h0 | (h1 << 26) | (h2 << 51))
  store<u64>(RESULT + 8, (h2 >> 13) | (h3 << 13) | (h4 << 38))
  store<u64>(RESULT + 16, h5 | (h6 << 25) | (h7 << 51))
  store<u64>(RESULT + 24, (h7 >> 13) | (h8 << 12) | (h9 << 38))
}

/** RESULT = X25519(SCALAR, COORDINATE). All the rest of memory is overwritten afterwards. */
export function x25519(): void {
  // RFC 7748 §5: decodeScalar25519
  store<u8>(SCALAR, load<u8>(SCALAR) & 248)
  store<u8>(SCALAR + 31, (load<u8>(SCALAR + 31) & 127) | 64)
  unpack()
  memory.fill(X2, 0, A - X2)
  set(X2, 0, 1)
  memory.copy(X3, X1, 80)
  set(Z3, 0, 1)
  let swapped: i64 = 0
  for (let position: i32 = 254; position >= 0; position--) {
    const bit = <i64>((load<u8>(SCALAR + <usize>(position >> 3)) >> <u8>(position & 7)) & 1)
    swapped ^= bit
    exchange(X2, X3, swapped)
    exchange(Z2, Z3, swapped)
    swapped = bit
    subtract(A, X3, Z3)
    subtract(B, X2, Z2)
    add(X2, X2, Z2)
    add(Z2, X3, Z3)
    multiply(Z3, A, X2)
    multiply(Z2, Z2, B)
    square(A, B)
    square(B, X2)
    add(X3, Z3, Z2)
    subtract(Z2, Z3, Z2)
    multiply(X2, B, A)
    subtract(B, B, A)
    square(Z2, Z2)
    multiplySmall(Z3, B)
    square(X3, X3)
    add(A, A, Z3)
    multiply(Z3, X1, Z2)
    multiply(Z2, B, A)
  }
  exchange(X2, X3, swapped)
  exchange(Z2, Z3, swapped)
  invert()
  multiply(X2, X2, Z2)
  pack(X2)
  memory.fill(SCALAR, 0, 64)
  memory.fill(X1, 0, D + 80 - X1)
}

/** Z2 = Z2^(p - 2): exponents 2^5 - 1, 2^10 - 1, 2^20 - 1 ... by addition chain. */
function invert(): void {
  square(A, Z2) // 2
  squareTimes(B, A, 2) // 8
  multiply(B, Z2, B) // 9
  multiply(A, A, B) // 11
  square(C, A) // 22
  multiply(B, B, C) // 2^5 - 1
  squareTimes(C, B, 5); multiply(B, C, B) // 2^10 - 1
  squareTimes(C, B, 10); multiply(C, C, B) // 2^20 - 1
  squareTimes(D, C, 20); multiply(C, D, C) // 2^40 - 1
  squareTimes(C, C, 10); multiply(B, C, B) // 2^50 - 1
  squareTimes(C, B, 50); multiply(C, C, B) // 2^100 - 1
  squareTimes(D, C, 100); multiply(C, D, C) // 2^200 - 1
  squareTimes(C, C, 50); multiply(B, C, B) // 2^250 - 1
  squareTimes(B, B, 5); multiply(Z2, B, A) // 2^255 - 21
}

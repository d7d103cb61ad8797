// SHA-256 and SHA-512 (FIPS 180-4), for messages of a few blocks: HMAC, HKDF and transcripts of a handshake.
// No branch and no address depends on what is hashed.

/** Blocks to compress: 1 KiB, which is 16 of SHA-256 or 8 of SHA-512. */
export const INPUT = memory.data(1024, 16)
export const STATE256 = memory.data(32, 16)
export const STATE512 = memory.data(64, 16)
/** A digest, as its bytes are told. */
export const OUTPUT = memory.data(64, 16)
const SCHEDULE = memory.data(640, 16)

// FIPS 180-4 §4.2.2, §4.2.3: the fractional parts of the cube roots of the first primes.
const K256 = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])
const K512 = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
])

// FIPS 180-4 §4.1.2, §4.1.3.
// @ts-ignore: decorator
@inline
function choose<T>(x: T, y: T, z: T): T {
  return <T>(z ^ (x & (y ^ z)))
}
// @ts-ignore: decorator
@inline
function majority<T>(x: T, y: T, z: T): T {
  return <T>((x & y) | (z & (x | y)))
}
// @ts-ignore: decorator
@inline
function lower256(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22)
}
// @ts-ignore: decorator
@inline
function upper256(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25)
}
// @ts-ignore: decorator
@inline
function small256(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3)
}
// @ts-ignore: decorator
@inline
function large256(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10)
}
// @ts-ignore: decorator
@inline
function lower512(x: u64): u64 {
  return rotr<u64>(x, 28) ^ rotr<u64>(x, 34) ^ rotr<u64>(x, 39)
}
// @ts-ignore: decorator
@inline
function upper512(x: u64): u64 {
  return rotr<u64>(x, 14) ^ rotr<u64>(x, 18) ^ rotr<u64>(x, 41)
}
// @ts-ignore: decorator
@inline
function small512(x: u64): u64 {
  return rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7)
}
// @ts-ignore: decorator
@inline
function large512(x: u64): u64 {
  return rotr<u64>(x, 19) ^ rotr<u64>(x, 61) ^ (x >> 6)
}

/** Compresses `count` blocks of 64 bytes at INPUT into STATE256 (FIPS 180-4 §6.2.2). */
export function compress256(count: i32): void {
  let a = load<u32>(STATE256, 0)
  let b = load<u32>(STATE256, 4)
  let c = load<u32>(STATE256, 8)
  let d = load<u32>(STATE256, 12)
  let e = load<u32>(STATE256, 16)
  let f = load<u32>(STATE256, 20)
  let g = load<u32>(STATE256, 24)
  let h = load<u32>(STATE256, 28)
  for (let block: usize = INPUT, end: usize = INPUT + <usize>count * 64; block < end; block += 64) {
    for (let i: usize = 0; i < 64; i += 4) store<u32>(SCHEDULE + i, bswap<u32>(load<u32>(block + i)))
    for (let w: usize = SCHEDULE + 64, last: usize = SCHEDULE + 256; w < last; w += 4) {
      const early = load<u32>(w - 60)
      const late = load<u32>(w - 8)
      store<u32>(w, load<u32>(w - 64) + small256(early) + load<u32>(w - 28) + large256(late))
    }
    let w: usize = SCHEDULE
    for (let k: usize = K256, last: usize = K256 + 256; k < last; k += 32) {
      let t: u32
      t = h + upper256(e) + choose<u32>(e, f, g) + load<u32>(k, 0) + load<u32>(w, 0)
      d += t
      h = t + lower256(a) + majority<u32>(a, b, c)
      t = g + upper256(d) + choose<u32>(d, e, f) + load<u32>(k, 4) + load<u32>(w, 4)
      c += t
      g = t + lower256(h) + majority<u32>(h, a, b)
      t = f + upper256(c) + choose<u32>(c, d, e) + load<u32>(k, 8) + load<u32>(w, 8)
      b += t
      f = t + lower256(g) + majority<u32>(g, h, a)
      t = e + upper256(b) + choose<u32>(b, c, d) + load<u32>(k, 12) + load<u32>(w, 12)
      a += t
      e = t + lower256(f) + majority<u32>(f, g, h)
      t = d + upper256(a) + choose<u32>(a, b, c) + load<u32>(k, 16) + load<u32>(w, 16)
      h += t
      d = t + lower256(e) + majority<u32>(e, f, g)
      t = c + upper256(h) + choose<u32>(h, a, b) + load<u32>(k, 20) + load<u32>(w, 20)
      g += t
      c = t + lower256(d) + majority<u32>(d, e, f)
      t = b + upper256(g) + choose<u32>(g, h, a) + load<u32>(k, 24) + load<u32>(w, 24)
      f += t
      b = t + lower256(c) + majority<u32>(c, d, e)
      t = a + upper256(f) + choose<u32>(f, g, h) + load<u32>(k, 28) + load<u32>(w, 28)
      e += t
      a = t + lower256(b) + majority<u32>(b, c, d)
      w += 32
    }
    a += load<u32>(STATE256, 0)
    store<u32>(STATE256, a, 0)
    b += load<u32>(STATE256, 4)
    store<u32>(STATE256, b, 4)
    c += load<u32>(STATE256, 8)
    store<u32>(STATE256, c, 8)
    d += load<u32>(STATE256, 12)
    store<u32>(STATE256, d, 12)
    e += load<u32>(STATE256, 16)
    store<u32>(STATE256, e, 16)
    f += load<u32>(STATE256, 20)
    store<u32>(STATE256, f, 20)
    g += load<u32>(STATE256, 24)
    store<u32>(STATE256, g, 24)
    h += load<u32>(STATE256, 28)
    store<u32>(STATE256, h, 28)
  }
}

/** Writes STATE256 to OUTPUT as the digest's bytes. */
export function digest256(): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(OUTPUT + i, bswap<u32>(load<u32>(STATE256 + i)))
}

/** Compresses `count` blocks of 128 bytes at INPUT into STATE512 (FIPS 180-4 §6.4.2). */
export function compress512(count: i32): void {
  let a = load<u64>(STATE512, 0)
  let b = load<u64>(STATE512, 8)
  let c = load<u64>(STATE512, 16)
  let d = load<u64>(STATE512, 24)
  let e = load<u64>(STATE512, 32)
  let f = load<u64>(STATE512, 40)
  let g = load<u64>(STATE512, 48)
  let h = load<u64>(STATE512, 56)
  for (let block: usize = INPUT, end: usize = INPUT + <usize>count * 128; block < end; block += 128) {
    for (let i: usize = 0; i < 128; i += 8) store<u64>(SCHEDULE + i, bswap<u64>(load<u64>(block + i)))
    for (let w: usize = SCHEDULE + 128, last: usize = SCHEDULE + 640; w < last; w += 8) {
      const early = load<u64>(w - 120)
      const late = load<u64>(w - 16)
      store<u64>(w, load<u64>(w - 128) + small512(early) + load<u64>(w - 56) + large512(late))
    }
    let w: usize = SCHEDULE
    for (let k: usize = K512, last: usize = K512 + 640; k < last; k += 64) {
      let t: u64
      t = h + upper512(e) + choose<u64>(e, f, g) + load<u64>(k, 0) + load<u64>(w, 0)
      d += t
      h = t + lower512(a) + majority<u64>(a, b, c)
      t = g + upper512(d) + choose<u64>(d, e, f) + load<u64>(k, 8) + load<u64>(w, 8)
      c += t
      g = t + lower512(h) + majority<u64>(h, a, b)
      t = f + upper512(c) + choose<u64>(c, d, e) + load<u64>(k, 16) + load<u64>(w, 16)
      b += t
      f = t + lower512(g) + majority<u64>(g, h, a)
      t = e + upper512(b) + choose<u64>(b, c, d) + load<u64>(k, 24) + load<u64>(w, 24)
      a += t
      e = t + lower512(f) + majority<u64>(f, g, h)
      t = d + upper512(a) + choose<u64>(a, b, c) + load<u64>(k, 32) + load<u64>(w, 32)
      h += t
      d = t + lower512(e) + majority<u64>(e, f, g)
      t = c + upper512(h) + choose<u64>(h, a, b) + load<u64>(k, 40) + load<u64>(w, 40)
      g += t
      c = t + lower512(d) + majority<u64>(d, e, f)
      t = b + upper512(g) + choose<u64>(g, h, a) + load<u64>(k, 48) + load<u64>(w, 48)
      f += t
      b = t + lower512(c) + majority<u64>(c, d, e)
      t = a + upper512(f) + choose<u64>(f, g, h) + load<u64>(k, 56) + load<u64>(w, 56)
      e += t
      a = t + lower512(b) + majority<u64>(b, c, d)
      w += 64
    }
    a += load<u64>(STATE512, 0)
    store<u64>(STATE512, a, 0)
    b += load<u64>(STATE512, 8)
    store<u64>(STATE512, b, 8)
    c += load<u64>(STATE512, 16)
    store<u64>(STATE512, c, 16)
    d += load<u64>(STATE512, 24)
    store<u64>(STATE512, d, 24)
    e += load<u64>(STATE512, 32)
    store<u64>(STATE512, e, 32)
    f += load<u64>(STATE512, 40)
    store<u64>(STATE512, f, 40)
    g += load<u64>(STATE512, 48)
    store<u64>(STATE512, g, 48)
    h += load<u64>(STATE512, 56)
    store<u64>(STATE512, h, 56)
  }
}

/** Writes STATE512 to OUTPUT as the digest's bytes. */
export function digest512(): void {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(OUTPUT + i, bswap<u64>(load<u64>(STATE512 + i)))
}

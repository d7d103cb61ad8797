/**
 * XORs ChaCha20's key stream (RFC 8439 §2.4) into `blocks` blocks of `w` from word `o` on: additions, exclusive ors and
 * rotations of 32-bit numbers in local variables, so nothing depends on secrets but values.
 *
 * @param k the key, eight words
 * @param n0 the nonce, three words
 */
export function chacha20Xor(
  k: Int32Array,
  n0: number,
  n1: number,
  n2: number,
  counter: number,
  w: Int32Array,
  o: number,
  blocks: number,
): void {
  const k0 = k[0]
  const k1 = k[1]
  const k2 = k[2]
  const k3 = k[3]
  const k4 = k[4]
  const k5 = k[5]
  const k6 = k[6]
  const k7 = k[7]
  for (let block = 0; block < blocks; block++, o += 16, counter = (counter + 1) | 0) {
    let x0 = 0x61707865
    let x1 = 0x3320646e
    let x2 = 0x79622d32
    let x3 = 0x6b206574
    let x4 = k0
    let x5 = k1
    let x6 = k2
    let x7 = k3
    let x8 = k4
    let x9 = k5
    let x10 = k6
    let x11 = k7
    let x12 = counter
    let x13 = n0
    let x14 = n1
    let x15 = n2
    for (let round = 0; round < 10; round++) {
      // column 0
      x0 = (x0 + x4) | 0
      x12 ^= x0
      x12 = (x12 << 16) | (x12 >>> 16)
      x8 = (x8 + x12) | 0
      x4 ^= x8
      x4 = (x4 << 12) | (x4 >>> 20)
      x0 = (x0 + x4) | 0
      x12 ^= x0
      x12 = (x12 << 8) | (x12 >>> 24)
      x8 = (x8 + x12) | 0
      x4 ^= x8
      x4 = (x4 << 7) | (x4 >>> 25)
      // column 1
      x1 = (x1 + x5) | 0
      x13 ^= x1
      x13 = (x13 << 16) | (x13 >>> 16)
      x9 = (x9 + x13) | 0
      x5 ^= x9
      x5 = (x5 << 12) | (x5 >>> 20)
      x1 = (x1 + x5) | 0
      x13 ^= x1
      x13 = (x13 << 8) | (x13 >>> 24)
      x9 = (x9 + x13) | 0
      x5 ^= x9
      x5 = (x5 << 7) | (x5 >>> 25)
      // column 2
      x2 = (x2 + x6) | 0
      x14 ^= x2
      x14 = (x14 << 16) | (x14 >>> 16)
      x10 = (x10 + x14) | 0
      x6 ^= x10
      x6 = (x6 << 12) | (x6 >>> 20)
      x2 = (x2 + x6) | 0
      x14 ^= x2
      x14 = (x14 << 8) | (x14 >>> 24)
      x10 = (x10 + x14) | 0
      x6 ^= x10
      x6 = (x6 << 7) | (x6 >>> 25)
      // column 3
      x3 = (x3 + x7) | 0
      x15 ^= x3
      x15 = (x15 << 16) | (x15 >>> 16)
      x11 = (x11 + x15) | 0
      x7 ^= x11
      x7 = (x7 << 12) | (x7 >>> 20)
      x3 = (x3 + x7) | 0
      x15 ^= x3
      x15 = (x15 << 8) | (x15 >>> 24)
      x11 = (x11 + x15) | 0
      x7 ^= x11
      x7 = (x7 << 7) | (x7 >>> 25)
      // diagonal 0
      x0 = (x0 + x5) | 0
      x15 ^= x0
      x15 = (x15 << 16) | (x15 >>> 16)
      x10 = (x10 + x15) | 0
      x5 ^= x10
      x5 = (x5 << 12) | (x5 >>> 20)
      x0 = (x0 + x5) | 0
      x15 ^= x0
      x15 = (x15 << 8) | (x15 >>> 24)
      x10 = (x10 + x15) | 0
      x5 ^= x10
      x5 = (x5 << 7) | (x5 >>> 25)
      // diagonal 1
      x1 = (x1 + x6) | 0
      x12 ^= x1
      x12 = (x12 << 16) | (x12 >>> 16)
      x11 = (x11 + x12) | 0
      x6 ^= x11
      x6 = (x6 << 12) | (x6 >>> 20)
      x1 = (x1 + x6) | 0
      x12 ^= x1
      x12 = (x12 << 8) | (x12 >>> 24)
      x11 = (x11 + x12) | 0
      x6 ^= x11
      x6 = (x6 << 7) | (x6 >>> 25)
      // diagonal 2
      x2 = (x2 + x7) | 0
      x13 ^= x2
      x13 = (x13 << 16) | (x13 >>> 16)
      x8 = (x8 + x13) | 0
      x7 ^= x8
      x7 = (x7 << 12) | (x7 >>> 20)
      x2 = (x2 + x7) | 0
      x13 ^= x2
      x13 = (x13 << 8) | (x13 >>> 24)
      x8 = (x8 + x13) | 0
      x7 ^= x8
      x7 = (x7 << 7) | (x7 >>> 25)
      // diagonal 3
      x3 = (x3 + x4) | 0
      x14 ^= x3
      x14 = (x14 << 16) | (x14 >>> 16)
      x9 = (x9 + x14) | 0
      x4 ^= x9
      x4 = (x4 << 12) | (x4 >>> 20)
      x3 = (x3 + x4) | 0
      x14 ^= x3
      x14 = (x14 << 8) | (x14 >>> 24)
      x9 = (x9 + x14) | 0
      x4 ^= x9
      x4 = (x4 << 7) | (x4 >>> 25)
    }
    w[o] ^= x0 + 0x61707865
    w[o + 1] ^= x1 + 0x3320646e
    w[o + 2] ^= x2 + 0x79622d32
    w[o + 3] ^= x3 + 0x6b206574
    w[o + 4] ^= x4 + k0
    w[o + 5] ^= x5 + k1
    w[o + 6] ^= x6 + k2
    w[o + 7] ^= x7 + k3
    w[o + 8] ^= x8 + k4
    w[o + 9] ^= x9 + k5
    w[o + 10] ^= x10 + k6
    w[o + 11] ^= x11 + k7
    w[o + 12] ^= x12 + counter
    w[o + 13] ^= x13 + n0
    w[o + 14] ^= x14 + n1
    w[o + 15] ^= x15 + n2
  }
}

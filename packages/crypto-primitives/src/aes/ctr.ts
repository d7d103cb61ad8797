import { encryptionTables } from './tables.ts'

const swap = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)

/**
 * XORs AES's key stream (SP 800-38A §6.5, a 32-bit counter as in GCM) into `blocks` blocks of `w` from word `o` on. The
 * first round is computed once per 256 counters, but for the one byte that differs.
 *
 * @param keys of `expandKey`
 * @param n0 the nonce as three words, first byte lowest
 * @param counter of the first block
 */
export function ctrXor(
  keys: Int32Array,
  n0: number,
  n1: number,
  n2: number,
  counter: number,
  w: Int32Array,
  o: number,
  blocks: number,
): void {
  const { sbox, t0, t1, t2, t3 } = encryptionTables()
  const last = keys.length - 4
  const i0 = n0 ^ keys[0]
  const i1 = n1 ^ keys[1]
  const i2 = n2 ^ keys[2]
  const k3 = keys[3]
  const l0 = keys[last]
  const l1 = keys[last + 1]
  const l2 = keys[last + 2]
  const l3 = keys[last + 3]
  let page = -1
  let f0 = 0
  let f1 = 0
  let f2 = 0
  let f3 = 0
  for (let j = 0; j < blocks; j++, counter = (counter + 1) | 0, o += 4) {
    const i3 = swap(counter) ^ k3
    if (counter >>> 8 !== page) {
      page = counter >>> 8
      f0 = t0[i0 & 255] ^ t1[(i1 >>> 8) & 255] ^ t2[(i2 >>> 16) & 255] ^ keys[4]
      f1 = t0[i1 & 255] ^ t1[(i2 >>> 8) & 255] ^ t2[(i3 >>> 16) & 255] ^ t3[i0 >>> 24] ^ keys[5]
      f2 = t0[i2 & 255] ^ t1[(i3 >>> 8) & 255] ^ t2[(i0 >>> 16) & 255] ^ t3[i1 >>> 24] ^ keys[6]
      f3 = t0[i3 & 255] ^ t1[(i0 >>> 8) & 255] ^ t2[(i1 >>> 16) & 255] ^ t3[i2 >>> 24] ^ keys[7]
    }
    let a = f0 ^ t3[i3 >>> 24]
    let b = f1
    let c = f2
    let d = f3
    for (let k = 8; k < last; k += 4) {
      const e = t0[a & 255] ^ t1[(b >>> 8) & 255] ^ t2[(c >>> 16) & 255] ^ t3[d >>> 24] ^ keys[k]
      const f = t0[b & 255] ^ t1[(c >>> 8) & 255] ^ t2[(d >>> 16) & 255] ^ t3[a >>> 24] ^ keys[k + 1]
      const g = t0[c & 255] ^ t1[(d >>> 8) & 255] ^ t2[(a >>> 16) & 255] ^ t3[b >>> 24] ^ keys[k + 2]
      d = t0[d & 255] ^ t1[(a >>> 8) & 255] ^ t2[(b >>> 16) & 255] ^ t3[c >>> 24] ^ keys[k + 3]
      a = e
      b = f
      c = g
    }
    w[o] ^=
      (sbox[a & 255] | (sbox[(b >>> 8) & 255] << 8) | (sbox[(c >>> 16) & 255] << 16) | (sbox[d >>> 24] << 24)) ^ l0
    w[o + 1] ^=
      (sbox[b & 255] | (sbox[(c >>> 8) & 255] << 8) | (sbox[(d >>> 16) & 255] << 16) | (sbox[a >>> 24] << 24)) ^ l1
    w[o + 2] ^=
      (sbox[c & 255] | (sbox[(d >>> 8) & 255] << 8) | (sbox[(a >>> 16) & 255] << 16) | (sbox[b >>> 24] << 24)) ^ l2
    w[o + 3] ^=
      (sbox[d & 255] | (sbox[(a >>> 8) & 255] << 8) | (sbox[(b >>> 16) & 255] << 16) | (sbox[c >>> 24] << 24)) ^ l3
  }
}

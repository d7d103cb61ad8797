import { encryptionTables } from './tables.ts'

const swap = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)

/**
 * XORs AES's key stream (SP 800-38A §6.5, a 32-bit counter as in GCM) into `blocks` blocks of `w` from word `o` on. The
 * first two rounds are computed once per 256 counters, but for what the one byte that differs makes of them.
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
  const { sbox, t } = encryptionTables()
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
  // After the first round only the first word differs within a page; these are the second round's sums but for it.
  let first = 0
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let j = 0; j < blocks; j++, counter = (counter + 1) | 0, o += 4) {
    const i3 = swap(counter) ^ k3
    if (counter >>> 8 !== page) {
      page = counter >>> 8
      first = t[i0 & 255] ^ t[256 + ((i1 >>> 8) & 255)] ^ t[512 + ((i2 >>> 16) & 255)] ^ keys[4]
      const f1 =
        t[i1 & 255] ^ t[256 + ((i2 >>> 8) & 255)] ^ t[512 + ((i3 >>> 16) & 255)] ^ t[768 + (i0 >>> 24)] ^ keys[5]
      const f2 =
        t[i2 & 255] ^ t[256 + ((i3 >>> 8) & 255)] ^ t[512 + ((i0 >>> 16) & 255)] ^ t[768 + (i1 >>> 24)] ^ keys[6]
      const f3 =
        t[i3 & 255] ^ t[256 + ((i0 >>> 8) & 255)] ^ t[512 + ((i1 >>> 16) & 255)] ^ t[768 + (i2 >>> 24)] ^ keys[7]
      s0 = t[256 + ((f1 >>> 8) & 255)] ^ t[512 + ((f2 >>> 16) & 255)] ^ t[768 + (f3 >>> 24)] ^ keys[8]
      s1 = t[f1 & 255] ^ t[256 + ((f2 >>> 8) & 255)] ^ t[512 + ((f3 >>> 16) & 255)] ^ keys[9]
      s2 = t[f2 & 255] ^ t[256 + ((f3 >>> 8) & 255)] ^ t[768 + (f1 >>> 24)] ^ keys[10]
      s3 = t[f3 & 255] ^ t[512 + ((f1 >>> 16) & 255)] ^ t[768 + (f2 >>> 24)] ^ keys[11]
    }
    const x = first ^ t[768 + (i3 >>> 24)]
    let a = s0 ^ t[x & 255]
    let b = s1 ^ t[768 + (x >>> 24)]
    let c = s2 ^ t[512 + ((x >>> 16) & 255)]
    let d = s3 ^ t[256 + ((x >>> 8) & 255)]
    for (let k = 12; k < last; k += 4) {
      const e = t[a & 255] ^ t[256 + ((b >>> 8) & 255)] ^ t[512 + ((c >>> 16) & 255)] ^ t[768 + (d >>> 24)] ^ keys[k]
      const f =
        t[b & 255] ^ t[256 + ((c >>> 8) & 255)] ^ t[512 + ((d >>> 16) & 255)] ^ t[768 + (a >>> 24)] ^ keys[k + 1]
      const g =
        t[c & 255] ^ t[256 + ((d >>> 8) & 255)] ^ t[512 + ((a >>> 16) & 255)] ^ t[768 + (b >>> 24)] ^ keys[k + 2]
      d = t[d & 255] ^ t[256 + ((a >>> 8) & 255)] ^ t[512 + ((b >>> 16) & 255)] ^ t[768 + (c >>> 24)] ^ keys[k + 3]
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

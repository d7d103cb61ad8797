import { encryptionTables, inverseMix } from './tables.ts'

/**
 * KeyExpansion (FIPS 197 §5.2): 4 * (rounds + 1) words, the first byte lowest.
 *
 * @param key 16, 24 or 32 bytes
 */
export function expandKey(key: Uint8Array): Int32Array {
  const { sbox } = encryptionTables()
  const nk = key.length >> 2
  const words = new Int32Array(4 * (nk + 7))
  const substitute = (w: number) =>
    sbox[w & 255] | (sbox[(w >>> 8) & 255] << 8) | (sbox[(w >>> 16) & 255] << 16) | (sbox[w >>> 24] << 24)
  for (let i = 0; i < nk; i++) {
    words[i] = key[4 * i] | (key[4 * i + 1] << 8) | (key[4 * i + 2] << 16) | (key[4 * i + 3] << 24)
  }
  for (let i = nk, rcon = 1; i < words.length; i++) {
    let t = words[i - 1]
    if (i % nk === 0) {
      t = substitute((t >>> 8) | (t << 24)) ^ rcon
      rcon = (rcon << 1) ^ (rcon & 0x80 ? 0x11b : 0)
    } else if (nk > 6 && i % nk === 4) {
      t = substitute(t)
    }
    words[i] = words[i - nk] ^ t
  }
  return words
}

/** The round keys of the equivalent inverse cipher (FIPS 197 §5.3.5): reversed, the inner ones through InvMixColumns. */
export function invertKey(words: Int32Array): Int32Array {
  const out = new Int32Array(words.length)
  const last = words.length - 4
  for (let i = 0; i < words.length; i += 4) {
    for (let j = 0; j < 4; j++) {
      const w = words[last - i + j]
      out[i + j] =
        i === 0 || i === last
          ? w
          : inverseMix(w & 255) ^
            rotate(inverseMix((w >>> 8) & 255), 8) ^
            rotate(inverseMix((w >>> 16) & 255), 16) ^
            rotate(inverseMix(w >>> 24), 24)
    }
  }
  return out
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

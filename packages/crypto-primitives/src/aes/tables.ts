/** What AES substitutes and mixes with, as tables over columns whose first byte is the lowest of the word. */
export interface AesTables {
  readonly sbox: Uint8Array
  /**
   * S-box and MixColumns of one byte: 256 words for row 0, then their rotations by 8, 16 and 24 bits for rows 1 to 3. In
   * one array, as engines look up in one a fifth faster than in four.
   */
  readonly t: Int32Array
}

/** FIPS 197 §4.2.1: multiplication by x. */
const xtime = (a: number): number => ((a << 1) ^ (a & 0x80 ? 0x11b : 0)) & 0xff

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** The S-box (FIPS 197 §5.1.1): inverses along the powers of the generator 3, then the affine map. */
function makeSbox(): Uint8Array {
  const sbox = new Uint8Array(256)
  const powers = new Uint8Array(256)
  for (let i = 0, a = 1; i < 256; i++, a ^= xtime(a)) powers[i] = a
  for (let i = 0; i < 255; i++) {
    const inverse = powers[(255 - i) % 255]
    const b = inverse | (inverse << 8)
    sbox[powers[i]] = (b ^ (b >> 4) ^ (b >> 5) ^ (b >> 6) ^ (b >> 7) ^ 0x63) & 0xff
  }
  sbox[0] = 0x63
  return sbox
}

const spread = (column: (byte: number) => number): Int32Array =>
  Int32Array.from({ length: 1024 }, (_, i) => rotate(column(i & 255), 8 * (i >> 8)))

let encryption: AesTables | undefined
let decryption: AesTables | undefined

/** Tables for encryption, made at the first use: S-box, then the MixColumns column 2 1 1 3. */
export function encryptionTables(): AesTables {
  if (encryption) return encryption
  const sbox = makeSbox()
  const column = (byte: number) => {
    const s = sbox[byte]
    const d = xtime(s)
    return d | (s << 8) | (s << 16) | ((s ^ d) << 24)
  }
  encryption = { sbox, t: spread(column) }
  return encryption
}

/** Tables for decryption, made at the first use: inverse S-box, then the InvMixColumns column 14 9 13 11. */
export function decryptionTables(): AesTables {
  if (decryption) return decryption
  const inverse = new Uint8Array(256)
  const { sbox } = encryptionTables()
  for (let i = 0; i < 256; i++) inverse[sbox[i]] = i
  decryption = { sbox: inverse, t: spread((byte) => inverseMix(inverse[byte])) }
  return decryption
}

/** The InvMixColumns column of one byte (FIPS 197 §5.3.3). */
export function inverseMix(s: number): number {
  const s2 = xtime(s)
  const s4 = xtime(s2)
  const s8 = xtime(s4)
  return (s8 ^ s4 ^ s2) | ((s8 ^ s) << 8) | ((s8 ^ s4 ^ s) << 16) | ((s8 ^ s2 ^ s) << 24)
}

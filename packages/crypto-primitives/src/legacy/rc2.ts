import type { BlockCipher, BlockCipherAlgorithm } from '../cbc/block-cipher.ts'
import { CryptoError } from '../error.ts'

/** PITABLE (RFC 2268 §2): a permutation made from the digits of pi. */
const PITABLE = /* @__PURE__ */ (() => {
  const digits =
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad'
  return Uint8Array.from({ length: 256 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
})()

/** Key expansion (RFC 2268 §2): 64 words of 16 bits. */
function expand(key: Uint8Array, effectiveBits: number): Uint16Array {
  const l = new Uint8Array(128)
  l.set(key)
  const t8 = (effectiveBits + 7) >> 3
  const mask = 0xff >> (8 * t8 - effectiveBits)
  for (let i = key.length; i < 128; i++) l[i] = PITABLE[(l[i - 1] + l[i - key.length]) & 255]
  l[128 - t8] = PITABLE[l[128 - t8] & mask]
  for (let i = 127 - t8; i >= 0; i--) l[i] = PITABLE[l[i + 1] ^ l[i + t8]]
  return Uint16Array.from({ length: 64 }, (_, i) => l[2 * i] | (l[2 * i + 1] << 8))
}

const SHIFTS = [1, 2, 3, 5]

class Rc2 implements BlockCipher {
  readonly blockLength = 8
  readonly #r = new Uint16Array(4)

  constructor(private readonly keys: Uint16Array) {}

  /** RFC 2268 §3: five mixing rounds, a mash, six, a mash, five. */
  encryptBlock(bytes: Uint8Array, at: number): void {
    const { keys } = this
    const r = this.#load(bytes, at)
    for (let round = 0, j = 0; round < 16; round++) {
      for (let i = 0; i < 4; i++) {
        const x = r[i] + keys[j++] + (r[(i + 3) & 3] & r[(i + 2) & 3]) + (~r[(i + 3) & 3] & r[(i + 1) & 3])
        r[i] = (x << SHIFTS[i]) | ((x & 0xffff) >>> (16 - SHIFTS[i]))
      }
      if (round === 4 || round === 10) for (let i = 0; i < 4; i++) r[i] += keys[r[(i + 3) & 3] & 63]
    }
    this.#store(bytes, at)
  }

  /** RFC 2268 §4: all of it backwards. */
  decryptBlock(bytes: Uint8Array, at: number): void {
    const { keys } = this
    const r = this.#load(bytes, at)
    for (let round = 15, j = 63; round >= 0; round--) {
      if (round === 4 || round === 10) for (let i = 3; i >= 0; i--) r[i] -= keys[r[(i + 3) & 3] & 63]
      for (let i = 3; i >= 0; i--) {
        const x = (r[i] >>> SHIFTS[i]) | (r[i] << (16 - SHIFTS[i]))
        r[i] = x - keys[j--] - (r[(i + 3) & 3] & r[(i + 2) & 3]) - (~r[(i + 3) & 3] & r[(i + 1) & 3])
      }
    }
    this.#store(bytes, at)
  }

  destroy(): void {
    this.keys.fill(0)
  }

  #load(bytes: Uint8Array, at: number): Uint16Array {
    for (let i = 0; i < 4; i++) this.#r[i] = bytes[at + 2 * i] | (bytes[at + 2 * i + 1] << 8)
    return this.#r
  }

  #store(bytes: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      bytes[at + 2 * i] = this.#r[i]
      bytes[at + 2 * i + 1] = this.#r[i] >>> 8
    }
  }
}

/**
 * RC2 (RFC 2268), in old PKCS#12 files with 40 or 128 effective bits.
 *
 * @param effectiveBits 1 to 1024; strength does not exceed it whatever the key's length
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function rc2(effectiveBits: number): BlockCipherAlgorithm {
  if (!Number.isInteger(effectiveBits) || effectiveBits < 1 || effectiveBits > 1024) {
    throw new CryptoError('INVALID_PARAMETER', `RC2 effective bits must be 1 to 1024, not ${effectiveBits}`)
  }
  return {
    name: `rc2-${effectiveBits}`,
    blockLength: 8,
    keyLengths: [5, 8, 16],
    create(key) {
      if (key.length < 1 || key.length > 128) {
        throw new CryptoError('INVALID_LENGTH', `RC2 key must be 1 to 128 bytes, not ${key.length}`)
      }
      return new Rc2(expand(key, effectiveBits))
    },
  }
}

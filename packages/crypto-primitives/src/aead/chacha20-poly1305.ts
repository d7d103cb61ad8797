import { constantTimeEqual } from '../bytes.ts'
import type { Aead } from '../provider.ts'
import { chacha20Xor } from './chacha20.ts'
import { Poly1305 } from './poly1305.ts'
import { checkPlace, NONCE_LENGTH } from './specification.ts'
import { CHUNK, workBytes, workWords } from './workspace.ts'

const load = (b: Uint8Array, i: number): number => b[i] | (b[i + 1] << 8) | (b[i + 2] << 16) | (b[i + 3] << 24)

/** ChaCha20-Poly1305 (RFC 8439 §2.8) in plain JavaScript, for little-endian machines. No look-up depends on secrets. */
export class ChaCha20Poly1305 implements Aead {
  readonly tagLength = 16
  readonly #key: Int32Array
  readonly #poly = new Poly1305()
  readonly #block = new Int32Array(16)
  readonly #lengths = new Int32Array(4)
  readonly #tag = new Int32Array(4)
  readonly #tagBytes = new Uint8Array(this.#tag.buffer)

  constructor(key: Uint8Array) {
    this.#key = Int32Array.from({ length: 8 }, (_, i) => load(key, 4 * i))
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace('chacha20-poly1305', nonce, NONCE_LENGTH, buffer, offset, offset + length + this.tagLength)
    this.#start(nonce, aad)
    this.#crypt(nonce, buffer, offset, length, true)
    this.#finish(aad.length, length)
    buffer.set(this.#tagBytes, offset + length)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace('chacha20-poly1305', nonce, NONCE_LENGTH, buffer, offset, offset + length)
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    this.#start(nonce, aad)
    this.#absorb(buffer, offset, textLength)
    this.#finish(aad.length, textLength)
    if (!constantTimeEqual(this.#tagBytes, buffer.subarray(offset + textLength, offset + length))) return null
    this.#crypt(nonce, buffer, offset, textLength, false)
    return buffer.subarray(offset, offset + textLength)
  }

  destroy(): void {
    this.#key.fill(0)
    this.#block.fill(0)
    this.#poly.destroy()
  }

  /** Block 0 keys Poly1305 (RFC 8439 §2.6), which absorbs the associated data. */
  #start(nonce: Uint8Array, aad: Uint8Array): void {
    const block = this.#block.fill(0)
    chacha20Xor(this.#key, load(nonce, 0), load(nonce, 4), load(nonce, 8), 0, block, 0, 1)
    this.#poly.start(block)
    if (aad.length > 0) this.#absorb(aad, 0, aad.length)
  }

  /** ChaCha20 from block 1 on, in place; with `hash` the ciphertext is absorbed while it is at hand. */
  #crypt(nonce: Uint8Array, buffer: Uint8Array, offset: number, length: number, hash: boolean): void {
    const [n0, n1, n2] = [load(nonce, 0), load(nonce, 4), load(nonce, 8)]
    for (let at = 0, counter = 1; at < length; at += CHUNK, counter += CHUNK / 64) {
      const size = Math.min(CHUNK, length - at)
      const text = buffer.subarray(offset + at, offset + at + size)
      workBytes.set(text)
      chacha20Xor(this.#key, n0, n1, n2, counter, workWords, 0, (size + 63) >> 6)
      if (hash) {
        const blocks = (size + 15) >> 4
        workBytes.fill(0, size, 16 * blocks)
        this.#poly.absorb(workWords, 0, blocks)
      }
      text.set(workBytes.subarray(0, size))
      if (!hash) workBytes.fill(0, 0, size)
    }
  }

  #absorb(bytes: Uint8Array, offset: number, length: number): void {
    for (let at = 0; at < length; at += CHUNK) {
      const size = Math.min(CHUNK, length - at)
      const blocks = (size + 15) >> 4
      workBytes.set(bytes.subarray(offset + at, offset + at + size))
      workBytes.fill(0, size, 16 * blocks)
      this.#poly.absorb(workWords, 0, blocks)
    }
  }

  #finish(aadLength: number, length: number): void {
    const lengths = this.#lengths
    lengths[0] = aadLength
    lengths[1] = Math.floor(aadLength / 2 ** 32)
    lengths[2] = length
    lengths[3] = Math.floor(length / 2 ** 32)
    this.#poly.absorb(lengths, 0, 1)
    this.#poly.finish(this.#tag)
  }
}

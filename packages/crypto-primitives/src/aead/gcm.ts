import { ctrXor } from '../aes/ctr.ts'
import { expandKey } from '../aes/key-schedule.ts'
import { constantTimeEqual } from '../bytes.ts'
import type { Aead } from '../provider.ts'
import { type GhashTables, ghash, makeGhashTables } from './ghash.ts'
import { checkPlace, NONCE_LENGTH } from './specification.ts'
import { CHUNK, workBytes, workWords } from './workspace.ts'

/** Bytes after which a key has earned the larger GHASH tables. Handshake keys never do. */
const LARGE_TABLES_AFTER = 32768

const swap = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)
const load = (b: Uint8Array, i: number): number => b[i] | (b[i + 1] << 8) | (b[i + 2] << 16) | (b[i + 3] << 24)

/**
 * AES-GCM (SP 800-38D) in plain JavaScript with 12-byte nonces: key schedule and tables are made once per key. By
 * tables, so not constant-time, as noble's is not; for little-endian machines.
 */
export class AesGcm implements Aead {
  readonly tagLength = 16
  readonly #keys: Int32Array
  readonly #h = new Int32Array(4)
  #tables: GhashTables
  #seen = 0
  /** The running GHASH value, and the tag in the end. */
  readonly #z = new Int32Array(4)
  readonly #zBytes = new Uint8Array(this.#z.buffer)
  readonly #block = new Int32Array(4)
  readonly #blockBytes = new Uint8Array(this.#block.buffer)

  constructor(key: Uint8Array) {
    this.#keys = expandKey(key)
    ctrXor(this.#keys, 0, 0, 0, 0, this.#h, 0, 1)
    this.#tables = makeGhashTables(this.#h, 4)
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace('aes-gcm', nonce, NONCE_LENGTH, buffer, offset, offset + length + this.tagLength)
    this.#start(aad, length)
    this.#crypt(nonce, buffer, offset, length, true)
    this.#finish(nonce, aad.length, length)
    buffer.set(this.#zBytes, offset + length)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace('aes-gcm', nonce, NONCE_LENGTH, buffer, offset, offset + length)
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    this.#start(aad, textLength)
    this.#absorb(buffer, offset, textLength)
    this.#finish(nonce, aad.length, textLength)
    if (!constantTimeEqual(this.#zBytes, buffer.subarray(offset + textLength, offset + length))) return null
    this.#crypt(nonce, buffer, offset, textLength, false)
    return buffer.subarray(offset, offset + textLength)
  }

  destroy(): void {
    this.#keys.fill(0)
    this.#h.fill(0)
    this.#tables.words.fill(0)
  }

  #start(aad: Uint8Array, length: number): void {
    if (this.#tables.bits === 4 && (this.#seen += length) > LARGE_TABLES_AFTER) {
      this.#tables = makeGhashTables(this.#h, 8)
    }
    this.#z.fill(0)
    if (aad.length > 16) {
      this.#absorb(aad, 0, aad.length)
    } else if (aad.length > 0) {
      this.#block.fill(0)
      this.#blockBytes.set(aad)
      ghash(this.#tables, this.#z, this.#block, 0, 1)
    }
  }

  /** CTR from counter 2 on, in place; with `hash` the ciphertext is absorbed while it is at hand. */
  #crypt(nonce: Uint8Array, buffer: Uint8Array, offset: number, length: number, hash: boolean): void {
    const [n0, n1, n2] = [load(nonce, 0), load(nonce, 4), load(nonce, 8)]
    for (let at = 0, counter = 2; at < length; at += CHUNK, counter += CHUNK / 16) {
      const size = Math.min(CHUNK, length - at)
      const blocks = (size + 15) >> 4
      const text = buffer.subarray(offset + at, offset + at + size)
      workBytes.set(text)
      ctrXor(this.#keys, n0, n1, n2, counter, workWords, 0, blocks)
      if (hash) {
        workBytes.fill(0, size, 16 * blocks)
        ghash(this.#tables, this.#z, workWords, 0, blocks)
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
      ghash(this.#tables, this.#z, workWords, 0, blocks)
    }
  }

  /** The lengths in bits, then the mask: key stream of counter 1. */
  #finish(nonce: Uint8Array, aadLength: number, length: number): void {
    const block = this.#block
    block[0] = swap(Math.floor(aadLength / 2 ** 29))
    block[1] = swap(aadLength << 3)
    block[2] = swap(Math.floor(length / 2 ** 29))
    block[3] = swap(length << 3)
    ghash(this.#tables, this.#z, block, 0, 1)
    ctrXor(this.#keys, load(nonce, 0), load(nonce, 4), load(nonce, 8), 1, this.#z, 0, 1)
  }
}

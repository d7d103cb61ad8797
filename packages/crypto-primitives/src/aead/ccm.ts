import { aes } from '../aes/aes.ts'
import { constantTimeEqual } from '../bytes.ts'
import type { BlockCipher } from '../cbc/block-cipher.ts'
import { CryptoError } from '../error.ts'
import type { Aead } from '../provider.ts'
import { checkPlace } from './specification.ts'

const BLOCK = 16

/** AES-CCM (SP 800-38C, RFC 3610): CTR for the text, CBC-MAC for the tag, one block cipher call each per block. */
export class AesCcm implements Aead {
  readonly #cipher: BlockCipher
  /** The running CBC-MAC. */
  readonly #mac = new Uint8Array(BLOCK)
  /** The counter block, and the key stream that it becomes. */
  readonly #counter = new Uint8Array(BLOCK)
  readonly #stream = new Uint8Array(BLOCK)

  /**
   * @param key 16, 24 or 32 bytes
   * @param nonceLength 7 to 13; the length field takes the other `15 - nonceLength` bytes
   * @param tagLength 4 to 16, even
   */
  constructor(
    key: Uint8Array,
    private readonly nonceLength: number,
    readonly tagLength: number,
  ) {
    this.#cipher = aes.create(key)
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace('aes-ccm', nonce, this.nonceLength, buffer, offset, offset + length + this.tagLength)
    this.#startMac(nonce, aad, length)
    this.#absorb(buffer, offset, length)
    this.#crypt(nonce, buffer, offset, length)
    buffer.set(this.#tag(nonce), offset + length)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace('aes-ccm', nonce, this.nonceLength, buffer, offset, offset + length)
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    this.#startMac(nonce, aad, textLength)
    // CCM authenticates the plaintext, so it has to be decrypted first; it is wiped when the tag is wrong.
    this.#crypt(nonce, buffer, offset, textLength)
    this.#absorb(buffer, offset, textLength)
    const text = buffer.subarray(offset, offset + textLength)
    if (!constantTimeEqual(this.#tag(nonce), buffer.subarray(offset + textLength, offset + length))) {
      text.fill(0)
      return null
    }
    return text
  }

  destroy(): void {
    this.#cipher.destroy()
    this.#mac.fill(0)
    this.#stream.fill(0)
  }

  /** B_0 and the associated data (RFC 3610 §2.2). */
  #startMac(nonce: Uint8Array, aad: Uint8Array, length: number): void {
    const lengthSize = 15 - this.nonceLength
    if (lengthSize < 4 && length >= 2 ** (8 * lengthSize)) {
      throw new CryptoError(
        'INVALID_LENGTH',
        `aes-ccm text must be under ${2 ** (8 * lengthSize)} bytes, not ${length}`,
      )
    }
    const mac = this.#mac.fill(0)
    mac[0] = (aad.length > 0 ? 0x40 : 0) | (((this.tagLength - 2) / 2) << 3) | (lengthSize - 1)
    mac.set(nonce, 1)
    for (let i = 0, rest = length; i < lengthSize; i++, rest = Math.floor(rest / 256)) mac[15 - i] = rest & 255
    this.#cipher.encryptBlock(mac, 0)
    if (aad.length === 0) return
    const prefix =
      aad.length < 0xff00
        ? [aad.length >>> 8, aad.length & 255]
        : [0xff, 0xfe, aad.length >>> 24, (aad.length >>> 16) & 255, (aad.length >>> 8) & 255, aad.length & 255]
    prefix.forEach((byte, i) => {
      mac[i] ^= byte
    })
    let at = prefix.length
    for (let i = 0; i < aad.length; i++) {
      mac[at++] ^= aad[i]
      if (at === BLOCK) {
        this.#cipher.encryptBlock(mac, 0)
        at = 0
      }
    }
    if (at > 0) this.#cipher.encryptBlock(mac, 0)
  }

  #absorb(buffer: Uint8Array, offset: number, length: number): void {
    const mac = this.#mac
    for (let at = offset; at < offset + length; at += BLOCK) {
      const n = Math.min(BLOCK, offset + length - at)
      for (let i = 0; i < n; i++) mac[i] ^= buffer[at + i]
      this.#cipher.encryptBlock(mac, 0)
    }
  }

  #start(nonce: Uint8Array): void {
    this.#counter.fill(0)
    this.#counter[0] = 14 - this.nonceLength
    this.#counter.set(nonce, 1)
  }

  /** CTR from counter 1 (RFC 3610 §2.3). */
  #crypt(nonce: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    const counter = this.#counter
    const stream = this.#stream
    this.#start(nonce)
    for (let at = offset; at < offset + length; at += BLOCK) {
      increment(counter)
      stream.set(counter)
      this.#cipher.encryptBlock(stream, 0)
      const n = Math.min(BLOCK, offset + length - at)
      for (let i = 0; i < n; i++) buffer[at + i] ^= stream[i]
    }
  }

  /** The CBC-MAC under the key stream of counter 0; a view that the next call overwrites. */
  #tag(nonce: Uint8Array): Uint8Array {
    const stream = this.#stream
    this.#start(nonce)
    stream.set(this.#counter)
    this.#cipher.encryptBlock(stream, 0)
    for (let i = 0; i < BLOCK; i++) stream[i] ^= this.#mac[i]
    return stream.subarray(0, this.tagLength)
  }
}

/** Adds one to the big-endian number at the block's end. Text is shorter than its length field counts, so it never wraps. */
function increment(block: Uint8Array): void {
  for (let i = 15; i > 0; i--) {
    block[i]++
    if (block[i] !== 0) return
  }
}

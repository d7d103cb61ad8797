import type { Aead, AeadAlgorithm } from '@x/crypto-primitives'
import type { ByteQueue } from '../byte-queue.ts'
import { plainView } from '../bytes.ts'
import { ContentType, HEADER_LENGTH, MAX_CIPHERTEXT_13 } from '../constants.ts'
import { smallBytes, writeHeader } from '../header.ts'
import type { ReadProtection, WriteProtection } from '../protection.ts'
import { MAX_SEQUENCE, SequenceNonce } from './nonce.ts'

/** TLSCiphertext of TLS 1.3 (RFC 9846 §5.2), writing. */
export class Aead13Writer implements WriteProtection {
  readonly recordLimit: number
  readonly innerType = true
  readonly allocates: boolean
  readonly #aead: Aead
  readonly #nonce: SequenceNonce
  readonly #header = new Uint8Array(HEADER_LENGTH)

  /**
   * @param key `algorithm.keyLength` bytes
   * @param iv `algorithm.nonceLength` bytes; taken over
   */
  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.#aead = algorithm.create(key)
    this.#nonce = new SequenceNonce(iv)
    this.recordLimit = Math.min(algorithm.recordLimit, MAX_SEQUENCE)
    this.allocates = this.#aead.sealChunks !== undefined
  }

  get sequence(): number {
    return this.#nonce.sequence
  }

  sizeOf(length: number, padding: number): number {
    return HEADER_LENGTH + length + 1 + padding + this.#aead.tagLength
  }

  seal(
    type: number,
    version: number,
    content: ByteQueue,
    length: number,
    padding: number,
    wire: Uint8Array,
    offset: number,
  ): number {
    const inner = length + 1 + padding
    const fragment = inner + this.#aead.tagLength
    const header = this.#header
    writeHeader(header, 0, ContentType.application_data, version, fragment)
    wire.set(header, offset)
    const start = offset + HEADER_LENGTH
    content.copy(wire, start, length)
    wire[start + length] = type
    // RFC 9846 §5.4 #2: zeros behind it.
    wire.fill(0, start + length + 1, start + inner)
    this.#aead.seal(this.#nonce.next(), header, wire, start, inner)
    return start + fragment
  }

  sealPieces(type: number, version: number, content: ByteQueue, length: number, padding: number): Uint8Array[] {
    const header = smallBytes(HEADER_LENGTH)
    writeHeader(header, 0, ContentType.application_data, version, length + 1 + padding + this.#aead.tagLength)
    const text = content.take(length, 1 + padding)
    text[length] = type
    if (padding > 0) text.fill(0, length + 1)
    const sealed = this.#aead.sealChunks!(this.#nonce.next(), header, text)
    return [header, sealed[0], sealed[1]]
  }

  destroy(): void {
    this.#aead.destroy()
    this.#nonce.destroy()
  }
}

/** TLSCiphertext of TLS 1.3 (RFC 9846 §5.2), reading. */
export class Aead13Reader implements ReadProtection {
  readonly plaintext = false
  readonly innerType = true
  readonly maxCiphertext = MAX_CIPHERTEXT_13
  contentType = 0
  innerLength = 0
  readonly #aead: Aead
  readonly #nonce: SequenceNonce
  readonly #header = new Uint8Array(HEADER_LENGTH)

  /**
   * @param key `algorithm.keyLength` bytes
   * @param iv `algorithm.nonceLength` bytes; taken over
   */
  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.#aead = algorithm.create(key)
    this.#nonce = new SequenceNonce(iv)
  }

  open(buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    // Too short for a tag and a type byte: the same answer as a wrong tag.
    if (length < this.#aead.tagLength) return null
    const header = this.#header
    for (let i = 0; i < HEADER_LENGTH; i++) header[i] = buffer[offset + i]
    const inner = this.#aead.open(this.#nonce.next(), header, buffer, offset + HEADER_LENGTH, length)
    if (inner === null) {
      this.#nonce.rewind()
      return null
    }
    this.innerLength = inner.length
    // RFC 9846 §5.4 #4: the content type is the last byte that is not zero; what follows it is padding.
    let end = inner.length - 1
    while (end >= 0 && inner[end] === 0) end--
    this.contentType = end < 0 ? 0 : inner[end]
    return plainView(inner).subarray(0, Math.max(end, 0))
  }

  destroy(): void {
    this.#aead.destroy()
    this.#nonce.destroy()
  }
}

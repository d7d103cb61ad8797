import type { Aead, AeadAlgorithm } from '@x/crypto-primitives'
import type { ByteQueue } from '../byte-queue.ts'
import { plainView } from '../bytes.ts'
import { HEADER_LENGTH, MAX_CIPHERTEXT_12 } from '../constants.ts'
import { smallBytes, writeHeader } from '../header.ts'
import type { ReadProtection, WriteProtection } from '../protection.ts'
import { MAX_SEQUENCE, SequenceNonce } from './nonce.ts'

/** Bytes of GCM's and CCM's explicit nonce (RFC 5288 §3, RFC 6655 §3). */
const EXPLICIT_NONCE = 8

/**
 * AEAD records of TLS 1.2 (RFC 5246 §6.2.3.3): the nonce, and the additional data
 * `seq_num ‖ type ‖ version ‖ length`.
 */
class Aead12 {
  readonly aead: Aead
  /** 8 with the explicit nonce, 0 where it is the sequence number XOR the IV (RFC 7905 §2). */
  readonly explicitLength: number
  readonly additionalData = new Uint8Array(13)
  readonly #algorithm: AeadAlgorithm
  readonly #xor: SequenceNonce | undefined
  readonly #nonce: Uint8Array
  sequence = 0

  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.aead = algorithm.create(key)
    this.#algorithm = algorithm
    this.#nonce = new Uint8Array(algorithm.nonceLength)
    if (iv.length === algorithm.nonceLength) {
      this.#xor = new SequenceNonce(iv)
      this.explicitLength = 0
    } else {
      this.#nonce.set(iv)
      iv.fill(0)
      this.explicitLength = EXPLICIT_NONCE
    }
  }

  get recordLimit(): number {
    return Math.min(this.#algorithm.recordLimit, MAX_SEQUENCE)
  }

  /** Fills `additionalData` for the next record. */
  describe(type: number, version: number, length: number): void {
    const data = this.additionalData
    writeSequence(data, 0, this.sequence)
    data[8] = type
    data[9] = version >>> 8
    data[10] = version
    data[11] = length >>> 8
    data[12] = length
  }

  /** The nonce of the record we write: its explicit part is the sequence number. */
  nextNonce(explicit: Uint8Array, offset: number): Uint8Array {
    if (this.#xor) return this.#xor.next()
    writeSequence(explicit, offset, this.sequence)
    return this.receivedNonce(explicit, offset)
  }

  /** The nonce of a record that was received with its explicit part at `buffer[offset]`. */
  receivedNonce(buffer: Uint8Array, offset: number): Uint8Array {
    if (this.#xor) return this.#xor.next()
    const nonce = this.#nonce
    const at = nonce.length - EXPLICIT_NONCE
    for (let i = 0; i < EXPLICIT_NONCE; i++) nonce[at + i] = buffer[offset + i]
    return nonce
  }

  destroy(): void {
    this.aead.destroy()
    this.#xor?.destroy()
    this.#nonce.fill(0)
  }
}

/** seq_num, 8 bytes. */
export function writeSequence(buffer: Uint8Array, offset: number, sequence: number): void {
  const high = Math.floor(sequence / 0x100000000)
  const low = sequence >>> 0
  buffer[offset] = high >>> 24
  buffer[offset + 1] = high >>> 16
  buffer[offset + 2] = high >>> 8
  buffer[offset + 3] = high
  buffer[offset + 4] = low >>> 24
  buffer[offset + 5] = low >>> 16
  buffer[offset + 6] = low >>> 8
  buffer[offset + 7] = low
}

/** GenericAEADCipher of TLS 1.2 (RFC 5246 §6.2.3.3), writing. */
export class Aead12Writer implements WriteProtection {
  readonly innerType = false
  readonly allocates: boolean
  readonly #cipher: Aead12

  /** @param iv the key block's part: as long as the nonce (ChaCha20-Poly1305), or its implicit 4 bytes (GCM, CCM) */
  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.#cipher = new Aead12(algorithm, key, iv)
    this.allocates = this.#cipher.aead.sealChunks !== undefined
  }

  get recordLimit(): number {
    return this.#cipher.recordLimit
  }

  get sequence(): number {
    return this.#cipher.sequence
  }

  sizeOf(length: number): number {
    return HEADER_LENGTH + this.#cipher.explicitLength + length + this.#cipher.aead.tagLength
  }

  seal(
    type: number,
    version: number,
    content: ByteQueue,
    length: number,
    _padding: number,
    wire: Uint8Array,
    offset: number,
  ): number {
    const cipher = this.#cipher
    const start = offset + HEADER_LENGTH + cipher.explicitLength
    writeHeader(wire, offset, type, version, cipher.explicitLength + length + cipher.aead.tagLength)
    cipher.describe(type, version, length)
    const nonce = cipher.nextNonce(wire, offset + HEADER_LENGTH)
    content.copy(wire, start, length)
    cipher.aead.seal(nonce, cipher.additionalData, wire, start, length)
    cipher.sequence++
    return start + length + cipher.aead.tagLength
  }

  sealPieces(type: number, version: number, content: ByteQueue, length: number): Uint8Array[] {
    const cipher = this.#cipher
    const header = smallBytes(HEADER_LENGTH + cipher.explicitLength)
    writeHeader(header, 0, type, version, cipher.explicitLength + length + cipher.aead.tagLength)
    cipher.describe(type, version, length)
    const nonce = cipher.nextNonce(header, HEADER_LENGTH)
    const sealed = cipher.aead.sealChunks!(nonce, cipher.additionalData, content.take(length, 0))
    cipher.sequence++
    return [header, sealed[0], sealed[1]]
  }

  destroy(): void {
    this.#cipher.destroy()
  }
}

/** GenericAEADCipher of TLS 1.2 (RFC 5246 §6.2.3.3), reading. */
export class Aead12Reader implements ReadProtection {
  readonly plaintext = false
  readonly innerType = false
  readonly maxCiphertext = MAX_CIPHERTEXT_12
  contentType = 0
  innerLength = 0
  readonly #cipher: Aead12

  /** @param iv as for {@link Aead12Writer} */
  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.#cipher = new Aead12(algorithm, key, iv)
  }

  open(buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    const cipher = this.#cipher
    const plaintextLength = length - cipher.explicitLength - cipher.aead.tagLength
    if (plaintextLength < 0) return null
    const type = buffer[offset]
    const start = offset + HEADER_LENGTH
    cipher.describe(type, (buffer[offset + 1] << 8) | buffer[offset + 2], plaintextLength)
    const content = cipher.aead.open(
      cipher.receivedNonce(buffer, start),
      cipher.additionalData,
      buffer,
      start + cipher.explicitLength,
      length - cipher.explicitLength,
    )
    if (content === null) return null
    cipher.sequence++
    this.contentType = type
    this.innerLength = content.length
    return plainView(content)
  }

  destroy(): void {
    this.#cipher.destroy()
  }
}

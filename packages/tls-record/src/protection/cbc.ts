import type { CbcHmac } from '@x/crypto-primitives'
import type { ByteQueue } from '../byte-queue.ts'
import { plainView } from '../bytes.ts'
import { HEADER_LENGTH, MAX_CIPHERTEXT_12 } from '../constants.ts'
import { writeHeader } from '../header.ts'
import type { ReadProtection, WriteProtection } from '../protection.ts'
import { writeSequence } from './aead12.ts'

/** `seq_num ‖ type ‖ version` of the next record (RFC 5246 §6.2.3.1); the cipher adds the length it authenticates. */
function describe(header: Uint8Array, sequence: number, type: number, version: number): void {
  writeSequence(header, 0, sequence)
  header[8] = type
  header[9] = version >>> 8
  header[10] = version
}

/** GenericBlockCipher and GenericStreamCipher of TLS up to 1.2 (RFC 5246 §6.2.3, RFC 7366), writing. */
export class CbcWriter implements WriteProtection {
  readonly innerType = false
  readonly allocates = false
  sequence = 0
  readonly #header = new Uint8Array(11)

  /** @param recordLimit sweet32 sets it low for 64-bit blocks (RFC 9325 §4.2) */
  constructor(
    readonly cipher: CbcHmac,
    readonly recordLimit: number,
  ) {}

  sizeOf(length: number): number {
    return HEADER_LENGTH + length + this.cipher.maxOverhead
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
    const start = offset + HEADER_LENGTH
    content.copy(wire, start + this.cipher.prefixLength, length)
    describe(this.#header, this.sequence, type, version)
    const fragment = this.cipher.seal(this.#header, wire, start, length)
    writeHeader(wire, offset, type, version, fragment)
    this.sequence++
    return start + fragment
  }

  destroy(): void {
    this.cipher.destroy()
  }
}

/** GenericBlockCipher and GenericStreamCipher of TLS up to 1.2, reading. */
export class CbcReader implements ReadProtection {
  readonly plaintext = false
  readonly innerType = false
  readonly maxCiphertext = MAX_CIPHERTEXT_12
  contentType = 0
  innerLength = 0
  #sequence = 0
  readonly #header = new Uint8Array(11)

  constructor(readonly cipher: CbcHmac) {}

  open(buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    describe(this.#header, this.#sequence, buffer[offset], (buffer[offset + 1] << 8) | buffer[offset + 2])
    const content = this.cipher.open(this.#header, buffer, offset + HEADER_LENGTH, length)
    if (content === null) return null
    this.#sequence++
    this.contentType = buffer[offset]
    this.innerLength = content.length
    return plainView(content)
  }

  destroy(): void {
    this.cipher.destroy()
  }
}

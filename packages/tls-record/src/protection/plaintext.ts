import type { ByteQueue } from '../byte-queue.ts'
import { HEADER_LENGTH, MAX_PLAINTEXT } from '../constants.ts'
import { writeHeader } from '../header.ts'
import type { ReadProtection, WriteProtection } from '../protection.ts'

/** No protection yet: TLSPlaintext as it is (RFC 9846 §5.1). */
export class PlaintextWriter implements WriteProtection {
  readonly recordLimit = Number.POSITIVE_INFINITY
  readonly innerType = false
  readonly allocates = false
  sequence = 0

  sizeOf(length: number): number {
    return HEADER_LENGTH + length
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
    writeHeader(wire, offset, type, version, length)
    content.copy(wire, offset + HEADER_LENGTH, length)
    this.sequence++
    return offset + HEADER_LENGTH + length
  }

  destroy(): void {}
}

export class PlaintextReader implements ReadProtection {
  readonly plaintext = true
  readonly innerType = false
  readonly maxCiphertext = MAX_PLAINTEXT
  contentType = 0
  innerLength = 0

  open(buffer: Uint8Array, offset: number, length: number): Uint8Array {
    this.contentType = buffer[offset]
    this.innerLength = length
    return buffer.subarray(offset + HEADER_LENGTH, offset + HEADER_LENGTH + length)
  }

  destroy(): void {}
}

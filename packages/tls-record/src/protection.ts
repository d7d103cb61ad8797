import type { ByteQueue } from './byte-queue.ts'

/**
 * How records are written under one key. The writer asks for the size first, then has each record sealed into the wire
 * buffer, or, where the provider's cipher allocates its own output, as pieces for `writev`.
 */
export interface WriteProtection {
  /** Records that may be written with this key before it must be changed (RFC 9846 §5.5). */
  readonly recordLimit: number
  /** Records written so far. */
  readonly sequence: number
  /** True when content type and padding are inside the encryption (TLS 1.3). */
  readonly innerType: boolean
  /** The cipher allocates: use `sealPieces`. */
  readonly allocates: boolean
  /** Bytes on the wire, header included, at most, for `length` bytes of content and `padding`. */
  sizeOf(length: number, padding: number): number
  /**
   * Takes `length` bytes from `content`, and writes a whole record at `wire[offset]`.
   *
   * @returns the offset behind the record
   */
  seal(
    type: number,
    version: number,
    content: ByteQueue,
    length: number,
    padding: number,
    wire: Uint8Array,
    offset: number,
  ): number
  /** The same as pieces for `writev`, in a fresh list. Only where `allocates`. */
  sealPieces?(type: number, version: number, content: ByteQueue, length: number, padding: number): Uint8Array[]
  /** Overwrites the key. */
  destroy(): void
}

/** How records are opened under one key. */
export interface ReadProtection {
  /** No key yet. */
  readonly plaintext: boolean
  /** The outer type of every protected record is application_data (TLS 1.3). */
  readonly innerType: boolean
  /** Largest TLSCiphertext.length. */
  readonly maxCiphertext: number
  /** Content type of the record that was opened last. */
  readonly contentType: number
  /** Bytes of the last record's plaintext that count against its limit: content, and in TLS 1.3 type and padding. */
  readonly innerLength: number
  /**
   * Opens the record whose 5-byte header starts at `buffer[offset]` and whose fragment is `length` bytes long.
   *
   * @returns the content, a view (of `buffer`, or of the provider's memory), or `null` when it cannot be opened: always
   *   the same answer, whatever the reason
   */
  open(buffer: Uint8Array, offset: number, length: number): Uint8Array | null
  destroy(): void
}

import { peerError } from '@x/tls-record'

/**
 * Reads the presentation language of RFC 9846 §3 and refuses what does not fit: every overrun, underrun and trailing
 * byte is a decode_error. Vectors are views of the message.
 */
export class Reader {
  #at: number
  readonly #end: number
  readonly #bytes: Uint8Array

  /**
   * @param what names the structure in error messages
   * @param reason OpenSSL's reason for a structure of this kind that cannot be read
   */
  constructor(
    bytes: Uint8Array,
    readonly what: string,
    readonly reason: string = 'LENGTH_MISMATCH',
  ) {
    this.#bytes = bytes
    this.#at = 0
    this.#end = bytes.length
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#at
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#at
  }

  u8(): number {
    return this.#bytes[this.#take(1)]
  }

  u16(): number {
    const at = this.#take(2)
    return (this.#bytes[at] << 8) | this.#bytes[at + 1]
  }

  u24(): number {
    const at = this.#take(3)
    return (this.#bytes[at] << 16) | (this.#bytes[at + 1] << 8) | this.#bytes[at + 2]
  }

  u32(): number {
    const at = this.#take(4)
    const bytes = this.#bytes
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  rest(): Uint8Array {
    return this.bytes(this.left)
  }

  /** `opaque name<min..max>` with a length of one byte. */
  vector8(min = 0, max = 0xff): Uint8Array {
    return this.#vector(this.u8(), min, max)
  }

  /** `opaque name<min..max>` with a length of two bytes. */
  vector16(min = 0, max = 0xffff): Uint8Array {
    return this.#vector(this.u16(), min, max)
  }

  /** `opaque name<min..max>` with a length of three bytes. */
  vector24(min = 0, max = 0xffffff): Uint8Array {
    return this.#vector(this.u24(), min, max)
  }

  /** `uint16 name<min..max>`: a list of numbers; `min` in bytes. */
  list16(min = 2, lengthBytes: 1 | 2 = 2): number[] {
    return [...this.numbers16(min, lengthBytes)]
  }

  /** The same in as few bytes as they came in. */
  numbers16(min = 2, lengthBytes: 1 | 2 = 2): Uint16Array {
    const length = lengthBytes === 1 ? this.u8() : this.u16()
    this.#checkLength(length, min, 0xffff)
    const at = this.#take(length)
    if (length % 2 !== 0) this.fail('a list of two-byte numbers has an odd length')
    const bytes = this.#bytes
    const numbers = new Uint16Array(length / 2)
    for (let i = 0; i < numbers.length; i++) numbers[i] = (bytes[at + 2 * i] << 8) | bytes[at + 2 * i + 1]
    return numbers
  }

  /** A vector's content, to be read to its end by `read`. */
  nested<T>(vector: Uint8Array, read: (reader: Reader) => T): T {
    const reader = new Reader(vector, this.what, this.reason)
    const value = read(reader)
    reader.end()
    return value
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left !== 0) this.fail(`${this.left} bytes behind the end`)
  }

  /** @throws {TlsError} decode_error: the message does not conform to its syntax (RFC 9846 §6.2) */
  fail(message: string): never {
    throw peerError('decode_error', this.reason, `${this.what}: ${message}`)
  }

  #vector(length: number, min: number, max: number): Uint8Array {
    this.#checkLength(length, min, max)
    return this.bytes(length)
  }

  #checkLength(length: number, min: number, max: number): void {
    if (length < min || length > max) this.fail(`a vector of ${length} bytes, not ${min} to ${max}`)
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) this.fail(`${length} bytes expected, ${this.#end - at} left`)
    this.#at = at + length
    return at
  }
}

/** Writes the presentation language of RFC 9846 §3 into a growing buffer. */
export class Writer {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
    return this
  }

  u16(value: number): this {
    this.#reserve(2)
    this.#bytes[this.#length++] = value >>> 8
    this.#bytes[this.#length++] = value
    return this
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value)
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value)
  }

  /** 8 bytes of a safe integer. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x100000000)).u32(value >>> 0)
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  vector8(bytes: Uint8Array): this {
    return this.u8(checked(bytes.length, 0xff)).bytes(bytes)
  }

  vector16(bytes: Uint8Array): this {
    return this.u16(checked(bytes.length, 0xffff)).bytes(bytes)
  }

  vector24(bytes: Uint8Array): this {
    return this.u24(checked(bytes.length, 0xffffff)).bytes(bytes)
  }

  list16(values: readonly number[]): this {
    return this.within16(() => {
      for (const value of values) this.u16(value)
    })
  }

  /** What `write` writes, with its length in front. */
  within8(write: () => void): this {
    return this.#within(1, write)
  }

  within16(write: () => void): this {
    return this.#within(2, write)
  }

  within24(write: () => void): this {
    return this.#within(3, write)
  }

  /** What was written, as a view; the writer is not used further. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #within(size: 1 | 2 | 3, write: () => void): this {
    const at = this.#length
    this.#reserve(size)
    this.#length += size
    write()
    const length = checked(this.#length - at - size, 2 ** (8 * size) - 1)
    for (let i = 0; i < size; i++) this.#bytes[at + i] = length >>> (8 * (size - 1 - i))
    return this
  }

  #reserve(length: number): void {
    const needed = this.#length + length
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

function checked(length: number, max: number): number {
  if (length > max) throw new RangeError(`a vector of ${length} bytes where at most ${max} fit`)
  return length
}

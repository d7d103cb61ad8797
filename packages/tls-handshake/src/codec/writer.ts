/** Memory that messages are written into one behind the other: many are too small for a piece of their own. */
const SHARED = 8192
let shared: Uint8Array | undefined
/** Where it has not been given out yet. No byte of it is given out twice. */
let free = 0

/** Writes the presentation language of RFC 9846 §3 into a growing buffer. */
export class Writer {
  #bytes: Uint8Array
  readonly #own: boolean
  /** Of what was written, in `#bytes`. */
  #start = 0
  #at = 0
  /** Where another's memory begins. */
  #limit: number

  /**
   * @param capacity bytes to begin with
   * @param own what is written is secret, or kept for long: it gets memory of its own
   */
  constructor(capacity = 256, own = false) {
    // What is no number must not get into the account of the memory that all share.
    this.#own = own || !(capacity <= SHARED / 2)
    if (this.#own) {
      this.#bytes = new Uint8Array(capacity)
      this.#limit = capacity
      return
    }
    if (shared === undefined || SHARED - free < capacity) {
      shared = new Uint8Array(SHARED)
      free = 0
    }
    this.#bytes = shared
    this.#start = this.#at = free
    this.#limit = free += capacity
  }

  get length(): number {
    return this.#at - this.#start
  }

  u8(value: number): this {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
    return this
  }

  u16(value: number): this {
    this.#reserve(2)
    this.#bytes[this.#at++] = value >>> 8
    this.#bytes[this.#at++] = value
    return this
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value)
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value)
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
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
    // The rest goes to the next one.
    if (this.#bytes === shared && free === this.#limit) free = this.#limit = this.#at
    return this.#bytes.subarray(this.#start, this.#at)
  }

  #within(size: 1 | 2 | 3, write: () => void): this {
    this.#reserve(size)
    this.#at += size
    const before = this.length
    write()
    const length = checked(this.length - before, 2 ** (8 * size) - 1)
    // The bytes may be elsewhere by now.
    const end = this.#start + before
    for (let i = 1; i <= size; i++) this.#bytes[end - i] = length >>> (8 * (i - 1))
    return this
  }

  #reserve(length: number): void {
    const needed = this.length + length
    if (this.#start + needed <= this.#limit) return
    const grown = new Uint8Array(Math.max(needed, 2 * (this.#limit - this.#start)))
    grown.set(this.#bytes.subarray(this.#start, this.#at))
    if (this.#own) this.#bytes.fill(0)
    this.#bytes = grown
    this.#at -= this.#start
    this.#start = 0
    this.#limit = grown.length
  }
}

function checked(length: number, max: number): number {
  if (length > max) throw new RangeError(`a vector of ${length} bytes where at most ${max} fit`)
  return length
}

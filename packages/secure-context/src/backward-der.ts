/**
 * DER from its last byte to its first: when the header of an element is due, its length is known. So a structure of many
 * small fields is one piece of memory, and nothing is copied.
 */
export class BackwardDer {
  readonly #bytes: Uint8Array
  #at: number

  /** @param capacity bytes that all of it takes, at most */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
    this.#at = capacity
  }

  /** Where the last element that was written begins: where the next one, written in front of it, ends. */
  get start(): number {
    return this.#at
  }

  raw(bytes: Uint8Array): this {
    this.#at -= bytes.length
    this.#bytes.set(bytes, this.#at)
    return this
  }

  /** Tag and length of an element whose contents reach from here to `end`. */
  header(tag: number, end: number): this {
    const length = end - this.#at
    let rest = length
    if (length >= 0x80) {
      const last = this.#at
      for (; rest > 0; rest = Math.floor(rest / 256)) this.#bytes[--this.#at] = rest
      rest = 0x80 | (last - this.#at)
    }
    this.#bytes[--this.#at] = rest
    this.#bytes[--this.#at] = tag
    return this
  }

  octetString(bytes: Uint8Array): this {
    const end = this.#at
    return this.raw(bytes).header(0x04, end)
  }

  /** A non-negative INTEGER. */
  integer(value: number): this {
    const end = this.#at
    do {
      this.#bytes[--this.#at] = value
      value = Math.floor(value / 256)
    } while (value > 0)
    // The first bit is the sign.
    if (this.#bytes[this.#at]! >= 0x80) this.#bytes[--this.#at] = 0
    return this.header(0x02, end)
  }

  /** All that was written, as a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }
}

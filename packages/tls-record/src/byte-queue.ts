/**
 * Bytes that wait to be written, as the chunks they came in. Nothing is joined; a record takes what it needs from the
 * front.
 */
export class ByteQueue {
  /** Bytes in the queue. */
  length = 0
  readonly #chunks: Uint8Array[] = []
  /** The first chunk that is not used up, and the bytes of it that are. */
  #first = 0
  #used = 0

  /** Appends a chunk. It is not copied: it must not change until its bytes were taken. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.length += chunk.length
  }

  /** Copies the next `length` bytes to `target[offset]`, and removes them. */
  copy(target: Uint8Array, offset: number, length: number): void {
    while (length > 0) {
      const view = this.#next(length)
      target.set(view, offset)
      offset += view.length
      length -= view.length
    }
  }

  /** Appends views of the next `length` bytes to `parts`, and removes them. */
  take(length: number, parts: Uint8Array[]): void {
    while (length > 0) {
      const view = this.#next(length)
      parts.push(view)
      length -= view.length
    }
  }

  clear(): void {
    this.#chunks.length = 0
    this.#first = 0
    this.#used = 0
    this.length = 0
  }

  /** Removes and returns what the first chunk has, `limit` bytes at most. */
  #next(limit: number): Uint8Array {
    const chunk = this.#chunks[this.#first]
    const end = Math.min(chunk.length, this.#used + limit)
    const view = this.#used === 0 && end === chunk.length ? chunk : chunk.subarray(this.#used, end)
    this.length -= end - this.#used
    if (end === chunk.length) {
      this.#used = 0
      if (++this.#first === this.#chunks.length) {
        this.#chunks.length = 0
        this.#first = 0
      } else if (this.#first > 1024) {
        this.#chunks.splice(0, this.#first)
        this.#first = 0
      }
    } else {
      this.#used = end
    }
    return view
  }
}

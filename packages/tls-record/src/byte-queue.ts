/** The list of a queue that is empty. */
const NONE: Uint8Array[] = []

/** A record's text that does not lie in one piece, type and some padding. */
const memory = /* @__PURE__ */ new Uint8Array(16640)
let taken = memory

/**
 * Bytes that wait to be written, as the chunks they came in. Nothing is joined; a record takes what it needs from the
 * front.
 */
export class ByteQueue {
  /** Bytes in the queue. */
  length = 0
  #chunks: Uint8Array[] = NONE
  /** The first chunk that is not used up, and the bytes of it that are. */
  #first = 0
  #used = 0

  /** Appends a chunk. It is not copied: it must not change until its bytes were taken. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    // One chunk at a time is the rule: a list that is pushed to has room for seventeen.
    if (this.length > 0) this.#chunks.push(chunk)
    else this.#chunks = [chunk]
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

  /**
   * Removes the next `length` bytes and returns them in one piece, with `room` bytes behind them: each call into a
   * native cipher costs more than to copy a record.
   *
   * @returns a view of the chunk, or memory that the next call overwrites
   */
  take(length: number, room: number): Uint8Array {
    if (room === 0 && this.#chunks[this.#first]?.length - this.#used >= length) return this.#next(length)
    const total = length + room
    // Of full records each is as long as the one before.
    if (taken.length !== total) taken = total > memory.length ? new Uint8Array(total) : memory.subarray(0, total)
    this.copy(taken, 0, length)
    return taken
  }

  clear(): void {
    this.#chunks = NONE
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
        this.clear()
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

const NONE = /* @__PURE__ */ new Uint8Array(0)

/** Room for bytes to come that memory of ours has at most, unless it is large: what a peer sends shall cost what it sends. */
const ROOM = 16384

/**
 * Bytes received and not used up. As a rule they are a view of what came last; what waits for more is joined in memory
 * of ours, however small the pieces: no object is kept for each.
 */
export class ReceivedBytes {
  /** They lie in `bytes`, from `start` to `end`. */
  bytes: Uint8Array = NONE
  start = 0
  end = 0
  #owned = true

  get length(): number {
    return this.end - this.start
  }

  /** @param piece need only be valid until {@link keep} */
  push(piece: Uint8Array): void {
    if (this.end === this.start) {
      this.bytes = piece
      this.start = 0
      this.end = piece.length
      this.#owned = false
      return
    }
    this.#reserve(piece.length)
    this.bytes.set(piece, this.end)
    this.end += piece.length
  }

  /** Copies what is left, since the memory of the last piece goes back to its owner. */
  keep(): void {
    if (this.start === this.end) this.clear()
    else if (!this.#owned) this.#reserve(0)
  }

  clear(): void {
    this.bytes = NONE
    this.start = this.end = 0
    this.#owned = true
  }

  /** Makes room behind the end, in memory of ours. */
  #reserve(more: number): void {
    if (this.#owned && this.end + more <= this.bytes.length) return
    const { bytes, start, end } = this
    const needed = end - start + more
    // A quarter of what is there keeps the copying linear; the first piece is often the last.
    const room = more === 0 ? 0 : Math.max(Math.min(needed, ROOM), needed >> 2)
    // Never moved where it is: what was read may still be looked at.
    const memory = new Uint8Array(needed + room)
    memory.set(bytes.subarray(start, end))
    this.bytes = memory
    this.start = 0
    this.end = needed - more
    this.#owned = true
  }
}

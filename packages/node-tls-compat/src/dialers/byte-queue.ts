/** What arrives without being asked for: bytes wait here until they are read. */
export class ByteQueue {
  readonly readable: ReadableStream<Uint8Array>
  #out!: ReadableStreamDefaultController<Uint8Array>
  #over = false

  /**
   * @param limit bytes that may wait unread; a sender that gives more has not been asked to wait, and is cut off
   * @param cancel called when the reader wants no more
   */
  constructor(
    private readonly limit: number,
    cancel: () => void,
  ) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (out) => {
          this.#out = out
        },
        cancel: () => {
          this.#over = true
          cancel()
        },
      },
      { highWaterMark: limit, size: (chunk) => chunk.byteLength },
    )
  }

  /** @returns false when that was too much: then the reader has been told so */
  add(bytes: Uint8Array): boolean {
    if (this.#over || bytes.length === 0) {
      return true
    }
    if (bytes.length > (this.#out.desiredSize ?? 0)) {
      this.fail(failure('ENOBUFS', `more than ${this.limit} bytes wait unread, and the relay cannot be asked to wait`))
      return false
    }
    this.#out.enqueue(bytes)
    return true
  }

  end(): void {
    if (!this.#over) {
      this.#over = true
      this.#out.close()
    }
  }

  fail(error: Error): void {
    if (!this.#over) {
      this.#over = true
      this.#out.error(error)
    }
  }
}

/** What may wait unread where nothing else is said, bytes. */
export const UNREAD_LIMIT = 64 * 1024 * 1024

export const failure = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code })

/** Where a stream is piped to. */
export interface Piped {
  emit(name: string, ...args: unknown[]): boolean
}

/** What is known of the reading side; the names are Node's: programs and other streams look at them. */
export class ReadableState {
  readonly objectMode = false
  readonly highWaterMark: number
  readonly autoDestroy: boolean
  readonly emitClose: boolean
  readonly buffer: Uint8Array[] = []
  /** Bytes in `buffer`. */
  length = 0
  /** Null: nobody has said whether they want `'data'`. */
  flowing: boolean | null = null
  /** The end has been pushed. */
  ended = false
  endEmitted = false
  /** `_read` was called and has not pushed. */
  reading = false
  /** `_read` is running, or has not been called yet: what is pushed now is told in a turn of its own. */
  sync = true
  needReadable = false
  /** `'readable'` is on its way, or was told and nothing has been read since. */
  emittedReadable = false
  readableListening = false
  resumeScheduled = false
  readingMore = false
  didRead = false
  constructed = true
  destroyed = false
  errored: Error | null = null
  errorEmitted = false
  closed = false
  closeEmitted = false
  encoding: BufferEncoding | null = null
  decoder: TextDecoder | null = null
  readonly pipes: Piped[] = []

  constructor(highWaterMark: number, autoDestroy: boolean, emitClose: boolean) {
    this.highWaterMark = highWaterMark
    this.autoDestroy = autoDestroy
    this.emitClose = emitClose
  }
}

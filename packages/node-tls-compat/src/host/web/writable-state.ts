export type Done = (error?: Error | null) => void

export interface Waiting {
  readonly chunk: Uint8Array
  readonly encoding: BufferEncoding
  readonly done: Done
}

/** What is known of the writing side; the names are Node's. */
export class WritableState {
  readonly objectMode = false
  readonly highWaterMark: number
  readonly autoDestroy: boolean
  readonly emitClose: boolean
  writable = true
  /** Bytes written and not yet taken. */
  length = 0
  writing = false
  corked = 0
  /** `_write` is running. */
  sync = false
  needDrain = false
  bufferProcessing = false
  buffered: Waiting[] = []
  /** Callbacks of writes that have not been called. */
  pendingcb = 0
  /** `end` was called; `ended`: and has returned. */
  ending = false
  ended = false
  finalCalled = false
  prefinished = false
  finished = false
  readonly onFinished: Done[] = []
  constructed = true
  destroyed = false
  errored: Error | null = null
  errorEmitted = false
  closed = false
  closeEmitted = false

  constructor(highWaterMark: number, autoDestroy: boolean, emitClose: boolean) {
    this.highWaterMark = highWaterMark
    this.autoDestroy = autoDestroy
    this.emitClose = emitClose
  }
}

import { Buffer } from './buffer.ts'
import { alreadyFinished, calledTwice, destroyedStream, noBytes, nullValue, writeAfterEnd } from './stream-errors.ts'
import type { DuplexStream } from './stream-type.ts'
import { nextTick } from './ticks.ts'
import type { Done, Waiting, WritableState } from './writable-state.ts'

function bytesOf(chunk: unknown, encoding: BufferEncoding): Uint8Array {
  if (chunk === null) {
    throw nullValue()
  }
  if (typeof chunk === 'string') {
    return Buffer.from(chunk, encoding)
  }
  if (!ArrayBuffer.isView(chunk)) {
    throw noBytes()
  }
  return chunk instanceof Uint8Array
    ? chunk
    : Buffer.from(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength)
}

/** Gives some writes to the stream as one. */
function give(stream: DuplexStream, writes: readonly Waiting[]): void {
  const state = stream._writableState
  const length = writes.reduce((sum, { chunk }) => sum + chunk.length, 0)
  let called = false
  const done: Done = (error) => {
    if (called) {
      stream.destroy(calledTwice())
      return
    }
    called = true
    taken(stream, writes, length, error)
  }
  state.writing = true
  state.sync = true
  try {
    if (writes.length > 1) {
      stream._writev!(writes, done)
    } else {
      stream._write(writes[0]!.chunk, writes[0]!.encoding, done)
    }
  } finally {
    state.sync = false
  }
}

function taken(stream: DuplexStream, writes: readonly Waiting[], length: number, error?: Error | null): void {
  const state = stream._writableState
  state.writing = false
  state.length -= length
  const tell = () => {
    if (!error && state.needDrain && state.length === 0 && !state.ending && !state.destroyed) {
      state.needDrain = false
      stream.emit('drain')
    }
    for (const { done } of writes) {
      state.pendingcb--
      done(error ?? null)
    }
    if (error || state.destroyed) {
      dropAll(stream)
    } else {
      finishMaybe(stream)
    }
  }
  if (error) {
    state.errored ??= error
    // The callbacks know of it before the listeners of 'error' do.
    state.sync ? nextTick(tell) : tell()
    stream.destroy(error)
    return
  }
  if (state.buffered.length > 0 && !state.bufferProcessing) {
    giveMore(stream)
  }
  state.sync ? nextTick(tell) : tell()
}

export function giveMore(stream: DuplexStream): void {
  const state = stream._writableState
  if (state.corked > 0 || state.bufferProcessing || state.destroyed || !state.constructed) {
    return
  }
  state.bufferProcessing = true
  while (state.buffered.length > 0 && !state.writing) {
    give(stream, state.buffered.splice(0, stream._writev ? state.buffered.length : 1))
  }
  state.bufferProcessing = false
}

/** What was never given is told that it was not written, behind what was given and is not answered yet. */
export function dropAll(stream: DuplexStream): void {
  const state = stream._writableState
  if (state.writing) {
    return
  }
  for (const { chunk, done } of state.buffered.splice(0)) {
    state.length -= chunk.length
    state.pendingcb--
    done(state.errored ?? destroyedStream('write'))
  }
  for (const done of state.onFinished.splice(0)) {
    done(state.errored ?? destroyedStream('end'))
  }
}

export function finishMaybe(stream: DuplexStream): void {
  const state = stream._writableState
  const idle = state.ending && !state.destroyed && state.constructed && !state.errored && !state.finished
  if (!idle || state.length > 0 || state.buffered.length > 0 || state.writing || state.errorEmitted) {
    return
  }
  if (!state.finalCalled && !state.prefinished) {
    if (stream._final) {
      state.finalCalled = true
      state.pendingcb++
      finalize(stream, stream._final)
      return
    }
    prefinish(stream)
    return
  }
  if (state.prefinished && state.pendingcb === 0) {
    state.finished = true
    for (const done of state.onFinished.splice(0)) {
      done()
    }
    stream.emit('finish')
    if (state.autoDestroy && (stream._readableState.endEmitted || !stream._readableState.autoDestroy)) {
      stream.destroy()
    }
  }
}

function prefinish(stream: DuplexStream): void {
  const state = stream._writableState
  state.prefinished = true
  stream.emit('prefinish')
  state.pendingcb++
  nextTick(() => {
    state.pendingcb--
    finishMaybe(stream)
  })
}

function finalize(stream: DuplexStream, final: (done: Done) => void): void {
  const state = stream._writableState
  let called = false
  const done: Done = (error) => {
    if (called) {
      stream.destroy(error ?? calledTwice())
      return
    }
    called = true
    state.pendingcb--
    if (error) {
      state.errored ??= error
      dropAll(stream)
      stream.destroy(error)
      return
    }
    if (!state.destroyed) {
      prefinish(stream)
    }
  }
  try {
    Reflect.apply(final, stream, [done])
  } catch (error) {
    done(error as Error)
  }
}

type WriteArguments = [chunk?: unknown, encoding?: BufferEncoding | Done | null, done?: Done]

function write(stream: DuplexStream, chunk: unknown, encoding: BufferEncoding, done: Done): boolean | Error {
  const state = stream._writableState
  const bytes = bytesOf(chunk, encoding)
  const error = state.ending ? writeAfterEnd() : state.destroyed ? destroyedStream('write') : undefined
  if (error) {
    nextTick(done, error)
    if (!state.destroyed) {
      stream.destroy(error)
    }
    return error
  }
  state.pendingcb++
  state.length += bytes.length
  const more = state.length < state.highWaterMark
  if (!more) {
    state.needDrain = true
  }
  // `_write` is told that these are bytes.
  const waiting = { chunk: bytes, encoding: 'buffer' as BufferEncoding, done }
  if (state.writing || state.corked > 0 || state.errored || !state.constructed) {
    state.buffered.push(waiting)
  } else {
    give(stream, [waiting])
  }
  return more && !state.errored && !state.destroyed
}

const nothing: Done = () => {}

/** The writing side of a stream, as Node's streams behave. */
export abstract class WritableSide {
  declare _writableState: WritableState

  write(...[chunk, encoding, done]: WriteArguments): boolean {
    const callback = typeof encoding === 'function' ? encoding : (done ?? nothing)
    const text = typeof encoding === 'string' ? encoding : 'utf8'
    return write(this as unknown as DuplexStream, chunk, text, callback) === true
  }

  end(...args: WriteArguments): this {
    const stream = this as unknown as DuplexStream
    const state = this._writableState
    const callback = args.find((arg): arg is Done => typeof arg === 'function')
    const [chunk, encoding] = args[0] === callback ? [] : args
    let error: Error | undefined
    if (chunk !== null && chunk !== undefined) {
      const result = write(stream, chunk, typeof encoding === 'string' ? encoding : 'utf8', nothing)
      error = result instanceof Error ? result : undefined
    }
    if (state.corked > 0) {
      state.corked = 1
      this.uncork()
    }
    if (error) {
      // Told already.
    } else if (!state.errored && !state.ending) {
      state.ending = true
      finishMaybe(stream)
      state.ended = true
    } else if (state.finished) {
      error = alreadyFinished()
    } else if (state.destroyed) {
      error = destroyedStream('end')
    }
    if (callback) {
      if (error) {
        nextTick(callback, error)
      } else if (state.errored) {
        nextTick(callback, state.errored)
      } else if (state.finished) {
        nextTick(callback)
      } else {
        state.onFinished.push(callback)
      }
    }
    return this
  }

  cork(): void {
    this._writableState.corked++
  }

  uncork(): void {
    const state = this._writableState
    if (state.corked > 0) {
      state.corked--
      if (!state.writing) {
        giveMore(this as unknown as DuplexStream)
      }
    }
  }

  setDefaultEncoding(): this {
    return this
  }

  _write(_chunk: Uint8Array, _encoding: BufferEncoding, _done: Done): void {
    throw Object.assign(new Error('The _write() method is not implemented'), { code: 'ERR_METHOD_NOT_IMPLEMENTED' })
  }

  declare _final?: (done: Done) => void

  get writable(): boolean {
    const state = this._writableState
    return state.writable && !state.destroyed && !state.errored && !state.ending && !state.ended
  }

  set writable(value: boolean) {
    this._writableState.writable = !!value
  }

  get writableLength(): number {
    return this._writableState.length
  }

  get writableHighWaterMark(): number {
    return this._writableState.highWaterMark
  }

  get writableEnded(): boolean {
    return this._writableState.ending
  }

  get writableFinished(): boolean {
    return this._writableState.finished
  }

  get writableCorked(): number {
    return this._writableState.corked
  }

  get writableNeedDrain(): boolean {
    const state = this._writableState
    return !state.destroyed && !state.ending && state.needDrain
  }

  get writableObjectMode(): boolean {
    return false
  }

  get writableAborted(): boolean {
    const state = this._writableState
    return (state.destroyed || state.errored !== null) && !state.finished
  }
}

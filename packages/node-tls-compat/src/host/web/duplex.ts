import { givePrototype } from '../prototype.ts'
import { EventEmitter } from './events.ts'
import { ReadableSide } from './readable.ts'
import { ReadableState } from './readable-state.ts'
import { aborted } from './stream-errors.ts'
import type { DuplexStream } from './stream-type.ts'
import { nextTick } from './ticks.ts'
import { dropAll, finishMaybe, giveMore, WritableSide } from './writable.ts'
import { type Done, WritableState } from './writable-state.ts'

/** What a stream takes before it asks its writer to wait, bytes; as in Node 24. */
export const HIGH_WATER_MARK = 65536

export interface DuplexOptions {
  readonly allowHalfOpen?: boolean
  readonly autoDestroy?: boolean
  readonly emitClose?: boolean
  readonly highWaterMark?: number
  readonly readableHighWaterMark?: number
  readonly writableHighWaterMark?: number
  readonly signal?: AbortSignal
  read?(this: DuplexStream, size: number): void
  write?(this: DuplexStream, chunk: Uint8Array, encoding: BufferEncoding, done: Done): void
  writev?(this: DuplexStream, chunks: readonly { chunk: Uint8Array; encoding: BufferEncoding }[], done: Done): void
  final?(this: DuplexStream, done: Done): void
  destroy?(this: DuplexStream, error: Error | null, done: Done): void
  construct?(this: DuplexStream, done: Done): void
}

interface DuplexConstructor {
  new (options?: DuplexOptions): DuplexStream
  (options?: DuplexOptions): DuplexStream
  readonly prototype: DuplexStream
}

/** Ends a stream: what `_destroy` says, then `'error'` at most once, then `'close'`. */
function tearDown(stream: DuplexStream, error: Error | null, done: Done | undefined): void {
  const [reading, writing] = [stream._readableState, stream._writableState]
  const finish = (failure?: Error | null) => {
    const shown = failure ?? null
    if (shown) {
      reading.errored ??= shown
      writing.errored ??= shown
    }
    reading.closed = true
    writing.closed = true
    dropAll(stream)
    done?.(shown)
    nextTick(() => {
      if (shown && !reading.errorEmitted && !writing.errorEmitted) {
        reading.errorEmitted = true
        writing.errorEmitted = true
        // A program that hears of no error is told by the exception, and of the close all the same.
        try {
          stream.emit('error', shown)
        } finally {
          tellClose(stream)
        }
      } else {
        tellClose(stream)
      }
    })
  }
  let called = false
  const once: Done = (failure) => {
    if (!called) {
      called = true
      finish(failure)
    }
  }
  try {
    stream._destroy(error, once)
  } catch (thrown) {
    once(thrown as Error)
  }
}

function tellClose(stream: DuplexStream): void {
  const { emitClose } = stream._readableState
  stream._readableState.closeEmitted = true
  stream._writableState.closeEmitted = true
  if (emitClose) {
    stream.emit('close')
  }
}

/** What a Duplex does besides reading and writing. */
class DuplexBehaviour extends ReadableSide {
  declare _writableState: WritableState

  destroy(error?: Error | null, done?: Done): this {
    const stream = this as unknown as DuplexStream
    const [reading, writing] = [this._readableState, this._writableState]
    if (reading.destroyed) {
      done?.()
      return this
    }
    if (error) {
      reading.errored ??= error
      writing.errored ??= error
    }
    reading.destroyed = true
    writing.destroyed = true
    if (reading.constructed) {
      tearDown(stream, error ?? null, done)
    } else {
      this.once('_constructed', (failure: Error | null) => tearDown(stream, failure ?? error ?? null, done))
    }
    return this
  }

  _destroy(error: Error | null, done: Done): void {
    done(error)
  }

  /** A stream that is used again for another connection, as net.Socket's is. */
  _undestroy(): void {
    const [reading, writing] = [this._readableState, this._writableState]
    Object.assign(this, {
      _readableState: new ReadableState(reading.highWaterMark, reading.autoDestroy, reading.emitClose),
      _writableState: new WritableState(writing.highWaterMark, writing.autoDestroy, writing.emitClose),
    })
  }

  get destroyed(): boolean {
    return this._readableState?.destroyed ?? false
  }

  set destroyed(value: boolean) {
    this._readableState.destroyed = value
    this._writableState.destroyed = value
  }

  get closed(): boolean {
    return this._readableState.closed
  }

  get errored(): Error | null {
    return this._readableState.errored
  }
}

/** A stream in both directions, of bytes. Callable on an object that a program has made itself, as Node's. */
export const Duplex: DuplexConstructor = /* @__PURE__ */ givePrototype(
  function Duplex(this: DuplexStream, options: DuplexOptions = {}): DuplexStream | undefined {
    if (!(this instanceof Duplex)) {
      return new (Duplex as DuplexConstructor)(options)
    }
    const { autoDestroy = true, emitClose = true, signal, highWaterMark = HIGH_WATER_MARK } = options
    this._readableState = new ReadableState(options.readableHighWaterMark ?? highWaterMark, autoDestroy, emitClose)
    this._writableState = new WritableState(options.writableHighWaterMark ?? highWaterMark, autoDestroy, emitClose)
    this.allowHalfOpen = options.allowHalfOpen !== false
    const { read, write, writev, final, destroy, construct } = options
    const own = { _read: read, _write: write, _writev: writev, _final: final, _destroy: destroy, _construct: construct }
    for (const [name, method] of Object.entries(own)) {
      if (typeof method === 'function') {
        ;(this as unknown as Record<string, unknown>)[name] = method
      }
    }
    if (signal) {
      const abort = () => this.destroy(aborted(signal.reason))
      signal.aborted ? abort() : signal.addEventListener('abort', abort, { once: true })
      this.once('close', () => signal.removeEventListener('abort', abort))
    }
    if (typeof this._construct === 'function') {
      construction(this)
    }
    return undefined
  } as unknown as DuplexConstructor,
  EventEmitter,
  ReadableSide,
  WritableSide,
  DuplexBehaviour,
)

function construction(stream: DuplexStream): void {
  const [reading, writing] = [stream._readableState, stream._writableState]
  reading.constructed = false
  writing.constructed = false
  const done: Done = (error) => {
    reading.constructed = true
    writing.constructed = true
    if (reading.destroyed) {
      stream.emit('_constructed', error ?? null)
    } else if (error) {
      stream.destroy(error)
    } else {
      nextTick(() => {
        giveMore(stream)
        finishMaybe(stream)
        if (reading.needReadable || reading.flowing) {
          stream.read(0)
        }
      })
    }
  }
  nextTick(() => {
    try {
      stream._construct!((error) => nextTick(done, error))
    } catch (error) {
      done(error as Error)
    }
  })
}

import { Buffer } from './buffer.ts'
import { EventEmitter } from './events.ts'
import { iterate } from './iterate.ts'
import type { ReadableState } from './readable-state.ts'
import { accept, flow, readableBytes, readMore, shown, taken, tellEnd, tellReadable, watchReadable } from './reading.ts'
import { pushAfterEnd, unshiftAfterEnd } from './stream-errors.ts'
import type { DuplexStream } from './stream-type.ts'
import { nextTick } from './ticks.ts'

/** The reading side of a stream, as Node's streams behave. */
export abstract class ReadableSide extends EventEmitter {
  declare _readableState: ReadableState

  push(chunk: Uint8Array | string | null, encoding?: BufferEncoding): boolean {
    const stream = this as unknown as DuplexStream
    const state = this._readableState
    state.reading = false
    if (chunk === null) {
      if (!state.ended) {
        state.ended = true
        tellReadable(stream)
      }
      return false
    }
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    if (state.ended) {
      stream.destroy(pushAfterEnd())
      return false
    }
    if (!state.destroyed && !state.errored && bytes.length > 0) {
      accept(stream, bytes, false)
    } else if (bytes.length === 0) {
      readMore(stream)
    }
    return !state.ended && (state.length < state.highWaterMark || state.length === 0)
  }

  unshift(chunk: Uint8Array | string, encoding?: BufferEncoding): boolean {
    const stream = this as unknown as DuplexStream
    const state = this._readableState
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    if (state.endEmitted) {
      stream.destroy(unshiftAfterEnd())
    } else if (bytes.length > 0 && !state.destroyed) {
      accept(stream, bytes, true)
    }
    return state.length < state.highWaterMark
  }

  read(wanted?: number): Buffer | string | null {
    const stream = this as unknown as DuplexStream
    const state = this._readableState
    if (wanted !== 0) {
      state.emittedReadable = false
    }
    // Told, not read: who asks for nothing wants the event, or more in the buffer.
    const full = state.length >= state.highWaterMark && state.length > 0
    if (wanted === 0 && state.needReadable && (full || state.ended)) {
      state.length === 0 ? tellEnd(stream) : tellReadable(stream)
      return null
    }
    let length = readableBytes(state, wanted)
    if (length === 0 && state.ended) {
      if (state.length === 0) {
        tellEnd(stream)
      }
      return null
    }
    const idle = !state.ended && !state.reading && !state.destroyed && !state.errored && state.constructed
    if (idle && (state.needReadable || state.length - length < state.highWaterMark)) {
      state.reading = true
      state.sync = true
      if (state.length === 0) {
        state.needReadable = true
      }
      try {
        stream._read(state.highWaterMark)
      } catch (error) {
        stream.destroy(error as Error)
      }
      state.sync = false
      if (!state.reading) {
        length = readableBytes(state, wanted)
      }
    }
    if (length === 0) {
      state.needReadable = state.needReadable || state.length <= state.highWaterMark
      return null
    }
    const chunk = shown(state, taken(state, length))
    if (state.length === 0) {
      state.needReadable = !state.ended
      if (state.ended) {
        tellEnd(stream)
      }
    }
    if (!state.errorEmitted && !state.closeEmitted) {
      state.didRead = true
      stream.emit('data', chunk)
    }
    return chunk
  }

  _read(_size: number): void {
    throw Object.assign(new Error('The _read() method is not implemented'), { code: 'ERR_METHOD_NOT_IMPLEMENTED' })
  }

  override on(name: string | symbol, listener: unknown): this {
    super.on(name, listener)
    const state = this._readableState
    if (name === 'data') {
      state.readableListening = this.listenerCount('readable') > 0
      if (state.flowing !== false) {
        this.resume()
      }
    } else if (name === 'readable' && !state.endEmitted && !state.readableListening) {
      state.readableListening = true
      state.needReadable = true
      state.flowing = false
      state.emittedReadable = false
      if (state.length > 0 || state.ended) {
        tellReadable(this as unknown as DuplexStream)
      } else if (!state.reading) {
        nextTick(() => void this.read(0))
      }
    }
    return this
  }

  override addListener(name: string | symbol, listener: unknown): this {
    return this.on(name, listener)
  }

  override removeListener(name: string | symbol, listener: unknown): this {
    super.removeListener(name, listener)
    if (name === 'readable') {
      nextTick(watchReadable, this as unknown as DuplexStream)
    }
    return this
  }

  resume(): this {
    const stream = this as unknown as DuplexStream
    const state = this._readableState
    if (!state.flowing) {
      state.flowing = !state.readableListening
      if (!state.resumeScheduled) {
        state.resumeScheduled = true
        nextTick(() => {
          if (!state.reading) {
            stream.read(0)
          }
          state.resumeScheduled = false
          stream.emit('resume')
          flow(stream)
          if (state.flowing && !state.reading) {
            stream.read(0)
          }
        })
      }
    }
    return this
  }

  pause(): this {
    const state = this._readableState
    if (state.flowing !== false) {
      state.flowing = false
      this.emit('pause')
    }
    return this
  }

  isPaused(): boolean {
    return this._readableState.flowing === false
  }

  setEncoding(encoding: BufferEncoding): this {
    const state = this._readableState
    state.encoding = encoding
    // Characters are whole, whatever the chunks.
    state.decoder = /^utf-?8$/i.test(encoding) ? new TextDecoder('utf-8', { ignoreBOM: true }) : null
    return this
  }

  pipe<T extends DuplexStream>(target: T, options?: { end?: boolean }): T {
    const stream = this as unknown as DuplexStream
    this._readableState.pipes.push(target)
    const onData = (chunk: Uint8Array | string) => {
      if (target.write(chunk as Uint8Array) === false) {
        this.pause()
        target.once('drain', onDrain)
      }
    }
    const onDrain = () => this.resume()
    const onEnd = () => target.end()
    const stop = () => stream.unpipe(target)
    const clean = () => {
      this.off('data', onData)
      this.off('end', onEnd)
      target.off('drain', onDrain)
      for (const name of ['close', 'finish']) {
        target.off(name, stop)
      }
      target.off('unpipe', onUnpipe)
    }
    const onUnpipe = (source: unknown) => source === this && clean()
    if (options?.end !== false) {
      this._readableState.endEmitted ? nextTick(onEnd) : this.once('end', onEnd)
    }
    for (const name of ['close', 'finish']) {
      target.once(name, stop)
    }
    target.on('unpipe', onUnpipe)
    target.emit('pipe', this)
    this.on('data', onData)
    if (this._readableState.flowing === false) {
      this.resume()
    }
    return target
  }

  unpipe(target?: DuplexStream): this {
    const { pipes } = this._readableState
    for (const one of target ? [target] : [...pipes]) {
      const at = pipes.indexOf(one)
      if (at >= 0) {
        pipes.splice(at, 1)
        one.emit('unpipe', this, { hasUnpiped: false })
      }
    }
    if (pipes.length === 0) {
      this.pause()
    }
    return this
  }

  [Symbol.asyncIterator]() {
    return iterate(this as unknown as DuplexStream)
  }

  get readable(): boolean {
    const state = this._readableState
    return !state.destroyed && !state.errorEmitted && !state.endEmitted
  }

  get readableFlowing(): boolean | null {
    return this._readableState.flowing
  }

  set readableFlowing(flowing: boolean | null) {
    this._readableState.flowing = flowing
  }

  get readableLength(): number {
    return this._readableState.length
  }

  get readableHighWaterMark(): number {
    return this._readableState.highWaterMark
  }

  get readableEnded(): boolean {
    return this._readableState.endEmitted
  }

  get readableEncoding(): BufferEncoding | null {
    return this._readableState.encoding
  }

  get readableObjectMode(): boolean {
    return false
  }

  get readableDidRead(): boolean {
    return this._readableState.didRead
  }

  get readableAborted(): boolean {
    const state = this._readableState
    return (state.destroyed || state.errored !== null) && !state.endEmitted
  }
}

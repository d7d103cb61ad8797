import { Buffer } from './buffer.ts'
import type { ReadableState } from './readable-state.ts'
import type { DuplexStream } from './stream-type.ts'
import { nextTick } from './ticks.ts'

/** What goes on reading by itself: a stream that flows, or one whose buffer is not full. */
export function readMore(stream: DuplexStream): void {
  const state = stream._readableState
  if (state.readingMore || !state.constructed) {
    return
  }
  state.readingMore = true
  nextTick(() => {
    while (!state.reading && !state.ended && (state.length < state.highWaterMark || (state.flowing && !state.length))) {
      const before = state.length
      stream.read(0)
      if (state.length === before) {
        break
      }
    }
    state.readingMore = false
  })
}

export function tellReadable(stream: DuplexStream): void {
  const state = stream._readableState
  state.needReadable = false
  if (!state.emittedReadable) {
    state.emittedReadable = true
    nextTick(tellReadableNow, stream)
  }
}

function tellReadableNow(stream: DuplexStream): void {
  const state = stream._readableState
  if (!state.destroyed && !state.errored && (state.length > 0 || state.ended)) {
    stream.emit('readable')
    state.emittedReadable = false
  }
  // Whoever listens wants to hear of the next chunk too, unless there is enough already.
  state.needReadable = !state.flowing && !state.ended && state.length <= state.highWaterMark
  flow(stream)
}

export function flow(stream: DuplexStream): void {
  while (stream._readableState.flowing && stream.read() !== null) {}
}

export function tellEnd(stream: DuplexStream): void {
  const state = stream._readableState
  if (state.endEmitted) {
    return
  }
  state.ended = true
  nextTick(() => {
    if (state.errored || state.closeEmitted || state.endEmitted || state.length > 0) {
      return
    }
    state.endEmitted = true
    stream.emit('end')
    if (stream.writable && stream.allowHalfOpen === false) {
      nextTick(() => {
        if (stream.writable && !stream.writableEnded && !stream.destroyed) {
          stream.end()
        }
      })
    } else if (state.autoDestroy) {
      const { autoDestroy, finished, writable } = stream._writableState
      if (writable === false || (autoDestroy && finished)) {
        stream.destroy()
      }
    }
  })
}

export function accept(stream: DuplexStream, bytes: Uint8Array, first: boolean): void {
  const state = stream._readableState
  if (state.flowing && state.length === 0 && !state.sync && !first && stream.listenerCount('data') > 0) {
    state.didRead = true
    stream.emit('data', shown(state, bytes))
  } else {
    state.length += bytes.length
    first ? state.buffer.unshift(bytes) : state.buffer.push(bytes)
    if (state.needReadable) {
      tellReadable(stream)
    }
  }
  readMore(stream)
}

export const shown = ({ decoder, encoding }: ReadableState, bytes: Uint8Array): Buffer | string =>
  decoder ? decoder.decode(bytes, { stream: true }) : encoding ? asBuffer(bytes).toString(encoding) : asBuffer(bytes)

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)

/** Takes bytes out of the buffer. */
export function taken(state: ReadableState, length: number): Uint8Array {
  const [head] = state.buffer as [Uint8Array]
  state.length -= length
  if (length === head.length) {
    return state.buffer.shift()!
  }
  if (length < head.length) {
    state.buffer[0] = head.subarray(length)
    return head.subarray(0, length)
  }
  const whole = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const part = state.buffer.shift()!
    const fits = part.subarray(0, length - at)
    whole.set(fits, at)
    at += fits.length
    if (fits.length < part.length) {
      state.buffer.unshift(part.subarray(fits.length))
    }
  }
  return whole
}

/** How many bytes a call of `read` gives: all, or one chunk where the stream flows. */
export function readableBytes(state: ReadableState, wanted: number | undefined): number {
  if (state.length === 0 || (wanted !== undefined && wanted <= 0)) {
    return 0
  }
  if (wanted === undefined) {
    return state.flowing ? state.buffer[0]!.length : state.length
  }
  if (wanted <= state.length) {
    return wanted
  }
  return state.ended ? state.length : 0
}

export function watchReadable(stream: DuplexStream): void {
  const state = stream._readableState
  state.readableListening = stream.listenerCount('readable') > 0
  if (state.resumeScheduled && state.flowing !== false) {
    state.flowing = true
  } else if (stream.listenerCount('data') > 0) {
    stream.resume()
  } else if (!state.readableListening) {
    state.flowing = null
  }
}

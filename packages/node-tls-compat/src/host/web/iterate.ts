import { prematureClose } from './stream-errors.ts'
import type { DuplexStream } from './stream-type.ts'

type Chunks = AsyncIterator<Buffer | string> & AsyncIterable<Buffer | string>

/** Chunks, one by one; whoever stops destroys the stream. No generator: Hermes compiles none that is asynchronous. */
export function iterate(stream: DuplexStream): Chunks {
  const state = stream._readableState
  let wake: () => void = () => {}
  const stir = () => wake()
  for (const name of ['readable', 'end', 'error', 'close']) {
    stream.on(name, stir)
  }
  const over = () => {
    for (const name of ['readable', 'end', 'error', 'close']) {
      stream.off(name, stir)
    }
    return { done: true as const, value: undefined }
  }
  let turn: Promise<unknown> = Promise.resolve()
  const next = async (): Promise<IteratorResult<Buffer | string>> => {
    for (;;) {
      const chunk = stream.destroyed ? null : stream.read()
      if (chunk !== null) {
        return { done: false, value: chunk }
      }
      if (state.errored) {
        over()
        throw state.errored
      }
      if (state.endEmitted) {
        return over()
      }
      if (stream.destroyed && state.closed) {
        over()
        throw prematureClose()
      }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    next: () => {
      const result = turn.then(next)
      turn = result.catch(() => {})
      return result
    },
    return: async () => {
      const result = over()
      stream.destroy()
      return result
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

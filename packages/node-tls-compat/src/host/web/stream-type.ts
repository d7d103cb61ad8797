import type { ReadableState } from './readable-state.ts'
import type { Done, WritableState } from './writable-state.ts'

type Name = string | symbol
type Chunk = Uint8Array | string
type Writes = readonly { readonly chunk: Uint8Array; readonly encoding: BufferEncoding }[]

/** What a stream is to the parts that it is made of. */
export interface DuplexStream {
  _readableState: ReadableState
  _writableState: WritableState
  allowHalfOpen: boolean
  destroyed: boolean
  readonly closed: boolean
  readonly errored: Error | null
  readonly writable: boolean
  readonly writableEnded: boolean
  readonly writableFinished: boolean
  readonly writableLength: number
  readonly readable: boolean
  readableFlowing: boolean | null
  _read(size: number): void
  _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void
  _writev?: (writes: Writes, done: Done) => void
  _final?: (done: Done) => void
  _destroy(error: Error | null, done: Done): void
  _construct?(done: Done): void
  push(chunk: Chunk | null, encoding?: BufferEncoding): boolean
  read(wanted?: number): Buffer | string | null
  resume(): this
  pause(): this
  unpipe(target?: unknown): this
  write(chunk: unknown): boolean
  end(): this
  destroy(error?: Error | null, done?: Done): this
  on(name: Name, listener: unknown): this
  once(name: Name, listener: unknown): this
  off(name: Name, listener: unknown): this
  removeListener(name: Name, listener: unknown): this
  emit(name: Name, ...args: unknown[]): boolean
  listenerCount(name: Name): number
}

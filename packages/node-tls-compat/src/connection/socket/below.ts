import type { Duplex } from 'node:stream'
import { Buffer } from '#host'
import { nodeError } from '../../errors/node-error.ts'
import { connectionLost } from '../../errors/system-errors.ts'
import type { WebStreams } from '../config/options.ts'

type Done = (error?: Error | null) => void

/** What a stream of ours is told by what lies below it. */
export interface Above {
  push(bytes: Uint8Array | null): boolean
  destroy(error?: Error): unknown
}

/** Where a stream of ours gets its bytes from, and where it puts them. */
export interface Below {
  /** More is wanted: gives the next chunk, or the end, to `push`. */
  read(): void
  write(bytes: Uint8Array, done: Done): void
  end(done: Done): void
  /** All is over; nothing more is told. */
  close(error: Error | null): void
}

/** What a Web Stream fails with may be anything. */
const asError = (reason: unknown): Error => (reason instanceof Error ? reason : connectionLost(reason))

function bytesOf(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk)) {
    return Buffer.from(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength)
  }
  if (chunk instanceof ArrayBuffer) {
    return Buffer.from(chunk)
  }
  throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `a stream below TLS gave ${typeof chunk}, which are no bytes`)
}

/**
 * A pair of Web Streams, read one chunk at a time and when it is wanted; what is written waits until the sink has taken
 * it. So both directions push back.
 */
class WebStreamsBelow implements Below {
  readonly #reader: ReadableStreamDefaultReader<unknown>
  readonly #writer: WritableStreamDefaultWriter<unknown>
  readonly #above: Above
  #reading = false
  #over = false

  constructor({ readable, writable }: WebStreams, above: Above) {
    this.#reader = readable.getReader() as unknown as ReadableStreamDefaultReader<unknown>
    this.#writer = writable.getWriter() as unknown as WritableStreamDefaultWriter<unknown>
    this.#above = above
    // One that breaks while nobody reads or writes.
    for (const half of [this.#reader, this.#writer]) {
      half.closed?.catch((reason: unknown) => this.#fail(reason))
    }
  }

  #fail(reason: unknown): void {
    if (!this.#over) {
      this.#above.destroy(asError(reason))
    }
  }

  read(): void {
    if (this.#reading || this.#over) {
      return
    }
    this.#reading = true
    this.#reader
      .read()
      .then(({ done, value }) => {
        this.#reading = false
        if (!this.#over) {
          const bytes = done ? null : bytesOf(value)
          this.#above.push(bytes)
          if (bytes?.length === 0) {
            this.read()
          }
        }
      })
      .catch((reason: unknown) => this.#fail(reason))
  }

  write(bytes: Uint8Array, done: Done): void {
    this.#writer.write(bytes).then(
      () => done(),
      (reason: unknown) => done(asError(reason)),
    )
  }

  end(done: Done): void {
    this.#writer.close().then(
      () => done(),
      (reason: unknown) => done(asError(reason)),
    )
  }

  close(error: Error | null): void {
    this.#over = true
    release(() => this.#reader.cancel(error ?? undefined))
    release(() => this.#writer.abort(error ?? undefined))
  }
}

/** Another stream of Node's kind. */
class DuplexBelow implements Below {
  readonly #stream: Duplex
  #over = false

  constructor(stream: Duplex, above: Above) {
    this.#stream = stream
    stream.pause()
    stream.on('data', (chunk: Uint8Array | string) => {
      if (!above.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)) {
        stream.pause()
      }
    })
    stream.on('end', () => this.#over || above.push(null))
    stream.on('error', (error: Error) => this.#over || above.destroy(error))
    stream.on('close', () => this.#over || above.destroy())
    stream.pause()
  }

  read(): void {
    this.#stream.resume()
  }

  write(bytes: Uint8Array, done: Done): void {
    this.#stream.write(bytes, done)
  }

  end(done: Done): void {
    this.#stream.end(done)
  }

  close(error: Error | null): void {
    this.#over = true
    this.#stream.destroy(error ?? undefined)
  }
}

/** Whether a value is a pair of Web Streams. A Duplex has a boolean there. */
export const isWebStreams = (value: unknown): value is WebStreams =>
  typeof (value as WebStreams | null)?.readable?.getReader === 'function' &&
  typeof (value as WebStreams | null)?.writable?.getWriter === 'function'

const isDuplex = (value: unknown): value is Duplex =>
  typeof (value as Duplex | null)?.write === 'function' && typeof (value as Duplex | null)?.on === 'function'

/**
 * Joins a stream of ours with what lies below.
 *
 * @param whence what gave it, for the message: `options.dial`
 * @throws `ERR_INVALID_STATE` for a stream that somebody else reads or writes, `ERR_INVALID_RETURN_VALUE` for what is none
 */
export function joinBelow(given: unknown, above: Above, whence: string): Below {
  if (isWebStreams(given)) {
    for (const half of ['readable', 'writable'] as const) {
      if ((given[half] as { locked?: boolean }).locked) {
        throw nodeError(Error, 'ERR_INVALID_STATE', `${whence}: its ${half} stream is locked, somebody else uses it`)
      }
    }
    return new WebStreamsBelow(given, above)
  }
  if (isDuplex(given)) {
    return new DuplexBelow(given, above)
  }
  const message = `${whence} must give a Duplex or a pair of Web Streams, not ${given === null ? 'null' : typeof given}`
  throw nodeError(TypeError, 'ERR_INVALID_RETURN_VALUE', message)
}

/** Lets go of what came too late to be used. */
export function discard(given: unknown): void {
  if (isWebStreams(given)) {
    release(() => (given.readable as ReadableStream).cancel())
    release(() => (given.writable as WritableStream).abort())
  } else if (isDuplex(given)) {
    given.on('error', () => {})
    given.destroy()
  }
}

/** What fails when all is over fails nobody. */
function release(work: () => Promise<unknown>): void {
  try {
    work().catch(() => {})
  } catch {
    // Not even a promise: a stream of somebody's own making.
  }
}

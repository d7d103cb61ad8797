import type { Duplex } from 'node:stream'
import { Buffer, nextTick, readsByItself, setImmediate } from '#host'
import { brokenPipe } from '../../errors/system-errors.ts'
import { NONE } from './rare-list.ts'

/** What lies under TLS: a socket, or any Duplex. */
export interface TransportEvents {
  /** Bytes that arrived. @returns false to be left alone until `resume` */
  transportData(bytes: Uint8Array): boolean
  transportEnd(): void
  transportError(error: Error): void
  transportClose(): void
}

/** What sockets of ours read into, all of them: its bytes are taken before the next read. */
const READ_LENGTH = 262144
let readMemory: Uint8Array | undefined

/**
 * The `onread` of a socket of our own: large reads into memory that is there already, past the stream.
 *
 * @param deliver gets each read; the bytes are good until it returns. Returns false to be left alone until `resume`
 */
export function directRead(deliver: (bytes: Uint8Array) => boolean) {
  readMemory ??= new Uint8Array(READ_LENGTH)
  return {
    buffer: readMemory,
    callback: (length: number, memory: Uint8Array) => deliver(memory.subarray(0, length)),
  }
}

/** The bytes, in memory that is not read into again. */
export function keep(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === readMemory?.buffer ? bytes.slice() : bytes
}

type Internals = Duplex & { _read(size: number): void; push(chunk: unknown, encoding?: BufferEncoding): boolean }

/**
 * Takes a stream over below its `'data'` event: what arrives goes to us and to no other listener (a second TLS layer may
 * listen on the same socket), without the detour through the stream's buffer.
 */
export class Transport {
  /** After close_notify a failed write is nobody's error, as in Node. */
  ending = false
  #ended = false
  #wanted = false
  /** A stream below may answer in the very call that writes to it: what comes then waits for a turn of its own. */
  #writing = false
  #answers: (Uint8Array | null)[] = NONE

  readonly raw: Duplex
  readonly #events: TransportEvents

  constructor(raw: Duplex, events: TransportEvents) {
    this.raw = raw
    this.#events = events
    const stream = raw as Internals
    stream.pause()
    // What had been buffered before we came is delivered first, in `start`.
    stream.push = (chunk, encoding) =>
      this.take(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : (chunk as Uint8Array | null))
    // Streams that kept a reference to the original `push` come this way.
    raw.on(
      'data',
      (chunk: Uint8Array | string) => void this.take(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
    )
    raw.on('end', () => this.take(null))
    raw.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'write' && this.ending) {
        return
      }
      events.transportError(error)
    })
    raw.on('close', () => events.transportClose())
    raw.pause()
  }

  /** Delivers what the stream had buffered when it was taken over, and begins to read. */
  start(): void {
    // `read` tells it to our 'data' listener.
    while (this.raw.readableLength > 0 && this.raw.read() !== null) {}
    if (this.raw.readableEnded) {
      this.take(null)
    } else {
      this.resume()
    }
  }

  resume(): void {
    this.#wanted = true
    const { raw } = this
    // A stream that reads on demand takes being read for the word that what it gave has been looked at.
    if (raw.destroyed || this.#ended || this.#answers.length > 0) {
      return
    }
    ;(raw as Internals)._read(65536)
    // Streams that deliver by 'data' alone flow; a net.Socket is read by `_read`.
    if (!readsByItself(raw)) {
      raw.resume()
    }
  }

  pause(): void {
    this.#wanted = false
  }

  get paused(): boolean {
    return !this.#wanted
  }

  /**
   * Writes pieces as one `writev`.
   *
   * @param done called once, when all is written or has failed
   */
  write(pieces: readonly Uint8Array[], done?: (error?: Error | null) => void): void {
    const { raw } = this
    if (!this.open) {
      this.#refuse(pieces, done)
      return
    }
    const last = pieces.length - 1
    this.#writing = true
    try {
      if (last > 0) {
        raw.cork()
      }
      for (let i = 0; i <= last; i++) {
        raw.write(pieces[i], i === last && done ? done : ignore)
      }
      if (last > 0) {
        raw.uncork()
      }
    } finally {
      this.#writing = false
    }
  }

  /** What is written now can leave. */
  get open(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded
  }

  /**
   * Somebody else ended what is below. A stream says so in its own words, which come before what the writer is told; of a
   * socket Node writes to the handle, where it is EPIPE.
   */
  #refuse(pieces: readonly Uint8Array[], done?: (error?: Error | null) => void): void {
    const { raw } = this
    if (this.ending || readsByItself(raw)) {
      done?.(raw.errored ?? brokenPipe())
      return
    }
    // One that is destroyed says nothing more: its 'close' is on its way, and is who tells the writer.
    const later = raw.destroyed ? setImmediate : nextTick
    raw.write(pieces[0], done ? () => later(done, brokenPipe()) : ignore)
  }

  /** Ends our direction, once everything written has left. */
  end(done: () => void): void {
    this.ending = true
    const { raw } = this
    if (raw.destroyed || raw.writableFinished) {
      done()
    } else {
      raw.end(done)
    }
  }

  destroy(): void {
    if (!this.raw.destroyed) {
      this.raw.destroy()
    }
  }

  #takeAnswers(): void {
    while (this.#answers.length > 0) {
      this.#accept(this.#answers.shift() ?? null)
    }
    if (this.#wanted) {
      this.resume()
    }
  }

  /** Takes what arrived; `null` is the end. @returns false to be left alone until `resume` */
  take(chunk: Uint8Array | null): boolean {
    if (this.#ended) {
      return false
    }
    if (this.#writing || this.#answers.length > 0) {
      if (this.#answers === NONE) {
        this.#answers = []
      }
      if (this.#answers.push(chunk) === 1) {
        nextTick(() => this.#takeAnswers())
      }
      return true
    }
    return this.#accept(chunk)
  }

  #accept(chunk: Uint8Array | null): boolean {
    if (this.#ended) {
      return false
    }
    if (chunk === null) {
      this.#ended = true
      this.#events.transportEnd()
      return false
    }
    const more = chunk.length === 0 || this.#events.transportData(chunk)
    this.#wanted = more
    // A stream that reads on demand pushes once for each `_read`; a net.Socket goes on by itself.
    if (more && !readsByItself(this.raw)) {
      nextTick(() => this.#wanted && this.resume())
    }
    return more
  }
}

function ignore(): void {}

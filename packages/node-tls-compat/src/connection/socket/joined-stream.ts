import { Duplex } from '#host'
import type { WebStreams } from '../config/options.ts'
import { type Below, isWebStreams, joinBelow } from './below.ts'

type Done = (error?: Error | null) => void

/** A stream of the host's kind over one of another kind, which may come later. */
export class JoinedStream extends Duplex {
  protected below: Below | undefined

  override _read(): void {
    this.below?.read()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.below!.write(chunk, done)
  }

  override _final(done: Done): void {
    if (this.below) {
      this.below.end(done)
    } else {
      done()
    }
  }

  override _destroy(error: Error | null, done: Done): void {
    this.below?.close(error)
    done(error)
  }

  protected join(given: unknown, whence: string): void {
    this.below = joinBelow(given, this, whence)
  }
}

class WebStreamsDuplex extends JoinedStream {
  constructor(streams: WebStreams) {
    super({ allowHalfOpen: true })
    this.join(streams, 'options.socket')
  }
}

/** A pair of Web Streams as a Duplex; a Duplex as it is; `undefined` for what is as none, `false` and `''` too. */
export function asDuplex<T extends Duplex>(socket: T | WebStreams | null | undefined): T | Duplex | undefined {
  if (!socket) {
    return undefined
  }
  if (isWebStreams(socket)) {
    return new WebStreamsDuplex(socket)
  }
  if (typeof socket.pause !== 'function') {
    throw new TypeError('stream.pause is not a function')
  }
  return socket
}

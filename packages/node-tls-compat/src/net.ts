/**
 * What drivers need of Node's `net` where the host has none: sockets that a dialer connects, plain until a driver gives one
 * to `tls.connect({ socket })`, as STARTTLS is done. They can't listen.
 */
import { hostDial, isIPv4, isIPv6, nextTick, normalizeArgs, setImmediate } from '#host'
import { DialedStream } from './connection/socket/dialed-stream.ts'
import { nodeError } from './errors/node-error.ts'
import { validateFunction } from './errors/validate.ts'
import type { Dial } from './host/dial.ts'

export type { Dial, DialTarget, WebStreams } from './host/dial.ts'
export { isIPv4, isIPv6 }

type Done = (error?: Error | null) => void

export interface SocketOptions {
  /** Makes the connection (default: the host's own way, in a Worker; elsewhere there is none). */
  readonly dial?: Dial
  /** Whether our side stays open when the peer has ended its own (default false). */
  readonly allowHalfOpen?: boolean
}

export interface ConnectOptions extends SocketOptions {
  readonly port: number
  /** Default `'localhost'`. */
  readonly host?: string
  /** Milliseconds that dialing may take (default two minutes). */
  readonly timeout?: number
}

/** A plain connection. */
export class Socket extends DialedStream {
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Milliseconds of silence after which `'timeout'` is told; 0 for never. */
  timeout = 0

  constructor({ dial = hostDial, allowHalfOpen = false }: SocketOptions = {}) {
    if (dial !== undefined) {
      validateFunction(dial, 'options.dial')
    }
    super(dial, allowHalfOpen)
  }

  /**
   * Dials; `'connect'` or `'error'` follows.
   *
   * @param args `port[, host][, listener]` or `{ port, host, timeout }[, listener]`
   * @throws `ERR_MISSING_OPTION` where there is nothing to dial with, `ERR_SOCKET_BAD_PORT`
   */
  override connect(...args: readonly unknown[]): this {
    const [options, listener] = normalizeArgs(args) as [ConnectOptions, (() => void) | null]
    if (listener) {
      this.once('connect', listener)
    }
    return super.connect(options)
  }

  /** What is asked for or written before there is a connection waits for it. */
  override _read(): void {
    if (this.below) {
      super._read()
    } else {
      this.once('connect', () => super._read())
    }
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void {
    this.#alive()
    this.#connected(() => super._write(chunk, encoding, done), done)
  }

  override _final(done: Done): void {
    this.#connected(() => super._final(done), done)
  }

  override push(chunk: Uint8Array | null): boolean {
    this.#alive()
    return super.push(chunk)
  }

  override _destroy(error: Error | null, done: Done): void {
    this.setTimeout(0)
    // Closing takes a turn, as that of Node's handles does: drivers hear why TLS over it failed before they hear that it is over.
    super._destroy(error, (reason) => void setImmediate(() => done(reason)))
  }

  #connected(work: () => void, done: Done): void {
    if (this.below) {
      work()
    } else if (this.connecting) {
      const closed = () =>
        done(
          nodeError(
            Error,
            'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
            'Socket closed before the connection was established',
          ),
        )
      this.once('close', closed)
      this.once('connect', () => {
        this.off('close', closed)
        work()
      })
    } else {
      nextTick(done, nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
    }
  }

  setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms
    if (listener) {
      ms > 0 ? this.once('timeout', listener) : this.off('timeout', listener)
    }
    this.#alive()
    return this
  }

  #alive(): void {
    clearTimeout(this.#timer)
    this.#timer = this.timeout > 0 ? setTimeout(() => this.emit('timeout'), this.timeout) : undefined
  }

  /** What a dialer gave knows nothing of packets. */
  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

/** A socket that connects at once: `connect({ port, host, dial }[, listener])`, or `(port[, host][, listener])`. */
export function connect(...args: readonly unknown[]): Socket {
  const [options] = normalizeArgs(args) as [ConnectOptions, unknown]
  return new Socket(options).connect(...args)
}

export { connect as createConnection }

/** 4, 6, or 0 for what is no IP address. */
export const isIP = (name: string): 0 | 4 | 6 => (isIPv4(name) ? 4 : isIPv6(name) ? 6 : 0)

export default { Socket, connect, createConnection: connect, isIP, isIPv4, isIPv6 }

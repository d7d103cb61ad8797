import { givePrototype } from '../prototype.ts'
import { Duplex, type DuplexOptions } from './duplex.ts'
import type { DuplexStream } from './stream-type.ts'
import { nextTick } from './ticks.ts'
import type { Done } from './writable-state.ts'

/** What a socket reads and writes through; the names are Node's. */
interface SocketHandle {
  reading: boolean
  readonly bytesRead: number
  readonly bytesWritten: number
  readStart?(): unknown
  readStop?(): unknown
  close(done?: () => void): void
  ref?(): void
  unref?(): void
  setNoDelay?(enable: boolean): unknown
  setKeepAlive?(enable: boolean, seconds: number): unknown
  getpeername?(out: object): number
  getsockname?(out: object): number
}

interface SocketOptions extends DuplexOptions {
  readonly handle?: SocketHandle
  readonly pauseOnCreate?: boolean
  readonly noDelay?: boolean
  readonly keepAlive?: boolean
  readonly keepAliveInitialDelay?: number
}

interface Address {
  address?: string
  family?: string
  port?: number
}

/** Milliseconds that a timer can wait. */
const LONGEST = 2147483647

type SocketStream = SocketBehaviour

const Base = Duplex as unknown as abstract new () => DuplexStream

/**
 * What a net.Socket does, over a handle: a TLSSocket's is our engine's. It has no network by itself; what a program dials
 * with is another stream, below.
 */
abstract class SocketBehaviour extends Base {
  declare connecting: boolean
  declare timeout: number | undefined
  declare _handle: SocketHandle | null
  declare _hadError: boolean
  declare _writeGeneric: (writev: boolean, data: unknown, encoding: BufferEncoding, done: Done) => void
  declare _timer: ReturnType<typeof setTimeout> | undefined

  override _read(): void {
    if (this.connecting) {
      this.once('connect', () => this._read())
    } else if (this._handle && !this._handle.reading) {
      this._handle.reading = true
      this._handle.readStart?.()
    }
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void {
    this._writeGeneric(false, chunk, encoding, done)
  }

  override _writev = undefined as never

  override _destroy(error: Error | null, done: Done): void {
    this.connecting = false
    this.setTimeout(0)
    const handle = this._handle
    this._handle = null
    const close = () => this.emit('close', error !== null)
    if (handle) {
      handle.close(close)
    } else {
      nextTick(close)
    }
    done(error)
  }

  /** Inactivity: `'timeout'` is told, and nothing else is done. */
  setTimeout(ms: number, callback?: () => void): this {
    this.timeout = ms
    clearTimeout(this._timer)
    this._timer = undefined
    if (callback) {
      ms === 0 ? this.removeListener('timeout', callback) : this.once('timeout', callback)
    }
    if (ms > 0) {
      this._timer = setTimeout(() => this._onTimeout(), Math.min(ms, LONGEST))
    }
    return this
  }

  _onTimeout(): void {
    this._timer = undefined
    this.emit('timeout')
  }

  /** Something happened: the time begins anew. */
  _unrefTimer(): void {
    if (this._timer !== undefined) {
      clearTimeout(this._timer)
      this._timer = setTimeout(() => this._onTimeout(), Math.min(this.timeout!, LONGEST))
    }
  }

  setNoDelay(enable = true): this {
    this._handle?.setNoDelay?.(enable)
    return this
  }

  setKeepAlive(enable = false, initialDelay = 0): this {
    this._handle?.setKeepAlive?.(enable, Math.floor(initialDelay / 1000))
    return this
  }

  ref(): this {
    this._handle?.ref?.()
    return this
  }

  unref(): this {
    this._handle?.unref?.()
    return this
  }

  destroySoon(): void {
    if (this.writable) {
      this.end()
    }
    if (this.writableFinished) {
      this.destroy()
    } else {
      this.once('finish', () => this.destroy())
    }
  }

  resetAndDestroy(): this {
    return this.destroy()
  }

  address(): Address {
    return this._name('getsockname')
  }

  _name(which: 'getsockname' | 'getpeername'): Address {
    const out: Address = {}
    this._handle?.[which]?.(out)
    return out
  }

  get remoteAddress(): string | undefined {
    return this._name('getpeername').address
  }

  get remoteFamily(): string | undefined {
    return this._name('getpeername').family
  }

  get remotePort(): number | undefined {
    return this._name('getpeername').port
  }

  get localAddress(): string | undefined {
    return this._name('getsockname').address
  }

  get localFamily(): string | undefined {
    return this._name('getsockname').family
  }

  get localPort(): number | undefined {
    return this._name('getsockname').port
  }

  get bytesRead(): number {
    return this._handle?.bytesRead ?? 0
  }

  get bytesWritten(): number {
    return (this._handle?.bytesWritten ?? 0) + this.writableLength
  }

  get bufferSize(): number {
    return this.writableLength
  }

  get pending(): boolean {
    return !this._handle || this.connecting
  }

  get readyState(): string {
    if (this.connecting) {
      return 'opening'
    }
    if (this.readable && this.writable) {
      return 'open'
    }
    return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed'
  }
}

interface SocketConstructor {
  new (options?: SocketOptions): SocketStream
  (options?: SocketOptions): SocketStream
  readonly prototype: SocketStream
}

/** Callable on an object that a program has made itself, as Node's. */
export const Socket: SocketConstructor = /* @__PURE__ */ givePrototype(
  function Socket(this: SocketStream, options: SocketOptions = {}): SocketStream | undefined {
    if (!(this instanceof Socket)) {
      return new (Socket as SocketConstructor)(options)
    }
    this.connecting = false
    this._hadError = false
    this._handle = options.handle ?? null
    // 'close' says whether there was an error, and comes when the handle is closed.
    Reflect.apply(Duplex, this, [{ ...options, allowHalfOpen: options.allowHalfOpen === true, emitClose: false }])
    if (options.pauseOnCreate) {
      this.readableFlowing = false
    }
    return undefined
  } as unknown as SocketConstructor,
  Duplex,
  SocketBehaviour,
)

// --- Arguments and addresses

/** `[port,] [host,] [options,] [callback]` as `[options, callback]`. */
export function normalizeArgs(args: readonly unknown[]): [Record<string, unknown>, (() => void) | null] {
  const [first, second] = args
  const last = args.at(-1)
  let options: Record<string, unknown> = {}
  if (typeof first === 'object' && first !== null) {
    options = first as Record<string, unknown>
  } else if (typeof first === 'string' && !(Number(first) >= 0)) {
    options.path = first
  } else if (args.length > 0 && typeof first !== 'function') {
    options.port = first
    if (typeof second === 'string') {
      options.host = second
    }
  }
  return [options, typeof last === 'function' ? (last as () => void) : null]
}

export function isIPv4(name: unknown): boolean {
  const parts = String(name).split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** RFC 4291 §2.2, with a zone (RFC 4007 §11) as Node takes it. */
export function isIPv6(name: unknown): boolean {
  const [address = '', ...zone] = String(name).split('%')
  if (zone.length > 1 || (zone.length === 1 && !/^[\w.:-]+$/.test(zone[0]!))) {
    return false
  }
  const halves = address.split('::')
  if (halves.length > 2 || !address.includes(':')) {
    return false
  }
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)!
  let count = groups[0]!.length + (groups[1]?.length ?? 0)
  if (last.length > 0 && last.at(-1)!.includes('.')) {
    if (!isIPv4(last.pop())) {
      return false
    }
    count++
  }
  const compressed = halves.length === 2
  return (compressed ? count < 8 : count === 8) && groups.flat().every((group) => /^[\da-f]{1,4}$/i.test(group))
}

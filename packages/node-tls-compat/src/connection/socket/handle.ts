import { findJSStream, setImmediate } from '#host'
import { UV_ECANCELED } from '../../errors/system-errors.ts'
import type { Engine } from './engine.ts'

/**
 * What a TLSSocket shows as `_handle`.
 *
 * Under Node it is Node's own JSStream, a StreamBase whose other end is JavaScript: net.Socket, the HTTP parser and http2
 * then use the socket as they use a native one. Elsewhere, or where JSStream can't be had, it is a plain object with
 * `isStreamBase` false, which they read as a stream (http2 then does without ALPN: a documented limit).
 */
export interface Handle {
  isStreamBase: boolean
  reading: boolean
  bytesRead: number
  bytesWritten: number
  onread: unknown
  readBuffer?(bytes: Uint8Array): void
  emitEOF?(): void
  finishWrite?(request: unknown, status: number): void
  finishShutdown?(request: unknown, status: number): void
  finishRequests?(): void
  close(callback?: () => void): void
  [method: string]: unknown
}

/** What a handle can do besides: the native TLSWrap's methods, told which socket they were called on. */
export type SocketMethods<S> = Readonly<Record<string, (socket: S, ...args: never[]) => unknown>>

type HandleConstructor = new (engine: Engine, socket: unknown) => Handle
const constructors = new WeakMap<SocketMethods<never>, HandleConstructor>()

/**
 * Makes the handle of a socket.
 *
 * @param methods those that programs reach for through `socket._handle` or `socket.ssl`; always the same table
 */
export function makeHandle<S>(engine: Engine, socket: S, methods: SocketMethods<S>): Handle {
  let Constructor = constructors.get(methods as SocketMethods<never>)
  if (!Constructor) {
    const JSStream = findJSStream()
    Constructor = withSocketMethods(JSStream ? streamHandle(common(JSStream)) : plainHandle(common(Plain)), methods)
    constructors.set(methods as SocketMethods<never>, Constructor)
  }
  return new Constructor(engine, socket)
}

/** Of a handle that C++ knows nothing of. */
class Plain {}

type Base = new () => object

/** What a handle asks of its engine. */
type Served = Pick<
  Engine,
  'bytesRead' | 'bytesWritten' | 'handshakes' | 'pendingBytes' | 'nativeReader' | 'rawHandle'
> & {
  readonly transport: { readonly raw: object & { readonly destroyed: boolean } }
  resume(): void
  pause(): void
  enterContext(): void
  write: Engine['write']
  shutdown: Engine['shutdown']
  close: Engine['close']
}

/** The engine of a handle whose connection is gone. */
const CLOSED: Served = {
  bytesRead: 0,
  bytesWritten: 0,
  handshakes: 0,
  pendingBytes: 0,
  nativeReader: false,
  rawHandle: null,
  transport: { raw: { destroyed: true } },
  resume() {},
  pause() {},
  enterContext() {},
  write: (_chunks, done) => done(new Error('write after close')),
  shutdown: (done) => done(),
  close: (callback) => callback?.(),
}

/** The part that both kinds have. All is in the prototype: a connection has a handle of its own, and there are many. */
function common(Stream: Base) {
  return class extends Stream {
    reading = false
    #engine: Served
    #socket: unknown

    constructor(engine: Engine, socket: unknown) {
      super()
      this.#engine = engine
      this.#socket = socket
    }

    /** Not to be seen when a socket is printed. */
    get engine(): Served {
      return this.#engine
    }
    get socket(): unknown {
      return this.#socket
    }

    get bytesRead() {
      return this.engine.bytesRead
    }
    get bytesWritten() {
      return this.engine.bytesWritten
    }
    get fd() {
      return (this.engine.rawHandle?.fd as number | undefined) ?? -1
    }
    get handshakes() {
      return this.engine.handshakes
    }
    get writeQueueSize() {
      return this.engine.pendingBytes || ((this.engine.rawHandle?.writeQueueSize as number | undefined) ?? 0)
    }
    get _parentWrap() {
      return this.engine.transport.raw
    }
    ref() {
      ;(this.engine.transport.raw as { ref?(): void }).ref?.()
    }
    unref() {
      ;(this.engine.transport.raw as { unref?(): void }).unref?.()
    }
    hasRef() {
      return this.#raw<boolean>('hasRef') ?? true
    }
    getsockname(out: object) {
      return this.#raw<number>('getsockname', out) ?? -1
    }
    getpeername(out: object) {
      return this.#raw<number>('getpeername', out) ?? -1
    }
    setNoDelay(enable: boolean) {
      ;(this.engine.transport.raw as { setNoDelay?(enable: boolean): void }).setNoDelay?.(enable)
      return 0
    }
    setKeepAlive(enable: boolean, seconds: number) {
      const raw = this.engine.transport.raw as { setKeepAlive?(enable: boolean, ms: number): void }
      raw.setKeepAlive?.(enable, seconds * 1000)
      return 0
    }
    close(callback?: () => void) {
      // As Node's handle: what reaches for it through the socket that closes it finds none.
      if (this.#socket) {
        ;(this.#socket as { ssl: object | null }).ssl = null
      }
      this.engine.close(() => {
        callback?.()
        this.#letGo()
      })
    }

    /**
     * What is closed holds nothing. C++ keeps the handle until the old generation is collected, and with it all that it
     * refers to: that would be the whole connection.
     */
    #letGo() {
      this.#engine = CLOSED
      this.#socket = undefined
      // Node's own reference to the socket.
      for (const symbol of Object.getOwnPropertySymbols(this)) {
        ;(this as Record<symbol, unknown>)[symbol] = null
      }
    }

    /** Asks the transport's own handle. */
    #raw<T>(method: string, ...args: unknown[]): T | undefined {
      const { rawHandle } = this.engine
      return (rawHandle?.[method] as ((...args: unknown[]) => T) | undefined)?.apply(rawHandle, args)
    }
  }
}

type Common = ReturnType<typeof common>

/** A JSStream that reads from and writes to the engine. */
function streamHandle(JSStreamWithEngine: Common) {
  return class extends JSStreamWithEngine {
    #write: unknown = null
    #shutdown: { request: unknown; started: boolean } | null = null

    /** The connection is over: who still waits is told so. */
    finishRequests() {
      this.#finishWrite(UV_ECANCELED)
      this.#finishShutdown(UV_ECANCELED)
    }

    // Whoever asks is about to read and write through the handle itself, from C++: from now on plaintext goes that way.
    get isStreamBase() {
      this.engine.nativeReader = true
      return true
    }
    onreadstart() {
      this.engine.resume()
      return 0
    }
    onreadstop() {
      this.engine.pause()
      return 0
    }
    /** An agent gives the connection to another request. */
    asyncReset(resource: unknown) {
      const { asyncReset } = JSStreamWithEngine.prototype as { asyncReset?(resource: unknown): void }
      asyncReset?.call(this, resource)
      this.engine.enterContext()
    }
    isClosing() {
      return this.engine.transport.raw.destroyed
    }
    onwrite(request: unknown, chunks: Uint8Array[]) {
      this.#write = request
      // The answer comes in a later turn; a failure waits for the error that says why.
      this.engine.write(chunks, (error) => setImmediate(() => this.#finishWrite(error ? UV_ECANCELED : 0)))
      return 0
    }
    onshutdown(request: unknown) {
      this.#shutdown = { request, started: false }
      if (!this.#write) {
        this.#startShutdown()
      }
      return 0
    }

    #finishWrite(status: number) {
      if (!this.#write) {
        return
      }
      const request = this.#write
      this.#write = null
      ;(this as unknown as Handle).finishWrite!(request, status)
      if (this.#shutdown && !this.#shutdown.started) {
        this.#startShutdown()
      }
    }

    #startShutdown() {
      this.#shutdown!.started = true
      // A shutdown never ends in the call that asked for it.
      this.engine.shutdown((error) => setImmediate(() => this.#finishShutdown(error ? UV_ECANCELED : 0)))
    }

    #finishShutdown(status: number) {
      if (!this.#shutdown) {
        return
      }
      const { request } = this.#shutdown
      this.#shutdown = null
      ;(this as unknown as Handle).finishShutdown!(request, status)
    }
  }
}

function plainHandle(PlainWithEngine: Common) {
  return class extends PlainWithEngine {
    onread = null
    get isStreamBase() {
      return false
    }
    getAsyncId() {
      return -1
    }
    useUserBuffer() {}
    readStart() {
      this.reading = true
      this.engine.resume()
      return 0
    }
    readStop() {
      this.reading = false
      this.engine.pause()
      return 0
    }
    shutdown(request: { oncomplete(status: number): void }) {
      this.engine.shutdown((error) => setImmediate(() => request.oncomplete(error ? UV_ECANCELED : 0)))
      return 0
    }
  }
}

function withSocketMethods<S>(Constructor: Common, methods: SocketMethods<S>): HandleConstructor {
  for (const [name, method] of Object.entries(methods)) {
    const value = function (this: { socket: S }, ...args: never[]) {
      return method(this.socket, ...args)
    }
    Object.defineProperty(Constructor.prototype, name, { value, writable: true, configurable: true })
  }
  return Constructor as unknown as HandleConstructor
}

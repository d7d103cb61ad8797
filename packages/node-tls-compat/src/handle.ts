import { Duplex } from 'node:stream'
import type { Engine } from './engine.ts'
import { native } from './native.ts'

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
  close(callback?: () => void): void
  [method: string]: unknown
}

/** libuv's number for an operation that was given up. */
export const UV_ECANCELED = -125

type JSStreamConstructor = new () => Handle
let jsStream: JSStreamConstructor | null | undefined

/** Node has no public name for JSStream, but a native TLSSocket over a Duplex owns one; asking for it is silent. */
function findJSStream(): JSStreamConstructor | null {
  if (jsStream !== undefined) return jsStream
  jsStream = null
  try {
    const idle = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    const socket = new native.TLSSocket(idle, { secureContext: native.createSecureContext() }) as unknown as {
      _handle: { _parent: Handle }
      destroy(): void
      on(event: string, f: () => void): void
    }
    socket.on('error', () => {})
    const Found = socket._handle._parent.constructor as JSStreamConstructor
    if (typeof Found.prototype.readBuffer === 'function') jsStream = Found
    socket.destroy()
  } catch {
    // Another runtime, or a permission model that refuses it.
  }
  return jsStream
}

/**
 * Makes the handle of a socket.
 *
 * @param methods of the native TLSWrap that programs reach for through `socket._handle` or `socket.ssl`
 */
export function makeHandle(engine: Engine, methods: object): Handle {
  const JSStream = findJSStream()
  const handle = JSStream ? streamHandle(new JSStream(), engine) : plainHandle(engine)
  define(handle, {
    reading: false,
    get bytesRead() {
      return engine.bytesRead
    },
    get bytesWritten() {
      return engine.bytesWritten
    },
    get fd() {
      return (engine.rawHandle?.fd as number | undefined) ?? -1
    },
    get handshakes() {
      return engine.handshakes
    },
    get writeQueueSize() {
      return engine.pendingBytes || ((engine.rawHandle?.writeQueueSize as number | undefined) ?? 0)
    },
    get _parentWrap() {
      return engine.transport.raw
    },
    ref() {
      ;(engine.transport.raw as { ref?(): void }).ref?.()
    },
    unref() {
      ;(engine.transport.raw as { unref?(): void }).unref?.()
    },
    hasRef() {
      return (engine.rawHandle?.hasRef as (() => boolean) | undefined)?.call(engine.rawHandle) ?? true
    },
    getsockname(out: object) {
      return (engine.rawHandle?.getsockname as ((out: object) => number) | undefined)?.call(engine.rawHandle, out) ?? -1
    },
    getpeername(out: object) {
      return (engine.rawHandle?.getpeername as ((out: object) => number) | undefined)?.call(engine.rawHandle, out) ?? -1
    },
    setNoDelay(enable: boolean) {
      ;(engine.transport.raw as { setNoDelay?(enable: boolean): void }).setNoDelay?.(enable)
      return 0
    },
    setKeepAlive(enable: boolean, seconds: number) {
      ;(engine.transport.raw as { setKeepAlive?(enable: boolean, ms: number): void }).setKeepAlive?.(
        enable,
        seconds * 1000,
      )
      return 0
    },
    close(callback?: () => void) {
      engine.close(callback)
    },
  })
  define(handle, methods)
  return handle
}

function define(handle: Handle, members: object): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
    Object.defineProperty(handle, name, { ...descriptor, configurable: true, enumerable: false })
  }
}

/** A JSStream that reads from and writes to the engine. */
function streamHandle(stream: Handle, engine: Engine): Handle {
  let write: unknown = null
  let shutdown: { request: unknown; started: boolean } | null = null

  const finishWrite = (status: number) => {
    if (!write) return
    const request = write
    write = null
    stream.finishWrite!(request, status)
    if (shutdown && !shutdown.started) startShutdown()
  }
  const finishShutdown = (status: number) => {
    if (!shutdown) return
    const { request } = shutdown
    shutdown = null
    stream.finishShutdown!(request, status)
  }
  const startShutdown = () => {
    shutdown!.started = true
    // A shutdown never ends in the call that asked for it.
    engine.shutdown((error) => setImmediate(finishShutdown, error ? UV_ECANCELED : 0))
  }
  engine.onClose(() => {
    finishWrite(UV_ECANCELED)
    finishShutdown(UV_ECANCELED)
  })

  define(stream, {
    // Whoever asks is about to read and write through the handle itself, from C++: from now on plaintext goes that way.
    get isStreamBase() {
      engine.nativeReader = true
      return true
    },
    onreadstart() {
      engine.resume()
      return 0
    },
    onreadstop() {
      engine.pause()
      return 0
    },
    isClosing: () => engine.transport.raw.destroyed,
    onwrite(request: unknown, chunks: Uint8Array[]) {
      write = request
      // The answer comes in a later turn; a failure waits for the error that says why.
      engine.write(chunks, (error) => (error ? setImmediate(finishWrite, UV_ECANCELED) : setImmediate(finishWrite, 0)))
      return 0
    },
    onshutdown(request: unknown) {
      shutdown = { request, started: false }
      if (!write) startShutdown()
      return 0
    },
  })
  return stream
}

function plainHandle(engine: Engine): Handle {
  return {
    isStreamBase: false,
    reading: false,
    bytesRead: 0,
    bytesWritten: 0,
    onread: null,
    getAsyncId: () => -1,
    useUserBuffer() {},
    readStart(this: Handle) {
      this.reading = true
      engine.resume()
      return 0
    },
    readStop(this: Handle) {
      this.reading = false
      engine.pause()
      return 0
    },
    shutdown(request: { oncomplete(status: number): void }) {
      engine.shutdown((error) => setImmediate(() => request.oncomplete(error ? UV_ECANCELED : 0)))
      return 0
    },
    close() {},
  }
}

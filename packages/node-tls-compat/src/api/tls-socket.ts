import { appendFile } from 'node:fs'
import net from 'node:net'
import stream, { type Duplex } from 'node:stream'
import type { Session, TlsConnection, TlsEvent } from '@x/tls-handshake'
import type { TlsError } from '@x/tls-record'
import { convertALPNProtocols, convertNPNProtocols } from '../connection/config/alpn.ts'
import { tls } from '../connection/config/assignable.ts'
import type { TLSSocketOptions, WebStreams } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { makeConnection, tellTicket } from '../connection/config/server-config.ts'
import { decodeReusableSession, encodeWrappedSession } from '../connection/peer/session.ts'
import { keepJudgement, verdictProperties, verifyError } from '../connection/peer/verdict.ts'
import { Engine, type EngineOwner } from '../connection/socket/engine.ts'
import { makeHandle, type SocketMethods } from '../connection/socket/handle.ts'
import { startTrace } from '../connection/socket/trace.ts'
import { directRead } from '../connection/socket/transport.ts'
import { asDuplex } from '../connection/socket/web-streams.ts'
import { guarded, tell } from '../errors/listener-exceptions.ts'
import { nodeError } from '../errors/node-error.ts'
import { toNodeError } from '../errors/tls-error.ts'
import {
  bytesOf,
  isView,
  validateBoolean,
  validateBuffer,
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} from '../errors/validate.ts'
import { keyLogPath, traceAll } from '../host/flags.ts'
import { NODE_SOCKETS, ownMethods } from '../host/foreign-sockets.ts'
import { HINT_FAILED } from '../host/version-differences.ts'
import { isSecureContext, type SecureContext } from './secure-context.ts'
import { told } from './socket-answers.ts'
import {
  kAssigned,
  kConnectOptions,
  kEngine,
  kJudgement,
  kOwnTransport,
  kPendingSession,
  kPresets,
  kRenegotiationDisabled,
  kSession,
  kSharedContext,
  kVerified,
  type TLSSocketConstructor,
} from './tls-socket-type.ts'

/**
 * What a socket takes before it asks its writer to wait, where no `highWaterMark` says it: Node's default since 22. With
 * the 16 KiB from before, a writer that waits for 'drain' gives one record at a time, and each costs a system call.
 */
const WRITABLE_LENGTH = 65536

export type TLSSocket = import('./tls-socket-type.ts').TLSSocket

/**
 * A TLS connection over a socket, over any Duplex stream, or over a pair of Web Streams.
 *
 * @see https://nodejs.org/api/tls.html#class-tlstlssocket
 */
export const TLSSocket = function TLSSocket(
  this: TLSSocket,
  given?: Duplex | WebStreams | null,
  opts?: TLSSocketOptions,
) {
  const socket = asDuplex(given)
  const options: TLSSocketOptions = { ...opts, ...ownOptions(opts ?? {}) }
  if (options.enableTrace != null) validateBoolean(options.enableTrace, 'options.enableTrace')
  if (options.ALPNProtocols) {
    convertALPNProtocols(options.ALPNProtocols, options as { ALPNProtocols?: Buffer })
    if (!isView(options.ALPNProtocols)) throw new TypeError('Must give a Buffer as first argument')
  }
  if (options.NPNProtocols) convertNPNProtocols(options.NPNProtocols, options as { NPNProtocols?: Buffer })

  this._tlsOptions = options
  this._secureEstablished = false
  this._controlReleased = false
  this.secureConnecting = true
  this.servername = null
  this.alpnProtocol = null
  this.encrypted = true
  this[kVerified] = false
  this[kPendingSession] = null
  this[kSession] = undefined
  this[kJudgement] = undefined
  this[kAssigned] = undefined
  this[kPresets] = {}

  const context = options.secureContext ?? options.credentials ?? tls.createSecureContext(options)
  if (!isSecureContext(context))
    throw nodeError(TypeError, 'ERR_TLS_INVALID_CONTEXT', 'context must be a SecureContext')
  this[kSharedContext] = context as SecureContext

  const own = !socket
  const raw =
    socket ??
    new net.Socket({
      allowHalfOpen: true,
      onread: NODE_SOCKETS ? directRead((bytes) => this[kEngine].transport.take(bytes)) : undefined,
      ...({
        noDelay: options.noDelay,
        keepAlive: options.keepAlive,
        keepAliveInitialDelay: options.keepAliveInitialDelay,
      } as object),
    })
  this[kOwnTransport] = own
  // Half-open is our affair; the transport must let us answer close_notify.
  const halfOpen = socket ? (socket as { allowHalfOpen?: boolean }).allowHalfOpen : options.allowHalfOpen
  try {
    ;(raw as { allowHalfOpen: boolean }).allowHalfOpen = true
  } catch {
    // A getter: then it stays as it is.
  }
  const engine = new Engine(raw, new Owner(this))
  this[kEngine] = engine
  engine.handle = makeHandle(engine, this, handleMethods)
  if (own && options.onread) engine.nativeReader = engine.handle.isStreamBase

  Reflect.apply(net.Socket as unknown as Function, this, [
    {
      handle: engine.handle,
      allowHalfOpen: halfOpen,
      pauseOnCreate: options.pauseOnConnect,
      manualStart: true,
      highWaterMark: options.highWaterMark,
      writableHighWaterMark: Math.max(WRITABLE_LENGTH, stream.getDefaultHighWaterMark?.(false) ?? 0),
      signal: options.signal,
      noDelay: options.noDelay,
      keepAlive: options.keepAlive,
      keepAliveInitialDelay: options.keepAliveInitialDelay,
      onread: own ? options.onread : null,
    },
  ])
  this.ssl = engine.handle
  this.server = options.server
  this._requestCert = !!options.requestCert || !options.isServer
  this._rejectUnauthorized = !!options.rejectUnauthorized
  this.on('error', this._tlsError)
  this._init()
  follow(this, raw, own)
  // The caller has the rest of this turn to set up listeners.
  process.nextTick(begin, this)
} as unknown as TLSSocketConstructor

Object.setPrototypeOf(TLSSocket.prototype, net.Socket.prototype)
Object.setPrototypeOf(TLSSocket, net.Socket)
if (!NODE_SOCKETS) Object.assign(TLSSocket.prototype, ownMethods())

/** What the native handle offers, and programs use though nobody documented it. */
const handleMethods: SocketMethods<TLSSocket> = {
  verifyError: (self) => verifyError(self),
  getServername: nameAskedFor,
  getProtocol: (self) => self.getProtocol(),
  getCipher: (self) => self.getCipher(),
  getSession: (self) => self.getSession(),
  setSession: (self, session: unknown) => self.setSession(session),
  setServername: (self, name: string) => self.setServername(name),
  isSessionReused: (self) => self.isSessionReused(),
  enableTrace: (self) => startTrace(self),
}

function begin(self: TLSSocket): void {
  if (!self._handle) return
  if (!self[kOwnTransport]) self[kEngine].transport.start()
  self.read(0)
}

/** The socket above a transport of its own, and what it is told of that. */
const kUpper = Symbol('upper')
type Relayed = Duplex & { [kUpper]?: TLSSocket }
const RELAYS = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'].map(
  (event) =>
    [
      event,
      function (this: Relayed, ...args: unknown[]) {
        this[kUpper]!.emit(event, ...args)
      },
    ] as const,
)

/** Connects a socket with what happens to the transport below it. */
function follow(self: TLSSocket, raw: Duplex, own: boolean): void {
  if (own) {
    self.connecting = true
    ;(raw as Relayed)[kUpper] = self
    for (const [event, relay] of RELAYS) raw.on(event, relay)
    raw.once('connect', () => {
      if (self.destroyed) return
      self.connecting = false
      const attempts = (raw as net.Socket).autoSelectFamilyAttemptedAddresses
      if (attempts) self.autoSelectFamilyAttemptedAddresses = attempts
      self._unrefTimer()
      self[kEngine].transport.start()
      self.emit('connect')
      self.emit('ready')
    })
  } else if (raw instanceof net.Socket) {
    self._parent = raw
    self.connecting = raw.connecting || !(raw as unknown as { _handle: unknown })._handle
    raw.once('connect', () => {
      self.connecting = false
      self.emit('connect')
    })
  }
}

/** What the engine tells its socket. A class, not closures: sockets are many. */
class Owner implements EngineOwner {
  constructor(private readonly self: TLSSocket) {}

  connect(): TlsConnection {
    const { self } = this
    return makeConnection(self)
  }

  secured(renegotiation: boolean) {
    const { self } = this
    if (self._tlsOptions.requestOCSP && !self._tlsOptions.isServer) {
      const response = self[kEngine].connection!.ocspResponse
      tell(self, 'OCSPResponse', response ? bytesOf(response) : null)
      if (self.destroyed) return
    }
    // What was asked of the first handshake is asked of this one.
    if (renegotiation) tell(self, 'secure')
    else self._finishInit()
  }

  data(bytes: Uint8Array): boolean {
    const { self } = this
    const handle = self._handle
    if (!handle || self.destroyed) return false
    const chunk = bytes instanceof Buffer ? bytes : bytesOf(bytes)
    if (self[kEngine].nativeReader) {
      handle.readBuffer!(chunk)
      return true
    }
    self._unrefTimer()
    const more = self.push(chunk)
    if (!more) handle.reading = false
    return more
  }

  writesWait(pending: number): boolean {
    const { self } = this
    return !self.destroyed && self.writableLength > pending
  }

  readsByEvent(): boolean {
    const { self } = this
    return !self[kEngine].nativeReader && self.readableFlowing === false && self.listenerCount('readable') > 0
  }

  ended() {
    const { self } = this
    const handle = self._handle
    if (!handle || self.destroyed) return
    if (self[kEngine].nativeReader) handle.emitEOF!()
    else {
      self.push(null)
      self.read(0)
    }
  }

  session(session: Session) {
    const { self } = this
    self[kSession] = session
    // It holds what was said of the peer: that must have been said.
    if (self[kVerified]) tell(self, 'session', encodeWrappedSession(self, session))
    else self[kPendingSession] = session
  }

  failed(error: Error) {
    const { self } = this
    if (self._hadError) return
    self._hadError = true
    if (!self._secureEstablished) {
      if (self.servername === null) self.servername = nameAskedFor(self) || null
      // A server tells `tlsClientError` while the socket can still be looked at.
      self._closeAfterHandlingError = true
      self.destroy(error)
    } else if (
      self._tlsOptions.isServer &&
      self._rejectUnauthorized &&
      /peer did not return a certificate/.test(error.message)
    ) {
      self.destroy()
    } else {
      breakOff(self, error)
    }
  }

  transportFailed(error: Error) {
    const { self } = this
    if (self[kOwnTransport] || self[kEngine].transport.raw instanceof net.Socket) self.destroy(error)
    else self._emitTLSError(error)
  }

  transportClosed() {
    const { self } = this
    // A socket whose own transport was closed before has been destroyed, though `_undestroy` may deny it.
    if (!self.destroyed && self._handle) self.destroy()
  }

  released() {
    keepJudgement(this.self)
    this.self._destroySSL()
  }

  active() {
    const { self } = this
    // `handshakeTimeout` is for the whole handshake: a peer that drips bytes does not put it off.
    if (self._secureEstablished) self._unrefTimer()
  }

  event(event: TlsEvent) {
    const { self } = this
    if (event.type === 'renegotiationRequest' && self._tlsOptions.isServer) countRenegotiation(self)
    else if (event.type === 'sessionIssued') tellTicket(self, event.session)
  }
}

/** A client that renegotiates makes the server work: CLIENT_RENEG_LIMIT times in CLIENT_RENEG_WINDOW seconds are allowed. */
function countRenegotiation(self: TLSSocket): void {
  const engine = self[kEngine]
  const now = Date.now()
  engine.handshakes = now - engine.lastHandshake >= tls.CLIENT_RENEG_WINDOW * 1000 ? 1 : engine.handshakes + 1
  engine.lastHandshake = now
  if (engine.handshakes > tls.CLIENT_RENEG_LIMIT)
    breakOff(self, nodeError(Error, 'ERR_TLS_SESSION_ATTACK', 'TLS session renegotiation attack detected'))
  else if (self[kRenegotiationDisabled])
    breakOff(
      self,
      nodeError(Error, 'ERR_TLS_RENEGOTIATION_DISABLED', 'TLS session renegotiation disabled for this socket'),
    )
}

/**
 * Tells a fatal error of an established connection, as Node does, and closes it: "both parties MUST immediately close the
 * connection" (RFC 9846 §6.2; RFC 5246 §7.2.2). Node leaves that to the listener, or to the peer.
 */
function breakOff(self: TLSSocket, error: Error): void {
  guarded(() => self._emitTLSError(error))
  if (self.destroyed) return
  if ((error.cause as TlsError | undefined)?.alertReceived && endsByItself(self)) {
    // What Node's sockets do when the peer closes behind its alert; not left to the peer here.
    self.push(null)
    self.read(0)
    return
  }
  markErrorEmitted(self)
  self.destroy(error)
}

/** The end of what is read closes the socket: somebody reads, and nothing waits to be written. */
function endsByItself(self: TLSSocket): boolean {
  const { nativeReader, pendingBytes, transport } = self[kEngine]
  return (
    self.readableFlowing === true &&
    !self.allowHalfOpen &&
    !nativeReader &&
    pendingBytes === 0 &&
    transport.raw.writableLength === 0
  )
}

const methods = {
  /** Resets what a fresh handshake starts from. */
  _init(this: TLSSocket) {
    const options = this._tlsOptions
    this._SNICallback = null
    if (options.isServer) {
      if (options.ALPNCallback) validateFunction(options.ALPNCallback, 'options.ALPNCallback')
      if (options.SNICallback) {
        validateFunction(options.SNICallback, 'options.SNICallback')
        this._SNICallback = options.SNICallback
      }
    } else if (options.session) {
      this.setSession(options.session)
    }
    if (options.pskCallback) {
      validateFunction(options.pskCallback, 'pskCallback')
      if (options.pskIdentityHint) this._setPskIdentityHint(options.pskIdentityHint)
    }
    if (options.enableTrace ?? traceAll()) startTrace(this)
    const keyLogFile = keyLogPath()
    if (keyLogFile) this.on('keylog', (line: Buffer) => appendFile(keyLogFile, line, { mode: 0o600 }, () => {}))
    if ((options.handshakeTimeout ?? 0) > 0) this.setTimeout(options.handshakeTimeout!, this._handleTimeout)
  },

  _setPskIdentityHint(this: TLSSocket, hint: unknown) {
    validateString(hint, 'options.pskIdentityHint')
    // PSK_MAX_IDENTITY_LEN; Node tells when the connection is there.
    if (Buffer.byteLength(hint) > 256) {
      const error = nodeError(Error, HINT_FAILED, 'Failed to set PSK identity hint')
      process.nextTick(() => this.destroy(error))
    }
  },

  connect(this: TLSSocket, ...args: unknown[]) {
    const normalized = (
      Array.isArray(args[0])
        ? args[0]
        : (net as unknown as { _normalizeArgs(args: unknown[]): unknown[] })._normalizeArgs(args)
    ) as [net.SocketConnectOpts & { onread?: unknown; signal?: AbortSignal; timeout?: number }, (() => void) | null]
    const [options, callback] = normalized
    if (typeof callback === 'function') this.once('connect', callback)
    if (this._parent?.connecting) return this
    // A socket whose signal was aborted already is about to be destroyed: no connection is begun.
    if (this.destroyed || this._tlsOptions.signal?.aborted) return this
    this.connecting = true
    this._unrefTimer()
    const { onread: _onread, signal: _signal, timeout: _timeout, ...rest } = options
    const raw = this[kEngine].transport.raw as net.Socket & { _host?: string }
    raw.connect(rest as net.SocketConnectOpts)
    this._host = raw._host
    return this
  },

  _writeGeneric(
    this: TLSSocket & { _pendingData?: unknown; _pendingEncoding?: string },
    writev: boolean,
    data: unknown,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ) {
    if (this.connecting) {
      this._pendingData = data
      this._pendingEncoding = encoding
      const closed = () =>
        done(
          nodeError(
            Error,
            'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
            'Socket closed before the connection was established',
          ),
        )
      this.once('connect', () => {
        this.off('close', closed)
        methods._writeGeneric.call(this, writev, data, encoding, done)
      })
      this.once('close', closed)
      return
    }
    this._pendingData = null
    this._pendingEncoding = ''
    if (!this._handle) {
      done(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      return
    }
    this._unrefTimer()
    const chunks = writev
      ? (data as { chunk: Uint8Array | string; encoding: BufferEncoding }[]).map(({ chunk, encoding }) =>
          toBytes(chunk, encoding),
        )
      : [toBytes(data as Uint8Array | string, encoding)]
    this[kEngine].write(chunks, (error) => {
      this._unrefTimer()
      // One failure is told once: a write that fails by it tells its callback.
      if (error && this._hadError && !this.destroyed) markErrorEmitted(this)
      done(error)
    })
  },

  _final(this: TLSSocket, done: (error?: Error | null) => void) {
    if (this.connecting) {
      this.once('connect', () => methods._final.call(this, done))
      return
    }
    if (!this._handle) {
      done()
      return
    }
    this[kEngine].shutdown(done)
  },

  _start(this: TLSSocket) {
    if (this.connecting) {
      this.once('connect', this._start)
      return
    }
    if (this._handle) this[kEngine].start()
  },

  _finishInit(this: TLSSocket) {
    // A listener of an earlier event may have destroyed the socket.
    if (!this._handle) return
    const connection = this[kEngine].connection!
    this.alpnProtocol = connection.alpnProtocol ? Buffer.from(connection.alpnProtocol).toString('latin1') : false
    if (this._tlsOptions.NPNProtocols)
      this.npnProtocol = connection.npnProtocol ? Buffer.from(connection.npnProtocol).toString('latin1') : false
    if (this.servername === null) this.servername = connection.serverName ?? false
    this._secureEstablished = true
    if ((this._tlsOptions.handshakeTimeout ?? 0) > 0) this.setTimeout(0, this._handleTimeout)
    tell(this, 'secure')
    if (this._tlsOptions.isServer || !this[kConnectOptions]) this[kEngine].release()
  },

  _handleTimeout(this: TLSSocket) {
    this._emitTLSError(nodeError(Error, 'ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout'))
    // "Abort the connection", as Node's documentation says; Node itself leaves that to the peer or the listener.
    if (this._tlsOptions.isServer) this.destroy()
  },

  _emitTLSError(this: TLSSocket, error: Error) {
    const shown = this._tlsError(error)
    if (shown) this.emit('error', shown)
  },

  _tlsError(this: TLSSocket, error: Error) {
    this.emit('_tlsError', error)
    return this._controlReleased ? error : null
  },

  _releaseControl(this: TLSSocket) {
    if (this._controlReleased) return false
    this._controlReleased = true
    this.removeListener('error', this._tlsError)
    return true
  },

  _destroySSL(this: TLSSocket) {
    this.ssl = null
    this[kPendingSession] = null
    this[kVerified] = false
  },

  disableRenegotiation(this: TLSSocket) {
    this[kRenegotiationDisabled] = true
  },

  renegotiate(
    this: TLSSocket,
    options: { requestCert?: boolean; rejectUnauthorized?: boolean },
    callback?: (error: Error | null) => void,
  ) {
    validateObject(options, 'options')
    if (callback !== undefined) validateFunction(callback, 'callback')
    if (this.destroyed) return undefined
    if (options.requestCert !== undefined) this._requestCert = !!options.requestCert
    if (options.rejectUnauthorized !== undefined) this._rejectUnauthorized = !!options.rejectUnauthorized
    const connection = this[kEngine].connection
    if (!connection || connection.version === 0x0304) {
      const error = Object.assign(new Error('error:0A00010A:SSL routines::wrong ssl version'), {
        library: 'SSL routines',
        reason: 'wrong ssl version',
        code: 'ERR_SSL_WRONG_SSL_VERSION',
      })
      if (callback) process.nextTick(callback, error)
      return false
    }
    if (callback) this.once('secure', () => callback(null))
    try {
      connection.renegotiate()
    } catch (error) {
      // One that is under way will do; with a peer that knows no secure renegotiation (RFC 5746) there will be none.
      if (!connection.secureRenegotiation) {
        const failure = toNodeError(error as TlsError)
        if (callback) process.nextTick(callback, failure)
        else process.nextTick(() => this._emitTLSError(failure))
      }
      return true
    }
    this[kEngine].pump()
    return true
  },

  exportKeyingMaterial(this: TLSSocket, length: number, label: string, context?: Uint8Array) {
    validateUint32(length, 'length', true)
    validateString(label, 'label')
    if (context !== undefined) validateBuffer(context, 'context')
    if (!this._secureEstablished || !this._handle)
      throw nodeError(Error, 'ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established')
    return bytesOf(this[kEngine].connection!.exportKeyingMaterial(label, length, context && bytesOf(context)))
  },

  setMaxSendFragment(this: TLSSocket, size: number) {
    validateInt32(size, 'size')
    if (size < 512 || size > 16384) return false
    this[kPresets].maxSendFragment = size
    const { connection } = this[kEngine]
    if (connection) connection.maxSendFragment = size
    return true
  },

  setServername(this: TLSSocket, name: string) {
    validateString(name, 'name')
    if (this._tlsOptions.isServer)
      throw nodeError(Error, 'ERR_TLS_SNI_FROM_SERVER', 'Cannot issue SNI from a TLS server-side socket')
    this[kPresets].servername = name
  },

  setSession(this: TLSSocket, session: unknown) {
    const reusable = decodeReusableSession(this, session)
    if (reusable) this[kPresets].session = reusable
  },

  setKeyCert(this: TLSSocket, context: unknown) {
    if (!this._handle) return
    this[kSharedContext] = isSecureContext(context)
      ? (context as SecureContext)
      : tls.createSecureContext(context as object)
  },
}

for (const [name, value] of Object.entries({ ...methods, ...told })) {
  Object.defineProperty(TLSSocket.prototype, name, { value, writable: true, configurable: true, enumerable: true })
}

Object.defineProperties(TLSSocket.prototype, verdictProperties)

/** The stream's own words for: its 'error' has been told. */
function markErrorEmitted(self: TLSSocket): void {
  const states = self as unknown as {
    _readableState: { errorEmitted: boolean }
    _writableState: { errorEmitted: boolean }
  }
  states._readableState.errorEmitted = true
  states._writableState.errorEmitted = true
}

/** server_name of the ClientHello, as soon as there is one. */
function nameAskedFor(self: TLSSocket): string | false {
  if (!self._tlsOptions.isServer) return self[kPresets].servername ?? false
  return self[kEngine].connection?.clientHello?.serverName ?? false
}

function toBytes(chunk: Uint8Array | string, encoding: BufferEncoding): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
}

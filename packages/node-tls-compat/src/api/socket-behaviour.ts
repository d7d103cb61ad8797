import type net from 'node:net'
import { type TlsError, Version } from '@x/tls-record'
import {
  announcedAs,
  appendToKeyLog,
  Buffer,
  HINT_FAILED,
  keyLogPath,
  NO_CERTIFICATE_IS_NULL,
  nextTick,
  normalizeArgs,
  TAKES_SESSION_AS_TEXT,
  traceAll,
} from '#host'
import { tls } from '../connection/config/assignable.ts'
import { kConnectOptions, kEngine, kPresets, kSharedContext } from '../connection/config/configured-socket.ts'
import { isSecureContext } from '../connection/config/node-context.ts'
import { decodeReusableSession } from '../connection/peer/session.ts'
import { DialedStream } from '../connection/socket/dialed-stream.ts'
import { startTrace } from '../connection/socket/trace.ts'
import { tell } from '../errors/listener-exceptions.ts'
import { nativeError, nodeError } from '../errors/node-error.ts'
import { opensslCallError, toNodeError } from '../errors/tls-error.ts'
import {
  validateBuffer,
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} from '../errors/validate.ts'
import { bytesOf } from '../host/bytes.ts'
import { markErrorEmitted } from './break-off.ts'
import { SocketAnswers } from './socket-answers.ts'
import { kPendingSession, kRenegotiationDisabled, kVerified } from './tls-socket-type.ts'

/** What a TLSSocket does: it connects, shakes hands, writes, ends, renegotiates, and is set up before. */
export abstract class SocketBehaviour extends SocketAnswers {
  /** Resets what a fresh handshake starts from. */
  override _init() {
    const options = this._tlsOptions
    this._SNICallback = null
    if (options.isServer) {
      if (options.ALPNCallback) {
        validateFunction(options.ALPNCallback, 'options.ALPNCallback')
      }
      if (options.SNICallback) {
        validateFunction(options.SNICallback, 'options.SNICallback')
        this._SNICallback = options.SNICallback
      }
    } else if (options.session) {
      this.setSession(options.session)
    }
    if (options.pskCallback) {
      validateFunction(options.pskCallback, 'pskCallback')
      if (options.pskIdentityHint) {
        this._setPskIdentityHint(options.pskIdentityHint)
      }
    }
    if (options.enableTrace ?? traceAll()) {
      startTrace(this[kEngine])
    }
    const keyLogFile = keyLogPath()
    if (keyLogFile) {
      this.on('keylog', (line: Buffer) => appendToKeyLog(keyLogFile, line))
    }
    if ((options.handshakeTimeout ?? 0) > 0) {
      this.setTimeout(options.handshakeTimeout!, this._handleTimeout)
    }
  }

  override _setPskIdentityHint(hint: unknown) {
    validateString(hint, 'options.pskIdentityHint')
    // PSK_MAX_IDENTITY_LEN; Node tells when the connection is there.
    if (Buffer.byteLength(hint) > 256) {
      const error = nodeError(Error, HINT_FAILED, 'Failed to set PSK identity hint')
      nextTick(() => this.destroy(error))
    }
  }

  override connect(...args: unknown[]) {
    const normalized = (Array.isArray(args[0]) ? args[0] : normalizeArgs(args)) as [
      net.SocketConnectOpts & { onread?: unknown; signal?: AbortSignal; timeout?: number },
      (() => void) | null,
    ]
    const [options, callback] = normalized
    if (typeof callback === 'function') {
      this.once('connect', callback)
    }
    if (this._parent?.connecting) {
      return this
    }
    // A socket whose signal was aborted already is about to be destroyed: no connection is begun.
    if (this.destroyed || this._tlsOptions.signal?.aborted) {
      return this
    }
    this.connecting = true
    this._unrefTimer()
    const { onread: _onread, signal: _signal, timeout, ...rest } = options
    const raw = this[kEngine].transport.raw as (net.Socket | DialedStream) & { _host?: string }
    if (raw instanceof DialedStream) {
      raw.connect({ ...(rest as { host?: string; port?: number }), timeout })
    } else {
      announcedAs(this, raw, () => raw.connect(rest as net.SocketConnectOpts))
    }
    this._host = raw._host
    return this
  }

  override _writeGeneric(
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
        SocketBehaviour.prototype._writeGeneric.call(this, writev, data, encoding, done)
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
      if (error && this._hadError && !this.destroyed) {
        markErrorEmitted(this)
      }
      done(error)
    })
  }

  override _final(done: (error?: Error | null) => void) {
    if (this.connecting) {
      this.once('connect', () => SocketBehaviour.prototype._final.call(this, done))
      return
    }
    if (!this._handle) {
      done()
      return
    }
    this[kEngine].shutdown(done)
  }

  override _start() {
    if (this.connecting) {
      this.once('connect', this._start)
      return
    }
    if (this._handle) {
      this[kEngine].start()
    }
  }

  override _finishInit() {
    // A listener of an earlier event may have destroyed the socket.
    if (!this._handle) {
      return
    }
    const connection = this[kEngine].connection!
    this.alpnProtocol = connection.alpnProtocol ? Buffer.from(connection.alpnProtocol).toString('latin1') : false
    if (this._tlsOptions.NPNProtocols) {
      this.npnProtocol = connection.npnProtocol ? Buffer.from(connection.npnProtocol).toString('latin1') : false
    }
    if (this.servername === null) {
      this.servername = connection.serverName ?? false
    }
    this._secureEstablished = true
    if ((this._tlsOptions.handshakeTimeout ?? 0) > 0) {
      this.setTimeout(0, this._handleTimeout)
    }
    tell(this, 'secure')
    if (this._tlsOptions.isServer || !this[kConnectOptions]) {
      this[kEngine].release()
    }
  }

  override _handleTimeout() {
    this._emitTLSError(nodeError(Error, 'ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout'))
    // "Abort the connection", as Node's documentation says; Node itself leaves that to the peer or the listener.
    if (this._tlsOptions.isServer) {
      this.destroy()
    }
  }

  override _emitTLSError(error: Error) {
    const shown = this._tlsError(error)
    if (shown) {
      this.emit('error', shown)
    }
  }

  override _tlsError(error: Error) {
    this.emit('_tlsError', error)
    return this._controlReleased ? error : null
  }

  override _releaseControl() {
    if (this._controlReleased) {
      return false
    }
    this._controlReleased = true
    this.removeListener('error', this._tlsError)
    return true
  }

  override _destroySSL() {
    this.ssl = null
    this[kPendingSession] = null
    this[kVerified] = false
  }

  override disableRenegotiation() {
    this[kRenegotiationDisabled] = true
  }

  override renegotiate(
    options: { requestCert?: boolean; rejectUnauthorized?: boolean },
    callback?: (error: Error | null) => void,
  ) {
    validateObject(options, 'options')
    if (callback !== undefined) {
      validateFunction(callback, 'callback')
    }
    if (this.destroyed) {
      return undefined
    }
    if (options.requestCert !== undefined) {
      this._requestCert = !!options.requestCert
    }
    if (options.rejectUnauthorized !== undefined) {
      this._rejectUnauthorized = !!options.rejectUnauthorized
    }
    const connection = this[kEngine].connection
    if (connection?.handshakeComplete && connection.version === Version.TLS13) {
      const error = opensslCallError('0A00010A', 'wrong ssl version')
      if (callback) {
        nextTick(callback, error)
      }
      return false
    }
    if (callback) {
      this.once('secure', () => callback(null))
    }
    // The handshake that is under way, or to come, will do.
    if (!connection?.handshakeComplete) {
      return true
    }
    try {
      connection.renegotiate()
    } catch (error) {
      // One that is under way will do; with a peer that a renegotiation would not be bound to (RFC 5746, RFC 7627) there will be none.
      if (!connection.canRenegotiate) {
        const failure = toNodeError(error as TlsError)
        if (callback) {
          nextTick(callback, failure)
        } else {
          nextTick(() => this._emitTLSError(failure))
        }
      }
      return true
    }
    this[kEngine].pump()
    return true
  }

  override exportKeyingMaterial(length: number, label: string, context?: Uint8Array) {
    validateUint32(length, 'length', true)
    validateString(label, 'label')
    if (context !== undefined) {
      validateBuffer(context, 'context')
    }
    if (!this._secureEstablished || !this._handle) {
      throw nodeError(Error, 'ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established')
    }
    try {
      return bytesOf(this[kEngine].connection!.exportKeyingMaterial(label, length, context && bytesOf(context)))
    } catch (cause) {
      throw exporterError(cause)
    }
  }

  override setMaxSendFragment(size: number) {
    validateInt32(size, 'size')
    if (size < 512 || size > 16384) {
      return false
    }
    this[kPresets].maxSendFragment = size
    const { connection } = this[kEngine]
    if (connection) {
      connection.maxSendFragment = size
    }
    return true
  }

  override setServername(name: string) {
    validateString(name, 'name')
    if (this._tlsOptions.isServer) {
      throw nodeError(Error, 'ERR_TLS_SNI_FROM_SERVER', 'Cannot issue SNI from a TLS server-side socket')
    }
    this[kPresets].servername = name
  }

  override setSession(session: unknown) {
    if (!ArrayBuffer.isView(session) && !(typeof session === 'string' && TAKES_SESSION_AS_TEXT)) {
      throw nativeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'Session must be a buffer')
    }
    const reusable = decodeReusableSession(this, session)
    if (reusable) {
      this[kPresets].session = reusable
    }
  }

  override setKeyCert(context: unknown) {
    if (!this._handle) {
      return
    }
    const own = isSecureContext(context) ? context : tls.createSecureContext(context as object)
    // SSL_use_certificate(NULL)
    if (own.context.credentials.length === 0) {
      throw NO_CERTIFICATE_IS_NULL ? opensslCallError('0A0C0102', 'passed a null parameter') : new Error('SetKeyCert')
    }
    this[kSharedContext] = own
  }
}

/** What SSL_export_keying_material says of what it was asked for. */
function exporterError(cause: unknown): unknown {
  const { reason, code } = cause as { reason?: string; code?: string }
  if (reason === 'TLS_ILLEGAL_EXPORTER_LABEL') {
    return opensslCallError('0A00016F', 'tls illegal exporter label', cause)
  }
  if (reason === 'CONTEXT_TOO_LONG') {
    return opensslCallError('0A080106', 'passed invalid argument', cause)
  }
  // More than HKDF gives: 255 hashes.
  return code === 'INVALID_LENGTH' ? opensslCallError('0A0C0103', 'internal error', cause) : cause
}

function toBytes(chunk: Uint8Array | string, encoding: BufferEncoding): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
}

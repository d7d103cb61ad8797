import { createHash } from 'node:crypto'
import EventEmitter from 'node:events'
import net from 'node:net'
import { deprecate } from 'node:util'
import { convertALPNProtocols, convertNPNProtocols } from '../connection/config/alpn.ts'
import { tls } from '../connection/config/assignable.ts'
import type { ALPNCallback, SecureConnectionListener, SNICallback, TlsOptions } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { isRefusedByProgram, judge, verifyError } from '../connection/peer/verdict.ts'
import { tell } from '../errors/listener-exceptions.ts'
import { connectionReset, invalidArgType, nodeError } from '../errors/node-error.ts'
import {
  copyOf,
  validateBuffer,
  validateFunction,
  validateNumber,
  validateObject,
  validateString,
} from '../errors/validate.ts'
import { native } from '../host/native-tls.ts'
import { diedUntold } from './http2-streams.ts'
import { isSecureContext, type SecureContext } from './secure-context.ts'
import { TLSSocket } from './tls-socket.ts'
import { kErrorEmitted } from './tls-socket-type.ts'

const kOptions = Symbol('tls-options')

export interface Server extends net.Server {
  requestCert: boolean
  rejectUnauthorized: boolean
  ALPNProtocols: Buffer | undefined
  /** Ours, as io.js: set where the option was. */
  NPNProtocols?: Buffer | undefined
  ALPNCallback: ALPNCallback | undefined
  honorCipherOrder: boolean
  pauseOnConnect?: boolean
  sessionTimeout?: number
  ticketKeys?: ArrayBufferView
  _sharedCreds: SecureContext
  _contexts: [RegExp, unknown][]
  [kOptions]: Pick<
    TlsOptions,
    'handshakeTimeout' | 'SNICallback' | 'pskCallback' | 'pskIdentityHint' | 'enableTrace' | 'verify'
  >
  addContext(servername: string, context: unknown): void
  setSecureContext(options: TlsOptions): void
  getTicketKeys(): Buffer
  setTicketKeys(keys: ArrayBufferView): void
  _getServerData(): { ticketKeys: string }
  _setServerData(data: { ticketKeys: string }): void
  [option: string]: unknown
}

export interface ServerConstructor {
  new (options?: TlsOptions | SecureConnectionListener | null, listener?: SecureConnectionListener): Server
  (options?: TlsOptions | SecureConnectionListener | null, listener?: SecureConnectionListener): Server
  readonly prototype: Server
}

/**
 * A server that accepts TLS connections. Callable without `new`, and by `https.Server` on its own `this`.
 *
 * @see https://nodejs.org/api/tls.html#class-tlsserver
 */
export const Server = function Server(
  this: Server,
  given?: TlsOptions | SecureConnectionListener | null,
  listener?: SecureConnectionListener,
) {
  if (!(this instanceof Server)) return new (Server as ServerConstructor)(given, listener)
  let options: TlsOptions
  if (typeof given === 'function') {
    listener = given
    options = {}
  } else if (given == null || typeof given === 'object') options = given ?? {}
  else throw invalidArgType('options', 'of type object', given)
  readOptions(this, options)
  Reflect.apply(net.Server as unknown as Function, this, [options, acceptConnection])
  if (listener) this.on('secureConnection', listener)
  return undefined
} as unknown as ServerConstructor

Object.setPrototypeOf(Server.prototype, net.Server.prototype)
Object.setPrototypeOf(Server, net.Server)

/** Makes a server of Node's accept on this stack; it keeps its own prototype. */
export function setUpServer(server: Server, options: TlsOptions): void {
  for (const name of Reflect.ownKeys(methods)) {
    Object.defineProperty(server, name, {
      value: (methods as Record<string | symbol, unknown>)[name],
      writable: true,
      configurable: true,
      enumerable: false,
    })
  }
  readOptions(server, options)
  server.on('connection', acceptConnection)
}

function readOptions(self: Server, options: TlsOptions): void {
  self._contexts = []
  self.requestCert = options.requestCert === true
  self.rejectUnauthorized = options.rejectUnauthorized !== false
  self.ALPNCallback = options.ALPNCallback
  if (self.ALPNCallback && options.ALPNProtocols) {
    throw nodeError(
      TypeError,
      'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
      'The ALPNCallback and ALPNProtocols TLS options are mutually exclusive',
    )
  }
  if (options.sessionTimeout) self.sessionTimeout = options.sessionTimeout
  if (options.ticketKeys) self.ticketKeys = options.ticketKeys
  if (options.ALPNProtocols) convertALPNProtocols(options.ALPNProtocols, self as { ALPNProtocols?: Buffer })
  const { verify, NPNProtocols } = ownOptions(options)
  self.NPNProtocols = undefined
  if (NPNProtocols) convertNPNProtocols(NPNProtocols, self as { NPNProtocols?: Buffer })
  self.setSecureContext(options)

  const handshakeTimeout = options.handshakeTimeout || 120_000
  validateNumber(handshakeTimeout, 'options.handshakeTimeout')
  if (options.SNICallback) validateFunction(options.SNICallback, 'options.SNICallback')
  if (options.pskCallback) validateFunction(options.pskCallback, 'options.pskCallback')
  if (options.pskIdentityHint) validateString(options.pskIdentityHint, 'options.pskIdentityHint')
  self[kOptions] = {
    handshakeTimeout,
    SNICallback: options.SNICallback,
    pskCallback: options.pskCallback,
    pskIdentityHint: options.pskIdentityHint,
    enableTrace: options.enableTrace,
    verify,
  }
}

/** @see https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener */
export function createServer(
  options?: TlsOptions | SecureConnectionListener | null,
  listener?: SecureConnectionListener,
): Server {
  return new Server(options, listener)
}

/** Context options a server keeps as its own properties; falsy ones become undefined. */
const KEPT = [
  'pfx',
  'key',
  'passphrase',
  'cert',
  'clientCertEngine',
  'ca',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'crl',
  'ciphers',
  'dhparam',
  'secureOptions',
] as const
const KEPT_AS_GIVEN = [
  'sigalgs',
  'ecdhCurve',
  'privateKeyIdentifier',
  'privateKeyEngine',
  'certificateCompression',
] as const
const KEPT_WHEN_GIVEN = ['allowPartialTrustChain'] as const

const methods = {
  emit(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (diedUntold(event, args)) return false
    return Reflect.apply(net.Server.prototype.emit, this, [event, ...args])
  },

  setSecureContext(this: Server, options: TlsOptions) {
    validateObject(options, 'options')
    for (const name of KEPT) this[name] = options[name] || undefined
    for (const name of KEPT_AS_GIVEN) this[name] = options[name]
    for (const name of KEPT_WHEN_GIVEN) if (options[name] !== undefined) this[name] = options[name]
    const { provider = ownOptions(this).provider } = ownOptions(options)
    this.provider = provider
    this.honorCipherOrder = options.honorCipherOrder !== undefined ? !!options.honorCipherOrder : true
    // Sessions are bound to the program that made them.
    this.sessionIdContext =
      options.sessionIdContext || createHash('sha1').update(process.argv.join(' ')).digest('hex').slice(0, 32)
    if (options.sessionTimeout) this.sessionTimeout = options.sessionTimeout
    if (options.ticketKeys) this.ticketKeys = options.ticketKeys
    const context: Record<string, unknown> = {}
    for (const name of [
      ...KEPT,
      ...KEPT_AS_GIVEN,
      ...KEPT_WHEN_GIVEN,
      'provider',
      'honorCipherOrder',
      'sessionIdContext',
      'ticketKeys',
      'sessionTimeout',
    ])
      context[name] = this[name]
    const before = this._sharedCreds
    this._sharedCreds = tls.createSecureContext(context)
    // Sessions go on; those that verified a client are looked at anew under the new settings.
    if (isSecureContext(before) && !options.ticketKeys)
      this._sharedCreds.context.setTicketKeys(before.context.ticketKeys.bytes)
  },

  addContext(this: Server, servername: string, context: unknown) {
    if (!servername)
      throw nodeError(Error, 'ERR_TLS_REQUIRED_SERVER_NAME', '"servername" is required parameter for Server.addContext')
    // A `*` stands for one label.
    const pattern = servername.replace(/([.^$+?\-\\[\]{}])/g, '\\$1').replaceAll('*', '[^.]*')
    const secureContext = isSecureContext(context) ? context : tls.createSecureContext(context as object)
    this._contexts.push([new RegExp(`^${pattern}$`, 'i'), secureContext])
  },

  getTicketKeys(this: Server) {
    return Buffer.from(this._sharedCreds.context.ticketKeys.bytes)
  },

  setTicketKeys(this: Server, keys: ArrayBufferView) {
    validateBuffer(keys)
    if (keys.byteLength !== 48)
      throw nodeError(Error, 'ERR_INTERNAL_ASSERTION', 'Session ticket keys must be a 48-byte buffer')
    this._sharedCreds.context.setTicketKeys(copyOf(keys))
  },

  /** What the workers of a cluster share, so that each resumes the others' sessions. */
  _getServerData(this: Server) {
    return { ticketKeys: this.getTicketKeys().toString('hex') }
  },

  _setServerData(this: Server, data: { ticketKeys: string }) {
    this.setTicketKeys(Buffer.from(data.ticketKeys, 'hex'))
  },

  [EventEmitter.captureRejectionSymbol](this: Server, error: Error, event: string, socket: net.Socket) {
    if (event === 'secureConnection') {
      socket.destroy(error)
      return
    }
    const inherited = (net.Server.prototype as unknown as Record<symbol, Function>)[EventEmitter.captureRejectionSymbol]
    inherited?.call(this, error, event, socket)
  },
}

for (const name of Reflect.ownKeys(methods)) {
  Object.defineProperty(Server.prototype, name, {
    value: (methods as Record<string | symbol, unknown>)[name],
    writable: true,
    configurable: true,
    enumerable: true,
  })
}

if ('setOptions' in native.Server.prototype) {
  /** Node until 22: sets what later contexts of this server are made from. */
  const setOptions = deprecate(
    function setOptions(this: Server, options: TlsOptions) {
      this.requestCert = options.requestCert === true
      this.rejectUnauthorized = options.rejectUnauthorized !== false
      for (const name of [...KEPT, ...KEPT_AS_GIVEN, 'sessionTimeout', 'ticketKeys', 'sessionIdContext'] as const)
        if (options[name]) (this as Record<string, unknown>)[name] = options[name]
      this.honorCipherOrder = options.honorCipherOrder !== false
      if (options.ALPNProtocols) convertALPNProtocols(options.ALPNProtocols, this as { ALPNProtocols?: Buffer })
    },
    'Server.prototype.setOptions() is deprecated',
    'DEP0122',
  )
  Object.defineProperty(Server.prototype, 'setOptions', { value: setOptions, writable: true, configurable: true })
}

/** The contexts of `addContext`, the latest first. */
function selectContext(this: TLSSocket, servername: string, done: Parameters<SNICallback>[1]): void {
  done(null, this.server!._contexts.findLast(([pattern]) => pattern.test(servername))?.[1])
}

/** The listener of `'connection'`: everything between TCP's accept and `'secureConnection'`. */
export function acceptConnection(this: Server, raw: net.Socket): void {
  const { handshakeTimeout, SNICallback, pskCallback, pskIdentityHint, enableTrace, verify } = this[kOptions]
  const socket = new TLSSocket(raw, {
    secureContext: this._sharedCreds,
    isServer: true,
    server: this,
    requestCert: this.requestCert,
    rejectUnauthorized: this.rejectUnauthorized,
    handshakeTimeout,
    ALPNProtocols: this.ALPNProtocols,
    NPNProtocols: this.NPNProtocols,
    verify,
    ALPNCallback: this.ALPNCallback,
    SNICallback: SNICallback ?? (this._contexts.length > 0 ? selectContext : undefined),
    enableTrace,
    pauseOnConnect: this.pauseOnConnect,
    pskCallback,
    pskIdentityHint,
  })
  socket.on('secure', onSecure)
  if (this.listenerCount('keylog') > 0) socket.on('keylog', (line) => this.emit('keylog', line, socket))
  socket[kErrorEmitted] = false
  socket.on('close', onClose)
  socket.on('_tlsError', onError)
  socket.on('error', onError)
}

function onSecure(this: TLSSocket): void {
  if (this._requestCert) {
    const error = verifyError(this)
    judge(this, error)
    if (error && (this._rejectUnauthorized || isRefusedByProgram(this))) this.destroy()
  }
  if (!this.destroyed && this._releaseControl()) {
    this.secureConnecting = false
    tell(this.server!, 'secureConnection', this)
  }
}

/** Until `'secureConnection'`, errors are the server's to tell, once. */
function onError(this: TLSSocket, error: Error): void {
  if (this._controlReleased || this[kErrorEmitted]) return
  this[kErrorEmitted] = true
  tell(this.server!, 'tlsClientError', error, this)
}

function onClose(this: TLSSocket, hadError: boolean): void {
  // An error is costly to make; nobody is told of this one once the connection was the application's.
  if (!hadError && !this._controlReleased) onError.call(this, connectionReset('socket hang up'))
}

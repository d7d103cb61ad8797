import type net from 'node:net'
import { deprecate, givePrototype, hasSetOptions, named, Server as TcpServer } from '#host'
import { convertALPNProtocols, convertNPNProtocols } from '../connection/config/alpn.ts'
import type { TlsOptions } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { invalidArgType, nodeError } from '../errors/node-error.ts'
import { validateFunction, validateNumber, validateString } from '../errors/validate.ts'
import { acceptConnection } from './accept-connection.ts'
import { hide, KEPT_NAMES, ServerBehaviour } from './server-behaviour.ts'
import {
  kOptions,
  type SecureConnectionListener,
  type ServerConstructor,
  type Server as ServerType,
} from './server-type.ts'

export type Server = ServerType

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
  if (!(this instanceof Server)) {
    return new (Server as ServerConstructor)(given, listener)
  }
  let options: TlsOptions
  if (typeof given === 'function') {
    listener = given
    options = {}
  } else if (given == null || typeof given === 'object') {
    options = given ?? {}
  } else {
    throw invalidArgType('options', 'of type object', given)
  }
  readOptions(this, options)
  Reflect.apply(TcpServer as unknown as Function, this, [options, acceptConnection])
  if (listener) {
    this.on('secureConnection', listener)
  }
  return undefined
} as unknown as ServerConstructor

givePrototype(named('Server', Server), TcpServer, ServerBehaviour)

// The servers of https and http2 are Node's own classes; what accepts its connections here is one of ours.
Object.defineProperty(Server, Symbol.hasInstance, {
  value(this: unknown, value: unknown) {
    const inherits = Reflect.apply(Function.prototype[Symbol.hasInstance], this, [value]) as boolean
    return inherits || (this === Server && typeof value === 'object' && value !== null && kOptions in value)
  },
  configurable: true,
})

/**
 * Makes a server that Node has built on its own `tls.Server` accept its connections on this stack. It has the methods of
 * ours by its prototype already, `setSecureContext` among them; everything above `'secureConnection'` stays Node's.
 */
export function acceptHere(server: net.Server, options: TlsOptions): void {
  readConnectionOptions(server as Server, options)
  server.removeAllListeners('connection')
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
  if (options.sessionTimeout) {
    self.sessionTimeout = options.sessionTimeout
  }
  if (options.ticketKeys) {
    self.ticketKeys = options.ticketKeys
  }
  if (options.ALPNProtocols) {
    convertALPNProtocols(options.ALPNProtocols, self as { ALPNProtocols?: Buffer })
  }
  self.setSecureContext(options)
  readConnectionOptions(self, options)
}

/** What each connection is accepted with. */
function readConnectionOptions(self: Server, options: TlsOptions): void {
  const { verify, NPNProtocols } = ownOptions(options)
  hide(self, 'NPNProtocols', undefined)
  if (NPNProtocols) {
    convertNPNProtocols(NPNProtocols, self as { NPNProtocols?: Buffer })
  }
  const handshakeTimeout = options.handshakeTimeout || 120_000
  validateNumber(handshakeTimeout, 'options.handshakeTimeout')
  if (options.SNICallback) {
    validateFunction(options.SNICallback, 'options.SNICallback')
  }
  if (options.pskCallback) {
    validateFunction(options.pskCallback, 'options.pskCallback')
  }
  if (options.pskIdentityHint) {
    validateString(options.pskIdentityHint, 'options.pskIdentityHint')
  }
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

if (hasSetOptions) {
  /** Node until 22: sets what later contexts of this server are made from. */
  const setOptions = deprecate(
    function setOptions(this: Server, options: TlsOptions) {
      this.requestCert = options.requestCert === true
      this.rejectUnauthorized = options.rejectUnauthorized !== false
      for (const name of [...KEPT_NAMES, 'sessionTimeout', 'ticketKeys'] as const) {
        if (options[name]) {
          ;(this as Record<string, unknown>)[name] = options[name]
        }
      }
      this.honorCipherOrder = options.honorCipherOrder !== false
      if (options.ALPNProtocols) {
        convertALPNProtocols(options.ALPNProtocols, this as { ALPNProtocols?: Buffer })
      }
    },
    'Server.prototype.setOptions() is deprecated',
    'DEP0122',
  )
  Object.defineProperty(Server.prototype, 'setOptions', { value: setOptions, writable: true, configurable: true })
}

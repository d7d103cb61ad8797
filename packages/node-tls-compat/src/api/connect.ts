import type net from 'node:net'
import { currentVariable, emitWarning, isIPv4, isIPv6, normalizeArgs, REFUSES_ADDRESS_AS_NAME } from '#host'
import { tls } from '../connection/config/assignable.ts'
import { kConnectOptions, kEngine } from '../connection/config/configured-socket.ts'
import type { ConnectionOptions } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { identityError } from '../connection/peer/identity-check.ts'
import { serverIdentity } from '../connection/peer/session.ts'
import { kVerdict } from '../connection/peer/verdict.ts'
import { verifierId } from '../connection/trust/verifier-id.ts'
import { tell } from '../errors/listener-exceptions.ts'
import { nodeError } from '../errors/node-error.ts'
import { connectionReset } from '../errors/system-errors.ts'
import { validateFunction, validateNumber } from '../errors/validate.ts'
import { namedByAgent } from './agent-names.ts'
import { tellSession } from './socket-of-engine.ts'
import { TLSSocket } from './tls-socket.ts'
import { kPendingSession, kVerified } from './tls-socket-type.ts'

let warnedOfInsecurity = false
let warnedOfAddress = false

/** NODE_TLS_REJECT_UNAUTHORIZED=0 turns verification off for the whole process; Node warns once. */
function unauthorizedAllowed(): boolean {
  if (currentVariable('NODE_TLS_REJECT_UNAUTHORIZED') !== '0') {
    return false
  }
  if (!warnedOfInsecurity) {
    warnedOfInsecurity = true
    emitWarning(
      "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections and HTTPS requests insecure by disabling certificate verification.",
    )
  }
  return true
}

/** `[port,] [host,] [options,] [callback]`: an `options` argument wins over what stands before it. */
function normalize(args: unknown[]): [ConnectionOptions, (() => void) | undefined] {
  const [options, callback] = normalizeArgs(args) as [ConnectionOptions, (() => void) | null]
  const second = args[1] !== null && typeof args[1] === 'object' ? args[1] : args[2]
  return [Object.assign(options, second), callback ?? undefined]
}

/**
 * Connects to a TLS server.
 *
 * @see https://nodejs.org/api/tls.html#tlsconnectoptions-callback
 */
export function connect(...args: unknown[]): TLSSocket {
  const [given, callback] = normalize(args)
  namedByAgent(given)
  const options: ConnectionOptions = {
    rejectUnauthorized: !unauthorizedAllowed(),
    ciphers: tls.DEFAULT_CIPHERS,
    checkServerIdentity: tls.checkServerIdentity,
    minDHSize: 1024,
    ...given,
    // Own, so that whoever reads them behind us finds them so.
    ...ownOptions(given),
  }
  if (!options.keepAlive) {
    options.singleUse = true
  }
  validateFunction(options.checkServerIdentity, 'options.checkServerIdentity')
  validateNumber(options.minDHSize, 'options.minDHSize', 1)
  if (options.dial && options.socket) {
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      "The property 'options.dial' has nothing to do where options.socket is given. Received both",
    )
  }
  const secureContext = options.secureContext || tls.createSecureContext(options)

  const socket = new TLSSocket(options.socket, {
    allowHalfOpen: options.allowHalfOpen,
    pipe: !!options.path,
    secureContext,
    isServer: false,
    requestCert: true,
    rejectUnauthorized: options.rejectUnauthorized !== false,
    ALPNProtocols: options.ALPNProtocols,
    NPNProtocols: options.NPNProtocols,
    verify: options.verify,
    dial: options.dial,
    requestOCSP: options.requestOCSP,
    enableTrace: options.enableTrace,
    pskCallback: options.pskCallback,
    highWaterMark: options.highWaterMark,
    onread: options.onread,
    signal: options.signal,
    noDelay: options.noDelay,
    keepAlive: options.keepAlive,
    keepAliveInitialDelay: options.keepAliveInitialDelay,
  })
  // `rejectUnauthorized: undefined` hides the default; only `false` turns verification off.
  options.rejectUnauthorized = options.rejectUnauthorized !== false
  socket[kConnectOptions] = options
  if (callback) {
    socket.once('secureConnect', callback)
  }
  // Before anything has begun: what throws leaves no connection behind.
  if (options.session) {
    socket.setSession(options.session)
  }
  if (options.servername) {
    if (isAddress(`${options.servername}`)) {
      refuseAddress(options.servername)
    }
    socket.setServername(options.servername)
  }
  if (!options.socket) {
    socket.connect(options as net.SocketConnectOpts, socket._start)
    if (options.timeout) {
      socket.setTimeout(options.timeout)
    }
  }
  socket._releaseControl()
  socket.on('secure', onSecure)
  socket.prependListener('end', onEnd)
  // Last: over a stream that delivers in the same call, all may happen in there.
  if (options.socket) {
    socket._start()
  }
  return socket
}

/** Node's `net.isIP`, but its expression for IPv6 takes 3 ms to compile: names without a colon need not be asked of it. */
const isAddress = (name: string) => (name.includes(':') ? isIPv6(name) : isIPv4(name))

function refuseAddress(servername: string): void {
  if (REFUSES_ADDRESS_AS_NAME) {
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The property 'options.servername' Setting the TLS ServerName to an IP address is not permitted.. Received '${servername}'`,
    )
  }
  if (warnedOfAddress) {
    return
  }
  warnedOfAddress = true
  emitWarning(
    'Setting the TLS ServerName to an IP address is not permitted by RFC 6066. This will be ignored in a future version.',
    'DeprecationWarning',
    'DEP0123',
  )
}

/** The handshake is done: is this the server we meant? */
function onSecure(this: TLSSocket): void {
  const options = this[kConnectOptions]!
  const { dhInfo } = this[kEngine].connection!
  if (dhInfo && dhInfo.bits < options.minDHSize!) {
    this.emit('error', nodeError(Error, 'ERR_TLS_DH_PARAM_SIZE', `DH parameter size ${dhInfo.bits} is less than 2048`))
    this.destroy()
    return
  }
  const verdict = this[kVerdict]
  let error = verdict.chainError
  // What a program's own function said of a session's server, the session knows; to ask the usual one again costs a hash.
  if (!error && !(this[kEngine].connection?.resumed && verifierId(options))) {
    // As in Node, whatever is no error says nothing against it.
    error = identityError(this, serverIdentity(options), options.checkServerIdentity!) || null
  }
  verdict.judge(error)
  if (error && (options.rejectUnauthorized !== false || verdict.refusedByProgram)) {
    this.destroy(error)
    return
  }
  this.secureConnecting = false
  tell(this, 'secureConnect')
  if (this.destroyed) {
    return
  }
  this[kVerified] = true
  this[kEngine].release()
  const session = this[kPendingSession]
  this[kPendingSession] = null
  if (session) {
    tellSession(this, session)
  }
  this.removeListener('end', onEnd)
}

/** The server left before the handshake was done. */
function onEnd(this: TLSSocket): void {
  if (this._hadError) {
    return
  }
  this._hadError = true
  const { path, host, port, localAddress } = this[kConnectOptions]!
  const error = connectionReset('Client network socket disconnected before secure TLS connection was established')
  this.destroy(Object.assign(error, { path, host, port, localAddress }))
}

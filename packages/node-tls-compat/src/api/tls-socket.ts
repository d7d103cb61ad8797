import type net from 'node:net'
import type { Duplex } from 'node:stream'
import {
  defaultHighWaterMark,
  givePrototype,
  hasSockets,
  hostDial,
  isNativeContext,
  named,
  nextTick,
  ownMethods,
  readsIntoMemory,
  Socket,
} from '#host'
import { convertALPNProtocols, convertNPNProtocols } from '../connection/config/alpn.ts'
import { tls } from '../connection/config/assignable.ts'
import { kEngine, kPresets, kSharedContext } from '../connection/config/configured-socket.ts'
import { isSecureContext, type SecureContext } from '../connection/config/node-context.ts'
import type { TLSSocketOptions, WebStreams } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { kSession } from '../connection/peer/session.ts'
import { kVerdict, PeerVerdict, VERDICT_PROPERTIES } from '../connection/peer/verdict.ts'
import { DialedStream } from '../connection/socket/dialed-stream.ts'
import { Engine } from '../connection/socket/engine.ts'
import { makeHandle, type SocketMethods } from '../connection/socket/handle.ts'
import { asDuplex } from '../connection/socket/joined-stream.ts'
import { startTrace } from '../connection/socket/trace.ts'
import { directRead } from '../connection/socket/transport.ts'
import { nodeError } from '../errors/node-error.ts'
import { validateBoolean } from '../errors/validate.ts'
import { isView } from '../host/bytes.ts'
import { nameAskedFor, SocketAnswers } from './socket-answers.ts'
import { SocketBehaviour } from './socket-behaviour.ts'
import { SocketOfEngine } from './socket-of-engine.ts'
import {
  kOwnTransport,
  kPendingSession,
  kVerified,
  type TLSSocketConstructor,
  type TLSSocket as TLSSocketType,
} from './tls-socket-type.ts'

export type TLSSocket = TLSSocketType

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
  const below = asDuplex(given)
  const options = checked(opts)
  this._tlsOptions = options
  this._secureEstablished = false
  this._securePending = false
  this._newSessionPending = false
  this._controlReleased = false
  this.secureConnecting = true
  this._SNICallback = null
  this.servername = null
  this.alpnProtocol = null
  Object.defineProperties(this, VERDICT_PROPERTIES)
  this.encrypted = true
  this[kVerified] = false
  this[kPendingSession] = null
  this[kSession] = undefined
  this[kPresets] = {}
  this[kSharedContext] = contextFrom(options)

  const own = !below
  const raw = below ?? transportOf(this, options)
  this[kOwnTransport] = own
  // Half-open is our affair; the transport must let us answer close_notify.
  const halfOpen = below ? (below as { allowHalfOpen?: boolean }).allowHalfOpen : options.allowHalfOpen
  keepOpen(raw)
  const engine = new Engine(raw, new SocketOfEngine(this))
  this[kEngine] = engine
  this[kVerdict] = new PeerVerdict(engine)
  const handle = makeHandle(engine, this, handleMethods)
  engine.handle = handle
  if (own && options.onread) {
    engine.nativeReader = handle.isStreamBase
  }
  Reflect.apply(Socket as unknown as Function, this, [
    {
      handle,
      allowHalfOpen: halfOpen,
      pauseOnCreate: options.pauseOnConnect,
      manualStart: true,
      highWaterMark: options.highWaterMark,
      writableHighWaterMark: Math.max(WRITABLE_LENGTH, defaultHighWaterMark()),
      signal: options.signal,
      noDelay: options.noDelay,
      keepAlive: options.keepAlive,
      keepAliveInitialDelay: options.keepAliveInitialDelay,
      onread: own ? options.onread : null,
    },
  ])
  this.ssl = handle
  this.server = options.server
  this._requestCert = !!options.requestCert || !options.isServer
  this._rejectUnauthorized = !!options.rejectUnauthorized
  this.on('error', this._tlsError)
  this._init()
  follow(this, raw, own)
  // The caller has the rest of this turn to set up listeners.
  nextTick(begin, this)
} as unknown as TLSSocketConstructor

givePrototype(named('TLSSocket', TLSSocket), Socket, SocketAnswers, SocketBehaviour)
Object.assign(TLSSocket.prototype, ownMethods())

/**
 * What a socket takes before it asks its writer to wait, where no `highWaterMark` says it: Node's default since 22. With
 * the 16 KiB from before, a writer that waits for 'drain' gives one record at a time, and each costs a system call.
 */
const WRITABLE_LENGTH = 65536

/** The options, those that are for the socket itself checked and in the form it uses them in. */
function checked(given: TLSSocketOptions | undefined): TLSSocketOptions {
  const options: TLSSocketOptions = { ...given, ...ownOptions(given ?? {}) }
  if (options.enableTrace != null) {
    validateBoolean(options.enableTrace, 'options.enableTrace')
  }
  if (options.ALPNProtocols) {
    convertALPNProtocols(options.ALPNProtocols, options as { ALPNProtocols?: Buffer })
    if (!isView(options.ALPNProtocols)) {
      throw new TypeError('Must give a Buffer as first argument')
    }
  }
  if (options.NPNProtocols) {
    convertNPNProtocols(options.NPNProtocols, options as { NPNProtocols?: Buffer })
  }
  return options
}

const NATIVE_CONTEXT =
  ' of this stack, as createSecureContext() of @x/node-tls-compat makes; what node:tls made does not say what is in it'

function contextFrom(options: TLSSocketOptions): SecureContext {
  const context = options.secureContext || options.credentials || tls.createSecureContext(options)
  if (!isSecureContext(context)) {
    const whose = isNativeContext(context) ? NATIVE_CONTEXT : ''
    throw nodeError(TypeError, 'ERR_TLS_INVALID_CONTEXT', `context must be a SecureContext${whose}`)
  }
  return context
}

/** A socket for one who brings none: it is connected by ours, and read past its stream. */
function transportOf(
  self: TLSSocket,
  { dial = hostDial, noDelay, keepAlive, keepAliveInitialDelay }: TLSSocketOptions,
): net.Socket | DialedStream {
  if (dial || !hasSockets) {
    return new DialedStream(dial)
  }
  return new Socket({
    allowHalfOpen: true,
    onread: readsIntoMemory ? directRead((bytes) => self[kEngine].transport.take(bytes)) : undefined,
    ...({ noDelay, keepAlive, keepAliveInitialDelay } as object),
  })
}

function keepOpen(raw: Duplex): void {
  try {
    raw.allowHalfOpen = true
  } catch {
    // A getter: then it stays as it is.
  }
}

/** What the native handle offers, and programs use though nobody documented it. */
const handleMethods: SocketMethods<TLSSocket> = {
  verifyError: (self) => self[kVerdict].chainError,
  getServername: nameAskedFor,
  getProtocol: (self) => self.getProtocol(),
  getCipher: (self) => self.getCipher(),
  getSession: (self) => self.getSession(),
  setSession: (self, session: unknown) => self.setSession(session),
  setServername: (self, name: string) => self.setServername(name),
  isSessionReused: (self) => self.isSessionReused(),
  enableTrace: (self) => startTrace(self[kEngine]),
}

function begin(self: TLSSocket): void {
  if (!self._handle) {
    return
  }
  if (!self[kOwnTransport]) {
    self[kEngine].transport.start()
  }
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
    for (const [event, relay] of RELAYS) {
      raw.on(event, relay)
    }
    raw.once('connect', () => {
      if (self.destroyed) {
        return
      }
      self.connecting = false
      // Whoever asked before was told of no address.
      self._sockname = null
      const attempts = (raw as net.Socket).autoSelectFamilyAttemptedAddresses
      if (attempts) {
        self.autoSelectFamilyAttemptedAddresses = attempts
      }
      self._unrefTimer()
      self[kEngine].transport.start()
      self.emit('connect')
      self.emit('ready')
    })
  } else if (raw instanceof Socket) {
    self._parent = raw
    self.connecting = raw.connecting || !(raw as unknown as { _handle: unknown })._handle
    raw.once('connect', () => {
      self.connecting = false
      self._sockname = null
      self.emit('connect')
    })
  }
}

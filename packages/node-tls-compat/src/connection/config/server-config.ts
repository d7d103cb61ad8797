import { randomBytes } from 'node:crypto'
import type { Awaitable } from '@x/crypto-primitives'
import {
  type ClientConfig,
  type ClientHelloInfo,
  decodeSession,
  encodeSession,
  type PeerVerdict,
  type PeerVerification,
  type PskIdentity,
  type ServerConfig,
  type ServerOverrides,
  type Session,
  type TicketProtection,
  type TlsConfig,
  TlsConnection,
} from '@x/tls-handshake'
import { Alert, AlertError } from '@x/tls-record'
import { isSecureContext, type SecureContext } from '../../api/secure-context.ts'
import type { Server } from '../../api/server.ts'
import { contextOf, kConnectOptions, kEngine, kPresets, type TLSSocket } from '../../api/tls-socket-type.ts'
import { tell } from '../../errors/listener-exceptions.ts'
import { invalidArgType, invalidArgValue, nodeError } from '../../errors/node-error.ts'
import { copyOf, isView, validateBuffer, validateObject, validateString } from '../../errors/validate.ts'
import { REFUSED_BY_PROGRAM } from '../peer/verdict.ts'
import { verifierId } from '../trust/verifier-id.ts'
import { alpnNames, selectNextProtocol } from './alpn.ts'
import type { NodeContext } from './node-context.ts'
import type { Verify } from './options.ts'

/**
 * Turns a socket's options into the configuration of its connection: every hook of the handshake that Node's callbacks
 * answer is here.
 */
export function makeConnection(socket: TLSSocket): TlsConnection {
  return socket._tlsOptions.isServer ? serverConnection(socket) : clientConnection(socket)
}

function keyLogger(socket: TLSSocket): TlsConfig['onKeyLog'] {
  if (socket.listenerCount('keylog') === 0) return undefined
  return (line) => tell(socket, 'keylog', Buffer.from(`${line}\n`))
}

type VerifyPeer = NonNullable<ClientConfig['verifyPeer']>

/**
 * The `verify` option: asked where the chain is good, or where a bad one would be gone on with. Its error becomes the
 * verdict, and ends the connection whatever `rejectUnauthorized` says: who pins a key means it. A session was made under the same one, or it is not resumed.
 */
function withCondition(verifyPeer: VerifyPeer | undefined, socket: TLSSocket, verify: Verify): VerifyPeer {
  const refuse = async (peer: PeerVerification, chain: PeerVerdict): Promise<PeerVerdict> => {
    let error: unknown
    try {
      error = await verify({
        certificates: peer.chain.map((der) => Buffer.from(der)),
        servername: peer.serverName,
        ocspResponse: peer.ocspResponse && Buffer.from(peer.ocspResponse),
      })
    } catch (thrown) {
      error = thrown ?? new Error('verify has thrown nothing')
    }
    if (error == null) return chain
    const { code = 'CERT_REJECTED', message = String(error) } = error as { code?: string; message?: string }
    return { ok: false, reason: REFUSED_BY_PROGRAM, result: { code, message } }
  }
  const judge = (peer: PeerVerification, chain: PeerVerdict): Awaitable<PeerVerdict> =>
    peer.resumed || (!chain.ok && socket._rejectUnauthorized) ? chain : refuse(peer, chain)
  return (peer) => {
    const chain = verifyPeer?.(peer) ?? { ok: false }
    return 'then' in chain ? chain.then((verdict) => judge(peer, verdict)) : judge(peer, chain)
  }
}

// --- Client ---------------------------------------------------------------------------------------------------------

function clientConnection(socket: TLSSocket): TlsConnection {
  const options = socket._tlsOptions
  const presets = socket[kPresets]
  const engine = socket[kEngine]
  const { context } = contextOf(socket)
  const config = context.clientConfig()
  const psk = options.pskCallback ? (hint: string | null) => clientPsk(socket, hint) : undefined
  // TLS 1.3 offers it in the ClientHello; below, the server's hint comes first.
  const offered = config.versions?.includes(0x0304) ? psk?.(null) : undefined
  const own: Partial<ClientConfig> = {
    onKeyLog: keyLogger(socket),
    onMessage: (direction, contentType, bytes) => engine.trace?.(direction, contentType, bytes),
    maxSendFragment: presets.maxSendFragment,
    serverName: presets.servername,
    // The Buffer said which server it is for, and was held against that; OpenSSL notes no name in it.
    session: presets.session && { ...presets.session, serverName: presets.servername },
    alpnProtocols: options.ALPNProtocols ? alpnNames(options.ALPNProtocols as Buffer) : undefined,
    ...(options.NPNProtocols && { selectNpn: nextProtocolSelector(options.NPNProtocols as Buffer) }),
    ...(options.verify && { verifyPeer: withCondition(config.verifyPeer, socket, options.verify) }),
    requestOcsp: options.requestOCSP,
    // Node goes on, and looks at the verdict when the handshake is done.
    allowUnverifiedPeer: true,
    allowUnverifiedSession: !socket._rejectUnauthorized,
    verifierId: verifierId({ ...socket[kConnectOptions], verify: options.verify }),
    // DHE primes are held to `minDHSize` after the handshake, with Node's error.
    minDhBits: 512,
    ...(offered && { psks: [offered] }),
    ...(psk && {
      pskCallback: (hint: Uint8Array | null) => psk(hint?.length ? Buffer.from(hint).toString() : null) ?? null,
    }),
  }
  // The context's part is inherited, not copied: connections are many.
  return TlsConnection.client(Object.assign(Object.create(config) as ClientConfig, own))
}

function nextProtocolSelector(list: Buffer): NonNullable<ClientConfig['selectNpn']> | undefined {
  const ours = alpnNames(list)
  return ours.length > 0 ? (offered) => selectNextProtocol(ours, offered) : undefined
}

/** @see https://nodejs.org/api/tls.html#pre-shared-keys */
function clientPsk(socket: TLSSocket, hint: string | null): PskIdentity | undefined {
  try {
    const answer: unknown = socket._tlsOptions.pskCallback!.call(socket, hint)
    if (answer == null) return undefined
    validateObject(answer, 'ret')
    const { psk, identity } = answer as { psk: unknown; identity: unknown }
    validateBuffer(psk, 'psk')
    if (psk.byteLength > MAX_PSK) throw invalidArgValue('psk', psk, `Pre-shared key exceeds ${MAX_PSK} bytes`)
    validateString(identity, 'identity')
    const name = Buffer.from(identity)
    if (name.length > MAX_IDENTITY)
      throw invalidArgValue('identity', identity, `PSK identity exceeds ${MAX_IDENTITY} bytes`)
    return { identity: copyOf(name), key: copyOf(psk) }
  } catch (error) {
    socket.destroy(error as Error)
    return undefined
  }
}

/** OpenSSL's limits, PSK_MAX_PSK_LEN and PSK_MAX_IDENTITY_LEN. */
const MAX_PSK = 512
const MAX_IDENTITY = 256

// --- Server ---------------------------------------------------------------------------------------------------------

/** A step that is never answered: the socket was destroyed with the application's error, and nothing more is sent. */
const abandoned = () => new Promise<never>(() => {})

function serverConnection(socket: TLSSocket): TlsConnection {
  const { context } = contextOf(socket)
  const config = context.serverConfig()
  let Connection = connectionConfigs.get(config)
  if (!Connection) connectionConfigs.set(config, (Connection = connectionConfig(config)))
  const own = new Connection(socket, context)
  const rare = rareHooks(socket, own, config)
  return TlsConnection.server((rare ? Object.assign(own, rare) : own) as unknown as ServerConfig)
}

/** What a connection's configuration is made with, for each context's: that is inherited, not copied. */
const connectionConfigs = new WeakMap<ServerConfig, ReturnType<typeof connectionConfig>>()

/** Connections are many: their hooks are in a prototype, in front of the context's configuration. */
function connectionConfig(base: ServerConfig) {
  class ConnectionConfig implements Partial<ServerConfig> {
    /** What SNICallback has chosen. */
    private chosen: SecureContext | undefined
    private readonly sessions: boolean
    readonly onKeyLog: TlsConfig['onKeyLog']
    readonly maxSendFragment: number | undefined

    constructor(
      private readonly socket: TLSSocket,
      private readonly context: NodeContext,
    ) {
      this.chosen = undefined
      this.sessions = tellsSessions(socket.server)
      this.onKeyLog = keyLogger(socket)
      this.maxSendFragment = socket[kPresets].maxSendFragment
    }

    get current(): SecureContext {
      return this.chosen ?? contextOf(this.socket)
    }

    /** `setKeyCert` may replace the certificate while the handshake runs. */
    get credentials() {
      return this.current.context.credentials
    }

    /** `renegotiate` may ask for what the first handshake did not. */
    get requestCertificate() {
      return this.socket._requestCert
    }

    get requireCertificate() {
      return this.socket._requestCert && this.socket._rejectUnauthorized
    }

    get ticketKeys(): TicketProtection {
      return new NamedTickets(this.socket, this.context)
    }

    /** Node goes on, and looks at the verdict when the handshake is done. */
    get allowUnverifiedPeer() {
      return true
    }

    get allowUnverifiedSession() {
      return !this.requireCertificate
    }

    get verifierId() {
      return verifierId({ verify: this.socket._tlsOptions.verify })
    }

    get acknowledgeServerName() {
      return !!this.socket._tlsOptions.SNICallback
    }

    /** CLIENT_RENEG_LIMIT is counted where the event arrives. */
    get renegotiation() {
      return 'freely' as const
    }

    onMessage(direction: 'read' | 'write', contentType: number, bytes: Uint8Array): void {
      this.socket[kEngine].trace?.(direction, contentType, bytes)
    }

    onClientHello(hello: ClientHelloInfo): Promise<ServerOverrides | undefined> | undefined {
      requireSharedSchemes(base.signatureSchemes ?? [], hello.signatureSchemes)
      const asksForSession =
        this.sessions &&
        hello.sessionId.length > 0 &&
        hello.versions.includes(0x0304) &&
        !!base.versions?.includes(0x0304)
      const asksForContext = hello.serverName !== undefined && !!this.socket._tlsOptions.SNICallback
      // Where nobody is asked, the handshake goes on at once.
      return asksForSession || asksForContext ? this.answerHello(hello, asksForSession) : undefined
    }

    private async answerHello(hello: ClientHelloInfo, asksForSession: boolean) {
      const { socket } = this
      const { verify, SNICallback } = socket._tlsOptions
      if (asksForSession) await askForSession(socket, hello.sessionId)
      if (hello.serverName === undefined || !SNICallback) return undefined
      socket.servername = hello.serverName
      this.chosen = await selectContext(socket, hello.serverName)
      const overrides = this.chosen?.context.serverOverrides()
      if (!overrides || !verify) return overrides
      return { ...overrides, verifyPeer: withCondition(overrides.verifyPeer, socket, verify) }
    }

    selectAlpn(offered: readonly Uint8Array[]): Awaitable<Uint8Array | undefined> {
      const { ALPNCallback, ALPNProtocols } = this.socket._tlsOptions
      if (ALPNCallback) return callAlpn(this.socket, offered)
      return ALPNProtocols ? overlap(alpnNames(ALPNProtocols as Buffer), offered) : undefined
    }
  }
  Object.setPrototypeOf(ConnectionConfig.prototype, base)
  return ConnectionConfig
}

/** Hooks that few servers have. */
function rareHooks(
  socket: TLSSocket,
  own: { readonly current: SecureContext },
  config: ServerConfig,
): Partial<ServerConfig> | undefined {
  const options = socket._tlsOptions
  const { server } = socket
  const sessions = tellsSessions(server)
  const ocsp = !!server && server.listenerCount('OCSPRequest') > 0
  if (!options.NPNProtocols && !options.verify && !ocsp && !sessions && !options.pskCallback) return undefined
  return {
    ...(options.NPNProtocols && { npnProtocols: alpnNames(options.NPNProtocols as Buffer) }),
    ...(options.verify && { verifyPeer: withCondition(config.verifyPeer, socket, options.verify) }),
    ...(ocsp && { ocspResponse: () => requestOcsp(socket, own.current) }),
    ...(sessions && { sessionStore: sessionStore(socket) }),
    ...(options.pskCallback && {
      pskIdentityHint: options.pskIdentityHint === undefined ? undefined : Buffer.from(options.pskIdentityHint),
      pskCallback: (identity: Uint8Array) => serverPsk(socket, identity) ?? null,
      selectPsk: (identity: Uint8Array) => {
        const key = serverPsk(socket, identity)
        return key && { identity, key }
      },
    }),
  }
}

/** OpenSSL refuses a client with none of our `sigalgs`, even where a suite would do without a signature. */
function requireSharedSchemes(ours: readonly number[], theirs: readonly number[]): void {
  if (theirs.length === 0 || ours.some((scheme) => theirs.includes(scheme))) return
  const message = "none of the client's signature algorithms is ours"
  throw new AlertError(Alert.handshake_failure, message, 'NO_SHARED_SIGNATURE_ALGORITHMS')
}

/** Asks SNICallback for the context of a name; an error of it is the connection's, told to the server only. */
function selectContext(socket: TLSSocket, servername: string): Promise<SecureContext | undefined> {
  return new Promise((resolve) => {
    let answered = false
    const fail = (error: Error) => void socket.destroy(error)
    try {
      socket._tlsOptions.SNICallback!.call(socket, servername, (error, context) => {
        if (answered) return fail(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
        answered = true
        if (error) return fail(error)
        if (!socket._handle) return fail(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
        if (context && !isSecureContext(context)) return fail(new TypeError('Invalid SNI context'))
        resolve((context as SecureContext | null) ?? undefined)
      })
    } catch (error) {
      fail(error as Error)
    }
  })
}

const noProtocol = () =>
  new AlertError(
    Alert.no_application_protocol,
    "none of the client's ALPN protocols is ours",
    'NO_APPLICATION_PROTOCOL',
  )

/** Our first protocol that the client offers; RFC 7301 §3.2: none is fatal. */
function overlap(ours: Uint8Array[], offered: readonly Uint8Array[]): Uint8Array {
  const found = ours.find((name) => offered.some((other) => Buffer.compare(name, other) === 0))
  if (!found) throw noProtocol()
  return found
}

function callAlpn(socket: TLSSocket, offered: readonly Uint8Array[]): Uint8Array | Promise<never> {
  const protocols = offered.map((name) => Buffer.from(name).toString('latin1'))
  let selected: string | undefined
  try {
    const { connection } = socket[kEngine]
    selected = socket._tlsOptions.ALPNCallback!.call(socket, {
      servername: connection?.clientHello?.serverName ?? false,
      protocols,
    })
    if (selected !== undefined && !protocols.includes(selected)) {
      throw nodeError(
        TypeError,
        'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT',
        `ALPN callback returned a value (${selected}) that did not match any of the client's offered protocols (${protocols.join(', ')})`,
      )
    }
  } catch (error) {
    socket.destroy(error as Error)
    return abandoned()
  }
  if (selected === undefined) throw noProtocol()
  return Buffer.from(selected, 'latin1')
}

/** `'OCSPRequest'`: the certificate and its issuer, for a response to staple. */
function requestOcsp(socket: TLSSocket, { context }: SecureContext): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    let answered = false
    const fail = (error: Error) => void socket.destroy(error)
    const done = (error: Error | null, response?: unknown) => {
      if (answered) return fail(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
      answered = true
      if (error) return fail(error)
      if (!socket._handle) return fail(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      // OpenSSL's: a response has a byte at least (RFC 6066 §8).
      if (response && !isView(response))
        throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'OCSP response must be a buffer')
      resolve(isView(response) && response.byteLength > 0 ? copyOf(response) : null)
    }
    const [leaf, issuer] = context.leafAndIssuer()
    try {
      socket.server!.emit('OCSPRequest', leaf && Buffer.from(leaf), issuer ? Buffer.from(issuer) : null, done)
    } catch (error) {
      fail(error as Error)
    }
  })
}

/** @see https://nodejs.org/api/tls.html#pre-shared-keys */
function serverPsk(socket: TLSSocket, identity: Uint8Array): Uint8Array | undefined {
  try {
    const answer: unknown = socket._tlsOptions.pskCallback!.call(socket, socket, Buffer.from(identity).toString())
    if (answer == null) return undefined
    let psk: unknown = answer
    if (!isView(answer)) {
      if (typeof answer !== 'object')
        throw invalidArgType('ret', 'of type object or an instance of Buffer, TypedArray, or DataView', answer)
      psk = (answer as { psk: unknown }).psk
      validateBuffer(psk, 'psk')
    }
    const key = copyOf(psk as ArrayBufferView)
    if (key.length > MAX_PSK) throw invalidArgValue('psk', psk, `Pre-shared key exceeds ${MAX_PSK} bytes`)
    return key
  } catch (error) {
    socket.destroy(error as Error)
    return undefined
  }
}

// --- Resumption

/**
 * A session is resumed under the name it was made under, and no other: another context may trust others. Where there is
 * one context for all names, any will do. OpenSSL notes no name then, and its tickets and sessions are taken here.
 */
function renamed(socket: TLSSocket, session: Session): Session {
  if (socket._tlsOptions.SNICallback) return session
  return { ...session, serverName: socket[kEngine].connection?.clientHello?.serverName }
}

/** A context's tickets, for one of its sockets. */
class NamedTickets implements TicketProtection {
  constructor(
    private readonly socket: TLSSocket,
    private readonly context: NodeContext,
  ) {}

  sealSession(session: Session): Uint8Array | null {
    return this.context.tickets.sealSession(session)
  }

  openSession(ticket: Uint8Array): { session: Session; renew: boolean } | null {
    const opened = this.context.tickets.openSession(ticket)
    return opened && { session: renamed(this.socket, opened.session), renew: opened.renew }
  }

  seal(session: Uint8Array): Uint8Array | null {
    return this.sealSession(decodeSession(session))
  }

  open(ticket: Uint8Array): { session: Uint8Array; renew: boolean } | null {
    const opened = this.openSession(ticket)
    return opened && { session: encodeSession(opened.session), renew: opened.renew }
  }
}

// --- Sessions that the application keeps

function tellsSessions(server: Server | undefined): boolean {
  return !!server && (server.listenerCount('resumeSession') > 0 || server.listenerCount('newSession') > 0)
}

/** `'resumeSession'`. Node asks about the id of a TLS 1.3 ClientHello too, though nothing comes of the answer. */
function askForSession(socket: TLSSocket, id: Uint8Array): Promise<Session | null> {
  const server = socket.server!
  const { context } = contextOf(socket)
  return new Promise((resolve) => {
    let answered = false
    const done = (error: Error | null, session?: unknown) => {
      if (answered)
        return void socket.destroy(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
      answered = true
      if (error) return void socket.destroy(error)
      if (!socket._handle) return void socket.destroy(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      const found = isView(session) ? context.decodeSession(copyOf(session)) : null
      resolve(found && renamed(socket, found))
    }
    try {
      if (!server.emit('resumeSession', Buffer.from(id), done)) resolve(null)
    } catch (error) {
      done(error as Error)
    }
  })
}

/** `'newSession'`. What its listener throws is the server's error, not the connection's. */
function tellSession(socket: TLSSocket, id: Uint8Array, session: Session, done: () => void): void {
  const server = socket.server!
  try {
    const encoded = Buffer.from(contextOf(socket).context.encodeSession(session))
    if (!server.emit('newSession', Buffer.from(id), encoded, done)) done()
  } catch (error) {
    server.emit('error', error as Error)
    done()
  }
}

/**
 * `'newSession'` for a ticket of TLS 1.3, after `'secureConnection'`. The ticket carries the session itself and nobody will
 * ask for the id, which is as random as OpenSSL's.
 */
export function tellTicket(socket: TLSSocket, session: Session): void {
  if (session.version === 0x0304 && tellsSessions(socket.server))
    tellSession(socket, randomBytes(32), session, () => {})
}

/** TLS up to 1.2 without tickets: the application keeps the sessions, under their ids. */
function sessionStore(socket: TLSSocket): NonNullable<ServerConfig['sessionStore']> {
  return {
    get: (id) => askForSession(socket, id),
    set: (id, session) => new Promise<void>((resolve) => tellSession(socket, id, session, resolve)),
    delete() {},
  }
}

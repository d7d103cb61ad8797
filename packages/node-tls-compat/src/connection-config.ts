import { randomBytes } from 'node:crypto'
import {
  type ClientConfig,
  type ClientHelloInfo,
  decodeSession,
  encodeSession,
  type PskIdentity,
  type ServerConfig,
  type ServerOverrides,
  type Session,
  TlsConnection,
} from '@x/tls-handshake'
import { Alert, AlertError } from '@x/tls-record'
import { alpnNames, selectNextProtocol } from './alpn.ts'
import { invalidArgType, invalidArgValue, nodeError } from './node-error.ts'
import type { Verify } from './options.ts'
import { isSecureContext, type SecureContext } from './secure-context.ts'
import type { Server } from './server.ts'
import { contextOf, kEngine, kPresets, type TLSSocket } from './socket-type.ts'
import { copyOf, isView, validateBuffer, validateObject, validateString } from './validate.ts'

/**
 * Turns a socket's options into the configuration of its connection: every hook of the handshake that Node's callbacks
 * answer is here.
 */
export function makeConnection(socket: TLSSocket): TlsConnection {
  return socket._tlsOptions.isServer ? serverConnection(socket) : clientConnection(socket)
}

/** What both sides are told. */
function common(socket: TLSSocket) {
  const engine = socket[kEngine]
  return {
    onKeyLog:
      socket.listenerCount('keylog') > 0
        ? (line: string) => void socket.emit('keylog', Buffer.from(`${line}\n`))
        : undefined,
    onMessage: (direction: 'read' | 'write', contentType: number, bytes: Uint8Array) =>
      engine.trace?.(direction, contentType, bytes),
    maxSendFragment: socket[kPresets].maxSendFragment,
  }
}

type VerifyPeer = NonNullable<ClientConfig['verifyPeer']>

/** The `verify` option: asked where the chain is good. Its error becomes the verdict. */
function withCondition(verifyPeer: VerifyPeer | undefined, verify: Verify): VerifyPeer {
  return async (peer) => {
    const verdict = (await verifyPeer?.(peer)) ?? { ok: false }
    if (!verdict.ok) return verdict
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
    if (error == null) return verdict
    const { code = 'CERT_REJECTED', message = String(error) } = error as { code?: string; message?: string }
    return { ok: false, result: { code, message } }
  }
}

// --- Client ---------------------------------------------------------------------------------------------------------

function clientConnection(socket: TLSSocket): TlsConnection {
  const options = socket._tlsOptions
  const presets = socket[kPresets]
  const { context } = contextOf(socket)
  const config = context.clientConfig()
  const psk = options.pskCallback ? (hint: string | null) => clientPsk(socket, hint) : undefined
  // TLS 1.3 offers it in the ClientHello; below, the server's hint comes first.
  const offered = config.versions?.includes(0x0304) ? psk?.(null) : undefined
  const own: Partial<ClientConfig> = {
    ...common(socket),
    serverName: presets.servername,
    // The Buffer said which server it is for, and was held against that; OpenSSL notes no name in it.
    session: presets.session && { ...presets.session, serverName: presets.servername },
    alpnProtocols: options.ALPNProtocols ? alpnNames(options.ALPNProtocols as Buffer) : undefined,
    ...(options.NPNProtocols && { selectNpn: nextProtocolSelector(options.NPNProtocols as Buffer) }),
    ...(options.verify && { verifyPeer: withCondition(config.verifyPeer, options.verify) }),
    requestOcsp: options.requestOCSP,
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
  const options = socket._tlsOptions
  const { server } = socket
  let chosen: SecureContext | undefined
  const current = () => chosen ?? contextOf(socket)
  const { context } = contextOf(socket)
  const config = context.serverConfig()
  const sessions = tellsSessions(server)

  const answerHello = async (hello: ClientHelloInfo, asksForSession: boolean) => {
    if (asksForSession) await askForSession(socket, hello.sessionId)
    if (hello.serverName === undefined || !options.SNICallback) return undefined
    socket.servername = hello.serverName
    chosen = await selectContext(socket, hello.serverName)
    const overrides = chosen?.context.serverOverrides()
    if (!overrides || !options.verify) return overrides
    return { ...overrides, verifyPeer: withCondition(overrides.verifyPeer, options.verify) }
  }

  const own: Partial<ServerConfig> = {
    // `setKeyCert` may replace the certificate while the handshake runs.
    get credentials() {
      return current().context.credentials
    },
    // `renegotiate` may ask for what the first handshake did not.
    get requestCertificate() {
      return socket._requestCert
    },
    get requireCertificate() {
      return socket._requestCert && socket._rejectUnauthorized
    },
    ticketKeys: {
      seal: (session) => context.tickets.seal(session),
      open: (ticket) => underThisName(socket, context.tickets.open(ticket)),
    },
    acknowledgeServerName: !!options.SNICallback,
    // CLIENT_RENEG_LIMIT is counted where the event arrives.
    renegotiation: 'freely',

    onClientHello(hello: ClientHelloInfo): Promise<ServerOverrides | undefined> | undefined {
      requireSharedSchemes(config.signatureSchemes ?? [], hello.signatureSchemes)
      const asksForSession =
        sessions && hello.sessionId.length > 0 && hello.versions.includes(0x0304) && !!config.versions?.includes(0x0304)
      const asksForContext = hello.serverName !== undefined && !!options.SNICallback
      // Where nobody is asked, the handshake goes on at once.
      return asksForSession || asksForContext ? answerHello(hello, asksForSession) : undefined
    },

    selectAlpn: options.ALPNCallback
      ? (offered) => callAlpn(socket, offered)
      : options.ALPNProtocols
        ? (offered) => overlap(alpnNames(options.ALPNProtocols as Buffer), offered)
        : () => undefined,

    ...(options.NPNProtocols && { npnProtocols: alpnNames(options.NPNProtocols as Buffer) }),
    ...(options.verify && { verifyPeer: withCondition(config.verifyPeer, options.verify) }),

    ...(server && server.listenerCount('OCSPRequest') > 0 && { ocspResponse: () => requestOcsp(socket, current()) }),
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
  // The context's part is inherited, not copied: connections are many.
  Object.setPrototypeOf(own, config)
  return TlsConnection.server(Object.assign(own, common(socket)) as ServerConfig)
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
    selected = socket._tlsOptions.ALPNCallback!.call(socket, { servername: connection?.serverName ?? false, protocols })
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
      resolve(isView(response) ? copyOf(response) : null)
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

function underThisName(socket: TLSSocket, opened: { session: Uint8Array; renew: boolean } | null) {
  return opened && { ...opened, session: encodeSession(renamed(socket, decodeSession(opened.session))) }
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

import type { Awaitable } from '@x/crypto-primitives'
import {
  type ClientHelloInfo,
  type ServerConfig,
  type ServerOverrides,
  sharedConfig,
  type TicketProtection,
  type TlsConfig,
  TlsConnection,
} from '@x/tls-handshake'
import { Alert, AlertError, Version } from '@x/tls-record'
import { Buffer } from '#host'
import { nativeError, nodeError } from '../../errors/node-error.ts'
import { copyOf, isView } from '../../host/bytes.ts'
import { verifierId } from '../trust/verifier-id.ts'
import { alpnNames } from './alpn.ts'
import { type ConfiguredSocket, kEngine, kJudged, kPresets, kSharedContext } from './configured-socket.ts'
import { keyLogger } from './key-log.ts'
import { isSecureContext, type NodeContext, type SecureContext } from './node-context.ts'
import { serverPsk } from './psk-callback.ts'
import { askForSession, NamedTickets, sessionStore, tellsSessions } from './server-sessions.ts'
import { withCondition } from './verify-option.ts'

/** A step that is never answered: the socket was destroyed with the application's error, and nothing more is sent. */
const abandoned = () => new Promise<never>(() => {})

/** A server's connection, by its socket's options: every hook of the handshake that Node's callbacks answer is here. */
export function serverConnection(socket: ConfiguredSocket): TlsConnection {
  const { context } = socket[kSharedContext]
  const config = context.serverConfig()
  let Connection = connectionConfigs.get(config)
  if (!Connection) {
    connectionConfigs.set(config, (Connection = connectionConfig(config)))
  }
  const own = new Connection(socket, context)
  const rare = rareHooks(socket, own, config)
  return TlsConnection.server((rare ? Object.assign(own, rare) : own) as unknown as ServerConfig)
}

/** What a connection's configuration is made with, for each context's: that is inherited, not copied. */
const connectionConfigs = new WeakMap<ServerConfig, ReturnType<typeof connectionConfig>>()

/** What is ours in a configuration, and no option of the handshake's. */
const kSocket = Symbol('socket')
const kContext = Symbol('context')
const kSessions = Symbol('sessions')
/** What SNICallback has chosen. */
const kChosen = Symbol('chosen')

/** Connections are many: their hooks are in a prototype, in front of the context's configuration. */
function connectionConfig(base: ServerConfig) {
  class ConnectionConfig implements Partial<ServerConfig> {
    readonly [kSocket]: ConfiguredSocket
    readonly [kContext]: NodeContext
    readonly [kSessions]: boolean;
    [kChosen]: SecureContext | undefined
    readonly maxSendFragment: number | undefined

    constructor(socket: ConfiguredSocket, context: NodeContext) {
      this[kSocket] = socket
      this[kContext] = context
      this[kChosen] = undefined
      this[kSessions] = tellsSessions(socket.server)
      this.maxSendFragment = socket[kPresets].maxSendFragment
    }

    get onKeyLog(): TlsConfig['onKeyLog'] {
      return keyLogger(this[kSocket])
    }

    get current(): SecureContext {
      return this[kChosen] ?? this[kSocket][kSharedContext]
    }

    /** `setKeyCert` may replace the certificate while the handshake runs. */
    get credentials() {
      return this.current.context.credentials
    }

    /** `renegotiate` may ask for what the first handshake did not. */
    get requestCertificate() {
      return this[kSocket]._requestCert
    }

    get requireCertificate() {
      return this[kSocket]._requestCert && this[kSocket]._rejectUnauthorized
    }

    get ticketKeys(): TicketProtection {
      return new NamedTickets(this[kSocket], this[kContext])
    }

    /** Node goes on, and looks at the verdict when the handshake is done. */
    get allowUnverifiedPeer() {
      return true
    }

    /** Of a session it is the one it was made with. Where nobody looks, none is resumed that a handshake would not give. */
    get allowUnverifiedSession() {
      return this[kSocket][kJudged] === true || !this.requireCertificate
    }

    get verifierId() {
      return verifierId({ verify: this[kSocket]._tlsOptions.verify })
    }

    get acknowledgeServerName() {
      return !!this[kSocket]._tlsOptions.SNICallback
    }

    /** CLIENT_RENEG_LIMIT is counted where the event arrives. */
    get renegotiation() {
      return 'freely' as const
    }

    onMessage(direction: 'read' | 'write', contentType: number, bytes: Uint8Array): void {
      this[kSocket][kEngine].trace?.(direction, contentType, bytes)
    }

    onClientHello(hello: ClientHelloInfo): Promise<ServerOverrides | undefined> | undefined {
      requireSharedSchemes(base.signatureSchemes ?? [], hello.signatureSchemes)
      const asksForSession =
        this[kSessions] &&
        hello.sessionId.length > 0 &&
        hello.versions.includes(Version.TLS13) &&
        !!base.versions?.includes(Version.TLS13)
      const asksForContext = hello.serverName !== undefined && !!this[kSocket]._tlsOptions.SNICallback
      // Where nobody is asked, the handshake goes on at once.
      return asksForSession || asksForContext ? this.answerHello(hello, asksForSession) : undefined
    }

    private async answerHello(hello: ClientHelloInfo, asksForSession: boolean) {
      const socket = this[kSocket]
      const { verify, SNICallback } = socket._tlsOptions
      if (asksForSession) {
        await askForSession(socket, hello.sessionId)
      }
      if (hello.serverName === undefined || !SNICallback) {
        return undefined
      }
      socket.servername = hello.serverName
      this[kChosen] = await selectContext(socket, hello.serverName)
      const overrides = this[kChosen]?.context.serverOverrides()
      if (!overrides || !verify) {
        return overrides
      }
      return { ...overrides, verifyPeer: withCondition(overrides.verifyPeer, socket, verify) }
    }

    selectAlpn(offered: readonly Uint8Array[]): Awaitable<Uint8Array | undefined> {
      const { ALPNCallback, ALPNProtocols } = this[kSocket]._tlsOptions
      if (ALPNCallback) {
        return callAlpn(this[kSocket], offered)
      }
      const ours = ALPNProtocols ? alpnNames(ALPNProtocols as Buffer) : []
      // A list without any is none, to OpenSSL.
      return ours.length > 0 ? overlap(ours, offered) : undefined
    }
  }
  Object.setPrototypeOf(sharedConfig(ConnectionConfig.prototype), sharedConfig(base))
  return ConnectionConfig
}

/** Hooks that few servers have. */
function rareHooks(
  socket: ConfiguredSocket,
  own: { readonly current: SecureContext },
  config: ServerConfig,
): Partial<ServerConfig> | undefined {
  const options = socket._tlsOptions
  const { server } = socket
  const sessions = tellsSessions(server)
  const ocsp = !!server && server.listenerCount('OCSPRequest') > 0
  if (!options.NPNProtocols && !options.verify && !ocsp && !sessions && !options.pskCallback) {
    return undefined
  }
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
  if (theirs.length === 0 || ours.some((scheme) => theirs.includes(scheme))) {
    return
  }
  const message = "none of the client's signature algorithms is ours"
  throw new AlertError(Alert.handshake_failure, message, 'NO_SHARED_SIGNATURE_ALGORITHMS')
}

/** Asks SNICallback for the context of a name; an error of it is the connection's, told to the server only. */
function selectContext(socket: ConfiguredSocket, servername: string): Promise<SecureContext | undefined> {
  return new Promise((resolve) => {
    let answered = false
    const fail = (error: Error) => socket.destroy(error)
    try {
      socket._tlsOptions.SNICallback!.call(socket, servername, (error, context) => {
        if (answered) {
          return fail(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
        }
        answered = true
        if (error) {
          return fail(error)
        }
        if (!socket._handle) {
          return fail(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
        }
        // As Node: what is no object leaves the server's own context.
        if (Object(context) !== context) {
          return resolve(undefined)
        }
        if (!isSecureContext(context)) {
          return fail(new TypeError('Invalid SNI context'))
        }
        resolve(context)
      })
    } catch (error) {
      fail(error as Error)
    }
  })
}

function noProtocol(offered: readonly Uint8Array[], ours?: readonly Uint8Array[]): AlertError {
  const named = (list: readonly Uint8Array[]) =>
    list
      .slice(0, 12)
      .map((name) => JSON.stringify(Buffer.from(name).toString('latin1')))
      .join(', ')
  const what = `none of the client's ALPN protocols is ours: it offers ${named(offered)}`
  return new AlertError(
    Alert.no_application_protocol,
    ours ? `${what}; enabled: ${named(ours)}` : what,
    'NO_APPLICATION_PROTOCOL',
  )
}

/** Our first protocol that the client offers; RFC 7301 §3.2: none is fatal. */
function overlap(ours: Uint8Array[], offered: readonly Uint8Array[]): Uint8Array {
  const found = ours.find((name) => offered.some((other) => Buffer.compare(name, other) === 0))
  if (!found) {
    throw noProtocol(offered, ours)
  }
  return found
}

/** A client's words in an error that may be logged: control characters are written out. */
const visible = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  text.replace(/[\0-\x1f\x7f-\x9f]/g, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`)

function callAlpn(socket: ConfiguredSocket, offered: readonly Uint8Array[]): Uint8Array | Promise<never> {
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
        `ALPN callback returned a value (${selected}) that did not match any of the client's offered protocols (${protocols.map(visible).join(', ')})`,
      )
    }
  } catch (error) {
    socket.destroy(error as Error)
    return abandoned()
  }
  if (selected === undefined) {
    throw noProtocol(offered)
  }
  return Buffer.from(selected, 'latin1')
}

/** `'OCSPRequest'`: the certificate and its issuer, for a response to staple. */
function requestOcsp(socket: ConfiguredSocket, { context }: SecureContext): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    let answered = false
    const fail = (error: Error) => socket.destroy(error)
    const onOCSP = (error: Error | null, response?: unknown) => {
      if (answered) {
        return fail(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
      }
      answered = true
      if (error) {
        return fail(error)
      }
      if (!socket._handle) {
        return fail(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      }
      // OpenSSL's: a response has a byte at least (RFC 6066 §8).
      if (response && !isView(response)) {
        throw nativeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'OCSP response must be a buffer')
      }
      resolve(isView(response) && response.byteLength > 0 ? copyOf(response) : null)
    }
    const [leaf, issuer] = context.leafAndIssuer()
    try {
      socket.server!.emit('OCSPRequest', leaf && Buffer.from(leaf), issuer ? Buffer.from(issuer) : null, onOCSP)
    } catch (error) {
      fail(error as Error)
    }
  })
}

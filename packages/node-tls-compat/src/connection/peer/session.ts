import { decodeOpenSslSession, encodeOpenSslSession } from '@x/secure-context'
import type { Session } from '@x/tls-handshake'
import { Buffer } from '#host'
import { type ConfiguredSocket, kConnectOptions, kEngine } from '../config/configured-socket.ts'
import { kVerdict, type PeerVerdict } from './verdict.ts'

export const kSession = Symbol('session')

/** A socket, as far as its sessions have to do with it. */
interface SessionSocket extends Pick<ConfiguredSocket, '_tlsOptions' | typeof kConnectOptions | typeof kEngine> {
  readonly [kVerdict]: PeerVerdict
  /** The session that `'session'` told last: the connection may have read a later one already. */
  readonly [kSession]: Session | undefined
}

/**
 * The Buffer of a `'session'` event: the session with the name of the server it was verified for, in the form that Node
 * has used since 24.21. A session of one server must not be taken up with another, whose certificate nobody checks then.
 */
const PREFIX = Buffer.from('\0nodejs:tls:session:1\0')

interface Identity {
  servername?: string
  host?: string
  socket?: object | null
}

/** The name a client verifies the server by. */
export function serverIdentity(options: Identity | undefined): string {
  return (
    options?.servername || options?.host || (options?.socket as { _host?: string } | undefined)?._host || 'localhost'
  )
}

const optionsOf = (socket: SessionSocket) =>
  (socket[kConnectOptions] ?? socket._tlsOptions) as Identity & { isServer?: boolean; rejectUnauthorized?: boolean }

/**
 * The session of a connection. In TLS 1.3 there is one before its ticket has come; OpenSSL shows it, though nothing can be
 * resumed with it.
 */
export function sessionOf(socket: SessionSocket): Session | undefined {
  const { connection } = socket[kEngine]
  if (!connection?.handshakeComplete) {
    return undefined
  }
  const told = socket[kSession] ?? connection.session
  if (told) {
    return told
  }
  return {
    side: connection.side,
    version: connection.version!,
    cipherSuite: connection.cipherSuite!,
    secret: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    extendedMasterSecret: true,
    lifetime: 7200,
    createdAt: Date.now(),
    alpn: connection.alpnProtocol,
    serverName: connection.serverName,
    peerCertificates: connection.peerCertificates ?? [],
    verified: connection.peerVerification && {
      ok: connection.peerVerification.ok,
      result: connection.peerVerification.result,
    },
  }
}

/** A session knows all that was said against the server, of its name too: it lends no more than that. */
function withVerdict(socket: SessionSocket, session: Session): Session {
  if (!socket[kConnectOptions] || session.peerCertificates.length === 0) {
    return session
  }
  const said = socket[kVerdict].judgement
  if (said === null) {
    return session
  }
  const { code = 'UNSPECIFIED', message = '' } = said ?? {}
  return { ...session, verified: { ok: false, result: { code, message } } }
}

export function encodeWrappedSession(socket: SessionSocket, session: Session): Buffer {
  const encoded = encodeOpenSslSession(withVerdict(socket, session))
  const options = optionsOf(socket)
  if (options.isServer) {
    return Buffer.from(encoded)
  }
  const name = Buffer.from(serverIdentity(options))
  // Not from Buffer's pool: whoever keeps a session would keep what lies beside it there.
  const wrapped = Buffer.allocUnsafeSlow(PREFIX.length + 2 + name.length + encoded.length)
  wrapped.set(PREFIX)
  const end = wrapped.writeUInt16BE(name.length, PREFIX.length) + name.length
  wrapped.set(name, PREFIX.length + 2)
  wrapped.set(encoded, end)
  return wrapped
}

function unwrap(state: Buffer): { name: string; encoded: Buffer } | undefined {
  const start = PREFIX.length + 2
  if (state.length < start || !state.subarray(0, PREFIX.length).equals(PREFIX)) {
    return undefined
  }
  const end = start + state.readUInt16BE(PREFIX.length)
  if (end > state.length) {
    return undefined
  }
  return { name: state.toString('utf8', start, end), encoded: state.subarray(end) }
}

/**
 * The session inside `state` when it may be offered on this socket; `undefined` for one that belongs to another server,
 * that does not say whose it is while the server is to be verified, or that can't be read.
 */
export function decodeReusableSession(socket: SessionSocket, state: unknown): Session | undefined {
  const bytes =
    typeof state === 'string'
      ? Buffer.from(state, 'latin1')
      : ArrayBuffer.isView(state)
        ? Buffer.from(new Uint8Array(state.buffer, state.byteOffset, state.byteLength))
        : undefined
  if (!bytes) {
    return undefined
  }
  const options = optionsOf(socket)
  const wrapped = unwrap(bytes)
  if (wrapped && wrapped.name !== serverIdentity(options)) {
    return undefined
  }
  if (!wrapped && !options.isServer && options.rejectUnauthorized !== false) {
    return undefined
  }
  try {
    return decodeOpenSslSession(wrapped?.encoded ?? bytes, options.isServer ? 'server' : 'client')
  } catch {
    return undefined
  }
}

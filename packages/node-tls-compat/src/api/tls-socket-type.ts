/** What a TLSSocket is and holds; `tls-socket.ts` makes it. */
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type { Session } from '@x/tls-handshake'
import type {
  kConnectOptions,
  kEngine,
  kJudged,
  kPresets,
  kSharedContext,
} from '../connection/config/configured-socket.ts'
import type { SecureContext } from '../connection/config/node-context.ts'
import type { ConnectionOptions, SNICallback, TLSSocketOptions, WebStreams } from '../connection/config/options.ts'
import type { kSession } from '../connection/peer/session.ts'
import type { kVerdict, PeerVerdict } from '../connection/peer/verdict.ts'
import type { Engine } from '../connection/socket/engine.ts'
import type { Handle } from '../connection/socket/handle.ts'

/** State that is ours and nobody's to look up by name; more of it belongs to the rooms below. */
export const kErrorEmitted = Symbol('error-emitted')
export const kVerified = Symbol('verified')
export const kPendingSession = Symbol('pending-session')
export const kRenegotiationDisabled = Symbol('renegotiation-disabled')
export const kOwnTransport = Symbol('own-transport')

export interface TLSSocket extends net.Socket {
  connecting: boolean
  autoSelectFamilyAttemptedAddresses: string[]
  encrypted: true
  secureConnecting: boolean
  authorized: boolean
  authorizationError: string | Error | null
  alpnProtocol: string | false | null
  /** With the option `NPNProtocols`, as io.js: the protocol chosen by Next Protocol Negotiation. */
  npnProtocol?: string | false
  servername: string | false | null
  server: net.Server | undefined
  ssl: Handle | null
  _handle: Handle | null
  _writeGeneric(writev: boolean, data: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void
  _tlsOptions: TLSSocketOptions
  _parent: net.Socket | undefined
  _SNICallback: SNICallback | null
  _requestCert: boolean
  _rejectUnauthorized: boolean
  _secureEstablished: boolean
  /** Steps of Node's that are none here: always false. */
  _securePending: boolean
  _newSessionPending: boolean
  _controlReleased: boolean
  _hadError: boolean
  _closeAfterHandlingError: boolean
  _host: string | undefined
  /** Node's memory of what `address()` said. */
  _sockname: object | null
  /** What is written before the connection is there. */
  _pendingData?: unknown
  _pendingEncoding?: string
  [kEngine]: Engine
  [kConnectOptions]: ConnectionOptions | undefined
  [kErrorEmitted]: boolean
  [kJudged]?: true
  [kVerified]: boolean
  [kPendingSession]: Session | null
  [kVerdict]: PeerVerdict
  /** The session that `'session'` told last: the connection may have read a later one already. */
  [kSession]: Session | undefined
  [kRenegotiationDisabled]: boolean
  [kPresets]: { servername?: string; session?: Session; maxSendFragment?: number }
  [kSharedContext]: SecureContext
  [kOwnTransport]: boolean
  _unrefTimer(): void
  _start(): void
  _finishInit(): void
  _init(): void
  _setPskIdentityHint(hint: unknown): void
  _releaseControl(): boolean
  _emitTLSError(error: Error): void
  _tlsError(error: Error): Error | null
  _handleTimeout(): void
  _destroySSL(): void
  disableRenegotiation(): void
  renegotiate(
    options: { requestCert?: boolean; rejectUnauthorized?: boolean },
    callback?: (error: Error | null) => void,
  ): boolean | undefined
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer
  setMaxSendFragment(size: number): boolean
  setServername(name: string): void
  setSession(session: unknown): void
  setKeyCert(context: unknown): void
  getSession(): Buffer | null | undefined
  getTLSTicket(): Buffer | null | undefined
  getPeerCertificate(detailed?: boolean): object | null
  getCertificate(): object | null
  getPeerX509Certificate(): unknown
  getX509Certificate(): unknown
  getCipher(): object | null | undefined
  getEphemeralKeyInfo(): object | null
  getSharedSigalgs(): string[] | null
  /** Beyond Node: IANA's name of the scheme we signed the handshake with, and of the peer's. */
  getSignatureScheme(): string | undefined
  getPeerSignatureScheme(): string | undefined
  getFinished(): Buffer | null | undefined
  getPeerFinished(): Buffer | null | undefined
  getProtocol(): string | null
  isSessionReused(): boolean | null
  enableTrace(): void | null
}

export interface TLSSocketConstructor {
  new (socket?: Duplex | WebStreams | null, options?: TLSSocketOptions): TLSSocket
  (this: TLSSocket, socket?: Duplex | WebStreams | null, options?: TLSSocketOptions): void
  readonly prototype: TLSSocket
}

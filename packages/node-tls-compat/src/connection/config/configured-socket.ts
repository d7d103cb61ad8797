import type { EventEmitter } from 'node:events'
import type { Session, TlsConnection } from '@x/tls-handshake'
import type { SecureContext } from './node-context.ts'
import type { ConnectionOptions, TLSSocketOptions } from './options.ts'

export const kEngine = Symbol('engine')
export const kConnectOptions = Symbol('connect-options')
/** What was set on a client before its ClientHello left. */
export const kPresets = Symbol('presets')
/** The context a connection is made from at this moment; `setKeyCert` may replace it during the handshake. */
export const kSharedContext = Symbol('context')
/** Set where somebody looks at what was found of the peer as soon as the handshake is done: a server, of those it accepts. */
export const kJudged = Symbol('judged')

/** A TLSSocket, as far as the configuration of its connection has to do with it: whose callbacks, and whose failure it is. */
export interface ConfiguredSocket extends EventEmitter {
  readonly server: EventEmitter | undefined
  readonly _handle: object | null
  readonly _tlsOptions: TLSSocketOptions
  readonly _requestCert: boolean
  readonly _rejectUnauthorized: boolean
  servername: string | false | null
  readonly [kConnectOptions]: ConnectionOptions | undefined
  readonly [kPresets]: { servername?: string; session?: Session; maxSendFragment?: number }
  readonly [kSharedContext]: SecureContext
  readonly [kJudged]?: true
  readonly [kEngine]: {
    readonly connection: TlsConnection | undefined
    readonly trace: ((direction: 'read' | 'write', contentType: number, bytes: Uint8Array) => void) | undefined
  }
  destroy(error?: Error): unknown
}

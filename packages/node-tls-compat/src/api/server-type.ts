/** What a Server is and holds; `server.ts` makes it. */
import type net from 'node:net'
import type { SecureContext } from '../connection/config/node-context.ts'
import type { ALPNCallback, TlsOptions } from '../connection/config/options.ts'
import type { TLSSocket } from './tls-socket-type.ts'

export type SecureConnectionListener = (this: Server, socket: TLSSocket) => void

/** Options that are each connection's, and not the context's. */
export const kOptions = Symbol('tls-options')

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

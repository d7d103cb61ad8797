import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type { CryptoProvider, Signer } from '@x/crypto-primitives'
import type { SecureContext } from './secure-context.ts'
import type { Server } from './server.ts'
import type { TLSSocket } from './tls-socket.ts'

type Bytes = string | ArrayBufferView
type OneOrMore<T> = T | readonly T[]

/** Options of `tls.createSecureContext()`. @see https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions */
export interface SecureContextOptions {
  allowPartialTrustChain?: boolean
  ca?: OneOrMore<Bytes> | null
  cert?: OneOrMore<Bytes> | null
  certificateCompression?: readonly string[] | null
  ciphers?: string | null
  clientCertEngine?: string | null
  crl?: OneOrMore<Bytes> | null
  dhparam?: Bytes | null
  ecdhCurve?: string
  honorCipherOrder?: boolean
  key?: OneOrMore<Bytes | { pem: Bytes; passphrase?: string } | Signer> | null
  maxVersion?: string | null
  minVersion?: string | null
  passphrase?: string | null
  pfx?: OneOrMore<Bytes | { buf: Bytes; passphrase?: string }> | null
  privateKeyEngine?: string | null
  privateKeyIdentifier?: string | null
  secureOptions?: number
  secureProtocol?: string
  sessionIdContext?: string | null
  sessionTimeout?: number | null
  sigalgs?: string | null
  ticketKeys?: ArrayBufferView | null
  /** Ours: the cryptography to use (default: `node:crypto`'s). */
  provider?: CryptoProvider
}

export type SNICallback = (servername: string, done: (error: Error | null, context?: unknown) => void) => void
export type ALPNCallback = (offer: { servername: string | false; protocols: string[] }) => string | undefined

interface Common extends SecureContextOptions {
  ALPNProtocols?: readonly (string | ArrayBufferView)[] | ArrayBufferView
  ALPNCallback?: ALPNCallback
  SNICallback?: SNICallback
  enableTrace?: boolean
  requestCert?: boolean
  rejectUnauthorized?: boolean
  pskIdentityHint?: string
  // biome-ignore lint/suspicious/noExplicitAny: a client's takes a hint, a server's a socket and an identity
  pskCallback?: ((...args: any[]) => any) | null
  secureContext?: SecureContext
  handshakeTimeout?: number
}

/** Options of `new tls.TLSSocket()`. */
export interface TLSSocketOptions extends Common {
  isServer?: boolean
  server?: Server
  credentials?: SecureContext
  session?: Uint8Array | string
  requestOCSP?: boolean
  allowHalfOpen?: boolean
  highWaterMark?: number
  onread?: unknown
  signal?: AbortSignal
  noDelay?: boolean
  keepAlive?: boolean
  keepAliveInitialDelay?: number
  pauseOnConnect?: boolean
  pipe?: boolean
}

/** Options of `tls.connect()`. @see https://nodejs.org/api/tls.html#tlsconnectoptions-callback */
export interface ConnectionOptions extends Omit<TLSSocketOptions, 'isServer' | 'server'> {
  host?: string
  port?: number | string
  path?: string
  socket?: (Duplex & { _host?: string }) | null
  servername?: string
  checkServerIdentity?: (hostname: string, cert: object) => Error | undefined
  minDHSize?: number
  timeout?: number
  lookup?: net.LookupFunction
  localAddress?: string
  singleUse?: boolean
}

/** Options of `tls.createServer()`. @see https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener */
export interface TlsOptions extends Common, net.ServerOpts {
  sessionTimeout?: number
}

export type SecureConnectionListener = (this: Server, socket: TLSSocket) => void

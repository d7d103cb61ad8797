import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type { CryptoProvider, Signer } from '@x/crypto-primitives'
import type { Dial, DialTarget, WebStreams } from '../../host/dial.ts'
import type { SecureContext } from './node-context.ts'

export type { Dial, DialTarget, WebStreams }

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
  /** Ours: hashes that deriving the key of one encrypted `key` or `pfx` may take. */
  passphraseWork?: number
}

/** What a `verify` option is told of the peer. */
export interface VerifiedPeer {
  /** DER: the peer's certificates as it sent them, its own first. */
  readonly certificates: readonly Buffer[]
  /** On a client: the name that was asked for. */
  readonly servername: string | undefined
  /** On a client that asked for it: the stapled OCSP response. */
  readonly ocspResponse: Buffer | undefined
}

/**
 * One more condition on a peer whose chain was found good: a pin, a revocation service, a list of one's own. The error it
 * returns, resolves to, or throws refuses the peer, as a bad chain does; it cannot accept what the chain's check refused.
 */
export type Verify = (peer: VerifiedPeer) => Error | null | undefined | void | Promise<Error | null | undefined | void>

export type SNICallback = (servername: string, done: (error: Error | null, context?: unknown) => void) => void
export type ALPNCallback = (offer: { servername: string | false; protocols: string[] }) => string | undefined

interface Common extends SecureContextOptions {
  ALPNProtocols?: readonly (string | ArrayBufferView)[] | ArrayBufferView
  ALPNCallback?: ALPNCallback
  /** Next Protocol Negotiation, TLS up to 1.2; as io.js 3 had it. */
  NPNProtocols?: readonly (string | ArrayBufferView)[] | ArrayBufferView
  SNICallback?: SNICallback
  enableTrace?: boolean
  requestCert?: boolean
  rejectUnauthorized?: boolean
  pskIdentityHint?: string
  // biome-ignore lint/suspicious/noExplicitAny: a client's takes a hint, a server's a socket and an identity
  pskCallback?: ((...args: any[]) => any) | null
  secureContext?: SecureContext
  handshakeTimeout?: number
  /** Ours: one more condition on a peer whose chain is good; it may answer with a promise. Not asked on resumption. */
  verify?: Verify
}

/** Options of `new tls.TLSSocket()`. */
export interface TLSSocketOptions extends Common {
  /** Ours: how the connection is made. */
  dial?: Dial
  isServer?: boolean
  server?: net.Server
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
  /** A socket, any Duplex, or a pair of Web Streams of bytes. */
  socket?: (Duplex & { _host?: string }) | WebStreams | null
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

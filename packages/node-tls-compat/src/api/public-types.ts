/**
 * The module as programs and their editors see it: Node's own declarations, whichever `@types/node` there is, with what is
 * ours in them. So what takes Node's sockets, servers and options takes ours, and the other way round.
 */
import type EventEmitter from 'node:events'
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type * as node from 'node:tls'
import type { CryptoProvider, Signer } from '@x/crypto-primitives'
import type { DialTarget, VerifiedPeer, Verify } from '../connection/config/options.ts'

export type { DialTarget, VerifiedPeer, Verify }

/** Two Web Streams of bytes, by what is used of them: a WebTransport stream's, a Worker's socket's, Deno's connection's. */
export interface WebStreams {
  readonly readable: {
    getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> }
  }
  readonly writable: { getWriter(): { write(chunk: Uint8Array): Promise<void>; close(): Promise<void> } }
}

/** Makes the connection that TLS runs over: gives a Duplex or a pair of Web Streams of bytes, or a promise of one. */
export type Dial = (target: DialTarget) => Duplex | WebStreams | PromiseLike<Duplex | WebStreams>

type Key = NonNullable<node.SecureContextOptions['key']>
type OneKey = Exclude<Key, readonly unknown[]>
type Listed<T> = T extends readonly (infer One)[] ? One : never
type Protocols = readonly (string | NodeJS.ArrayBufferView)[] | NodeJS.ArrayBufferView | undefined

/** What every kind of options has of ours. */
interface OwnContextOptions {
  /** The private key, or each of several: as in Node, or a `Signer`, which may answer with a promise (an HSM, a KMS). */
  key?: OneKey | Signer | readonly (OneKey | Listed<Key> | Signer)[] | Key | undefined
  /** The cryptography to use (default: `node:crypto`'s). */
  provider?: CryptoProvider | undefined
  /** Hashes that deriving the key of one encrypted `key` or `pfx` may take (default 10,000,000); `Infinity` is no bound. */
  passphraseWork?: number | undefined
  /** Algorithms for certificates of this side and the peer's, by preference (Node 26). */
  certificateCompression?: readonly string[] | null | undefined
  /** A certificate of `ca` that is not self-signed is trusted all the same (Node 22). */
  allowPartialTrustChain?: boolean | undefined
}

export interface OwnConnectionOptions extends OwnContextOptions {
  /** One more condition on a peer whose chain is good; whatever is not `undefined` or `null` refuses the peer. */
  verify?: Verify | undefined
  /** Names, or the list in the form of the extension. */
  ALPNProtocols?: Protocols
  /** Next Protocol Negotiation, TLS up to 1.2; as io.js 3 had it. */
  NPNProtocols?: Protocols
}

/** @see https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions */
export type TlsSecureContextOptions = Omit<node.SecureContextOptions, keyof OwnContextOptions> & OwnContextOptions
/** @see https://nodejs.org/api/tls.html#tlsconnectoptions-callback */
export type TlsConnectionOptions = Omit<node.ConnectionOptions, keyof OwnConnectionOptions | 'socket'> &
  OwnConnectionOptions & {
    /** A socket, any Duplex, or a pair of Web Streams of bytes. */
    socket?: node.ConnectionOptions['socket'] | Duplex | WebStreams
    /** How the connection is made: through a relay, a proxy, a tunnel; where the host has no sockets. */
    dial?: Dial | undefined
  }
/** @see https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener */
export type TlsServerOptions = Omit<node.TlsOptions, keyof OwnConnectionOptions> & OwnConnectionOptions
/** @see https://nodejs.org/api/tls.html#new-tlstlssocketsocket-options */
export type TlsSocketOptions = Omit<node.TLSSocketOptions, keyof OwnConnectionOptions> & OwnConnectionOptions

interface OwnSocket {
  /** With `NPNProtocols`: the protocol agreed on; `false`: none. */
  npnProtocol?: string | false
  /** IANA's name of the scheme by which this side signed the handshake. */
  getSignatureScheme(): string | undefined
  /** The same of the peer. */
  getPeerSignatureScheme(): string | undefined
}

/** @see https://nodejs.org/api/tls.html#class-tlstlssocket */
export type TlsSocket = node.TLSSocket & OwnSocket
/** @see https://nodejs.org/api/tls.html#class-tlsserver */
export type TlsServer = node.Server
export type TlsSecureContext = node.SecureContext
export type TlsConnectionListener = (this: TlsServer, socket: TlsSocket) => void

/** @see https://nodejs.org/docs/latest-v22.x/api/tls.html#class-tlssecurepair */
export interface TlsSecurePair extends EventEmitter {
  readonly encrypted: Duplex
  readonly cleartext: TlsSocket
  readonly npnProtocol: string | false | undefined
  readonly alpnProtocol: string | false | null
  readonly servername: string | false | null
  /** What io.js had here; `null` when all is over. */
  readonly ssl: { verifyError(): Error | null } | null
  destroy(): void
}

type Statics<Class> = Omit<Class, 'prototype'>

interface OwnModule {
  connect(options: TlsConnectionOptions, secureConnectListener?: () => void): TlsSocket
  connect(port: number, host?: string, options?: TlsConnectionOptions, secureConnectListener?: () => void): TlsSocket
  connect(port: number, options?: TlsConnectionOptions, secureConnectListener?: () => void): TlsSocket
  connect(port: number, secureConnectListener: () => void): TlsSocket
  connect(port: number, host: string, secureConnectListener: () => void): TlsSocket
  createServer(secureConnectionListener?: (socket: TlsSocket) => void): TlsServer
  createServer(options: TlsServerOptions, secureConnectionListener?: (socket: TlsSocket) => void): TlsServer
  createSecureContext(options?: TlsSecureContextOptions): TlsSecureContext
  /** @deprecated use `new tls.TLSSocket(stream)` */
  createSecurePair(
    context?: TlsSecureContext,
    isServer?: boolean,
    requestCert?: boolean,
    rejectUnauthorized?: boolean,
    options?: TlsSocketOptions,
  ): TlsSecurePair
  TLSSocket: Statics<typeof node.TLSSocket> & {
    new (socket: net.Socket | Duplex | WebStreams, options?: TlsSocketOptions): TlsSocket
    readonly prototype: TlsSocket
  }
  Server: Statics<typeof node.Server> & {
    new (secureConnectionListener?: (socket: TlsSocket) => void): TlsServer
    new (options: TlsServerOptions, secureConnectionListener?: (socket: TlsSocket) => void): TlsServer
    readonly prototype: TlsServer
  }
  SecureContext: new (options?: TlsSecureContextOptions) => TlsSecureContext
  /** The list in the form of the extension, in `out.ALPNProtocols`. */
  convertALPNProtocols(protocols: Protocols, out: { ALPNProtocols?: Buffer }): void
  /** @see https://nodejs.org/api/tls.html#tlsgetcacertificatestype */
  getCACertificates(type?: 'default' | 'system' | 'bundled' | 'extra'): string[]
  /** @see https://nodejs.org/api/tls.html#tlssetdefaultcacertificatescerts */
  setDefaultCACertificates(certs: readonly (string | NodeJS.ArrayBufferView)[]): void
  /** @see https://nodejs.org/api/tls.html#tlsgetcertificatecompressionalgorithms */
  getCertificateCompressionAlgorithms(): string[]
}

/** The whole module. */
export type Tls = Omit<typeof node, keyof OwnModule | 'default'> & OwnModule

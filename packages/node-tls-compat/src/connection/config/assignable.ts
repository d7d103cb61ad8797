import type { connect } from '../../api/connect.ts'
import type { createSecureContext, SecureContext } from '../../api/secure-context.ts'
import type { createSecurePair } from '../../api/secure-pair.ts'
import type { createServer, Server } from '../../api/server.ts'
import type { TLSSocket } from '../../api/tls-socket.ts'
import type { checkServerIdentity } from '../trust/check-server-identity.ts'
import type { convertALPNProtocols } from './alpn.ts'

/**
 * The module's own exports object. Programs assign to it (`tls.DEFAULT_MAX_VERSION = …`) and replace functions in it, and
 * what we call ourselves is looked up here when it is called, so that they are heeded.
 */
export interface Tls {
  CLIENT_RENEG_LIMIT: number
  CLIENT_RENEG_WINDOW: number
  DEFAULT_CIPHERS: string
  DEFAULT_ECDH_CURVE: string
  DEFAULT_MIN_VERSION: string
  DEFAULT_MAX_VERSION: string
  readonly rootCertificates: readonly string[]
  getCiphers(): string[]
  getCACertificates(type?: 'default' | 'bundled' | 'system' | 'extra'): readonly string[]
  setDefaultCACertificates(certs: readonly (string | ArrayBufferView)[]): void
  getCertificateCompressionAlgorithms(): string[]
  convertALPNProtocols: typeof convertALPNProtocols
  checkServerIdentity: typeof checkServerIdentity
  createSecureContext: typeof createSecureContext
  SecureContext: typeof SecureContext
  TLSSocket: typeof TLSSocket
  Server: typeof Server
  createServer: typeof createServer
  connect: typeof connect
  createSecurePair: typeof createSecurePair
}

export const tls = {} as Tls

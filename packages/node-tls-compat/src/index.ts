import { tls } from './api/tls.ts'

export { tls as default, tls as 'module.exports' }

// Taken from the object, so that whoever imports one of them has the whole module set up.
export const {
  CLIENT_RENEG_LIMIT,
  CLIENT_RENEG_WINDOW,
  DEFAULT_CIPHERS,
  DEFAULT_ECDH_CURVE,
  DEFAULT_MAX_VERSION,
  DEFAULT_MIN_VERSION,
  Server,
  SecureContext,
  TLSSocket,
  checkServerIdentity,
  connect,
  convertALPNProtocols,
  createSecureContext,
  createSecurePair,
  createServer,
  getCACertificates,
  getCertificateCompressionAlgorithms,
  getCiphers,
  rootCertificates,
  setDefaultCACertificates,
} = tls

export type { SecureConnectionListener } from './api/server-type.ts'
export type {
  ConnectionOptions,
  SecureContextOptions,
  TLSSocketOptions,
  TlsOptions,
  VerifiedPeer,
  Verify,
  WebStreams,
} from './connection/config/options.ts'

// The constructors are functions, as `https` needs them; these are the types of what they make.
export type SecureContext = import('./connection/config/node-context.ts').SecureContext
export type Server = import('./api/server-type.ts').Server
export type TLSSocket = import('./api/tls-socket-type.ts').TLSSocket

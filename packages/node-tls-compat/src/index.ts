import type * as node from 'node:tls'
import type * as types from './api/public-types.ts'
import { tls as whole } from './api/tls.ts'
import { checkServerIdentity as check } from './connection/trust/check-server-identity.ts'

const tls: types.Tls = whole as unknown as types.Tls

/** Types by the module's name, as Node's declarations have them: `tls.ConnectionOptions`. */
declare namespace tls {
  export type ConnectionOptions = types.TlsConnectionOptions
  export type SecureConnectionListener = types.TlsConnectionListener
  export type SecureContext = types.TlsSecureContext
  export type SecureContextOptions = types.TlsSecureContextOptions
  export type SecurePair = types.TlsSecurePair
  export type Server = types.TlsServer
  export type TLSSocket = types.TlsSocket
  export type TLSSocketOptions = types.TlsSocketOptions
  export type TlsOptions = types.TlsServerOptions
  // Node's, in every `@types/node`.
  export type Certificate = node.Certificate
  export type CipherNameAndProtocol = node.CipherNameAndProtocol
  export type CommonConnectionOptions = node.CommonConnectionOptions
  export type DetailedPeerCertificate = node.DetailedPeerCertificate
  export type EphemeralKeyInfo = node.EphemeralKeyInfo
  export type KeyObject = node.KeyObject
  export type PSKCallbackNegotation = node.PSKCallbackNegotation
  export type PeerCertificate = node.PeerCertificate
  export type PxfObject = node.PxfObject
  export type SecureVersion = node.SecureVersion
}

export { tls as default, tls as 'module.exports' }

const own = <Name extends keyof types.Tls>(name: Name): types.Tls[Name] => tls[name]

// Taken from the object, so that whoever imports one of them has the whole module set up, and who imports the one that
// needs nothing of it has that alone; each with the name of its type, so that the declarations hold for every `@types/node`.
export const CLIENT_RENEG_LIMIT: types.Tls['CLIENT_RENEG_LIMIT'] = /* @__PURE__ */ own('CLIENT_RENEG_LIMIT')
export const CLIENT_RENEG_WINDOW: types.Tls['CLIENT_RENEG_WINDOW'] = /* @__PURE__ */ own('CLIENT_RENEG_WINDOW')
export const DEFAULT_CIPHERS: types.Tls['DEFAULT_CIPHERS'] = /* @__PURE__ */ own('DEFAULT_CIPHERS')
export const DEFAULT_ECDH_CURVE: types.Tls['DEFAULT_ECDH_CURVE'] = /* @__PURE__ */ own('DEFAULT_ECDH_CURVE')
export const DEFAULT_MAX_VERSION: types.Tls['DEFAULT_MAX_VERSION'] = /* @__PURE__ */ own('DEFAULT_MAX_VERSION')
export const DEFAULT_MIN_VERSION: types.Tls['DEFAULT_MIN_VERSION'] = /* @__PURE__ */ own('DEFAULT_MIN_VERSION')
export const Server: types.Tls['Server'] = /* @__PURE__ */ own('Server')
export const SecureContext: types.Tls['SecureContext'] = /* @__PURE__ */ own('SecureContext')
export const TLSSocket: types.Tls['TLSSocket'] = /* @__PURE__ */ own('TLSSocket')
export const checkServerIdentity: types.Tls['checkServerIdentity'] = check as types.Tls['checkServerIdentity']
export const connect: types.Tls['connect'] = /* @__PURE__ */ own('connect')
export const convertALPNProtocols: types.Tls['convertALPNProtocols'] = /* @__PURE__ */ own('convertALPNProtocols')
export const createSecureContext: types.Tls['createSecureContext'] = /* @__PURE__ */ own('createSecureContext')
export const createSecurePair: types.Tls['createSecurePair'] = /* @__PURE__ */ own('createSecurePair')
export const createServer: types.Tls['createServer'] = /* @__PURE__ */ own('createServer')
export const getCACertificates: types.Tls['getCACertificates'] = /* @__PURE__ */ own('getCACertificates')
export const getCertificateCompressionAlgorithms: types.Tls['getCertificateCompressionAlgorithms'] =
  /* @__PURE__ */ own('getCertificateCompressionAlgorithms')
export const getCiphers: types.Tls['getCiphers'] = /* @__PURE__ */ own('getCiphers')
export const rootCertificates: types.Tls['rootCertificates'] = /* @__PURE__ */ own('rootCertificates')
export const setDefaultCACertificates: types.Tls['setDefaultCACertificates'] =
  /* @__PURE__ */ own('setDefaultCACertificates')

export type {
  Certificate,
  CipherNameAndProtocol,
  CommonConnectionOptions,
  DetailedPeerCertificate,
  EphemeralKeyInfo,
  KeyObject,
  PeerCertificate,
  PSKCallbackNegotation,
  PxfObject,
  SecureVersion,
} from 'node:tls'
export type { Dial, DialTarget, VerifiedPeer, Verify, WebStreams } from './api/public-types.ts'

export type ConnectionOptions = types.TlsConnectionOptions
export type SecureConnectionListener = types.TlsConnectionListener
export type SecureContextOptions = types.TlsSecureContextOptions
export type SecurePair = types.TlsSecurePair
export type TLSSocketOptions = types.TlsSocketOptions
export type TlsOptions = types.TlsServerOptions

// The types of what the constructors of the same names make.
export type SecureContext = types.TlsSecureContext
export type Server = types.TlsServer
export type TLSSocket = types.TlsSocket

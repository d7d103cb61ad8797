export { readAuthorities } from './authorities.ts'
export {
  allowedAtSecurityLevel,
  type CipherList,
  parseCipherList,
  parseTls13Suites,
  securityLevelBits,
} from './cipher-list.ts'
export { CIPHER_SUITES, type CipherSuiteName, cipherSuiteById, TLS13_CIPHER_SUITES } from './cipher-suites.ts'
export { TlsContext } from './context.ts'
export type { TlsContextOptions } from './context-options.ts'
export { ContextError } from './error.ts'
export { DEFAULT_GROUPS, groupDisplay, parseGroups } from './groups.ts'
export { decodeOpenSslSession, encodeOpenSslSession } from './openssl-session.ts'
export { readPeerCertificate } from './peer-certificate.ts'
export {
  enabledVersions,
  methodVersions,
  PROTOCOL_VERSIONS,
  protocolVersion,
  SSL_OP,
  type VersionRange,
} from './protocol-versions.ts'
export { defaultSignatureSchemes, parseSignatureSchemes, signatureSchemeDisplay } from './sigalgs.ts'
export { TicketKeys } from './ticket-keys.ts'

/** TLS, sans I/O: bytes in, bytes and events out. */
export { Alert, AlertError, alertName, TlsError } from '@x/tls-record'
export type * from './config.ts'
export type { Connection } from './connection.ts'
export type * from './events.ts'
export type { EarlyDataReason } from './handshake/facts.ts'
export type { PeerState } from './handshake/peer-state.ts'
export type { Question } from './handshake/step.ts'
export { HandshakeType, handshakeTypeName } from './messages/handshake-message.ts'
export { CIPHER_SUITES_13, type CipherSuite13, cipherSuite13 } from './registry/cipher-suites.ts'
export { CIPHER_SUITES_12, type CipherSuite12, cipherSuite12 } from './registry/cipher-suites12.ts'
export { GROUP_IDS, groupName } from './registry/groups.ts'
export {
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  signatureScheme,
  signatureSchemeName,
} from './registry/signature-schemes.ts'
export type * from './session.ts'
export { decodeSession, encodeSession } from './sessions/session-codec.ts'
export { randomTicketProtection } from './sessions/ticket-protection.ts'
export { sharedConfig } from './shared-config.ts'
export { TlsConnection } from './tls-connection.ts'

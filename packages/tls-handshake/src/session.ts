import type { HashName } from '@x/crypto-primitives'
import type { ProtocolVersion } from './registry/versions.ts'

/**
 * What a resumption needs, public and serialisable: `encodeSession` and `decodeSession` give it as bytes, and
 * `@x/secure-context` in OpenSSL's format. Holds a secret.
 */
export interface Session {
  readonly side: 'client' | 'server'
  readonly version: ProtocolVersion
  readonly cipherSuite: number
  /** Below 1.3 the master secret, 48 bytes; in 1.3 the PSK. */
  readonly secret: Uint8Array
  /** Below 1.3; empty when resumption is by ticket alone. */
  readonly sessionId: Uint8Array
  readonly extendedMasterSecret: boolean
  /** Client: the ticket as received. */
  readonly ticket?: Uint8Array
  /** Seconds; from the server's hint, capped at 7 days. */
  readonly lifetime: number
  /** Milliseconds since the epoch: when the session was made, and when the last full handshake authenticated it. */
  readonly createdAt: number
  readonly authenticatedAt?: number
  readonly ageAdd?: number
  readonly maxEarlyData?: number
  readonly alpn?: Uint8Array
  readonly serverName?: string
  readonly sessionIdContext?: Uint8Array
  /** Group of the full handshake (IANA number), which a ≤ 1.2 resumption reports. */
  readonly group?: number
  readonly peerSignatureScheme?: number
  /** DER, leaf first. */
  readonly peerCertificates: readonly Uint8Array[]
  /** DER SubjectPublicKeyInfo that the peer showed in the place of certificates (RFC 7250). */
  readonly peerRawPublicKey?: Uint8Array
  /** The external PSK that the peer has proved to have in the full handshake. */
  readonly pskIdentity?: Uint8Array
  readonly ocspResponse?: Uint8Array
  readonly sctList?: Uint8Array
  /** The verdict of `verifyPeer`, JSON-serialisable `result` included, so that a resumption is no more authorized than it was. */
  readonly verified?: { readonly ok: boolean; readonly result?: unknown }
  /** The `verifierId` of the configuration it was made under. */
  readonly verifierId?: string
  /** The application's own bytes, kept with the session. */
  readonly applicationData?: Uint8Array
}

/** An external PSK of TLS 1.3. */
export interface PskIdentity {
  readonly identity: Uint8Array
  readonly key: Uint8Array
  /** Default SHA-256 (RFC 9846 §4.3.11). */
  readonly hash?: HashName
  /** Imported by RFC 9258, with this context. */
  readonly importer?: { readonly context: Uint8Array }
}

import type { GroupName } from '@x/crypto-primitives'
import type { CertificateRequestInfo, ClientHelloInfo, Credential, PeerVerdict, ProtocolVersion } from '../config.ts'
import type { Session } from '../session.ts'

/** What came of 0-RTT, and why. */
export type EarlyDataReason =
  | 'not_offered'
  | 'accepted'
  | 'disabled'
  | 'protocol_version'
  | 'peer_declined'
  | 'no_session_offered'
  | 'session_not_resumed'
  | 'unsupported_for_session'
  | 'hello_retry_request'
  | 'alpn_mismatch'
  | 'cipher_mismatch'
  | 'ticket_age_skew'
  | 'replay'

/** What is known of a connection; each property is undefined until it is. */
export interface ConnectionFacts {
  version?: ProtocolVersion
  /** IANA number. */
  cipherSuite?: number
  group?: GroupName
  peerSignatureScheme?: number
  localSignatureScheme?: number
  alpnProtocol?: Uint8Array
  npnProtocol?: Uint8Array
  serverName?: string
  /** DER, leaf first. */
  peerCertificates?: readonly Uint8Array[]
  peerVerification?: PeerVerdict
  credential?: Credential
  resumed?: boolean
  session?: Session
  ocspResponse?: Uint8Array
  sctList?: Uint8Array
  /** Server: the peer's hello. */
  clientHello?: ClientHelloInfo
  /** The same after the handshake. */
  keptHello?: { read(): ClientHelloInfo }
  /** Client: what the server asked a certificate with. */
  certificateRequest?: CertificateRequestInfo
  helloRetried?: boolean
  earlyDataAccepted?: boolean
  earlyDataReason?: EarlyDataReason
  /** Server: how far the client's idea of its ticket's age is from ours, seconds. */
  ticketAgeSkew?: number
  secureRenegotiation?: boolean
  renegotiations?: number
  extendedMasterSecret?: boolean
  /** Schemes that both sides have, in the peer's order. */
  sharedSignatureSchemes?: readonly number[]
  localFinished?: Uint8Array
  peerFinished?: Uint8Array
  dhInfo?: { readonly bits: number }
  pskIdentity?: Uint8Array
}

import type { CertificateRequestInfo, ClientHelloInfo, Credential, ProtocolVersion } from '../config.ts'
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
  /** QUIC: the ticket was given under another `earlyDataContext`. */
  | 'quic_parameter_mismatch'
  | 'replay'

/**
 * How a connection goes, and what is ours; each property is undefined until it is known. What is known of the peer is a
 * `PeerState`.
 */
export interface ConnectionFacts {
  version?: ProtocolVersion
  /** The first handshake is done. */
  complete?: boolean
  localSignatureScheme?: number
  /** What we showed. */
  credential?: Credential
  /** To resume by. */
  session?: Session
  /** Server: the peer's hello. */
  clientHello?: ClientHelloInfo
  /** The same after the handshake. */
  keptHello?: { read(): ClientHelloInfo }
  /** Client: what the server asked a certificate with. */
  certificateRequest?: CertificateRequestInfo
  helloRetried?: boolean
  /** What came of an Encrypted ClientHello. */
  ech?: 'accepted' | 'rejected'
  earlyDataAccepted?: boolean
  earlyDataReason?: EarlyDataReason
  /** Server: how far the client's idea of its ticket's age is from ours, seconds. */
  ticketAgeSkew?: number
  renegotiations?: number
  /** Schemes that both sides have, in the peer's order. */
  sharedSignatureSchemes?: readonly number[]
  /** verify_data of our last Finished. */
  localFinished?: Uint8Array
}

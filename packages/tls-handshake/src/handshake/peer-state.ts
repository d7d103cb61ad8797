import type { GroupName } from '@x/crypto-primitives'
import { Bare } from '@x/tls-record'
import type { PeerVerdict, ProtocolVersion } from '../config.ts'

/**
 * What is known of the peer, and of what was agreed on with it: one value that never changes. It is replaced as a whole,
 * where the peer's Finished has been checked, and nowhere else: what a handshake learns before that anybody may have said.
 * Where a program sends or gets data earlier by its own wish, early data (RFC 9846 §2.3) or False Start (RFC 7918), there is
 * one without `finished` for it.
 */
export interface PeerState {
  readonly version: ProtocolVersion
  /** IANA number. */
  readonly cipherSuite: number
  /** The group of the key exchange; of a session up to TLS 1.2 that of its full handshake. */
  readonly group?: GroupName
  /** DER, leaf first; empty when a client showed none, and with `rawPublicKey`. */
  readonly certificates?: readonly Uint8Array[]
  /** DER SubjectPublicKeyInfo that was shown in the place of certificates (RFC 7250). */
  readonly rawPublicKey?: Uint8Array
  /** What `verifyPeer` said of them, or of a session's. Without certificates there is nothing to say. */
  readonly verification?: PeerVerdict
  /** The scheme it signed with, IANA number. */
  readonly signatureScheme?: number
  /** The external PSK that it has proved to have, or that the session was made with. */
  readonly pskIdentity?: Uint8Array
  /** Client: the name that was asked for. Server: the name the client asked for. */
  readonly serverName?: string
  readonly alpnProtocol?: Uint8Array
  readonly npnProtocol?: Uint8Array
  /** DER OCSPResponse and SignedCertificateTimestampList that came with the certificates. */
  readonly ocspResponse?: Uint8Array
  readonly sctList?: Uint8Array
  readonly resumed: boolean
  /** verify_data of its Finished; empty before there is one. */
  readonly finished: Uint8Array
  /** TLS up to 1.2. */
  readonly secureRenegotiation?: boolean
  readonly extendedMasterSecret?: boolean
  readonly encryptThenMac?: boolean
  readonly dhInfo?: { readonly bits: number }
}

/**
 * True when a renegotiation is bound to the handshake before it (RFC 5746), and that one to this peer. RFC 7627 §5.4 #3, #4: a
 * session without the extended main secret, resumed, may be shared with somebody in between.
 */
export const mayRenegotiate = (peer: PeerState | undefined): boolean =>
  peer?.secureRenegotiation === true && !(peer.resumed && !peer.extendedMasterSecret)

/** What a running handshake has learned so far. Nobody outside of it reads this. */
export type PendingPeer = { -readonly [property in keyof PeerState]?: PeerState[property] }

/** The parts of a connection that a renegotiation does not negotiate anew. */
export function renegotiated(before: PeerState): PendingPeer {
  const { serverName, alpnProtocol, npnProtocol, secureRenegotiation } = before
  return Object.assign(new Bare(), { serverName, alpnProtocol, npnProtocol, secureRenegotiation })
}

import type { GroupName } from '@x/crypto-primitives'
import type { CertificateRequestInfo, ClientHelloInfo, Credential, PeerVerdict, ProtocolVersion } from './config.ts'
import type { ConnectionFacts, EarlyDataReason } from './handshake/facts.ts'
import { mayRenegotiate, type PeerState } from './handshake/peer-state.ts'
import { GROUP_IDS } from './registry/groups.ts'
import type { Session } from './session.ts'

/**
 * What is known of a connection. Each property is undefined until it is: what is of the peer, until its Finished has been
 * checked, and then it stands until a renegotiation, or an authentication after the handshake, has come to its own.
 */
export class ConnectionProperties {
  readonly #facts: ConnectionFacts
  #peer: PeerState | undefined

  constructor(facts: ConnectionFacts) {
    this.#facts = facts
  }

  /** What is known of the peer, as one value. The properties below that tell of it are read from this one. */
  get peer(): PeerState | undefined {
    return this.#peer
  }

  /** The one place where it changes. */
  protected establishPeer(peer: PeerState): void {
    this.#peer = Object.freeze(peer)
  }

  get version(): ProtocolVersion | undefined {
    return this.#facts.version
  }

  /** IANA number. */
  get cipherSuite(): number | undefined {
    return this.#peer?.cipherSuite
  }

  get group(): GroupName | undefined {
    return this.#peer?.group
  }

  /** The group's IANA number. */
  get groupId(): number | undefined {
    const { group } = this
    return group && GROUP_IDS[group]
  }

  get peerSignatureScheme(): number | undefined {
    return this.#peer?.signatureScheme
  }

  get localSignatureScheme(): number | undefined {
    return this.#facts.localSignatureScheme
  }

  get alpnProtocol(): Uint8Array | undefined {
    return this.#peer?.alpnProtocol
  }

  get npnProtocol(): Uint8Array | undefined {
    return this.#peer?.npnProtocol
  }

  get serverName(): string | undefined {
    return this.#peer?.serverName
  }

  /** DER, leaf first. */
  get peerCertificates(): readonly Uint8Array[] | undefined {
    return this.#peer?.certificates
  }

  /** DER SubjectPublicKeyInfo, where the peer showed a raw public key (RFC 7250). */
  get peerRawPublicKey(): Uint8Array | undefined {
    return this.#peer?.rawPublicKey
  }

  get peerVerification(): PeerVerdict | undefined {
    return this.#peer?.verification
  }

  /** What we showed. */
  get credential(): Credential | undefined {
    return this.#facts.credential
  }

  get resumed(): boolean | undefined {
    return this.#peer?.resumed
  }

  /** It tells of the peer, too. */
  get session(): Session | undefined {
    return this.#peer && this.#facts.session
  }

  get ocspResponse(): Uint8Array | undefined {
    return this.#peer?.ocspResponse
  }

  get sctList(): Uint8Array | undefined {
    return this.#peer?.sctList
  }

  get clientHello(): ClientHelloInfo | undefined {
    return this.#facts.clientHello ?? this.#facts.keptHello?.read()
  }

  get certificateRequest(): CertificateRequestInfo | undefined {
    return this.#facts.certificateRequest
  }

  /** What came of an Encrypted ClientHello (RFC 9849); `undefined` where there was none. */
  get ech(): 'accepted' | 'rejected' | undefined {
    return this.#facts.ech
  }

  get helloRetried(): boolean {
    return this.#facts.helloRetried ?? false
  }

  get earlyDataAccepted(): boolean | undefined {
    return this.#facts.earlyDataAccepted
  }

  /** What became of 0-RTT, and why. */
  get earlyDataReason(): EarlyDataReason | undefined {
    return this.#facts.earlyDataReason
  }

  /** Server: how much older the client thinks its ticket is than we do, seconds. */
  get ticketAgeSkew(): number | undefined {
    return this.#facts.ticketAgeSkew
  }

  get secureRenegotiation(): boolean | undefined {
    return this.#peer?.secureRenegotiation
  }

  get renegotiations(): number {
    return this.#facts.renegotiations ?? 0
  }

  /** TLS up to 1.2: a renegotiation would be bound to this peer (RFC 5746, RFC 7627 §5.4). */
  get canRenegotiate(): boolean {
    return mayRenegotiate(this.#peer)
  }

  get extendedMasterSecret(): boolean | undefined {
    return this.#peer?.extendedMasterSecret
  }

  get sharedSignatureSchemes(): readonly number[] | undefined {
    return this.#facts.sharedSignatureSchemes
  }

  /** verify_data of our last Finished. */
  get localFinished(): Uint8Array | undefined {
    return this.#facts.localFinished
  }

  get peerFinished(): Uint8Array | undefined {
    return this.#peer?.finished
  }

  get dhInfo(): { readonly bits: number } | undefined {
    return this.#peer?.dhInfo
  }

  get pskIdentity(): Uint8Array | undefined {
    return this.#peer?.pskIdentity
  }
}

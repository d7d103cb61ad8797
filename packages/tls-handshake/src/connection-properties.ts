import type { GroupName } from '@x/crypto-primitives'
import type { CertificateRequestInfo, ClientHelloInfo, Credential, PeerVerdict, ProtocolVersion } from './config.ts'
import type { ConnectionFacts, EarlyDataReason } from './handshake/facts.ts'
import { GROUP_IDS } from './registry/groups.ts'
import type { Session } from './session.ts'

/** What is known of a connection. Each property is undefined until it is. */
export class ConnectionProperties {
  readonly #facts: ConnectionFacts

  constructor(facts: ConnectionFacts) {
    this.#facts = facts
  }

  get version(): ProtocolVersion | undefined {
    return this.#facts.version
  }

  /** IANA number. */
  get cipherSuite(): number | undefined {
    return this.#facts.cipherSuite
  }

  get group(): GroupName | undefined {
    return this.#facts.group
  }

  /** The group's IANA number. */
  get groupId(): number | undefined {
    return this.#facts.group && GROUP_IDS[this.#facts.group]
  }

  get peerSignatureScheme(): number | undefined {
    return this.#facts.peerSignatureScheme
  }

  get localSignatureScheme(): number | undefined {
    return this.#facts.localSignatureScheme
  }

  get alpnProtocol(): Uint8Array | undefined {
    return this.#facts.alpnProtocol
  }

  get npnProtocol(): Uint8Array | undefined {
    return this.#facts.npnProtocol
  }

  get serverName(): string | undefined {
    return this.#facts.serverName
  }

  /** DER, leaf first. */
  get peerCertificates(): readonly Uint8Array[] | undefined {
    return this.#facts.peerCertificates
  }

  get peerVerification(): PeerVerdict | undefined {
    return this.#facts.peerVerification
  }

  /** What we showed. */
  get credential(): Credential | undefined {
    return this.#facts.credential
  }

  get resumed(): boolean | undefined {
    return this.#facts.resumed
  }

  get session(): Session | undefined {
    return this.#facts.session
  }

  get ocspResponse(): Uint8Array | undefined {
    return this.#facts.ocspResponse
  }

  get sctList(): Uint8Array | undefined {
    return this.#facts.sctList
  }

  get clientHello(): ClientHelloInfo | undefined {
    return this.#facts.clientHello ?? this.#facts.keptHello?.read()
  }

  get certificateRequest(): CertificateRequestInfo | undefined {
    return this.#facts.certificateRequest
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
    return this.#facts.secureRenegotiation
  }

  get renegotiations(): number {
    return this.#facts.renegotiations ?? 0
  }

  get extendedMasterSecret(): boolean | undefined {
    return this.#facts.extendedMasterSecret
  }

  get sharedSignatureSchemes(): readonly number[] | undefined {
    return this.#facts.sharedSignatureSchemes
  }

  /** verify_data of our last Finished. */
  get localFinished(): Uint8Array | undefined {
    return this.#facts.localFinished
  }

  get peerFinished(): Uint8Array | undefined {
    return this.#facts.peerFinished
  }

  get dhInfo(): { readonly bits: number } | undefined {
    return this.#facts.dhInfo
  }

  get pskIdentity(): Uint8Array | undefined {
    return this.#facts.pskIdentity
  }
}

import type { HashName, KeyAgreement } from '@x/crypto-primitives'
import { Version } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import type {
  CertificateRequestInfo,
  CertificateTypeName,
  ClientConfig,
  Credential,
  ProtocolVersion,
} from '../config.ts'
import type { ExtensionBlock } from '../extensions/registry.ts'
import { HandshakeContext } from '../handshake/context.ts'
import type { ConnectionFacts } from '../handshake/facts.ts'
import type { TrafficCipher } from '../handshake/keys.ts'
import { publicRandom } from '../handshake/public-random.ts'
import type { PeerKey } from '../handshake/raw-public-key.ts'
import type { Lent } from '../handshake/resumable.ts'
import type { Flow } from '../handshake/step.ts'
import type { Wire } from '../handshake/wire.ts'
import type { CertificateRequest13 } from '../messages/certificate-request.ts'
import type { CertificateRequest12 } from '../messages/certificate-request12.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import { enabledSuites13 } from '../registry/cipher-suites.ts'
import type { GreaseValues } from '../registry/grease.ts'
import { enabledGroups13, type Group } from '../registry/groups.ts'
import { acceptedSchemes } from '../registry/signature-schemes.ts'
import type { Session } from '../session.ts'
import type { decompressCertificate } from '../tls13/authentication.ts'
import type { KeySchedule } from '../tls13/key-schedule.ts'
import type { Psk } from '../tls13/psk.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'
import { Transcript } from '../tls13/transcript.ts'
import type { PendingExtension } from './pending-extension.ts'

const NOTHING: readonly never[] = []
const NO_TYPES: ReadonlySet<number> = /* @__PURE__ */ new Set()

/**
 * What a client offers in its hello, and remembers until it is answered: as it stands, a client of TLS 1.3 alone.
 * `ClientContext12` adds the older versions.
 */
export class ClientContext extends HandshakeContext<ClientConfig> {
  constructor(
    config: ClientConfig,
    wire: Wire,
    facts: ConnectionFacts,
    secrets: ConnectionSecrets,
    readonly parts: ClientParts,
  ) {
    super(config, wire, facts, secrets)
  }

  /** Highest first. */
  readonly versions: readonly number[] = [Version.TLS13]
  readonly suites13: readonly CipherSuite13[] = enabledSuites13(this.provider, this.config.cipherSuites)
  readonly groups13: readonly Group[] = enabledGroups13(this.provider, this.config.groups)
  readonly signatureSchemes: readonly number[] = acceptedSchemes(this.provider, this.config.signatureSchemes)

  /** To resume, where it may lend what it says of the server. */
  session: Session | undefined = this.config.session
  lent: Lent = { verification: undefined }

  random: Uint8Array = publicRandom(this.provider, 32)
  sessionId: Uint8Array = EMPTY
  /** Suite numbers as sent. */
  offeredSuites: readonly number[] = NOTHING
  /** Extension types as sent: what an answer may hold. */
  offeredExtensions: ReadonlySet<number> = NO_TYPES
  /** Key shares as sent, by group. */
  readonly agreements = new Map<number, KeyAgreement>()
  psks: readonly Psk[] = NOTHING
  cookie: Uint8Array | undefined
  grease: GreaseValues | undefined
  /** The order of the extensions, which a second hello keeps. */
  extensionOrder: readonly number[] | undefined
  /** The suite that a HelloRetryRequest named. */
  retrySuite: number | undefined
  /** Early data is being sent: the schedule of its PSK. */
  earlyData: { readonly psk: Psk; readonly schedule: KeySchedule; readonly suite: CipherSuite13 } | undefined
  changeCipherSpecSent = false
  /** What the server asks us to show (RFC 7250). */
  shownType: CertificateTypeName = 'x509'

  /** After a handshake of TLS 1.3: what was offered has been answered. */
  forgetHello(): void {
    this.random = this.sessionId = EMPTY
    this.offeredSuites = NOTHING
    this.offeredExtensions = NO_TYPES
    this.psks = NOTHING
    this.session = undefined
    ;(this as { agreements?: Map<number, KeyAgreement> }).agreements = undefined
    this.transcript = new Transcript()
  }

  /** Nothing is there to verify a certificate with: only a PSK can authenticate the server. */
  get requiresPsk(): boolean {
    return this.config.verifyPeer === undefined && (this.config.psks?.length ?? 0) > 0
  }

  get version13(): boolean {
    return this.versions.includes(Version.TLS13)
  }

  // --- What the older versions add to a hello

  /** Suite numbers. */
  get olderSuites(): readonly number[] {
    return []
  }

  get olderGroups(): readonly Group[] {
    return []
  }

  get olderExtensions(): PendingExtension[] {
    return []
  }

  /** The session, where it is one of theirs that may be offered. */
  get olderSession(): Session | undefined {
    return undefined
  }

  /** Puts it on offer, which may take the session id. */
  offerOlderSession(): void {}

  /** Hashes of the suites on offer. */
  get hashes13(): HashName[] {
    return [...new Set(this.suites13.map((suite) => suite.hash))]
  }
}

/** What a TLS 1.3 client knows once the ServerHello is there. */
export interface Client13 {
  readonly hs: ClientContext
  readonly suite: CipherSuite13
  readonly cipher: TrafficCipher
  readonly schedule: KeySchedule
  /** The PSK the server took. */
  readonly psk: Psk | undefined
  clientHandshakeSecret: Uint8Array
  serverHandshakeSecret: Uint8Array
}

/**
 * What a client can do beside a handshake with a server's certificate. A program imports the parts it wants
 * and gives them, so that one which does without them does not carry their code; `TlsConnection.client` has them all.
 */
export interface ClientParts {
  /** Certificates of our own. Without: a server that asks gets an empty Certificate. */
  readonly certificates?: {
    /** @throws {TlsError} for a credential that cannot be shown to anyone */
    check(credentials: readonly Credential[] | undefined, parts: ClientParts): void
    /** Certificate and CertificateVerify, or an empty Certificate (RFC 9846 §4.5.1.2). */
    send(client: Client13, request: CertificateRequest13, transcript: Transcript): Flow
    /** What answers requests after the handshake, to be called at its end (RFC 9846 §4.7.2). */
    answerRequests(client: Client13): (message: HandshakeMessage) => Flow
  }
  /** The same of TLS up to 1.2. */
  readonly certificates12?: {
    /** The credential to show, if one fits. @returns it, and how its CertificateVerify is sent */
    select(
      hs: ClientContext,
      version: ProtocolVersion,
      request: CertificateRequest12,
      info: CertificateRequestInfo,
    ): Flow<{ readonly credential: Credential; prove(): Flow } | undefined>
  }
  /** 0-RTT (RFC 9846 §2.3). */
  readonly earlyData?: {
    /** Puts it on offer, if the first PSK allows it. */
    prepare(hs: ClientContext): void
    /** Early data is protected by keys of the PSK from here on. */
    start(hs: ClientContext, hello: Uint8Array): void
    /** A HelloRetryRequest ends it. */
    abandon(hs: ClientContext): void
    /** EncryptedExtensions says what becomes of it. */
    settle(client: Client13, extensions: ExtensionBlock): void
    /** EndOfEarlyData. */
    end(client: Client13): void
  }
  /** Tickets, resumption by them, and external PSKs. Without: tickets are neither asked for nor kept. */
  readonly preSharedKeys?: {
    /** Looks at the session, which may be of any version, before it is offered. */
    recall(hs: ClientContext): Flow
    /** Those that may be offered now. */
    offer(hs: ClientContext): Psk[]
    extension(hs: ClientContext): PendingExtension
    /** Fills the binders in. */
    bind(hs: ClientContext, hello: Uint8Array): void
    /** The one the server took. */
    accept(hs: ClientContext, hello: ServerHello, suite: CipherSuite13): Psk | undefined
    /** What the session says about the server. */
    resume(client: Client13): void
    receiveTicket(client: Client13, message: HandshakeMessage, resumptionSecret: Uint8Array, count: number): void
  }
  /** Certificates that a server compresses. */
  readonly compressedCertificates?: typeof decompressCertificate
  /** Raw public keys (RFC 7250), the server's and our own. */
  readonly rawPublicKeys?: {
    /** What is said of it in a ClientHello. */
    offer(hs: ClientContext): PendingExtension[]
    /** The server's choice, where its extensions have come. */
    settle(hs: ClientContext, extensions: ExtensionBlock): void
    /** The server's key, or `undefined` where it shows certificates, as it may. */
    peerKey(hs: ClientContext, list: readonly Uint8Array[]): PeerKey | undefined
  }
  /** A ClientHello that does not look like the last one, or like ours at all. */
  readonly helloForm?: {
    grease(provider: ClientConfig['provider']): GreaseValues
    permute(hs: ClientContext, extensions: PendingExtension[]): PendingExtension[]
    /** Makes a hello that someone else wrote ours: what it offers is what may be answered. */
    adopt(hs: ClientContext, hello: Uint8Array): Uint8Array
  }
}

import type { HashName, KeyAgreement } from '@x/crypto-primitives'
import { EMPTY } from '../codec/bytes.ts'
import type { ClientConfig } from '../config.ts'
import { HandshakeContext } from '../handshake/context.ts'
import type { ConnectionFacts } from '../handshake/facts.ts'
import type { Lent } from '../handshake/resumable.ts'
import type { Wire } from '../handshake/wire.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import { enabledSuites13 } from '../registry/cipher-suites.ts'
import type { GreaseValues } from '../registry/grease.ts'
import { enabledGroups13, type Group } from '../registry/groups.ts'
import { acceptedSchemes } from '../registry/signature-schemes.ts'
import type { Session } from '../session.ts'
import type { KeySchedule } from '../tls13/key-schedule.ts'
import type { Psk } from '../tls13/psk.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'
import { Transcript } from '../tls13/transcript.ts'
import type { ClientParts } from './parts.ts'
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
  readonly versions: readonly number[] = [0x0304]
  readonly suites13: readonly CipherSuite13[] = enabledSuites13(this.provider, this.config.cipherSuites)
  readonly groups13: readonly Group[] = enabledGroups13(this.provider, this.config.groups)
  readonly signatureSchemes: readonly number[] = acceptedSchemes(this.provider, this.config.signatureSchemes)

  /** To resume, where it may lend what it says of the server. */
  session: Session | undefined = this.config.session
  lent: Lent = {}

  random: Uint8Array = this.provider.randomBytes(32)
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
    return this.versions.includes(0x0304)
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

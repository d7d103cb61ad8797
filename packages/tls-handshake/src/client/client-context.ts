import type { HashName, KeyAgreement } from '@x/crypto-primitives'
import type { ClientConfig } from '../config.ts'
import { HandshakeContext } from '../handshake/context.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import { enabledSuites13 } from '../registry/cipher-suites.ts'
import { type CipherSuite12, enabledSuites12, hasPsk } from '../registry/cipher-suites12.ts'
import type { GreaseValues } from '../registry/grease.ts'
import { enabledGroups12, enabledGroups13, type Group } from '../registry/groups.ts'
import { acceptedSchemes } from '../registry/signature-schemes.ts'
import { enabledVersions } from '../registry/versions.ts'
import type { Session } from '../session.ts'
import type { FinishedPair } from '../tls12/state.ts'
import type { KeySchedule } from '../tls13/key-schedule.ts'
import type { Psk } from '../tls13/psk.ts'

/** What a client offers in its hello, and remembers until it is answered. */
export class ClientContext extends HandshakeContext<ClientConfig> {
  /** Highest first. */
  readonly versions = enabledVersions(this.config.versions).filter((version) => version >= 0x0304 || this.#serves12)
  readonly suites13: readonly CipherSuite13[] = enabledSuites13(this.provider, this.config.cipherSuites)
  readonly groups13: readonly Group[] = enabledGroups13(this.provider, this.config.groups)
  /** Those with a PSK only where there is one. */
  readonly suites12: readonly CipherSuite12[] = enabledSuites12(this.provider, this.config.cipherSuites).filter(
    (suite) => !hasPsk(suite) || this.config.pskCallback !== undefined,
  )
  readonly groups12: readonly Group[] = enabledGroups12(this.provider, this.config.groups)
  readonly signatureSchemes: readonly number[] = acceptedSchemes(this.provider, this.config.signatureSchemes)

  random: Uint8Array = this.provider.randomBytes(32)
  sessionId: Uint8Array = new Uint8Array(0)
  /** Suite numbers as sent. */
  offeredSuites: readonly number[] = []
  /** Extension types as sent: what an answer may hold. */
  offeredExtensions: ReadonlySet<number> = new Set()
  /** Key shares as sent, by group. */
  readonly agreements = new Map<number, KeyAgreement>()
  psks: readonly Psk[] = []
  cookie: Uint8Array | undefined
  grease: GreaseValues | undefined
  /** The order of the extensions, which a second hello keeps. */
  extensionOrder: readonly number[] | undefined
  /** The suite that a HelloRetryRequest named, and its group. */
  retrySuite: number | undefined
  retryGroup: number | undefined
  /** Early data is being sent: the schedule of its PSK. */
  earlyData: { readonly psk: Psk; readonly schedule: KeySchedule; readonly suite: CipherSuite13 } | undefined
  changeCipherSpecSent = false
  /** TLS up to 1.2: the session on offer. */
  session12: Session | undefined
  /** In a renegotiation, what the last handshake ended with. */
  renegotiating: FinishedPair | undefined
  /** A message that was read one step too early. */
  unread: HandshakeMessage | undefined

  /** Nothing is there to verify a certificate with: only a PSK can authenticate the server. */
  get requiresPsk(): boolean {
    return this.config.verifyPeer === undefined && (this.config.psks?.length ?? 0) > 0
  }

  /** Below TLS 1.3 a server proves itself by a certificate or a PSK of the callback. */
  get #serves12(): boolean {
    return !this.requiresPsk || this.config.pskCallback !== undefined
  }

  get version13(): boolean {
    return this.versions.includes(0x0304)
  }

  get version12(): boolean {
    return this.versions.some((version) => version < 0x0304)
  }

  /** Hashes of the suites on offer. */
  get hashes13(): HashName[] {
    return [...new Set(this.suites13.map((suite) => suite.hash))]
  }
}

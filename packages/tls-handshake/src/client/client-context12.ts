import { Version } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import { ecPointFormats, UNCOMPRESSED } from '../extensions/ec-point-formats.ts'
import { encryptThenMac } from '../extensions/encrypt-then-mac.ts'
import { extendedMainSecret } from '../extensions/extended-main-secret.ts'
import { npnRequest } from '../extensions/next-protocol-negotiation.ts'
import { renegotiationInfo } from '../extensions/renegotiation-info.ts'
import { sessionTicket } from '../extensions/session-ticket.ts'
import { publicRandom } from '../handshake/public-random.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { type CipherSuite12, enabledSuites12, hasPsk, suiteFitsVersion } from '../registry/cipher-suites12.ts'
import { enabledGroups12, type Group } from '../registry/groups.ts'
import { enabledVersions } from '../registry/versions.ts'
import type { Session } from '../session.ts'
import type { FinishedPair } from '../tls12/state.ts'
import { ClientContext } from './client-context.ts'
import { type PendingExtension, pending } from './pending-extension.ts'
import { resumableSession12 } from './resumption12.ts'

/** A client of TLS 1.0 to 1.3: what the versions up to 1.2 offer beside, and remember. */
export class ClientContext12 extends ClientContext {
  /** Highest first. */
  override readonly versions = enabledVersions(this.config.versions).filter(
    (version) => version >= Version.TLS13 || this.#serves12,
  )
  /** Those with a PSK only where there is one. */
  readonly suites12: readonly CipherSuite12[] = enabledSuites12(this.provider, this.config.cipherSuites).filter(
    (suite) => !hasPsk(suite) || this.config.pskCallback !== undefined,
  )
  readonly groups12: readonly Group[] = enabledGroups12(this.provider, this.config.groups)

  /** The session on offer. */
  /** Only with its suite among those on offer (RFC 5246 §7.4.1.2 #5); its id goes where ids go (RFC 9846 §4.2.2 #8). */
  session12: Session | undefined
  /** In a renegotiation, what the last handshake ended with. */
  renegotiating: FinishedPair | undefined
  /** A message that was read one step too early. */
  unread: HandshakeMessage | undefined

  /** Below TLS 1.3 a server proves itself by a certificate or a PSK of the callback. */
  get #serves12(): boolean {
    return !this.requiresPsk || this.config.pskCallback !== undefined
  }

  /** The highest of the enabled versions below TLS 1.3. */
  get #highest12(): number | undefined {
    return this.versions.find((version) => version < Version.TLS13)
  }

  override get olderSuites(): readonly number[] {
    const highest = this.#highest12
    if (highest === undefined) return []
    return this.suites12.filter((suite) => suiteFitsVersion(suite, highest)).map(({ id }) => id)
  }

  override get olderGroups(): readonly Group[] {
    return this.#highest12 === undefined ? [] : this.groups12
  }

  override get olderExtensions(): PendingExtension[] {
    if (this.#highest12 === undefined) return []
    const { config, renegotiating } = this
    // RFC 5746 §3.4 #1, RFC 5746 §3.5 #1, #2, RFC 5746 §4.3 #1: the extension, never the SCSV.
    const list: PendingExtension[] = [pending(renegotiationInfo, renegotiating?.client ?? EMPTY)]
    if (this.suites12.some(({ keyExchange }) => keyExchange.startsWith('ecdhe'))) {
      list.push(pending(ecPointFormats, [UNCOMPRESSED]))
    }
    // RFC 7627 §5.2 #1, RFC 7627 §5.3 #3.
    if (config.extendedMasterSecret !== false) list.push(pending(extendedMainSecret, true))
    if (config.encryptThenMac !== false && this.suites12.some(({ cbc }) => cbc !== undefined && cbc !== 'null')) {
      list.push(pending(encryptThenMac, true))
    }
    if (config.tickets !== false) list.push(pending(sessionTicket, this.session12?.ticket ?? EMPTY))
    if (config.selectNpn && !renegotiating) list.push(pending(npnRequest, true))
    return list
  }

  override get olderSession(): Session | undefined {
    return resumableSession12(this, this.suites12)
  }

  /** By its id, or by its ticket with an id to recognise the answer by (RFC 5077 §3.4). */
  override offerOlderSession(): void {
    const session = this.olderSession
    if (session === undefined) return
    this.session12 = session
    this.sessionId = session.ticket ? publicRandom(this.provider, 32) : session.sessionId
  }
}

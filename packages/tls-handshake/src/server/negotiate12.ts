import { peerError, Version } from '@x/tls-record'
import { EMPTY, equalBytes } from '../codec/bytes.ts'
import type { ProtocolVersion } from '../config.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { ecPointFormats } from '../extensions/ec-point-formats.ts'
import { ENCRYPT_THEN_MAC } from '../extensions/encrypt-then-mac.ts'
import { EXTENDED_MAIN_SECRET } from '../extensions/extended-main-secret.ts'
import { NEXT_PROTOCOL_NEGOTIATION } from '../extensions/next-protocol-negotiation.ts'
import { renegotiationInfo } from '../extensions/renegotiation-info.ts'
import { SESSION_TICKET, sessionTicket } from '../extensions/session-ticket.ts'
import { allows } from '../handshake/allowed.ts'
import { publicRandom } from '../handshake/public-random.ts'
import { isSound, type Lent, mayLend } from '../handshake/resumable.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { DOWNGRADE_TLS11, DOWNGRADE_TLS12 } from '../messages/server-hello.ts'
import { EMPTY_RENEGOTIATION_INFO_SCSV } from '../registry/cipher-suites.ts'
import { type CipherSuite12, hasCertificate, hasPsk } from '../registry/cipher-suites12.ts'
import { enabledVersions } from '../registry/versions.ts'
import type { Session } from '../session.ts'
import { openTicket } from '../sessions/ticket-protection.ts'
import { checkMacOrder, hasMacOrder } from '../tls12/mac-order.ts'
import { checkPointFormats } from '../tls12/point-formats.ts'
import type { Connection12, FinishedPair } from '../tls12/state.ts'
import { selectProtocol, staple } from './answers.ts'
import { settleClientType } from './raw-public-keys.ts'
import { chooseSuite12, type SuiteChoice } from './select-suite12.ts'
import type { ServerContext } from './server-context.ts'

/** What a server of TLS up to 1.2 has decided. */
export interface Server12 {
  readonly hs: ServerContext
  readonly hello: ClientHello
  readonly version: ProtocolVersion
  readonly suite: CipherSuite12
  readonly serverRandom: Uint8Array
  readonly sessionId: Uint8Array
  readonly choice: SuiteChoice | undefined
  readonly resumed: Session | undefined
  /** What that says of the client now. */
  readonly lent: Lent | undefined
  readonly extendedMasterSecret: boolean
  readonly encryptThenMac: boolean
  /** A ticket goes out: a first one, or one in the place of the old. */
  readonly issuesTicket: boolean
  readonly ocspResponse: Uint8Array | undefined
  readonly npn: boolean
  /** RFC 5246 §7.4.4: only of a client that can trust who asks. */
  readonly requestsCertificate: boolean
  readonly secureRenegotiation: boolean
  readonly previous: Previous | undefined
  state?: Connection12
}

/** What a renegotiation is bound to. */
export interface Previous {
  readonly finished: FinishedPair
  readonly extendedMasterSecret: boolean
}
/** What the ClientHello asks for, and what comes of it. */
export function* negotiate(
  hs: ServerContext,
  hello: ClientHello,
  version: ProtocolVersion,
  previous: Previous | undefined,
): Flow<Server12> {
  const { facts, pending, wire, config, provider } = hs
  const { extensions } = hello
  wire.reader.version = version
  wire.writer.version = version
  // RFC 5246 §7.4.1.2 #7: null must be among them.
  if (!hello.compressionMethods.includes(0)) {
    throw peerError('illegal_parameter', 'NO_COMPRESSION_SPECIFIED', 'the compression methods lack null')
  }
  wire.requireRecordBoundary()
  const secureRenegotiation = checkRenegotiationInfo(hs, hello, previous)
  checkPointFormats(extensions.get(ecPointFormats))
  // Of no use here, but malformed all the same (RFC 8879 §3).
  extensions.get(compressCertificate)
  const extendedMasterSecret = extensions.has(EXTENDED_MAIN_SECRET) && config.extendedMasterSecret !== false
  if (previous && previous.extendedMasterSecret !== extendedMasterSecret) {
    // RFC 7627 §5.4 #6.
    throw peerError(
      'illegal_parameter',
      'RENEGOTIATION_EMS_MISMATCH',
      'extended_main_secret changes in a renegotiation',
    )
  }
  const offer = previous ? undefined : yield* findSession(hs, hello, version, extendedMasterSecret)
  const resumed = offer?.session
  const choice = resumed ? undefined : chooseSuite12(hs, hello, version)
  const suite = choice?.suite ?? offer!.suite
  const requestsCertificate = choice !== undefined && config.requestCertificate === true && hasCertificate(suite)
  if (requestsCertificate) settleClientType(hs, extensions)
  // RFC 7366 §2 #2, RFC 7366 §3 #1.
  const encryptThenMac = hasMacOrder(suite) && extensions.has(ENCRYPT_THEN_MAC) && config.encryptThenMac !== false
  checkMacOrder(wire.peer, suite, encryptThenMac)
  pending.encryptThenMac = encryptThenMac
  pending.cipherSuite = suite.id
  pending.resumed = resumed !== undefined
  pending.extendedMasterSecret = extendedMasterSecret
  if (!previous) pending.secureRenegotiation = secureRenegotiation
  facts.credential = choice?.credential
  facts.sharedSignatureSchemes = hs.sharedSchemes(hs.hello.signatureSchemes)
  if (previous) {
    // RFC 7301 §3.2 leaves it open; as BoringSSL, a protocol does not change under the application.
    if (extensions.has(NEXT_PROTOCOL_NEGOTIATION)) pending.npnProtocol = undefined
  } else yield* selectProtocol(hs, hs.hello)
  const npn =
    !previous &&
    pending.alpnProtocol === undefined &&
    extensions.has(NEXT_PROTOCOL_NEGOTIATION) &&
    config.npnProtocols !== undefined
  const staples = choice?.credential && hs.hello.ocspRequested
  const ocspResponse = staples ? yield* staple(config, choice.credential!, hs.hello) : undefined
  // In a renegotiation too: GnuTLS, once it has been given a ticket, waits for one in every handshake.
  const wantsTicket = extensions.has(SESSION_TICKET) && hs.ticketProtection !== undefined
  const issuesTicket = wantsTicket && (resumed === undefined || offer!.renew)
  hs.received(hello.message)
  return {
    hs,
    hello,
    version,
    suite,
    serverRandom: serverRandom(hs, version),
    sessionId: resumed ? hello.sessionId : config.sessionStore && !issuesTicket ? provider.randomBytes(32) : EMPTY,
    choice,
    resumed,
    lent: offer?.lent,
    extendedMasterSecret,
    encryptThenMac,
    issuesTicket,
    ocspResponse,
    npn,
    secureRenegotiation,
    requestsCertificate,
    previous,
  }
}

/** Its own (RFC 5246 §7.4.1.3 #1). RFC 9846 §4.2.3 #3, #12, #13, #14: the last 8 bytes say that we could have done better. */
function serverRandom({ provider, baseConfig }: ServerContext, version: number): Uint8Array {
  const random = publicRandom(provider, 32)
  const [highest] = enabledVersions(baseConfig.versions)
  if (highest === Version.TLS13) random.set(version === Version.TLS12 ? DOWNGRADE_TLS12 : DOWNGRADE_TLS11, 24)
  else if (highest === Version.TLS12 && version < Version.TLS12) random.set(DOWNGRADE_TLS11, 24)
  return random
}

/** RFC 5746 §3.6 #1, #2, #3, RFC 5746 §3.7 #1, #2, #3, #4, RFC 5746 §4.4 #2. @returns whether the client knows secure renegotiation */
function checkRenegotiationInfo(hs: ServerContext, hello: ClientHello, previous: Previous | undefined): boolean {
  const info = hello.extensions.get(renegotiationInfo)
  const scsv = hello.cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV)
  const mismatch = (message: string) => peerError('handshake_failure', 'RENEGOTIATION_MISMATCH', message)
  if (!previous) {
    if (info && info.length > 0) throw mismatch('renegotiation_info is not empty in a first handshake')
    const secure = info !== undefined || scsv
    if (!secure && hs.config.requireSecureRenegotiation === true) {
      throw peerError(
        'handshake_failure',
        'UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
        'the client does not know secure renegotiation (RFC 5746)',
      )
    }
    return secure
  }
  if (scsv) throw mismatch('the SCSV of a first handshake in a renegotiation')
  if (hs.wire.peer!.secureRenegotiation) {
    if (info === undefined || !equalBytes(info, previous.finished.client)) {
      throw mismatch('renegotiation_info does not match the last handshake')
    }
    return true
  }
  throw mismatch('a renegotiation without renegotiation_info')
}

interface SessionOffer {
  readonly session: Session
  readonly suite: CipherSuite12
  readonly renew: boolean
  readonly lent: Lent
}

/** The session that the client wants to resume, by ticket (RFC 5077) or by id, where we can; else a full handshake. RFC 5246 §7.4.1.2 #2: an id says nothing. */
function* findSession(
  hs: ServerContext,
  hello: ClientHello,
  version: ProtocolVersion,
  extendedMasterSecret: boolean,
): Flow<SessionOffer | undefined> {
  const { config } = hs
  const found = yield* readSession(hs, hello)
  if (found === undefined) return undefined
  const { session, renew } = found
  if (!isSound(session)) return undefined
  if (session.side !== 'server' || session.version !== version) return undefined
  const suite = hs.suites12.find(({ id }) => id === session.cipherSuite)
  if (suite === undefined || !hello.cipherSuites.includes(suite.id)) return undefined
  const age = hs.now() - session.createdAt
  if (age < 0 || age >= session.lifetime * 1000) return undefined
  // RFC 6066 §3 #14: not under another name; and not in another application's context.
  if (session.serverName !== hs.hello.serverName) return undefined
  if (!equalBytes(session.sessionIdContext ?? EMPTY, config.sessionIdContext ?? EMPTY)) return undefined
  const anonymous = session.peerCertificates.length === 0 && !session.peerRawPublicKey
  if (config.requireCertificate && anonymous && !hasPsk(suite) && !allows(config, 'allowUnverifiedSession'))
    return undefined
  if (session.extendedMasterSecret && !extendedMasterSecret) {
    // RFC 7627 §5.3 #6: abort.
    throw peerError(
      'handshake_failure',
      'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
      'a session with extended_main_secret is resumed without it',
    )
  }
  // RFC 7627 §5.3 #4: the session is not resumed.
  if (!session.extendedMasterSecret && extendedMasterSecret) return undefined
  const lent = yield* mayLend(hs, session)
  return lent && { session, suite, renew, lent }
}

function* readSession(hs: ServerContext, hello: ClientHello): Flow<{ session: Session; renew: boolean } | undefined> {
  const ticket = hello.extensions.get(sessionTicket)
  const { ticketProtection } = hs
  if (ticket && ticket.length > 0 && ticketProtection) {
    return (yield* openTicket(ticketProtection, ticket)) ?? undefined
  }
  const { sessionStore } = hs.config
  if (!sessionStore || hello.sessionId.length === 0) return undefined
  const session = yield* answer('findSession', () => sessionStore.get(hello.sessionId))
  return session ? { session, renew: false } : undefined
}

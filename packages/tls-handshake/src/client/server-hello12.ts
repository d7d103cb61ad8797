import { peerError } from '@x/tls-record'
import { concatBytes, EMPTY, equalBytes } from '../codec/bytes.ts'
import type { ProtocolVersion } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { ecPointFormats } from '../extensions/ec-point-formats.ts'
import { ENCRYPT_THEN_MAC, encryptThenMac } from '../extensions/encrypt-then-mac.ts'
import { EXTENDED_MAIN_SECRET, extendedMainSecret } from '../extensions/extended-main-secret.ts'
import { formsOf } from '../extensions/extension.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { npnAnswer } from '../extensions/next-protocol-negotiation.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import { renegotiationInfo } from '../extensions/renegotiation-info.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { sessionTicketAnswer } from '../extensions/session-ticket.ts'
import { sctList } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequestAnswer } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import { type CipherSuite12, suiteFitsVersion } from '../registry/cipher-suites12.ts'
import type { Session } from '../session.ts'
import { checkMacOrder } from '../tls12/mac-order.ts'
import { checkPointFormats } from '../tls12/point-formats.ts'
import type { Connection12, FinishedPair } from '../tls12/state.ts'
import { limitFragments, negotiatedProtocol } from './answers.ts'
import type { ClientContext12 } from './client-context12.ts'

/** What a client of TLS up to 1.2 knows once the ServerHello is there. */
export interface Client12 {
  readonly hs: ClientContext12
  readonly version: ProtocolVersion
  readonly suite: CipherSuite12
  readonly serverRandom: Uint8Array
  readonly sessionId: Uint8Array
  /** The session that the server took up. */
  readonly resumed: Session | undefined
  readonly extendedMasterSecret: boolean
  readonly encryptThenMac: boolean
  readonly ticketPromised: boolean
  readonly statusPromised: boolean
  readonly npnProtocols: readonly Uint8Array[] | undefined
  /** What the last handshake of this connection left, in a renegotiation. */
  readonly previous: Renegotiation | undefined
  state?: Connection12
}

/** What a renegotiation is bound to. */
export interface Renegotiation {
  readonly finished: FinishedPair
  readonly version: ProtocolVersion
  /** Certificates, or a raw public key. */
  readonly chain: readonly Uint8Array[] | undefined
  readonly extendedMasterSecret: boolean
}

const FORMS = /* @__PURE__ */ formsOf(
  alpn,
  ecPointFormats,
  encryptThenMac,
  extendedMainSecret,
  maxFragmentLength,
  npnAnswer,
  recordSizeLimit,
  renegotiationInfo,
  sctList,
  serverNameAnswer,
  sessionTicketAnswer,
  statusRequestAnswer,
  supportedGroups,
)

/** What the ServerHello settles (RFC 5246 §7.4.1.3), checked. */
export function processServerHello(
  hs: ClientContext12,
  hello: ServerHello,
  version: ProtocolVersion,
  previous: Renegotiation | undefined,
): Client12 {
  const { facts, pending, wire, config } = hs
  const { extensions } = hello
  const suite = hs.suites12.find(({ id }) => id === hello.cipherSuite)
  if (suite === undefined || !suiteFitsVersion(suite, version)) {
    throw peerError(
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
      `cipher suite 0x${hello.cipherSuite.toString(16).padStart(4, '0')} was not offered, or is not of this version`,
    )
  }
  if (hello.compressionMethod !== 0) {
    throw peerError('illegal_parameter', 'UNSUPPORTED_COMPRESSION_ALGORITHM', 'a compression method other than null')
  }
  extensions.admit('SH12', FORMS, hs.offeredExtensions)
  wire.reader.version = version
  wire.writer.version = version
  facts.version = version
  wire.enter('handshake')
  pending.cipherSuite = suite.id

  checkRenegotiationInfo(hs, extensions.get(renegotiationInfo), previous)
  checkPointFormats(extensions.get(ecPointFormats))
  const resumed = resumedSession(hs, hello, suite, version)
  const extendedMasterSecret = extensions.has(EXTENDED_MAIN_SECRET)
  checkExtendedMasterSecret(extendedMasterSecret, resumed, previous)
  const macsAfterwards = extensions.has(ENCRYPT_THEN_MAC)
  // RFC 7366 §3 #1: only with block ciphers.
  if (macsAfterwards && suite.aead) {
    throw peerError('illegal_parameter', 'BAD_EXTENSION', 'encrypt_then_mac with an AEAD')
  }
  checkMacOrder(hs.wire.peer, suite, macsAfterwards)
  extensions.get(serverNameAnswer)
  pending.resumed = resumed !== undefined
  pending.extendedMasterSecret = extendedMasterSecret
  pending.encryptThenMac = macsAfterwards
  pending.secureRenegotiation = extensions.get(renegotiationInfo) !== undefined
  pending.serverName = config.serverName
  pending.sctList = extensions.get(sctList)
  // A renegotiation offers none: the protocol stays.
  pending.alpnProtocol = negotiatedProtocol(hs, extensions) ?? pending.alpnProtocol
  const npnProtocols = extensions.get(npnAnswer)
  // draft-agl-tls-nextprotoneg-04 §3.1; RFC 7301 §3.1: not both.
  if (npnProtocols && pending.alpnProtocol) {
    throw peerError('illegal_parameter', 'NEGOTIATED_BOTH_NPN_AND_ALPN', 'both NPN and ALPN in a ServerHello')
  }
  limitFragments(hs, extensions)
  hs.parts.rawPublicKeys?.settle(hs, extensions)
  hs.received(hello.message)
  return {
    hs,
    version,
    suite,
    serverRandom: hello.random,
    sessionId: hello.sessionId,
    resumed,
    extendedMasterSecret,
    encryptThenMac: macsAfterwards,
    ticketPromised: extensions.get(sessionTicketAnswer) !== undefined,
    statusPromised: extensions.get(statusRequestAnswer) !== undefined,
    npnProtocols,
    previous,
  }
}

/** RFC 5746 §3.4 #3, #4, RFC 5746 §3.5 #3, #4, #5, RFC 5746 §4.1 #1, RFC 5746 §4.2 #6, #7. */
function checkRenegotiationInfo(
  hs: ClientContext12,
  info: Uint8Array | undefined,
  previous: Renegotiation | undefined,
): void {
  const expected = previous ? concatBytes(previous.finished.client, previous.finished.server) : EMPTY
  const wasSecure = previous ? hs.wire.peer!.secureRenegotiation : undefined
  if (info === undefined) {
    if (wasSecure) {
      throw peerError(
        'handshake_failure',
        'RENEGOTIATION_MISMATCH',
        'renegotiation_info is missing from a renegotiation',
      )
    }
    if (!previous && hs.config.requireSecureRenegotiation !== false) {
      throw peerError(
        'handshake_failure',
        'UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
        'the server does not know secure renegotiation (RFC 5746)',
      )
    }
    return
  }
  if (wasSecure === false || !equalBytes(info, expected)) {
    throw peerError(
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
      'renegotiation_info does not match the last handshake',
    )
  }
}

/** RFC 5246 §7.4.1.3 #2: else a full handshake. RFC 5246 §7.4.1.3: our session id comes back when the server takes the session up. */
function resumedSession(
  hs: ClientContext12,
  hello: ServerHello,
  suite: CipherSuite12,
  version: number,
): Session | undefined {
  const session = hs.session12
  if (hello.sessionId.length === 0 || !equalBytes(hello.sessionId, hs.sessionId)) return undefined
  if (session === undefined) {
    // The random id of TLS 1.3's compatibility mode names no session.
    throw peerError(
      'illegal_parameter',
      'SERVER_ECHOED_INVALID_SESSION_ID',
      'the server takes up a session that we did not offer',
    )
  }
  if (session.version !== version) {
    throw peerError('illegal_parameter', 'SSL_SESSION_VERSION_MISMATCH', 'a resumed session changes its version')
  }
  if (session.cipherSuite !== suite.id) {
    throw peerError(
      'illegal_parameter',
      'OLD_SESSION_CIPHER_NOT_RETURNED',
      'a resumed session changes its cipher suite',
    )
  }
  return session
}

/** RFC 7627 §5.3 #9, #10, RFC 7627 §5.4 #6. */
function checkExtendedMasterSecret(
  used: boolean,
  resumed: Session | undefined,
  previous: Renegotiation | undefined,
): void {
  if (resumed && resumed.extendedMasterSecret !== used) {
    throw peerError(
      'handshake_failure',
      used ? 'RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION' : 'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
      'extended_main_secret differs between a session and its resumption',
    )
  }
  if (previous && previous.extendedMasterSecret !== used) {
    throw peerError(
      'illegal_parameter',
      'RENEGOTIATION_EMS_MISMATCH',
      'extended_main_secret changes in a renegotiation',
    )
  }
}

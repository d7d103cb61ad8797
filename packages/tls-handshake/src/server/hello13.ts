import { answered, bytes, peerError, Version } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import { cookie } from '../extensions/cookie.ts'
import { EARLY_DATA } from '../extensions/early-data.ts'
import { clientKeyShares, KEY_SHARE, type KeyShareEntry, retryGroup } from '../extensions/key-share.ts'
import { PRE_SHARED_KEY } from '../extensions/pre-shared-key.ts'
import { PSK_KEY_EXCHANGE_MODES, PskMode, pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts'
import { SUPPORTED_GROUPS, supportedGroups } from '../extensions/supported-groups.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import { distinct, inCommon } from '../handshake/in-common.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { type ClientHello, decodeClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { encodeServerHello, HELLO_RETRY_RANDOM } from '../messages/server-hello.ts'
import { type CipherSuite13, enabledSuites13 } from '../registry/cipher-suites.ts'
import { enabledGroups13, type Group, groupName } from '../registry/groups.ts'
import { bothLists } from '../registry/words.ts'
import { confirm, openSecondHello, reserveConfirmation } from './encrypted-client-hello.ts'
import { checkSecondHello } from './second-hello.ts'
import type { ServerContext } from './server-context.ts'

/** What a TLS 1.3 ClientHello offers for the key exchange, checked. */
export interface Offers {
  /** Those that we know; `undefined` where the client does not say. */
  readonly groups: readonly number[] | undefined
  /** Those of groups that we know, and how many there are in all. */
  readonly shares: readonly KeyShareEntry[]
  readonly shareCount: number
  readonly pskModes: readonly number[]
}

/** The checks that RFC 9846 §4.2.2, §4.3.8 and §9.2 ask for before anything is chosen. */
export function readOffers(hello: ClientHello): Offers {
  const { extensions } = hello
  // RFC 9846 §4.2.2 #15: exactly null.
  if (hello.compressionMethods.length !== 1 || hello.compressionMethods[0] !== 0) {
    throw peerError(
      'illegal_parameter',
      'INVALID_COMPRESSION_ALGORITHM',
      'legacy_compression_methods is not exactly null',
    )
  }
  // RFC 9846 §4.3.11 #16: the last one.
  if (extensions.has(PRE_SHARED_KEY) && extensions.last !== PRE_SHARED_KEY.type) {
    throw peerError('illegal_parameter', 'PRE_SHARED_KEY_MUST_BE_LAST', 'pre_shared_key is not the last extension')
  }
  // RFC 9846 §4.3.9 #3.
  if (extensions.has(PRE_SHARED_KEY) && !extensions.has(PSK_KEY_EXCHANGE_MODES)) {
    throw peerError(
      'missing_extension',
      'MISSING_PSK_KEX_MODES_EXTENSION',
      'pre_shared_key without psk_key_exchange_modes',
    )
  }
  const groups = extensions.get(supportedGroups)
  const shares = extensions.get(clientKeyShares)
  // RFC 9846 §9.2 #11, #12: the one needs the other.
  if (groups === undefined && shares !== undefined) {
    throw peerError(
      'missing_extension',
      'MISSING_SUPPORTED_GROUPS_EXTENSION',
      `key_share without ${SUPPORTED_GROUPS.name}`,
    )
  }
  if (groups !== undefined && shares === undefined) {
    throw peerError('missing_extension', 'NO_SUITABLE_KEY_SHARE', `supported_groups without ${KEY_SHARE.name}`)
  }
  const seen = new Set<number>()
  for (const { group } of shares ?? []) {
    // RFC 9846 §4.3.8 #7: no two shares of a group.
    if (seen.has(group)) throw peerError('illegal_parameter', 'DUPLICATE_KEY_SHARE', `two key shares of group ${group}`)
    seen.add(group)
  }
  // RFC 9846 §4.3.8 #8: no share of a group that the client does not support.
  for (const group of groups ?? []) seen.delete(group)
  for (const group of seen) {
    throw peerError(
      'illegal_parameter',
      'BAD_KEY_SHARE',
      `a key share of group ${group}, which supported_groups does not have`,
    )
  }
  return {
    groups: groups && distinct(groups, (id) => groupName(id) !== undefined),
    shares: (shares ?? []).filter(({ group }) => groupName(group) !== undefined),
    shareCount: shares?.length ?? 0,
    pskModes: extensions.get(pskKeyExchangeModes) ?? [],
  }
}

/** Suites that both sides have, best first; RFC 9846 §4.2.2 #12: what we do not know is passed over. */
export function sharedSuites13(hs: ServerContext, hello: ClientHello): CipherSuite13[] {
  const ours = enabledSuites13(hs.provider, hs.config.cipherSuites)
  const shared = inCommon(ours, hello.cipherSuites, hs.config.preferServerCiphers)
  if (shared.length === 0) {
    const lists = bothLists(
      'cipher suite',
      hello.cipherSuites,
      ours.map(({ id }) => id),
    )
    throw peerError('handshake_failure', 'NO_SHARED_CIPHER', `no TLS 1.3 cipher suite in common: ${lists}`)
  }
  return shared
}

/** The group to use, and the client's share of it if it sent one; RFC 9846 §4.3.8 #11: whether it was seen before is not asked. */
export function selectGroup13(hs: ServerContext, offers: Offers): { group: Group; share?: KeyShareEntry } | undefined {
  const ours = enabledGroups13(hs.provider, hs.config.groups)
  const [group] = inCommon(ours, offers.groups ?? [], hs.config.preferServerCiphers)
  if (group === undefined) return undefined
  return { group, share: offers.shares.find((entry) => entry.group === group.id) }
}

/** Modes that both sides allow, ours first (RFC 9846 §4.2.1 #2, RFC 9846 §4.3.9 #4). */
export function sharedPskModes(hs: ServerContext, offers: Offers): ('psk_dhe_ke' | 'psk_ke')[] {
  return hs.pskModes.filter((mode) => offers.pskModes.includes(PskMode[mode]))
}

/** HelloRetryRequest (RFC 9846 §4.2.1 #3, RFC 9846 §4.2.4 #1, #2, RFC 9846 §4.3.8 #5), and the second ClientHello. */
export function* retryHello(
  hs: ServerContext,
  first: ClientHello,
  suite: CipherSuite13,
  group: Group | undefined,
): Flow<{ hello: ClientHello; offers: Offers }> {
  const { cookie: wanted } = hs.config
  const cookieSent =
    typeof wanted === 'function'
      ? answered('cookie', bytes(1, 0xffff), wanted(hs.hello))
      : wanted
        ? hs.provider.randomBytes(32)
        : undefined
  hs.facts.helloRetried = true
  hs.wire.requireRecordBoundary()
  hs.transcript.start(hs.hash(suite.hash))
  hs.transcript.add(first.message.raw)
  hs.transcript.replaceByHash()
  const request = encodeServerHello(
    { version: Version.TLS12, random: HELLO_RETRY_RANDOM, sessionId: first.sessionId, cipherSuite: suite.id },
    (extensions) => {
      if (group) extensions.add(retryGroup, group.id)
      if (cookieSent) extensions.add(cookie, cookieSent)
      extensions.add(selectedVersion, Version.TLS13)
      reserveConfirmation(hs, extensions)
    },
  )
  confirm(hs, request, true)
  hs.send(request)
  if (first.sessionId.length > 0) hs.wire.sendChangeCipherSpec()
  // RFC 9846 §4.3.10: the client has not seen this yet; its early data is passed over until the second hello.
  if (first.extensions.has(EARLY_DATA)) hs.wire.reader.skipEarlyData()

  const message = yield* nextMessage(HandshakeType.client_hello)
  const hello = openSecondHello(hs, decodeClientHello(message))
  hello.extensions.forgetUnknown()
  const offers = readOffers(hello)
  checkSecondHello(first, hello)
  const [share] = offers.shares
  if (group !== undefined) {
    if (offers.shareCount === 0) {
      throw peerError('missing_extension', 'NO_SUITABLE_KEY_SHARE', 'a second ClientHello without a key share')
    }
    // RFC 9846 §4.2.2: one share, of the group that was asked for.
    if (offers.shareCount !== 1 || share?.group !== group.id) {
      throw peerError(
        'illegal_parameter',
        'BAD_KEY_SHARE',
        `${offers.shareCount} key shares, not one of group ${group.id} as asked for`,
      )
    }
  }
  const repeated = hello.extensions.get(cookie)
  if (cookieSent && (repeated === undefined || !equalBytes(repeated, cookieSent))) {
    throw peerError('illegal_parameter', 'COOKIE_MISMATCH', 'the second ClientHello does not repeat the cookie')
  }
  return { hello, offers }
}

import { peerError, Version } from '@x/tls-record'
import { COOKIE, cookie } from '../extensions/cookie.ts'
import { formsOf } from '../extensions/extension.ts'
import { retryGroup } from '../extensions/key-share.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import type { ClientContext } from './client-context.ts'
import { offeredGroup, sendSecondClientHello } from './client-hello.ts'
import { negotiateVersion } from './negotiate-version.ts'
import { checkServerHello13 } from './server-hello13.ts'

const FORMS = /* @__PURE__ */ formsOf(cookie, retryGroup, selectedVersion, tlsFlags)

/** HelloRetryRequest (RFC 9846 §4.2.4): checks it, and sends the second ClientHello. */
export function answerHelloRetryRequest(hs: ClientContext, request: ServerHello): void {
  if (negotiateVersion(hs, request) !== Version.TLS13) {
    throw peerError('illegal_parameter', 'BAD_PROTOCOL_VERSION_NUMBER', 'a HelloRetryRequest that is not of TLS 1.3')
  }
  // RFC 9846 §4.2.4 #4: the version, the other fields, then the extensions.
  const suite = checkServerHello13(hs, request)
  // RFC 9846 §4.2.4 #3: what was offered, and a cookie.
  request.extensions.admit('HRR', FORMS, new Set([...hs.offeredExtensions, COOKIE.type]))
  hs.cookie = request.extensions.get(cookie)
  const group = request.extensions.get(retryGroup)
  if (group === undefined && hs.cookie === undefined) {
    // RFC 9846 §4.2.4 #5: no change in the ClientHello is illegal_parameter.
    throw peerError('illegal_parameter', 'NO_CHANGE_FOLLOWING_HRR', 'a HelloRetryRequest that asks for nothing')
  }
  if (group !== undefined) replaceKeyShare(hs, group)

  hs.facts.helloRetried = true
  hs.retrySuite = suite.id
  const hash = hs.hash(suite.hash)
  hs.transcript.start(hash)
  hs.transcript.replaceByHash()
  hs.received(request.message)
  hs.wire.requireRecordBoundary()
  hs.facts.version = Version.TLS13
  hs.wire.enter('handshake')
  hs.wire.writer.version = Version.TLS12

  // RFC 9846 §4.3.10 #6, RFC 9846 §4.2.4 #11: no early data any more, and only PSKs of the suite's hash.
  if (hs.earlyData) hs.parts.earlyData!.abandon(hs)
  hs.psks = hs.psks.filter((psk) => psk.hash === suite.hash)
  sendChangeCipherSpecOnce(hs)
  // RFC 9846 §4.2.4 #7.
  sendSecondClientHello(hs)
}

/** RFC 9846 §4.3.8 #12, #13, #14: a group that we offered, and sent no share for. */
function replaceKeyShare(hs: ClientContext, id: number): void {
  const group = offeredGroup(hs, id)
  if (group === undefined || hs.agreements.has(id)) {
    throw peerError(
      'illegal_parameter',
      'BAD_KEY_SHARE',
      `the server asks for a share of group ${id}, which ${group ? 'it has' : 'was not offered'}`,
    )
  }
  for (const agreement of hs.agreements.values()) agreement.destroy()
  hs.agreements.clear()
  hs.agreements.set(id, hs.provider.groups[group.name]!.initiate())
}

/** Middlebox compatibility: before the second flight, whatever it starts with (RFC 9846 appendix E.4). */
export function sendChangeCipherSpecOnce(hs: ClientContext): void {
  if (hs.changeCipherSpecSent || hs.sessionId.length === 0) return
  hs.changeCipherSpecSent = true
  hs.wire.sendChangeCipherSpec()
}

import { peerError } from '@x/tls-record'
import { EARLY_DATA } from '../extensions/early-data.ts'
import type { ExtensionBlock } from '../extensions/registry.ts'
import { NO_KEYS } from '../handshake/keys.ts'
import { encodeHandshake, HandshakeType } from '../messages/handshake-message.ts'
import { sameProtocol } from '../tls13/early-data.ts'
import { pskSchedule } from '../tls13/psk.ts'
import { TrafficKeys } from '../tls13/traffic-keys.ts'
import type { Client13, ClientContext, ClientParts } from './client-context.ts'
import { writeWithHandshakeKeys } from './client13.ts'

/** Early data of a client (RFC 9846 §2.3, §4.3.10). */
export const earlyData: ClientParts = { earlyData: { prepare, start, abandon, settle, end } }

/** RFC 9846 E.1 #2: 0-RTT is possible with the first PSK, if its ticket allows it and everything about it is still on offer. */
function prepare(hs: ClientContext): void {
  const { config, facts } = hs
  const psk = hs.psks[0]
  const session = psk?.session
  if (session === undefined) {
    facts.earlyDataReason = 'no_session_offered'
    return
  }
  const suite = hs.suites13.find(({ id }) => id === session.cipherSuite)
  // RFC 9001 §4.6.1: early data over QUIC is by a ticket of QUIC.
  const ofQuic = session.maxEarlyData === 0xffffffff
  if (!session.maxEarlyData || suite === undefined || (hs.wire.quic && !ofQuic)) {
    facts.earlyDataReason = 'unsupported_for_session'
    return
  }
  // RFC 9846 §4.3.10: early data is of the session's protocol; offering it without that protocol would be for nothing.
  const { alpn: protocol } = session
  if (protocol !== undefined && !config.alpnProtocols?.some((name) => name.join() === protocol.join())) {
    facts.earlyDataReason = 'alpn_mismatch'
    return
  }
  // RFC 9846 §4.3.10 #1, #2: the first PSK, with early_data beside it.
  hs.earlyData = { psk, schedule: pskSchedule(hs.provider, psk), suite }
}

/** client_early_traffic_secret protects what is written from here on. */
function start(hs: ClientContext, hello: Uint8Array): void {
  const { schedule, suite } = hs.earlyData!
  if (hs.sessionId.length > 0) {
    hs.wire.sendChangeCipherSpec()
    hs.changeCipherSpecSent = true
  }
  const helloHash = schedule.hash.digest(hello)
  const secret = schedule.clientEarlyTrafficSecret(helloHash)
  hs.logSecret('CLIENT_EARLY_TRAFFIC_SECRET', hs.random, secret)
  hs.secrets.earlyExporter = schedule.earlyExporterSecret(helloHash)
  hs.secrets.earlyHash = schedule.hash
  hs.logSecret('EARLY_EXPORTER_SECRET', hs.random, hs.secrets.earlyExporter)
  const cipher = { suite: suite.id, aead: hs.provider.aeads[suite.aead]!, hash: schedule.hash }
  hs.wire.changeWriteKeys(new TrafficKeys(cipher, secret), true)
  hs.wire.openEarlyData(hs.earlyData!.psk.session!.maxEarlyData!)
  secret.fill(0)
}

/** RFC 9846 §4.3.10 #6: not after a HelloRetryRequest. */
function abandon(hs: ClientContext): void {
  hs.wire.closeEarlyData()
  hs.wire.changeWriteKeys(NO_KEYS)
  hs.earlyData!.schedule.destroy()
  // RFC 9846 §4.3.10 #14, #15: it is not sent again. Who wrote it is told, and knows whether it may be.
  hs.earlyData = undefined
  hs.facts.earlyDataAccepted = false
  hs.facts.earlyDataReason = 'hello_retry_request'
  hs.wire.emit({ type: 'earlyData', accepted: false })
}

/** The server's answer in EncryptedExtensions (RFC 9846 §4.3.10). */
function settle(client: Client13, extensions: ExtensionBlock): void {
  const { hs, psk } = client
  const { facts, pending } = hs
  const accepted = extensions.has(EARLY_DATA)
  if (accepted) {
    const { session } = hs.earlyData!.psk
    // RFC 9846 §4.3.11 #13, #14: early data goes with the first identity.
    if (psk !== hs.earlyData!.psk) {
      throw peerError('illegal_parameter', 'BAD_EARLY_DATA', 'early data accepted without the PSK it is encrypted with')
    }
    if (client.suite.id !== session!.cipherSuite) {
      throw peerError(
        'illegal_parameter',
        'CIPHER_MISMATCH_ON_EARLY_DATA',
        'early data accepted with another cipher suite',
      )
    }
    if (!sameProtocol(pending.alpnProtocol, session!.alpn)) {
      throw peerError(
        'illegal_parameter',
        'ALPN_MISMATCH_ON_EARLY_DATA',
        'early data accepted with another ALPN protocol',
      )
    }
    facts.earlyDataReason = 'accepted'
  } else {
    facts.earlyDataReason = psk === undefined ? 'session_not_resumed' : 'peer_declined'
    // RFC 9846 §4.6 #2: nor is its end told.
    hs.earlyData = undefined
    hs.wire.closeEarlyData()
    if (!hs.wire.quic) writeWithHandshakeKeys(client)
  }
  facts.earlyDataAccepted = accepted
  hs.wire.emit({ type: 'earlyData', accepted })
}

/** RFC 9846 §4.6 #1: the early data ends, and with it its keys. */
function end(client: Client13): void {
  const { hs } = client
  hs.wire.closeEarlyData()
  // RFC 9001 §8.3: QUIC has no EndOfEarlyData.
  if (hs.wire.quic) return
  hs.send(encodeHandshake(HandshakeType.end_of_early_data, () => {}))
  writeWithHandshakeKeys(client)
}

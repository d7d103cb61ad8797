import { peerError, Version } from '@x/tls-record'
import { checkTogether } from '../checked-config.ts'
import type { ProtocolVersion } from '../config.ts'
import { QUIC_TRANSPORT_PARAMETERS } from '../extensions/quic-transport-parameters.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { answer, type Flow, nextMessage } from '../handshake/step.ts'
import { type ClientHello, decodeClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { FALLBACK_SCSV } from '../registry/cipher-suites.ts'
import { enabledVersions, versionName } from '../registry/versions.ts'
import { openFirstHello } from './encrypted-client-hello.ts'
import { ReceivedHello } from './received-hello.ts'
import type { ServerContext } from './server-context.ts'
import { readOverrides } from './server-options.ts'
import { serverHandshake12 } from './server12.ts'
import { serverHandshake13 } from './server13.ts'

/** A server's handshake and what comes after it. */
export function* serverHandshake(hs: ServerContext): Flow {
  // What only the handshake needs goes with its generators: a connection may live long.
  yield* yield* firstHandshake(hs)
}

/** Common until the version is known. @returns what comes after */
function* firstHandshake(hs: ServerContext): Flow<Flow> {
  const message = yield* nextMessage(HandshakeType.client_hello)
  const outer = decodeClientHello(message)
  const hello = openFirstHello(hs, outer)
  hello.extensions.forgetUnknown()
  const { quic } = hs.wire
  if (quic) quic.begin(hello.sessionId)
  else if (hello.extensions.has(QUIC_TRANSPORT_PARAMETERS)) {
    // RFC 9001 §8.2: unsupported_extension.
    throw peerError('unsupported_extension', 'UNEXPECTED_EXTENSION', 'quic_transport_parameters, and this is not QUIC')
  }
  yield* askForOverrides(hs, hello)
  const version = selectVersion(hs, hello)
  hs.facts.version = version
  return version === Version.TLS13 ? yield* serverHandshake13(hs, hello) : serverHandshake12(hs, hello, version)
}

/** SNI's home: the first hook, once, before anything is decided. */
function* askForOverrides(hs: ServerContext, hello: ClientHello): Flow {
  const info = new ReceivedHello(hello)
  hs.hello = info
  hs.clientRandom = hello.random
  hs.facts.clientHello = info
  // RFC 9846 §4.7.1 #9: of this hello, whatever a session remembers.
  hs.pending.serverName = info.serverName
  const { config } = hs
  if (config.onClientHello === undefined) return
  const overrides = yield* answer('clientHello', () => config.onClientHello!(info))
  if (overrides !== undefined && overrides !== null) hs.override(readOverrides(overrides))
  checkTogether('onClientHello', hs.config)
}

/** supported_versions decides alone when it is there (RFC 9846 §4.3.1 #4, #5, RFC 9846 E.2 #1); else legacy_version, up to TLS 1.2 (RFC 9846 §4.3.1 #2, RFC 9846 E.2 #2). */
function selectVersion(hs: ServerContext, hello: ClientHello): ProtocolVersion {
  // RFC 9846 §4.2.2 #7, RFC 9846 E.5 #9: SSL 3.0 is refused, whatever else the hello offers.
  if (hello.legacyVersion <= Version.SSL30) {
    throw peerError('protocol_version', 'UNSUPPORTED_PROTOCOL', 'legacy_version is that of SSL 3.0')
  }
  // RFC 5246 E.1 #2: the best that we have, of those below the client's.
  const enabled = enabledVersions(hs.config.versions)
  // RFC 9846 §4.3.1 #7: TLS 1.3 need not be among them.
  const offered = hello.extensions.get(supportedVersions)
  const version = offered
    ? enabled.find((candidate) => offered.includes(candidate))
    : enabled.find((candidate) => candidate <= Math.min(hello.legacyVersion, Version.TLS12))
  if (version === undefined) {
    // RFC 5246 E.1 #3, RFC 9846 E.2 #3: protocol_version.
    throw peerError(
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
      `the client offers ${(offered ?? [hello.legacyVersion]).slice(0, 8).map(versionName).join(', ')}; enabled: ${enabled.map(versionName).join(', ')}`,
    )
  }
  // RFC 7507 §3: a client that fell back, though we could do better.
  if (hello.cipherSuites.includes(FALLBACK_SCSV) && version < enabled[0]) {
    throw peerError(
      'inappropriate_fallback',
      'INAPPROPRIATE_FALLBACK',
      'the client fell back from a version that is enabled',
    )
  }
  return version as ProtocolVersion
}

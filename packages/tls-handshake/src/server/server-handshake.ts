import { peerError, Version } from '@x/tls-record'
import type { ClientHelloInfo, ProtocolVersion } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { serverName } from '../extensions/server-name.ts'
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequest } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { answer, type Flow, nextMessage } from '../handshake/step.ts'
import { type ClientHello, decodeClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { FALLBACK_SCSV } from '../registry/cipher-suites.ts'
import { enabledVersions, versionName } from '../registry/versions.ts'
import type { ServerContext } from './server-context.ts'
import { serverHandshake12 } from './server12.ts'
import { serverHandshake13 } from './server13.ts'

/** A server's handshake and what comes after it: common until the version is known. */
export function* serverHandshake(hs: ServerContext): Flow {
  const message = yield* nextMessage(HandshakeType.client_hello)
  const hello = decodeClientHello(message)
  yield* askForOverrides(hs, hello)
  const version = selectVersion(hs, hello)
  hs.facts.version = version
  if (version === Version.TLS13) yield* serverHandshake13(hs, hello)
  else yield* serverHandshake12(hs, hello, version)
}

/** SNI's home: the first hook, once, before anything is decided. */
function* askForOverrides(hs: ServerContext, hello: ClientHello): Flow {
  const info = describe(hello)
  hs.hello = info
  hs.clientRandom = hello.random
  hs.facts.clientHello = info
  hs.facts.serverName = info.serverName
  const { config } = hs
  if (config.onClientHello === undefined) return
  const overrides = yield* answer('clientHello', () => config.onClientHello!(info))
  // Inherited, not copied: a configuration may have getters, which say what holds when they are asked.
  if (overrides) hs.config = Object.create(hs.config, Object.getOwnPropertyDescriptors(overrides)) as typeof hs.config
}

function describe({ message, extensions, cipherSuites, sessionId, legacyVersion }: ClientHello): ClientHelloInfo {
  return {
    raw: message.raw,
    serverName: extensions.get(serverName),
    alpnProtocols: extensions.get(alpn),
    versions: extensions.get(supportedVersions) ?? [legacyVersion],
    cipherSuites,
    groups: extensions.get(supportedGroups) ?? [],
    signatureSchemes: extensions.get(signatureAlgorithms) ?? [],
    certificateAuthorities: extensions.get(certificateAuthorities),
    ocspRequested: extensions.get(statusRequest) ?? false,
    sctRequested: extensions.has(SIGNED_CERTIFICATE_TIMESTAMP),
    sessionId,
  }
}

/** supported_versions decides alone when it is there (RFC 9846 §4.3.1); else legacy_version, up to TLS 1.2 (appendix E.2). */
function selectVersion(hs: ServerContext, hello: ClientHello): ProtocolVersion {
  const enabled = enabledVersions(hs.config.versions)
  const offered = hello.extensions.get(supportedVersions)
  const version = offered
    ? enabled.find((candidate) => offered.includes(candidate))
    : enabled.find((candidate) => candidate <= Math.min(hello.legacyVersion, Version.TLS12))
  if (version === undefined) {
    // RFC 9846 §4.3.1, appendix E.2: protocol_version.
    throw peerError(
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
      `the client offers ${(offered ?? [hello.legacyVersion]).map(versionName).join(', ')}; enabled: ${enabled.map(versionName).join(', ')}`,
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

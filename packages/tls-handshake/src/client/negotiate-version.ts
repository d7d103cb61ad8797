import { peerError, Version } from '@x/tls-record'
import type { ProtocolVersion } from '../config.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import { versionName } from '../registry/versions.ts'
import type { ClientContext } from './client-context.ts'

/** The version a ServerHello selects (RFC 9846 §4.2.3, §4.3.1). */
export function negotiateVersion(hs: ClientContext, hello: ServerHello): ProtocolVersion {
  const selected = hello.extensions.get(selectedVersion)
  const version = selected ?? hello.legacyVersion
  // RFC 9846 §4.3.1 #12, #13: supported_versions naming 1.2 or lower, or one that was not offered, is illegal_parameter.
  if (selected !== undefined && (selected < Version.TLS13 || !hs.versions.includes(selected))) {
    throw peerError(
      'illegal_parameter',
      'BAD_PROTOCOL_VERSION_NUMBER',
      `supported_versions selects ${versionName(selected)}`,
    )
  }
  // RFC 9846 §4.2.4 #12.
  if (hs.retrySuite !== undefined && version !== Version.TLS13) {
    throw peerError('illegal_parameter', 'BAD_PROTOCOL_VERSION_NUMBER', 'the version changed after a HelloRetryRequest')
  }
  // RFC 5246 E.1 #1, RFC 9846 E.1 #3.
  if (selected === undefined && (version >= Version.TLS13 || !hs.versions.includes(version))) {
    throw peerError(
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
      `the server selects ${versionName(version)}, which is not enabled`,
    )
  }
  if (version === Version.TLS13 && hello.legacyVersion !== Version.TLS12) {
    // RFC 9846 §4.2.3 #2, RFC 9846 E.5 #9.
    throw peerError('protocol_version', 'WRONG_VERSION_NUMBER', 'legacy_version of a TLS 1.3 ServerHello is not 0x0303')
  }
  // RFC 9846 E.3 #1: a server that has issued a ticket for early data does not go back below TLS 1.3.
  if (version < Version.TLS13 && hs.earlyData) {
    throw peerError(
      'protocol_version',
      'WRONG_VERSION_ON_EARLY_DATA',
      'early data was offered, and TLS 1.3 not selected',
    )
  }
  return version as ProtocolVersion
}

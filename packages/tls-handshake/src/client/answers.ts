import { peerError, Version } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import type { PeerCertificate } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import type { ExtensionBlock } from '../extensions/registry.ts'
import { NO_LIMITS } from '../handshake/context.ts'
import type { PeerKey } from '../handshake/raw-public-key.ts'
import type { Flow } from '../handshake/step.ts'
import { verifyPeer } from '../tls13/authentication.ts'
import type { ClientContext } from './client-context.ts'

/** What a client makes of a server's answers in every version. */

/** RFC 7301 §3.1 #6: exactly one protocol, of those we offered. */
export function negotiatedProtocol({ config }: ClientContext, extensions: ExtensionBlock): Uint8Array | undefined {
  const protocols = extensions.get(alpn)
  if (protocols === undefined) return undefined
  if (protocols.length !== 1)
    throw peerError('decode_error', 'BAD_EXTENSION', `${protocols.length} protocols in an ALPN answer`)
  if (!config.acceptUnknownAlpn && !config.alpnProtocols!.some((offered) => equalBytes(offered, protocols[0]))) {
    throw peerError('illegal_parameter', 'INVALID_ALPN_PROTOCOL', 'the server selects a protocol that was not offered')
  }
  return protocols[0]
}

/** max_fragment_length (RFC 6066 §4 #4, #6) and record_size_limit (RFC 8449). */
export function limitFragments(hs: ClientContext, extensions: ExtensionBlock): void {
  const { config, facts, wire } = hs
  const { reader, writer } = wire
  hs.recordLimits = NO_LIMITS
  const fragment = extensions.get(maxFragmentLength)
  if (fragment !== undefined) {
    if (fragment !== config.maxFragmentLength) {
      throw peerError(
        'illegal_parameter',
        'SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH',
        `max_fragment_length ${fragment} was not asked for`,
      )
    }
    reader.maxPlaintext = writer.peerMaxFragment = fragment
    hs.recordLimits = { send: fragment, receive: fragment }
  }
  const limit = extensions.get(recordSizeLimit)
  if (limit === undefined) return
  // RFC 8449 §5 #2: both extensions in an answer are illegal_parameter.
  if (fragment !== undefined)
    throw peerError('illegal_parameter', 'BAD_EXTENSION', 'max_fragment_length beside record_size_limit')
  if (facts.version === Version.TLS13) {
    // RFC 8449 §4 #1, #5, RFC 8449 §4.1 #1: the content type and padding count.
    writer.maxInner = Math.min(writer.maxInner, limit)
    reader.maxPlaintext = Math.min(reader.maxPlaintext, config.recordSizeLimit! - 1)
  } else hs.recordLimits = { send: limit, receive: Math.min(NO_LIMITS.receive, config.recordSizeLimit!) }
}

/** Asks whether the server is who it should be. @param resumed the chain is that of the session */
export function* verifyServer(hs: ClientContext, leaf: PeerKey, resumed: boolean): Flow {
  const { config, pending } = hs
  pending.verification = yield* verifyPeer(hs, {
    side: 'client',
    chain: pending.certificates!,
    leaf: pending.rawPublicKey ? undefined : (leaf as PeerCertificate),
    rawPublicKey: pending.rawPublicKey,
    serverName: config.serverName,
    ocspResponse: pending.ocspResponse,
    sctList: pending.sctList,
    resumed,
  })
}

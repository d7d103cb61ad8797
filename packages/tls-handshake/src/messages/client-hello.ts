import type { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { alpn } from '../extensions/alpn.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { clientCertificateTypes, serverCertificateTypes } from '../extensions/certificate-types.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { cookie } from '../extensions/cookie.ts'
import { earlyData } from '../extensions/early-data.ts'
import { ecPointFormats } from '../extensions/ec-point-formats.ts'
import { encryptThenMac } from '../extensions/encrypt-then-mac.ts'
import { clientEch } from '../extensions/encrypted-client-hello.ts'
import { extendedMainSecret } from '../extensions/extended-main-secret.ts'
import { formsOf } from '../extensions/extension.ts'
import { clientKeyShares } from '../extensions/key-share.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { npnRequest } from '../extensions/next-protocol-negotiation.ts'
import { padding } from '../extensions/padding.ts'
import { postHandshakeAuth } from '../extensions/post-handshake-auth.ts'
import { offeredPsks } from '../extensions/pre-shared-key.ts'
import { pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts'
import { quicTransportParameters } from '../extensions/quic-transport-parameters.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import { ExtensionBlock } from '../extensions/registry.ts'
import { renegotiationInfo } from '../extensions/renegotiation-info.ts'
import { serverName } from '../extensions/server-name.ts'
import { sessionTicket } from '../extensions/session-ticket.ts'
import { signatureAlgorithms, signatureAlgorithmsCert } from '../extensions/signature-algorithms.ts'
import { sctRequest } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequest } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import type { HandshakeMessage } from './handshake-message.ts'
import { decodeBody } from './handshake-message.ts'

/** What extensions look like in a ClientHello. */
const FORMS = /* @__PURE__ */ formsOf(
  alpn,
  certificateAuthorities,
  clientEch,
  clientCertificateTypes,
  clientKeyShares,
  compressCertificate,
  cookie,
  earlyData,
  ecPointFormats,
  encryptThenMac,
  extendedMainSecret,
  maxFragmentLength,
  npnRequest,
  offeredPsks,
  padding,
  postHandshakeAuth,
  pskKeyExchangeModes,
  quicTransportParameters,
  recordSizeLimit,
  renegotiationInfo,
  sctRequest,
  serverCertificateTypes,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  signatureAlgorithmsCert,
  statusRequest,
  supportedGroups,
  supportedVersions,
  tlsFlags,
)

/** ClientHello (RFC 9846 §4.2.2), as it came. */
export interface ClientHello {
  readonly message: HandshakeMessage
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  /** Two bytes each, for there may be 32,767. */
  readonly cipherSuites: Uint16Array
  readonly compressionMethods: Uint8Array
  readonly extensions: ExtensionBlock
}

export function decodeClientHello(message: HandshakeMessage): ClientHello {
  return decodeBody(message, (reader) => {
    const legacyVersion = reader.u16()
    const random = reader.bytes(32)
    const sessionId = reader.vector8(0, 32)
    const cipherSuites = reader.numbers16()
    const compressionMethods = reader.vector8(1)
    const extensions = decodeOptionalExtensions(reader)
    extensions.admit('CH', FORMS)
    return { message, legacyVersion, random, sessionId, cipherSuites, compressionMethods, extensions }
  })
}

/** The same for a hello of a peer, which is kept for a while. */
export function receiveClientHello(message: HandshakeMessage): ClientHello {
  const hello = decodeClientHello(message)
  // RFC 5746 §3.6 #5, #6: what we do not know is no fault.
  hello.extensions.forgetUnknown()
  return hello
}

/** Up to TLS 1.2 a hello may end without an extensions block (RFC 5246 §7.4.1.2 #10, RFC 9846 §4.2.2 #18, #19); nothing else may follow. */
export function decodeOptionalExtensions(
  reader: Reader,
  duplicateAlert?: 'decode_error' | 'illegal_parameter',
): ExtensionBlock {
  return reader.left === 0 ? new ExtensionBlock() : ExtensionBlock.decode(reader, duplicateAlert)
}

/** What stands in front of a ClientHello's extensions. */
export function writeClientHelloFields(
  writer: Writer,
  fields: { version: number; random: Uint8Array; sessionId: Uint8Array; cipherSuites: readonly number[] },
): void {
  writer.u16(fields.version).bytes(fields.random).vector8(fields.sessionId).list16(fields.cipherSuites)
  // RFC 5246 §7.4.1.2 #6, #7, RFC 9846 §4.2.2 #14: legacy_compression_methods: null, and nothing else.
  writer.u8(1).u8(0)
}

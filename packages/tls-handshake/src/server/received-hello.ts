import type { ClientHelloInfo } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { serverName } from '../extensions/server-name.ts'
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequest } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { type ClientHello, decodeClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'

/** A hello of which only the bytes are kept, until someone asks. */
export class KeptHello {
  constructor(private readonly raw: Uint8Array) {}

  read(): ClientHelloInfo {
    const { raw } = this
    return describe(decodeClientHello({ type: HandshakeType.client_hello, raw, body: raw.subarray(4) }))
  }
}

export function describe({
  message,
  extensions,
  cipherSuites,
  sessionId,
  legacyVersion,
}: ClientHello): ClientHelloInfo {
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

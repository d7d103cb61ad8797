import { concatBytes } from '../codec/bytes.ts'
import { decodeCertificateStatus, encodeCertificateStatus } from '../extensions/status-request.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** The small messages of TLS up to 1.2. */

/** NewSessionTicket (RFC 5077 §3.3). An empty ticket is none. */
export function decodeNewSessionTicket12(message: HandshakeMessage): { lifetime: number; ticket: Uint8Array } {
  return decodeBody(message, (reader) => ({ lifetime: reader.u32(), ticket: reader.vector16() }))
}

export function encodeNewSessionTicket12(lifetime: number, ticket: Uint8Array): Uint8Array {
  return encodeHandshake(
    HandshakeType.new_session_ticket,
    (writer) => writer.u32(lifetime).vector16(ticket),
    ticket.length + 16,
  )
}

/** CertificateStatus (RFC 6066 §8): the stapled OCSPResponse. */
export function decodeCertificateStatusMessage(message: HandshakeMessage): Uint8Array {
  return decodeBody(message, decodeCertificateStatus)
}

export function encodeCertificateStatusMessage(response: Uint8Array): Uint8Array {
  return encodeHandshake(
    HandshakeType.certificate_status,
    (writer) => encodeCertificateStatus(writer, response),
    response.length + 16,
  )
}

/** ServerHelloDone and HelloRequest have no content. */
export function decodeEmpty(message: HandshakeMessage): void {
  decodeBody(message, () => undefined)
}

export const encodeServerHelloDone = (): Uint8Array => encodeHandshake(HandshakeType.server_hello_done, () => {}, 4)
export const encodeHelloRequest = (): Uint8Array => encodeHandshake(HandshakeType.hello_request, () => {}, 4)

/** NextProtocol (draft-agl-tls-nextprotoneg-04 §4): padded, so that its length says nothing. */
export function decodeNextProtocol(message: HandshakeMessage): Uint8Array {
  return decodeBody(message, (reader) => {
    const protocol = reader.vector8()
    reader.vector8()
    return protocol
  })
}

export function encodeNextProtocol(protocol: Uint8Array): Uint8Array {
  const padding = 32 - ((protocol.length + 2) % 32)
  return encodeHandshake(HandshakeType.next_protocol, (writer) =>
    writer.vector8(protocol).vector8(new Uint8Array(padding)),
  )
}

/** The encrypted premaster secret of RSA begins with the version the client offered (RFC 5246 §7.4.7.1). */
export function premasterSecret(version: number, random: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(version >>> 8, version), random)
}

import { peerError } from '@x/tls-record'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** KeyUpdate (RFC 9846 §4.7.3). @returns true when the peer wants us to update too */
export function decodeKeyUpdate(message: HandshakeMessage): boolean {
  return decodeBody(message, (reader) => {
    const request = reader.u8()
    // RFC 9846 §4.7.3 #4: any other value is illegal_parameter.
    if (request > 1) throw peerError('illegal_parameter', 'BAD_KEY_UPDATE', `KeyUpdateRequest ${request}, not 0 or 1`)
    return request === 1
  })
}

export function encodeKeyUpdate(requested: boolean): Uint8Array {
  return encodeHandshake(HandshakeType.key_update, (writer) => {
    writer.u8(requested ? 1 : 0)
  })
}

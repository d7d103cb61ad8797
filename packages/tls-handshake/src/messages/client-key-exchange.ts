import type { KeyExchange12 } from '../registry/cipher-suites12.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** ClientKeyExchange (RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2 to §4). */
export interface ClientKeyExchange {
  readonly pskIdentity?: Uint8Array
  /** A public key, or the encrypted premaster secret; none with plain PSK. */
  readonly exchange?: Uint8Array
}

export function decodeClientKeyExchange(message: HandshakeMessage, keyExchange: KeyExchange12): ClientKeyExchange {
  return decodeBody(message, (reader) => {
    const pskIdentity = keyExchange.endsWith('psk') ? reader.vector16() : undefined
    if (keyExchange === 'psk') return { pskIdentity }
    const exchange = keyExchange.startsWith('ecdhe') ? reader.vector8(1) : reader.vector16(1)
    return { pskIdentity, exchange }
  })
}

export function encodeClientKeyExchange(
  { pskIdentity, exchange }: ClientKeyExchange,
  keyExchange: KeyExchange12,
): Uint8Array {
  return encodeHandshake(HandshakeType.client_key_exchange, (writer) => {
    if (pskIdentity) writer.vector16(pskIdentity)
    if (!exchange) return
    if (keyExchange.startsWith('ecdhe')) writer.vector8(exchange)
    else writer.vector16(exchange)
  })
}

import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'

/** HandshakeType (RFC 9846 §4, RFC 5246 §7.4 and their extensions; RFC 9846 B #1: those of old are sent by the older versions alone). */
export const HandshakeType = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  new_session_ticket: 4,
  end_of_early_data: 5,
  encrypted_extensions: 8,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_url: 21,
  certificate_status: 22,
  key_update: 24,
  compressed_certificate: 25,
  next_protocol: 67,
  message_hash: 254,
} as const

const names = /* @__PURE__ */ new Map<number, string>(Object.entries(HandshakeType).map(([name, type]) => [type, name]))

/** IANA's name of a message type. */
export function handshakeTypeName(type: number): string {
  return names.get(type) ?? `unknown message ${type}`
}

/** A handshake message as it came. */
export interface HandshakeMessage {
  readonly type: number
  /** Without the 4-byte header. */
  readonly body: Uint8Array
  /** With it: what goes into the transcript. */
  readonly raw: Uint8Array
}

/** A handshake message: type, 24-bit length, and what `write` writes. */
export function encodeHandshake(type: number, write: (writer: Writer) => void, capacity = 256): Uint8Array {
  const writer = new Writer(capacity)
  writer.u8(type).within24(() => write(writer))
  return writer.finish()
}

/** Reads a message's body to its end (RFC 9846 §6 #6). */
export function decodeBody<T>(message: HandshakeMessage, decode: (reader: Reader) => T): T {
  const reader = new Reader(message.body, handshakeTypeName(message.type))
  const value = decode(reader)
  reader.end()
  return value
}

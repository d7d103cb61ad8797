import { peerError, Version } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import { type ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { decodeOptionalExtensions } from './client-hello.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** The Random that makes a ServerHello a HelloRetryRequest: SHA-256 of its name (RFC 9846 §4.2.3). */
export const HELLO_RETRY_RANDOM: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91],
  ...[0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
)

/** ServerHello (RFC 9846 §4.2.3) of any version. */
export interface ServerHello {
  readonly message: HandshakeMessage
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuite: number
  readonly compressionMethod: number
  readonly extensions: ExtensionBlock
  readonly isRetryRequest: boolean
}

export function decodeServerHello(message: HandshakeMessage): ServerHello {
  return decodeBody(message, (reader) => {
    const legacyVersion = reader.u16()
    const random = reader.bytes(32)
    // RFC 9846 §4.2.3 #11, RFC 9846 §4.3.1 #11: the first thing looked at.
    const isRetryRequest = equalBytes(random, HELLO_RETRY_RANDOM)
    const sessionId = reader.vector8(0, 32)
    const cipherSuite = reader.u16()
    const compressionMethod = reader.u8()
    const extensions = decodeOptionalExtensions(reader, isRetryRequest ? 'illegal_parameter' : 'decode_error')
    return { message, legacyVersion, random, sessionId, cipherSuite, compressionMethod, extensions, isRetryRequest }
  })
}

/** @param writeExtensions absent: no extensions block at all (TLS up to 1.2) */
export function encodeServerHello(
  fields: { version: number; random: Uint8Array; sessionId: Uint8Array; cipherSuite: number },
  writeExtensions?: (extensions: ExtensionWriter) => void,
): Uint8Array {
  return encodeHandshake(HandshakeType.server_hello, (writer) => {
    // RFC 9846 §4.2.3 #7: no compression.
    writer.u16(fields.version).bytes(fields.random).vector8(fields.sessionId).u16(fields.cipherSuite).u8(0)
    if (writeExtensions !== undefined) writer.within16(() => writeExtensions(new ExtensionWriter(writer)))
  })
}

/** The last 8 bytes of a server's Random when it negotiates below its own maximum (RFC 9846 §4.2.3). */
export const DOWNGRADE_TLS12: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1)
export const DOWNGRADE_TLS11: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0)

/** Refuses a Random that says the server could have done better. */
export function checkDowngradeSentinel(random: Uint8Array, version: number, ourMaximum: number): void {
  const tail = random.subarray(24)
  const from13 = equalBytes(tail, DOWNGRADE_TLS12) || equalBytes(tail, DOWNGRADE_TLS11)
  const from12 = version < Version.TLS12 && equalBytes(tail, DOWNGRADE_TLS11)
  // RFC 9846 §4.2.3 #15, #16, #17: abort with illegal_parameter.
  if ((ourMaximum >= Version.TLS13 && from13) || (ourMaximum === Version.TLS12 && from12)) {
    throw peerError(
      'illegal_parameter',
      'INAPPROPRIATE_FALLBACK',
      'the server marks its Random as downgraded, so someone in between changed the versions on offer',
    )
  }
}

import type { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { ExtensionBlock } from '../extensions/registry.ts'
import type { HandshakeMessage } from './handshake-message.ts'
import { decodeBody } from './handshake-message.ts'

/** ClientHello (RFC 9846 §4.2.2), as it came. */
export interface ClientHello {
  readonly message: HandshakeMessage
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuites: readonly number[]
  readonly compressionMethods: Uint8Array
  readonly extensions: ExtensionBlock
}

export function decodeClientHello(message: HandshakeMessage): ClientHello {
  return decodeBody(message, (reader) => {
    const legacyVersion = reader.u16()
    const random = reader.bytes(32)
    const sessionId = reader.vector8(0, 32)
    const cipherSuites = reader.list16()
    const compressionMethods = reader.vector8(1)
    const extensions = decodeOptionalExtensions(reader)
    extensions.admit('CH')
    return { message, legacyVersion, random, sessionId, cipherSuites, compressionMethods, extensions }
  })
}

/** Up to TLS 1.2 a hello may end without an extensions block (RFC 5246 §7.4.1.2). */
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
  // legacy_compression_methods: null, and nothing else.
  writer.u8(1).u8(0)
}

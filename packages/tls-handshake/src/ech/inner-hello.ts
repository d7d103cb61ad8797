import type { HpkeContext } from '@x/crypto-primitives/hpke'
import { peerError, Version } from '@x/tls-record'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import {
  clientEch,
  type EchOuter,
  ENCRYPTED_CLIENT_HELLO,
  OUTER_EXTENSIONS,
} from '../extensions/encrypted-client-hello.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { type ClientHello, receiveClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'

/** An outer hello that was opened: what opens the next one. */
export interface OpenedHello {
  readonly outer: EchOuter
  readonly context: HpkeContext
}

/**
 * The inner hello out of its encoding (RFC 9849 §5.1): with the outer one's session id and the extensions that it refers to.
 *
 * @param outer with all of its extensions, unknown ones too
 * @throws {TlsError} decode_error or illegal_parameter: who sealed this knew what it did
 */
export function decodeInnerHello(encoded: Uint8Array, outer: ClientHello): ClientHello {
  const reader = new Reader(encoded, 'encoded inner ClientHello')
  const front = reader.bytes(2 + 32)
  // RFC 9849 §5.1: empty.
  reader.vector8(0, 0)
  const suites = reader.vector16()
  const compression = reader.vector8()
  const extensions = reader.vector16()
  // RFC 9849 §5.1: padding is zeros, illegal_parameter otherwise.
  if (reader.bytes(reader.left).some((byte) => byte !== 0)) {
    throw peerError('illegal_parameter', 'DECODE_ERROR', 'the padding of an inner ClientHello is not zeros')
  }
  const writer = new Writer(1024)
  writer.u8(HandshakeType.client_hello).within24(() => {
    writer.bytes(front).vector8(outer.sessionId).vector16(suites).vector8(compression)
    writer.within16(() => {
      const list = new Reader(extensions, 'encoded inner ClientHello')
      let copied = false
      while (list.left > 0) {
        const type = list.u16()
        const body = list.vector16()
        if (type !== OUTER_EXTENSIONS) writer.u16(type).vector16(body)
        else {
          // RFC 9846 §4.2: one of a type. Thousands that name the same long extension would be a hello of 150 MB.
          if (copied) throw badOuter('ech_outer_extensions comes twice')
          copied = true
          copyOuter(writer, new Reader(body, 'ech_outer_extensions'), outer)
        }
      }
    })
  })
  const raw = writer.finish()
  const inner = receiveClientHello({ type: HandshakeType.client_hello, raw, body: raw.subarray(4) })
  const versions = inner.extensions.get(supportedVersions)
  // RFC 9849 §7.1: an inner hello says that it is one, and offers nothing below TLS 1.3.
  const older = (version: number) => version < Version.TLS13 && version >= 0x0300
  if (inner.extensions.get(clientEch) !== 'inner' || versions === undefined || versions.some(older)) {
    throw peerError('illegal_parameter', 'INVALID_CLIENT_HELLO_INNER', 'an inner ClientHello that is none')
  }
  return inner
}

/** Each of the outer extensions that are named, in their order there (RFC 9849 §5.1, appendix A). */
function copyOuter(writer: Writer, reader: Reader, outer: ClientHello): void {
  const named = reader.list16(2, 1)
  reader.end()
  const types = outer.extensions.types
  let at = 0
  for (const type of named) {
    const found = type === ENCRYPTED_CLIENT_HELLO.type ? -1 : types.indexOf(type, at)
    if (found < 0) {
      throw badOuter(`ech_outer_extensions names ${type}, which is not there, not in this place, or must not be named`)
    }
    at = found + 1
    writer.u16(type).vector16(outer.extensions.body(type)!)
  }
}

const badOuter = (what: string) => peerError('illegal_parameter', 'INVALID_OUTER_EXTENSION', what)

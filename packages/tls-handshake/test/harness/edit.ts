import { Reader } from '../../src/codec/reader.ts'
import { Writer } from '../../src/codec/writer.ts'
import { HandshakeType } from '../../src/messages/handshake-message.ts'
import { join } from './pair.ts'

/** A handshake message of any content. */
export function message(type: number, body: Uint8Array): Uint8Array {
  return new Writer(body.length + 4).u8(type).vector24(body).finish()
}

export const bodyOf = (raw: Uint8Array): Uint8Array => raw.subarray(4)

/** The same message with other contents. */
export const withBody = (raw: Uint8Array, body: Uint8Array): Uint8Array => message(raw[0], body)

/** The same message with bytes behind its end. */
export const trailing = (raw: Uint8Array, ...bytes: number[]): Uint8Array =>
  withBody(raw, join([bodyOf(raw), Uint8Array.from(bytes.length ? bytes : [0])]))

export type Extensions = [type: number, body: Uint8Array][]

/** Where the extensions of a message begin in its body. */
function extensionsOffset(raw: Uint8Array): number {
  const reader = new Reader(bodyOf(raw), 'test')
  switch (raw[0]) {
    case HandshakeType.client_hello:
      reader.bytes(34)
      reader.vector8()
      reader.vector16()
      reader.vector8()
      break
    case HandshakeType.server_hello:
      reader.bytes(34)
      reader.vector8()
      reader.bytes(3)
      break
    case HandshakeType.certificate_request:
      reader.vector8()
      break
    case HandshakeType.new_session_ticket:
      reader.bytes(8)
      reader.vector8()
      reader.vector16()
      break
    case HandshakeType.certificate:
      reader.vector8()
      reader.u24()
      reader.vector24()
      break
  }
  return reader.offset
}

export function extensionsOf(raw: Uint8Array): Extensions {
  const reader = new Reader(bodyOf(raw).subarray(extensionsOffset(raw)), 'test')
  const list = new Reader(reader.vector16(), 'test')
  const extensions: Extensions = []
  while (list.left > 0) extensions.push([list.u16(), list.vector16()])
  return extensions
}

/** The same message with its extensions changed. In a Certificate, those of the (single) leaf. */
export function editExtensions(raw: Uint8Array, edit: (extensions: Extensions) => Extensions): Uint8Array {
  const at = extensionsOffset(raw)
  const block = new Writer()
  block.within16(() => {
    for (const [type, body] of edit(extensionsOf(raw))) block.u16(type).vector16(body)
  })
  const body = join([bodyOf(raw).subarray(0, at), block.finish()])
  if (raw[0] === HandshakeType.certificate) {
    // certificate_list's length, behind an empty context.
    const length = body.length - 4
    body.set([length >> 16, length >> 8, length], 1)
  }
  return withBody(raw, body)
}

export const addExtension = (raw: Uint8Array, type: number, body: Uint8Array = new Uint8Array(0)): Uint8Array =>
  editExtensions(raw, (list) => [...list, [type, body]])

export const removeExtension = (raw: Uint8Array, type: number): Uint8Array =>
  editExtensions(raw, (list) => list.filter(([other]) => other !== type))

export const setExtension = (raw: Uint8Array, type: number, body: Uint8Array): Uint8Array =>
  editExtensions(raw, (list) => list.map(([other, old]) => (other === type ? [other, body] : [other, old])))

export const extensionBody = (raw: Uint8Array, type: number): Uint8Array =>
  extensionsOf(raw).find(([other]) => other === type)![1]

/** The same bytes with some of them set. */
export function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at < 0 ? copy.length + at : at)
  return copy
}

export const u16 = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]))

/** `tamper` for messages of one type only. */
export const on =
  (type: number, edit: (raw: Uint8Array) => Uint8Array | readonly Uint8Array[] | null) =>
  (raw: Uint8Array, actual: number) =>
    actual === type ? edit(raw) : undefined

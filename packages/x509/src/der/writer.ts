import { asciiBytes, trimInteger, utf8Bytes } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { encodeOid } from './oid.ts'
import * as Tag from './tag.ts'
import { formatTime } from './time.ts'

/** DER, written from the inside out: each function returns one whole element. */

/** An element with this tag byte and the contents' concatenation. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of contents) length += part.length
  let lengthBytes = 1
  if (length >= 0x80) for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) lengthBytes++
  const out = new Uint8Array(1 + lengthBytes + length)
  out[0] = tag
  if (lengthBytes === 1) out[1] = length
  else {
    out[1] = 0x80 | (lengthBytes - 1)
    for (let i = lengthBytes, rest = length; i > 1; i--, rest = Math.floor(rest / 256)) out[i] = rest & 0xff
  }
  let at = 1 + lengthBytes
  for (const part of contents) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const sequence = (...parts: readonly Uint8Array[]) => element(Tag.SEQUENCE, ...parts)

/** SET: the order of the parts is the caller's. */
export const set = (...parts: readonly Uint8Array[]) => element(Tag.SET, ...parts)

/** SET OF: the elements are sorted (X.690 §11.6). */
export function setOf(parts: readonly Uint8Array[]): Uint8Array {
  return element(Tag.SET, ...[...parts].sort(compareBytes))
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** `[number] EXPLICIT`. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]) =>
  element(Tag.context(number, true), ...parts)

/** `[number] IMPLICIT` of a primitive type, given its contents. */
export const implicit = (number: number, contents: Uint8Array) => element(Tag.context(number, false), contents)

/** The contents of a DER element, for implicit tagging. */
export function contentsOf(der: Uint8Array): Uint8Array {
  const first = der[1]!
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f))
}

/** A non-negative INTEGER, from a number, a bigint or unsigned big-endian bytes. */
export function integer(value: number | bigint | Uint8Array, tag = Tag.INTEGER): Uint8Array {
  let bytes: Uint8Array
  if (value instanceof Uint8Array) bytes = value.length === 0 ? Uint8Array.of(0) : trimInteger(value)
  else {
    if (value < 0) throw new X509Error('INVALID_ARGUMENT', `a negative integer: ${value}`)
    const hex = value.toString(16)
    bytes = Uint8Array.from((hex.length % 2 ? `0${hex}` : hex).match(/../g)!, (pair) => Number.parseInt(pair, 16))
  }
  return bytes[0]! >= 0x80 ? element(tag, Uint8Array.of(0), bytes) : element(tag, bytes)
}

/** An INTEGER from its two's complement contents, as `DerReader.integer` gives them. */
export const rawInteger = (contents: Uint8Array) => element(Tag.INTEGER, contents)

export const enumerated = (value: number) => integer(value, Tag.ENUMERATED)

export const boolean = (value: boolean, tag = Tag.BOOLEAN) => element(tag, Uint8Array.of(value ? 0xff : 0))

export const nullValue = () => element(Tag.NULL)

export const octetString = (bytes: Uint8Array) => element(Tag.OCTET_STRING, bytes)

export const bitString = (bytes: Uint8Array, unused = 0, tag = Tag.BIT_STRING) =>
  element(tag, Uint8Array.of(unused), bytes)

/** A named bit list from a number with bit `i` set for the list's bit `i`, without trailing zero bits. */
export function namedBits(bits: number, tag = Tag.BIT_STRING): Uint8Array {
  const count = 32 - Math.clz32(bits)
  const bytes = new Uint8Array(Math.ceil(count / 8))
  for (let i = 0; i < count; i++) if (bits & (1 << i)) bytes[i >> 3]! |= 0x80 >> (i & 7)
  return bitString(bytes, bytes.length * 8 - count, tag)
}

/** @throws {X509Error} `INVALID_ARGUMENT` for text that is no OID */
export function oid(dotted: string, tag = Tag.OID): Uint8Array {
  const contents = encodeOid(dotted)
  if (contents === null) throw new X509Error('INVALID_ARGUMENT', `not an object identifier: ${dotted}`)
  return element(tag, contents)
}

export const utf8String = (text: string) => element(Tag.UTF8_STRING, utf8Bytes(text))

/** @throws {X509Error} `INVALID_ARGUMENT` for characters outside ASCII */
export function ia5String(text: string, tag = Tag.IA5_STRING): Uint8Array {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 0x7f) throw new X509Error('INVALID_ARGUMENT', `not ASCII: ${JSON.stringify(text)}`)
  return element(tag, asciiBytes(text))
}

export const printableString = (text: string) => ia5String(text, Tag.PRINTABLE_STRING)

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5); the milliseconds are dropped. */
export function time(milliseconds: number): Uint8Array {
  const year = new Date(milliseconds).getUTCFullYear()
  return year >= 1950 && year < 2050
    ? element(Tag.UTC_TIME, asciiBytes(formatTime(milliseconds, false)))
    : generalizedTime(milliseconds)
}

export function generalizedTime(milliseconds: number, tag = Tag.GENERALIZED_TIME): Uint8Array {
  const year = new Date(milliseconds).getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw new X509Error('INVALID_ARGUMENT', 'a time outside the years 0 to 9999')
  return element(tag, asciiBytes(formatTime(milliseconds, true)))
}

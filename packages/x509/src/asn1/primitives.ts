import { toHex } from '../bytes.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { isBytes } from '../input.ts'
import { decodeString, encodeString } from '../names/string.ts'
import { type Type, tagged, type, wrongValue } from './type.ts'

export const boolean: Type<boolean> = /* @__PURE__ */ tagged(
  Tag.BOOLEAN,
  (reader, field, tag) => reader.boolean(field, tag),
  (value, field) => {
    if (typeof value !== 'boolean') throw wrongValue(field, 'true or false', value)
    return der.contentsOf(der.boolean(value))
  },
)

/** An INTEGER of a size that a number can hold exactly, which most are; for others {@link bigInteger}. */
export const integer: Type<number> = /* @__PURE__ */ tagged(
  Tag.INTEGER,
  (reader, field, tag) => {
    const value = signed(reader.integer(field, tag))
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      reader.fail('INVALID_STRUCTURE', 'an INTEGER beyond 53 bits', field)
    return Number(value)
  },
  (value, field) => {
    if (!Number.isSafeInteger(value)) throw wrongValue(field, 'a whole number', value)
    return integerContents(BigInt(value))
  },
)

export const bigInteger: Type<bigint> = /* @__PURE__ */ tagged(
  Tag.INTEGER,
  (reader, field, tag) => signed(reader.integer(field, tag)),
  (value, field) => {
    if (typeof value !== 'bigint') throw wrongValue(field, 'a bigint', value)
    return integerContents(value)
  },
)

function signed(contents: Uint8Array): bigint {
  return BigInt.asIntN(contents.length * 8, BigInt(`0x${toHex(contents)}`))
}

/** The least number of bytes of two's complement (X.690 §8.3). */
function integerContents(value: bigint): Uint8Array {
  const bits = (value < 0n ? -value - 1n : value).toString(2).length + (value === 0n || value === -1n ? 0 : 1)
  const length = Math.max(1, Math.ceil(bits / 8))
  const digits = BigInt.asUintN(length * 8, value).toString(16)
  return Uint8Array.from({ length }, (_, at) =>
    Number.parseInt(digits.padStart(length * 2, '0').slice(at * 2, at * 2 + 2), 16),
  )
}

/** An ENUMERATED, by the words that are given for its numbers. */
export function enumerated<const W extends Readonly<Record<string, number>>>(words: W): Type<keyof W & string> {
  const names = new Map(Object.entries(words).map(([word, number]) => [number, word]))
  return tagged(
    Tag.ENUMERATED,
    (reader, field, tag) => {
      const number = reader.enumerated(field, tag)
      const word = names.get(number)
      return word ?? reader.fail('INVALID_STRUCTURE', `${number} is none of its values`, field)
    },
    (value, field) => {
      if (typeof value !== 'string' || !Object.hasOwn(words, value))
        throw wrongValue(field, `one of ${Object.keys(words).join(', ')}`, value)
      return der.contentsOf(der.enumerated(words[value]!))
    },
  )
}

/** A BIT STRING of whole bytes. */
export const bitString: Type<Uint8Array> = /* @__PURE__ */ tagged(
  Tag.BIT_STRING,
  (reader, field, tag) => reader.bitStringBytes(field, tag),
  (value, field) => Uint8Array.of(0, ...bytesOf(value, field)),
)

/** A BIT STRING whose bits have names, the first bit first; at most 31. */
export function namedBits<const W extends readonly string[]>(...words: W): Type<readonly W[number][]> {
  return tagged(
    Tag.BIT_STRING,
    (reader, field, tag) => {
      const bits = reader.namedBits(field, tag)
      if (bits >>> words.length) reader.fail('INVALID_STRUCTURE', 'a bit that has no name', field)
      return words.filter((_, at) => (bits >>> at) & 1)
    },
    (value, field) => {
      const unknown = Array.isArray(value) ? value.find((word) => !words.includes(word)) : value
      if (!Array.isArray(value) || unknown !== undefined)
        throw wrongValue(field, `a list of ${words.join(', ')}`, unknown)
      return der.contentsOf(der.namedBits(value.reduce((bits, word) => bits | (1 << words.indexOf(word)), 0)))
    },
  )
}

export const octetString: Type<Uint8Array> = /* @__PURE__ */ tagged(
  Tag.OCTET_STRING,
  (reader, field, tag) => reader.octetString(field, tag),
  bytesOf,
)

function bytesOf(value: Uint8Array, field: string): Uint8Array {
  if (!isBytes(value)) throw wrongValue(field, 'a Uint8Array', value)
  return value
}

export const nullValue: Type<null> = /* @__PURE__ */ tagged(
  Tag.NULL,
  (reader, field, tag) => {
    if (reader.value(tag, field).length > 0) reader.fail('INVALID_DER', 'a NULL with contents', field)
    return null
  },
  (value, field) => {
    if (value !== null) throw wrongValue(field, 'null', value)
    return new Uint8Array(0)
  },
)

/** An object identifier, dotted. */
export const oid: Type<string> = /* @__PURE__ */ tagged(
  Tag.OID,
  (reader, field, tag) => reader.oid(field, tag),
  (value, field) => {
    if (typeof value !== 'string') throw wrongValue(field, 'a dotted object identifier', value)
    return der.contentsOf(der.oid(value))
  },
)

const string = (own: number, expected: string, fits = (_: string): boolean => true): Type<string> =>
  tagged(
    own,
    (reader, field, tag) => {
      const text = decodeString(own, reader.value(tag, field))
      return text !== null && fits(text) ? text : reader.fail('INVALID_STRUCTURE', `not ${expected}`, field)
    },
    (value, field) => {
      const contents = typeof value === 'string' && fits(value) ? encodeString(own, value) : null
      if (contents === null) throw wrongValue(field, expected, value)
      return contents
    },
  )

export const utf8String: Type<string> = /* @__PURE__ */ string(Tag.UTF8_STRING, 'text')
/** Letters, digits, spaces and `'()+,-./:=?` (X.680 §41.4). */
export const printableString: Type<string> = /* @__PURE__ */ string(
  Tag.PRINTABLE_STRING,
  "text of letters, digits and '()+,-./:=? (PrintableString)",
  (text) => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text),
)
/** ASCII. */
export const ia5String: Type<string> = /* @__PURE__ */ string(Tag.IA5_STRING, 'ASCII text', (text) =>
  /^[\0-\x7f]*$/.test(text),
)
/** The Basic Multilingual Plane of Unicode. */
export const bmpString: Type<string> = /* @__PURE__ */ string(Tag.BMP_STRING, 'text without characters beyond U+FFFF')

/** Milliseconds since 1970, whole seconds. */
export const generalizedTime: Type<number> = /* @__PURE__ */ tagged(
  Tag.GENERALIZED_TIME,
  (reader, field, tag) => reader.generalizedTime(field, tag),
  (value, field) => der.contentsOf(der.generalizedTime(instantOf(value, field))),
)

/** Time of RFC 5280: UTCTime until 2049, GeneralizedTime from then on. Milliseconds since 1970. */
export const time: Type<number> = /* @__PURE__ */ type<number>({
  tag: undefined,
  accepts: (tag) => tag === Tag.UTC_TIME || tag === Tag.GENERALIZED_TIME,
  read: (reader, field) => reader.time(field),
  contents: (value, field) => der.time(instantOf(value, field)),
})

function instantOf(value: number, field: string): number {
  if (!Number.isFinite(value)) throw wrongValue(field, 'milliseconds since 1970', value)
  return value
}

/** Any one element, as its DER. */
export const any: Type<Uint8Array> = /* @__PURE__ */ type<Uint8Array>({
  tag: undefined,
  accepts: () => true,
  read: (reader: DerReader, field) => reader.raw(field),
  contents: bytesOf,
})

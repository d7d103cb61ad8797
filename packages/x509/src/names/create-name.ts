import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { attributeName, attributeOid } from '../oids.ts'
import { Name } from './name.ts'
import { encodeString, isPrintable } from './string.ts'

/** An attribute's type and its text. */
export type NamePair = readonly [type: string, value: string]

/**
 * Builds a name from attributes, each in a set of its own, or several in one set where an element is a list.
 *
 * @example createName([['C', 'DE'], ['O', 'Example'], ['CN', 'example.com']])
 * @param attributes pairs of type (short name, long name or dotted OID) and text
 * @throws {X509Error} `INVALID_ARGUMENT` for an unknown type
 */
export function createName(
  attributes: readonly (NamePair | readonly NamePair[])[] | Readonly<Record<string, string | string[]>>,
): Name {
  if (typeof attributes !== 'object' || attributes === null)
    throw new X509Error('INVALID_ARGUMENT', 'createName: attributes must be pairs of type and text')
  const list = Array.isArray(attributes)
    ? (attributes as readonly (NamePair | readonly NamePair[])[])
    : Object.entries(attributes as Readonly<Record<string, string | string[]>>).flatMap(([type, value]) =>
        (Array.isArray(value) ? value : [value]).map((one): NamePair => [type, one]),
      )
  const rdns = list.map((entry) => {
    const pairs = (typeof entry[0] === 'string' ? [entry] : entry) as readonly NamePair[]
    return der.setOf(pairs.map(([type, value]) => encodeAttribute(type, value)))
  })
  return Name.parse(der.sequence(...rdns))
}

function encodeAttribute(type: string, value: string): Uint8Array {
  if (typeof value !== 'string')
    throw new X509Error('INVALID_ARGUMENT', `the value of ${JSON.stringify(type)} must be text, not ${typeof value}`)
  const oid = attributeOid(type)
  if (oid === undefined) throw new X509Error('INVALID_ARGUMENT', `unknown attribute type ${JSON.stringify(type)}`)
  // RFC 5280 §4.1.2.4 #2, RFC 5280 §4.1.2.6 #5, #11: UTF8String or PrintableString; country, serial number and DN qualifier are PrintableString,
  // e-mail addresses and domain components IA5String.
  const name = attributeName(oid)
  const tag =
    name === 'emailAddress' || name === 'DC'
      ? Tag.IA5_STRING
      : (name === 'C' || name === 'serialNumber' || name === 'dnQualifier') && isPrintable(value)
        ? Tag.PRINTABLE_STRING
        : Tag.UTF8_STRING
  const contents = encodeString(tag, value)
  if (contents === null) throw new X509Error('INVALID_ARGUMENT', `${type} must be ASCII: ${JSON.stringify(value)}`)
  return der.sequence(der.oid(oid), der.element(tag, contents))
}

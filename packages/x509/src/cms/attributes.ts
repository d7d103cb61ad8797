import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type Attribute, encodeAttribute, readAttribute } from '../extensions/identifiers.ts'

/** Attributes of a signer (RFC 5652 §5.3, §11). */

/** Reads a SET OF Attribute. */
export function readAttributes(reader: DerReader, tag: number, field: string): Attribute[] {
  const set = reader.enter(tag, field)
  const attributes: Attribute[] = []
  while (!set.done) attributes.push(readAttribute(set, 'Attribute'))
  return attributes
}

/** DER of a SET OF Attribute, sorted (X.690 §11.6), which is what is signed. */
export function encodeAttributes(attributes: readonly Attribute[], tag = Tag.SET): Uint8Array {
  const set = der.setOf(attributes.map(encodeAttribute))
  return tag === Tag.SET ? set : der.element(tag, der.contentsOf(set))
}

/**
 * The one value of an attribute that has one (RFC 5652 §11.1 to §11.3); `undefined` where it is not there.
 *
 * @throws {X509Error} `INVALID_STRUCTURE` where it is there twice, or has no value or several
 */
export function singleValue(attributes: readonly Attribute[], oid: string, name: string): Uint8Array | undefined {
  const found = attributes.filter((attribute) => attribute.oid === oid)
  if (found.length === 0) return undefined
  if (found.length > 1 || found[0]!.values.length !== 1)
    throw new X509Error('INVALID_STRUCTURE', `${name}: an attribute that must be there once, with one value`)
  return found[0]!.values[0]
}

/** The value, read by a decoder that must use it up. */
export function decodeValue<T>(
  attributes: readonly Attribute[],
  oid: string,
  name: string,
  decode: (reader: DerReader) => T,
): T | undefined {
  const value = singleValue(attributes, oid, name)
  if (!value) return undefined
  const reader = DerReader.open(value, name)
  const decoded = decode(reader)
  reader.finish()
  return decoded
}

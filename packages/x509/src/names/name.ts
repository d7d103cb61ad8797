import { equalBytes, latin1, toHex } from '../bytes.ts'
import type { DerReader } from '../der/reader.ts'
import { DerReader as Reader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { attributeName } from '../oids.ts'
import { canonicalText, decodeString, isStringTag } from './string.ts'

/** One attribute of a name: `CN = example.com`. */
export interface NameAttribute {
  /** The attribute's type, dotted. */
  readonly oid: string
  /** `CN`, `O`, `emailAddress` ... as OpenSSL spells it; the dotted OID where it has no name. */
  readonly type: string
  /** The value as text; for a value that is no character string, `#` and its DER in hexadecimal (RFC 4514 §2.4). */
  readonly value: string
  /** The tag byte of the value. */
  readonly tag: number
}

/**
 * A distinguished name (RFC 5280 §4.1.2.4): an ordered list of sets of attributes. Two names are compared by
 * `Name.equals`, which folds case, white space and string types as §7.1 asks.
 */
export class Name {
  /** Comparison form, computed when the bytes differ. */
  private canonicalRdns: readonly string[] | undefined
  private decoded: readonly (readonly NameAttribute[])[] | undefined

  private constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    private readonly parts: readonly (readonly RawAttribute[])[],
  ) {}

  /** Reads a name. @throws {X509Error} */
  static parse(bytes: Uint8Array): Name {
    const reader = Reader.open(bytes, '')
    const name = Name.read(reader, 'Name')
    reader.finish()
    return name
  }

  /** Reads a name as the next element. */
  static read(reader: DerReader, field: string): Name {
    const start = reader.offset
    const rdns: RawAttribute[][] = []
    const sequence = reader.sequence(field)
    while (!sequence.done) rdns.push(readRdn(sequence.set('rdn')))
    return new Name(reader.bytes.subarray(start, reader.offset), rdns)
  }

  /** The attributes, in the order of the encoding, by relative distinguished name. */
  get rdns(): readonly (readonly NameAttribute[])[] {
    return (this.decoded ??= this.parts.map((rdn) => rdn.map(decodeAttribute)))
  }

  /** The attributes, in the order of the encoding. */
  get attributes(): readonly NameAttribute[] {
    return this.rdns.flat()
  }

  /** True for the name without attributes. */
  get isEmpty(): boolean {
    return this.parts.length === 0
  }

  /** The first value of an attribute type, by its short name or OID. */
  get(type: string): string | undefined {
    return this.attributes.find((attribute) => attribute.type === type || attribute.oid === type)?.value
  }

  /** A key that is the same for equal names: for maps. */
  get key(): string {
    return this.canonical.join('\u0001')
  }

  /** The comparison form of each relative distinguished name; name constraints compare by it. */
  get canonical(): readonly string[] {
    return (this.canonicalRdns ??= this.parts.map((rdn) => rdn.map(canonicalAttribute).sort().join('\u0002')))
  }

  /** RFC 5280 §7.1. */
  equals(other: Name): boolean {
    if (equalBytes(this.raw, other.raw)) return true
    if (this.parts.length !== other.parts.length) return false
    const a = this.canonical
    const b = other.canonical
    return a.every((rdn, i) => rdn === b[i])
  }

  /** RFC 4514: the last attribute first, `CN=example.com,O=Example`. */
  toString(): string {
    return this.rdns
      .map((rdn) => rdn.map(({ type, value }) => `${type}=${escapeRfc4514(value)}`).join('+'))
      .reverse()
      .join(',')
  }
}

interface RawAttribute {
  readonly oid: string
  readonly tag: number
  /** Contents, without tag and length. */
  readonly contents: Uint8Array
}

function readRdn(set: DerReader): RawAttribute[] {
  const attributes: RawAttribute[] = []
  // X.501: SET SIZE (1..MAX).
  do {
    const attribute = set.sequence('AttributeTypeAndValue')
    const oid = attribute.oid('type')
    const tag = attribute.tag
    const contents = tag < 0 ? attribute.raw('value') : attribute.value(tag, 'value')
    attribute.finish()
    attributes.push({ oid, tag, contents })
  } while (!set.done)
  return attributes
}

function decodeAttribute({ oid, tag, contents }: RawAttribute): NameAttribute {
  const text = isStringTag(tag) ? decodeString(tag, contents) : null
  return { oid, tag, type: attributeName(oid), value: text ?? `#${toHex(der.element(tag, contents))}` }
}

function canonicalAttribute({ oid, tag, contents }: RawAttribute): string {
  const text = isStringTag(tag) && tag !== Tag.NUMERIC_STRING ? decodeString(tag, contents) : null
  return text === null ? `${oid}#${tag}:${latin1(contents)}` : `${oid}=${canonicalText(text)}`
}

function escapeRfc4514(value: string): string {
  return value
    .replace(/[",+;<>\\]/g, '\\$&')
    .replace(/^[ #]|(?<=.) $/g, '\\$&')
    .replaceAll('\0', '\\00')
}

import { equalBytes, latin1, toHex, utf8Bytes } from '../bytes.ts'
import type { DerLimits, DerReader } from '../der/reader.ts'
import { DEFAULT_DER_LIMITS, DerReader as Reader } from '../der/reader.ts'
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
  private joined: string | undefined

  private constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    /** Relative distinguished names in it. */
    private readonly size: number,
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
    let size = 0
    // RFC 5280 §4.1.2.4 #5, #6, #8, #9, RFC 5280 §4.1.2.6 #8: of whatever attributes.
    for (const sequence = reader.sequence(field); !sequence.done; size++) readRdn(sequence.set('rdn'))
    return new Name(reader.bytes.subarray(start, reader.offset), size)
  }

  /** Read again where it is used, and not kept: as objects a name takes twenty times its bytes, and a peer says how many. */
  private get parts(): readonly (readonly RawAttribute[])[] {
    const rdns: RawAttribute[][] = []
    const sequence = Reader.open(this.raw, 'Name', AS_READ).sequence('')
    while (!sequence.done) rdns.push(readRdn(sequence.set('rdn')))
    return rdns
  }

  /** The attributes, in the order of the encoding, by relative distinguished name. */
  get rdns(): readonly (readonly NameAttribute[])[] {
    return this.parts.map((rdn) => rdn.map(decodeAttribute))
  }

  /** The attributes, in the order of the encoding. */
  get attributes(): readonly NameAttribute[] {
    return this.rdns.flat()
  }

  /** True for the name without attributes. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  /** The first value of an attribute type, by its short name or OID. */
  get(type: string): string | undefined {
    return this.attributes.find((attribute) => attribute.type === type || attribute.oid === type)?.value
  }

  /** A key that is the same for equal names: for maps. */
  get key(): string {
    return (this.joined ??= this.canonical.join('\u0001'))
  }

  /** The comparison form of each relative distinguished name; name constraints compare by it. */
  get canonical(): readonly string[] {
    return (this.canonicalRdns ??= this.parts.map((rdn) => rdn.map(canonicalAttribute).sort().join('\u0002')))
  }

  /** RFC 5280 §7.1. */
  equals(other: Name): boolean {
    if (equalBytes(this.raw, other.raw)) return true
    if (this.size !== other.size) return false
    const a = this.canonical
    const b = other.canonical
    return a.every((rdn, i) => rdn === b[i])
  }

  /** The beginning of what `toString` gives, for a sentence: a name may be a megabyte. */
  toBriefString(): string {
    return this.parts
      .slice(-BRIEF_RDNS)
      .map((rdn) =>
        rdn
          .slice(0, BRIEF_RDNS)
          .map(({ oid, tag, contents }) => decodeAttribute({ oid, tag, contents: beginning(tag, contents) }))
          .map(({ type, value }) => `${type}=${escapeRfc4514(value)}`)
          .join('+'),
      )
      .reverse()
      .join(',')
  }

  /** RFC 4514: the last attribute first, `CN=example.com,O=Example`. */
  toString(): string {
    return this.rdns
      .map((rdn) => rdn.map(({ type, value }) => `${type}=${escapeRfc4514(value)}`).join('+'))
      .reverse()
      .join(',')
  }
}

/** What was read once is read again, BER or DER. */
const AS_READ: DerLimits = { ...DEFAULT_DER_LIMITS, ber: true }

const BRIEF_RDNS = 8
/** A multiple of four, so that no character of BMPString or UniversalString is cut. */
const BRIEF_BYTES = 240

/** The first bytes of a value; of UTF-8 whole characters. */
function beginning(tag: number, contents: Uint8Array): Uint8Array {
  let end = Math.min(contents.length, BRIEF_BYTES)
  if (tag === Tag.UTF8_STRING) while (end < contents.length && (contents[end]! & 0xc0) === 0x80) end--
  return contents.subarray(0, end)
}

interface RawAttribute {
  readonly oid: string
  readonly tag: number
  /** Contents, without tag and length. */
  readonly contents: Uint8Array
}

function readRdn(set: DerReader): RawAttribute[] {
  const attributes: RawAttribute[] = []
  // X.501: SET SIZE (1..MAX); an empty one is read, as OpenSSL reads it.
  while (!set.done) {
    const attribute = set.sequence('AttributeTypeAndValue')
    const oid = attribute.oid('type')
    // A string in pieces, which a reader of BER joins, is constructed.
    const tag = isStringTag(attribute.tag & ~Tag.CONSTRUCTED) ? attribute.tag & ~Tag.CONSTRUCTED : attribute.tag
    if (!mayStandInName(tag)) attribute.fail('INVALID_STRUCTURE', `no value of a name: ${Tag.describe(tag)}`, 'value')
    const contents = attribute.string(tag, 'value')
    // The number of unused bits comes first.
    if (tag === Tag.BIT_STRING && (contents[0] ?? 8) > 7)
      attribute.fail('INVALID_STRUCTURE', 'a BIT STRING that is none', 'value')
    if (isUnicode(tag) && decodeString(tag, contents) === null)
      attribute.fail('INVALID_STRUCTURE', `a ${Tag.describe(tag)} that is no text`, 'value')
    attribute.finish()
    attributes.push({ oid, tag, contents })
  }
  return attributes
}

/**
 * The types that OpenSSL lets stand in a name (B_ASN1_PRINTABLE): DirectoryString's and some more, a SEQUENCE, a BIT
 * STRING, and all that have no name there.
 */
function mayStandInName(tag: number): boolean {
  return tag === Tag.SEQUENCE || (tag >= 0 && tag < 0x20 && ((NAME_TAGS >> tag) & 1) === 1)
}

const NAME_TAGS = /* @__PURE__ */ (() =>
  [3, 7, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20, 22, 28, 29, 30].reduce((set, tag) => set | (1 << tag), 0))()

/** The types whose bytes may be no text, so that two such names cannot be compared. */
function isUnicode(tag: number): boolean {
  return tag === Tag.UTF8_STRING || tag === Tag.BMP_STRING || tag === Tag.UNIVERSAL_STRING
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
  return (
    value
      .replace(/[",+;<>\\]/g, '\\$&')
      .replace(/^[ #]|(?<=.) $/g, '\\$&')
      // Any character may be written by its bytes; those that break a line of a log are.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, (control) =>
        Array.from(utf8Bytes(control), (byte) => `\\${toHex(Uint8Array.of(byte))}`).join(''),
      )
  )
}

import { concatBytes, toHex } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { isBytes, wrongInput } from '../input.ts'
import { decodeOid, isOid } from './oid.ts'
import * as Tag from './tag.ts'
import { parseGeneralizedTime, parseUtcTime } from './time.ts'

/** What the reader may spend on one input. */
export interface DerLimits {
  /** Bytes of the whole input. */
  readonly maxLength: number
  /** Nesting of constructed elements. */
  readonly maxDepth: number
  /**
   * Takes the encodings of BER (X.690 §8) that OpenSSL's `d2i` functions take where they expect DER: lengths that are
   * not in their shortest form, indefinite ones, strings in pieces, any byte but 00 for TRUE. Default false.
   */
  readonly ber?: boolean
}

export const DEFAULT_DER_LIMITS: DerLimits = { maxLength: 67_108_864, maxDepth: 48 }

/** For formats that are BER by their standards: PKCS#12 (RFC 7292 §4), PKCS#7 and CMS (RFC 5652 §1). */
export const BER_LIMITS: DerLimits = { ...DEFAULT_DER_LIMITS, ber: true }

/** Shared by the readers of one input that may be BER. */
interface BerInput {
  /** True once something was read that DER forbids. */
  seen: boolean
}

/**
 * A strict reader of DER (X.690 §10, §11): definite minimal lengths, low-numbered tags, minimal integers, no trailing
 * bytes. It never copies: every byte string is a view of the input.
 *
 * Each method takes the name of the field that it reads, as the ASN.1 module spells it; an error then names the whole
 * path and the offset, and costs nothing until there is one.
 *
 * @example
 * const der = DerReader.open(bytes, 'RSAPublicKey').sequence('')
 * const n = der.unsigned('modulus')
 * const e = der.unsigned('publicExponent')
 * der.finish()
 */
export class DerReader {
  private at: number
  private valueStart = 0
  private valueEnd = 0

  private constructor(
    readonly bytes: Uint8Array,
    start: number,
    private readonly end: number,
    private readonly field: string,
    private readonly parent: DerReader | undefined,
    private readonly depthLeft: number,
    private readonly base: number,
    private readonly ber: BerInput | undefined,
  ) {
    this.at = start
  }

  /**
   * A reader over a whole input.
   *
   * @param field the name of what is read, the root of the paths in errors
   * @throws {X509Error} `LIMIT_EXCEEDED`; `INVALID_ARGUMENT` for what are no bytes
   */
  static open(bytes: Uint8Array, field: string, limits: DerLimits = DEFAULT_DER_LIMITS): DerReader {
    if (!isBytes(bytes)) throw wrongInput(field || 'what is read', 'a Uint8Array', bytes)
    if (bytes.length > limits.maxLength)
      throw new X509Error(
        'LIMIT_EXCEEDED',
        `${field}: ${bytes.length} bytes, at most ${limits.maxLength} are allowed`,
        {
          path: field,
          offset: 0,
        },
      )
    // A Node Buffer is a Uint8Array whose `slice` does not copy: what is read must not depend on what was handed in.
    const plain =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    return new DerReader(
      plain,
      0,
      plain.length,
      field,
      undefined,
      limits.maxDepth,
      0,
      limits.ber ? { seen: false } : undefined,
    )
  }

  /** A reader over DER inside an OCTET STRING or BIT STRING, so that errors keep their path. */
  nested(contents: Uint8Array, field: string): DerReader {
    if (this.depthLeft === 0) this.fail('LIMIT_EXCEEDED', 'nested too deeply', field)
    const inside = contents.buffer === this.bytes.buffer ? contents.byteOffset - this.bytes.byteOffset : 0
    return new DerReader(contents, 0, contents.length, field, this, this.depthLeft - 1, this.base + inside, this.ber)
  }

  /** False once something was read that BER allows and DER does not. */
  get isDer(): boolean {
    return this.ber?.seen !== true
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.at === this.end
  }

  /** The next element's tag byte, or -1 at the end. */
  get tag(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1
  }

  /** The offset of the next element in `bytes`. */
  get offset(): number {
    return this.at
  }

  /** True when the next element has this tag; the way to read OPTIONAL and DEFAULT. */
  is(tag: number): boolean {
    return this.at < this.end && this.bytes[this.at] === tag
  }

  /** A reader over the contents of a constructed element. */
  enter(tag: number, field: string): DerReader {
    this.header(tag, field)
    if (this.depthLeft === 0) this.fail('LIMIT_EXCEEDED', 'nested too deeply', field)
    return new DerReader(
      this.bytes,
      this.valueStart,
      this.valueEnd,
      field,
      this,
      this.depthLeft - 1,
      this.base,
      this.ber,
    )
  }

  sequence(field: string): DerReader {
    return this.enter(Tag.SEQUENCE, field)
  }

  set(field: string): DerReader {
    return this.enter(Tag.SET, field)
  }

  /** `[number] EXPLICIT`: a reader over what is inside. */
  explicit(number: number, field: string): DerReader {
    return this.enter(Tag.context(number, true), field)
  }

  /** The contents of an element with this tag. */
  value(tag: number, field: string): Uint8Array {
    this.header(tag, field)
    return this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  /** The same of a string type, which BER may have in pieces (X.690 §8.21). */
  string(tag: number, field: string): Uint8Array {
    return this.ber && this.is(tag | Tag.CONSTRUCTED) ? this.joined(tag, field) : this.value(tag, field)
  }

  /** The next element whole, tag and length included, whatever its tag. */
  raw(field: string): Uint8Array {
    const start = this.at
    this.header(-1, field)
    return this.bytes.subarray(start, this.at)
  }

  /** The next element whole, which must have this tag. */
  rawOf(tag: number, field: string): Uint8Array {
    const start = this.at
    this.header(tag, field)
    return this.bytes.subarray(start, this.at)
  }

  boolean(field: string, tag = Tag.BOOLEAN): boolean {
    const value = this.value(tag, field)
    // X.690 §11.1: TRUE is all ones.
    if (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff && !this.lenient()))
      this.fail('INVALID_DER', 'a BOOLEAN must be one byte, 00 or FF', field)
    return value[0] !== 0
  }

  /** The contents of an INTEGER, two's complement, checked to be minimal. */
  integer(field: string, tag = Tag.INTEGER): Uint8Array {
    const value = this.value(tag, field)
    if (value.length === 0) this.fail('INVALID_DER', 'an INTEGER must have contents', field)
    // X.690 §8.3.2: the first nine bits are neither all zero nor all one.
    if (value.length > 1 && ((value[0] === 0 && value[1]! < 0x80) || (value[0] === 0xff && value[1]! >= 0x80)))
      this.fail('INVALID_DER', 'an INTEGER must be in its shortest form', field)
    return value
  }

  /** A non-negative INTEGER, big-endian, without the sign's zero byte. */
  unsigned(field: string, tag = Tag.INTEGER): Uint8Array {
    const value = this.integer(field, tag)
    if (value[0]! >= 0x80) this.fail('INVALID_STRUCTURE', 'a negative INTEGER where none is allowed', field)
    return value.length > 1 && value[0] === 0 ? value.subarray(1) : value
  }

  /**
   * A number of a private key: a non-negative INTEGER, with as many zero bytes before it as its writer pleased. OpenSSL
   * reads them so, and old writers wrote them.
   */
  padded(field: string): Uint8Array {
    const value = this.value(Tag.INTEGER, field)
    if (value.length === 0) this.fail('INVALID_DER', 'an INTEGER must have contents', field)
    if (value[0]! >= 0x80) this.fail('INVALID_STRUCTURE', 'a negative INTEGER where none is allowed', field)
    const first = value.findIndex((byte) => byte !== 0)
    return value.subarray(first < 0 ? value.length - 1 : first)
  }

  /** A non-negative INTEGER of at most 32 bits. */
  number(field: string, tag = Tag.INTEGER): number {
    const value = this.unsigned(field, tag)
    if (value.length > 4)
      this.fail('INVALID_STRUCTURE', 'an INTEGER larger than 32 bits where a small one is expected', field)
    let out = 0
    for (const byte of value) out = out * 256 + byte
    return out
  }

  enumerated(field: string, tag = Tag.ENUMERATED): number {
    return this.number(field, tag)
  }

  octetString(field: string, tag = Tag.OCTET_STRING): Uint8Array {
    return this.string(tag, field)
  }

  /** A BIT STRING: its bytes, and how many bits of the last one are unused (and zero, X.690 §11.2.1). */
  bitString(field: string, tag = Tag.BIT_STRING): { bytes: Uint8Array; unused: number } {
    const value = this.string(tag, field)
    const unused = value[0]
    if (unused === undefined || unused > 7 || (unused > 0 && value.length === 1))
      this.fail('INVALID_DER', 'a BIT STRING must start with its number of unused bits, 0 to 7', field)
    const rest = (1 << unused) - 1
    if (value.length > 1 && (value[value.length - 1]! & rest) !== 0) {
      if (!this.lenient()) this.fail('INVALID_DER', 'the unused bits of a BIT STRING must be zero', field)
      // X.690 §8.6.2.4: they may be anything in BER, and mean nothing.
      const bytes = value.slice(1)
      bytes[bytes.length - 1]! &= ~rest
      return { bytes, unused }
    }
    return { bytes: value.subarray(1), unused }
  }

  /** A BIT STRING that must be whole bytes, as keys and signatures are. */
  bitStringBytes(field: string, tag = Tag.BIT_STRING): Uint8Array {
    const { bytes, unused } = this.bitString(field, tag)
    if (unused !== 0) this.fail('INVALID_STRUCTURE', 'a BIT STRING that must be whole bytes', field)
    return bytes
  }

  /**
   * A named bit list: a number with bit `i` set when the list's bit `i` is; at most 31 bits are read. Trailing zero bits,
   * which X.690 §11.2.2 forbids, are let pass: roots of Mozilla's store have them.
   */
  namedBits(field: string, tag = Tag.BIT_STRING): number {
    const { bytes } = this.bitString(field, tag)
    let bits = 0
    for (let i = 0; i < bytes.length * 8 && i < 31; i++) if (bytes[i >> 3]! & (0x80 >> (i & 7))) bits |= 1 << i
    return bits
  }

  null(field: string): void {
    if (this.value(Tag.NULL, field).length !== 0) this.fail('INVALID_DER', 'NULL must be empty', field)
  }

  /** An OBJECT IDENTIFIER in dotted form; where BER is taken, `#` and its contents in hexadecimal for one that is larger
   * than any registry's. */
  oid(field: string, tag = Tag.OID): string {
    const value = this.value(tag, field)
    const oid = decodeOid(value) ?? (this.ber && isOid(value) ? `#${toHex(value)}` : null)
    if (oid === null) this.fail('INVALID_DER', 'an OBJECT IDENTIFIER must be minimally encoded arcs', field)
    return oid
  }

  /** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 restricts them: Zulu, with seconds, no fractions. Milliseconds. */
  time(field: string): number {
    return this.is(Tag.GENERALIZED_TIME) ? this.generalizedTime(field) : this.utcTime(field)
  }

  /**
   * The same, but `NaN` for contents that are no such date, where BER is taken: OpenSSL looks at them when the date is
   * asked for, and asks of them here that they are long enough.
   */
  anyTime(field: string): number {
    if (!this.ber) return this.time(field)
    const isGeneralized = (this.tag & ~Tag.CONSTRUCTED) === Tag.GENERALIZED_TIME
    const contents = this.string(isGeneralized ? Tag.GENERALIZED_TIME : Tag.UTC_TIME, field)
    if (contents.length < (isGeneralized ? 15 : 13)) this.fail('INVALID_STRUCTURE', 'a time that is too short', field)
    return (isGeneralized ? parseGeneralizedTime(contents) : parseUtcTime(contents)) ?? Number.NaN
  }

  utcTime(field: string): number {
    const time = parseUtcTime(this.value(Tag.UTC_TIME, field))
    if (time === null) this.fail('INVALID_STRUCTURE', 'a UTCTime must be a date of the form YYMMDDHHMMSSZ', field)
    return time
  }

  generalizedTime(field: string, tag = Tag.GENERALIZED_TIME): number {
    const time = parseGeneralizedTime(this.value(tag, field))
    if (time === null)
      this.fail('INVALID_STRUCTURE', 'a GeneralizedTime must be a date of the form YYYYMMDDHHMMSSZ', field)
    return time
  }

  /** @throws {X509Error} `INVALID_DER` when something is left */
  finish(): void {
    if (this.at !== this.end)
      this.fail('INVALID_DER', `${this.end - this.at} more bytes where nothing may follow`, '', this.at)
  }

  /** Throws an error that names this place. */
  fail(code: X509Error['code'], problem: string, field = '', offset = this.at): never {
    const path = this.path(field)
    throw new X509Error(code, `${path} (offset ${this.base + offset}): ${problem}`, {
      path,
      offset: this.base + offset,
      expected: problem,
    })
  }

  private path(field: string): string {
    const names: string[] = field ? [field] : []
    for (let reader: DerReader | undefined = this; reader; reader = reader.parent)
      if (reader.field) names.unshift(reader.field)
    return names.join('.')
  }

  /** Whether what DER forbids is taken here; if so, it is remembered. */
  private lenient(): boolean {
    if (this.ber) this.ber.seen = true
    return this.ber !== undefined
  }

  /** Reads tag and length, moves past the element, and leaves its contents' bounds in valueStart and valueEnd. */
  private header(tag: number, field: string): void {
    const { bytes, end } = this
    const start = this.at
    if (start >= end) this.fail('INVALID_STRUCTURE', `missing ${tag < 0 ? 'element' : Tag.describe(tag)}`, field)
    const found = bytes[start]!
    let at = start + 1
    if ((found & 0x1f) === 0x1f) {
      if (!this.ber) this.fail('INVALID_DER', 'tag numbers above 30 are not used here', field)
      at = this.longTag(at, field)
    }
    if (tag >= 0 && found !== tag)
      this.fail('INVALID_STRUCTURE', `expected ${Tag.describe(tag)}, found ${Tag.describe(found)}`, field)
    if (at >= end) this.fail('INVALID_DER', 'truncated before its length', field)
    let length = bytes[at++]!
    if (length >= 0x80) {
      const count = length - 0x80
      if (count === 0) {
        if (!(found & Tag.CONSTRUCTED) || !this.lenient()) this.fail('INVALID_DER', 'indefinite length', field)
        this.valueStart = at
        this.valueEnd = this.endOfContents(at, field)
        this.at = this.valueEnd + 2
        return
      }
      length = this.longLength(at, count, field)
      at += count
    }
    if (length > end - at) this.fail('INVALID_DER', `truncated: ${length} bytes announced, ${end - at} left`, field)
    this.valueStart = at
    this.valueEnd = at + length
    this.at = at + length
  }

  private longLength(at: number, count: number, field: string): number {
    const { bytes, end } = this
    if (count > 4 && !this.ber) this.fail('INVALID_DER', 'a length of more than four bytes', field)
    if (at + count > end) this.fail('INVALID_DER', 'truncated inside its length', field)
    let length = 0
    for (let i = 0; i < count; i++) length = length * 256 + bytes[at + i]!
    // X.690 §10.1: the fewest bytes possible.
    if ((length < 0x80 || length < 2 ** (8 * (count - 1))) && !this.lenient())
      this.fail('INVALID_DER', 'a length not in its shortest form', field)
    return length
  }

  /** Past the bytes of a tag number above 30 (X.690 §8.1.2.4). */
  private longTag(start: number, field: string): number {
    let at = start
    while (at < this.end && this.bytes[at]! >= 0x80) at++
    // OpenSSL reads numbers of up to 31 bits.
    if (at - start > 4) this.fail('INVALID_DER', 'a tag number of more than 31 bits', field)
    return at + 1
  }

  /** Where the end-of-contents of an indefinite length stands (X.690 §8.1.5), in one pass. */
  private endOfContents(start: number, field: string): number {
    const { bytes, end } = this
    let at = start
    for (let open = 0; at + 1 < end; ) {
      if (bytes[at] === 0 && bytes[at + 1] === 0) {
        if (open-- === 0) return at
        at += 2
        continue
      }
      const constructed = (bytes[at]! & Tag.CONSTRUCTED) !== 0
      at = (bytes[at]! & 0x1f) === 0x1f ? this.longTag(at + 1, field) : at + 1
      const first = bytes[at++] ?? 0
      if (first === 0x80) {
        if (!constructed) this.fail('INVALID_DER', 'an indefinite length of a primitive element', field)
        open++
      } else if (first < 0x80) at += first
      else at += first - 0x80 + this.longLength(at, first - 0x80, field)
    }
    return this.fail('INVALID_DER', 'an indefinite length without its end', field)
  }

  /** The contents of a string in pieces, one after the other (X.690 §8.7.3). */
  private joined(tag: number, field: string): Uint8Array {
    this.lenient()
    const pieces: Uint8Array[] = []
    const collect = (reader: DerReader): void => {
      // OpenSSL does not look at the pieces' tags.
      while (!reader.done)
        if (reader.tag & Tag.CONSTRUCTED) collect(reader.enter(reader.tag, field))
        else pieces.push(reader.value(reader.tag, field))
    }
    collect(this.enter(tag | Tag.CONSTRUCTED, field))
    return concatBytes(pieces)
  }
}

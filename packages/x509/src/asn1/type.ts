import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import type { X509Error } from '../error.ts'
import { wrongInput } from '../input.ts'

/** A type of ASN.1: how its values are read and written. */
export interface Type<T> {
  /** The tag byte of its values; a CHOICE and an ANY have none of their own. */
  readonly tag: number | undefined
  /** Whether an element with this tag can be one of its values. */
  accepts(tag: number): boolean
  /** Reads the next element. @param tag in the place of its own: that of an IMPLICIT type @throws {X509Error} */
  read(reader: DerReader, field: string, tag?: number): T
  /** Contents of a value; of a CHOICE or ANY the whole element. @throws {X509Error} `INVALID_ARGUMENT` */
  contents(value: T, field: string): Uint8Array
  /** DER of a value. @throws {X509Error} `INVALID_ARGUMENT` for what is no value of the type */
  encode(value: T): Uint8Array
  /** Reads DER; what follows the one element is refused. @throws {X509Error} naming the field and its offset */
  decode(bytes: Uint8Array): T
}

/** The values of a type: `ValueOf<typeof Badge>`. */
export type ValueOf<A> = A extends Type<infer T> ? T : never

// biome-ignore lint/suspicious/noExplicitAny: of whatever values, in a place that does not ask which
export type Anything = any

/** What `encode` and `decode` of every type do. */
export function type<T>(parts: Omit<Type<T>, 'encode' | 'decode'>): Type<T> {
  const self: Type<T> = {
    ...parts,
    encode: (value) => elementOf(self, value, ''),
    decode: (bytes) => {
      const reader = DerReader.open(bytes, '')
      const value = self.read(reader, '')
      reader.finish()
      return value
    },
  }
  return self
}

/** The whole element of a value. */
export function elementOf<T>(of: Type<T>, value: T, field: string, tag = of.tag): Uint8Array {
  const contents = of.contents(value, field)
  return tag === undefined ? contents : der.element(tag, contents)
}

/** A type with one tag and contents of its own. */
export function tagged<T>(
  tag: number,
  read: (reader: DerReader, field: string, tag: number) => T,
  contents: (value: T, field: string) => Uint8Array,
): Type<T> {
  return type({
    tag,
    accepts: (given) => given === tag,
    read: (reader, field, own = tag) => read(reader, field, own),
    contents,
  })
}

/** What is no value of a type. */
export const wrongValue = (field: string, expected: string, value: unknown): X509Error =>
  wrongInput(field === '' ? 'the value' : field, expected, value)

import { concatBytes, equalBytes } from '../bytes.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type Anything, elementOf, type Type, tagged, type, wrongValue } from './type.ts'

/** A field that may be missing. */
interface Optional<T> {
  readonly field: Type<T>
  readonly otherwise?: T
}

/** A field that may be missing (OPTIONAL). */
export const optional = <T>(field: Type<T>): Optional<T> & { readonly missing: true } => ({ field, missing: true })

/** A field that is missing where it has this value (DEFAULT), as DER has it (X.690 §11.5). */
export const withDefault = <T>(field: Type<T>, otherwise: NoInfer<T>): Optional<T> & { readonly otherwise: T } => ({
  field,
  otherwise,
})

type Field = Type<Anything> | Optional<Anything>
type FieldsOf = Readonly<Record<string, Field>>

type Missing<F> = F extends { readonly missing: true } ? true : false
type Defaulted<F> = F extends { readonly missing: true }
  ? false
  : F extends { readonly otherwise: unknown }
    ? true
    : false
type FieldValue<F> = F extends Type<infer T> ? T : F extends Optional<infer T> ? T : never

/** What is read, and what is given to be written: a field with a default may be left out there. */
type Structure<F extends FieldsOf> = {
  readonly [N in keyof F as Missing<F[N]> extends true ? never : Defaulted<F[N]> extends true ? never : N]: FieldValue<
    F[N]
  >
} & {
  readonly [N in keyof F as Missing<F[N]> extends true ? N : Defaulted<F[N]> extends true ? N : never]?: FieldValue<
    F[N]
  >
}

/** A SEQUENCE, its fields by name in their order. */
export function sequence<const F extends FieldsOf>(fields: F): Type<Structure<F>> {
  const list = Object.entries(fields).map(([name, field]) =>
    'field' in field ? { name, ...field, mayMiss: true } : { name, field, mayMiss: false, otherwise: undefined },
  )
  return tagged<Anything>(
    Tag.SEQUENCE,
    (reader: DerReader, where, tag) => {
      const inner = reader.enter(tag, where)
      const out: Record<string, unknown> = {}
      for (const { name, field, mayMiss, otherwise } of list) {
        if (mayMiss && (inner.done || !field.accepts(inner.tag))) {
          if (otherwise !== undefined) out[name] = otherwise
          continue
        }
        out[name] = field.read(inner, name)
        // X.690 §11.5: a value that is the default is not encoded.
        if (otherwise !== undefined && same(field, out[name], otherwise))
          inner.fail('INVALID_DER', 'the default value, written out', name)
      }
      inner.finish()
      return out
    },
    (value, where) => {
      if (typeof value !== 'object' || value === null) throw wrongValue(where, 'an object', value)
      const given = value as Record<string, unknown>
      const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
      if (unknown !== undefined)
        throw new X509Error(
          'INVALID_ARGUMENT',
          `there is no field ${at(where, unknown)}: ${Object.keys(fields).join(', ')}`,
        )
      const parts: Uint8Array[] = []
      for (const { name, field, mayMiss, otherwise } of list) {
        const own = Object.hasOwn(given, name) ? given[name] : undefined
        if (own === undefined && mayMiss) continue
        if (own !== undefined && otherwise !== undefined && same(field, own, otherwise)) continue
        if (own === undefined) throw new X509Error('INVALID_ARGUMENT', `${at(where, name)} is missing`)
        parts.push(elementOf(field, own, at(where, name)))
      }
      return concatBytes(parts)
    },
  )
}

const at = (where: string, name: string) => (where === '' ? name : `${where}.${name}`)

const same = (field: Type<Anything>, a: unknown, b: unknown) =>
  equalBytes(elementOf(field, a, ''), elementOf(field, b, ''))

/** A list of values of one type. */
export const sequenceOf = <T>(item: Type<T>): Type<readonly T[]> => listOf(Tag.SEQUENCE, item)

/** A set of values of one type, which DER sorts. */
export const setOf = <T>(item: Type<T>): Type<readonly T[]> => listOf(Tag.SET, item)

function listOf<T>(own: number, item: Type<T>): Type<readonly T[]> {
  return tagged(
    own,
    (reader, field, tag) => {
      const inner = reader.enter(tag, field)
      const list: T[] = []
      while (!inner.done) list.push(item.read(inner, 'item'))
      return list
    },
    (value, field) => {
      if (!Array.isArray(value)) throw wrongValue(field, 'a list', value)
      const parts = value.map((one, index) => elementOf(item, one as T, `${field}[${index}]`))
      return own === Tag.SET ? der.contentsOf(der.setOf(parts)) : concatBytes(parts)
    },
  )
}

/** `[number] EXPLICIT`: an element around the element. */
export function explicit<T>(number: number, inner: Type<T>): Type<T> {
  return tagged(
    Tag.context(checked(number), true),
    (reader, field, tag) => {
      const wrapped = reader.enter(tag, field)
      const value = inner.read(wrapped, '')
      wrapped.finish()
      return value
    },
    (value, field) => elementOf(inner, value, field),
  )
}

/** `[number] IMPLICIT`: its tag in the place of the type's own. @throws {X509Error} `INVALID_ARGUMENT` for a CHOICE or ANY */
export function implicit<T>(number: number, inner: Type<T>): Type<T> {
  // X.680 §31.2.7: what has no tag of its own can only be tagged explicitly.
  if (inner.tag === undefined)
    throw new X509Error('INVALID_ARGUMENT', 'a CHOICE, a Time and an ANY have no tag to replace; use explicit')
  const constructed = (inner.tag & Tag.CONSTRUCTED) !== 0
  return tagged(
    Tag.context(checked(number), constructed),
    (reader, field, tag) => inner.read(reader, field, tag),
    (value, field) => inner.contents(value, field),
  )
}

function checked(number: number): number {
  if (!Number.isInteger(number) || number < 0 || number > 30) throw wrongValue('a tag', 'a number from 0 to 30', number)
  return number
}

type Chosen<F extends Readonly<Record<string, Type<Anything>>>> = {
  readonly [N in keyof F]: { readonly [K in N]: ValueOfAlternative<F[K]> }
}[keyof F]
type ValueOfAlternative<A> = A extends Type<infer T> ? T : never

/** A CHOICE: an object with the one alternative, `{ name: value }`. */
export function choice<const F extends Readonly<Record<string, Type<Anything>>>>(alternatives: F): Type<Chosen<F>> {
  const list = Object.entries(alternatives)
  return type<Anything>({
    tag: undefined,
    accepts: (tag) => list.some(([, alternative]) => alternative.accepts(tag)),
    read(reader, field) {
      const found = reader.done ? undefined : list.find(([, alternative]) => alternative.accepts(reader.tag))
      if (!found) return reader.fail('INVALID_STRUCTURE', `none of ${list.map(([name]) => name).join(', ')}`, field)
      const [name, alternative] = found
      return { [name]: alternative.read(reader, at(field, name)) }
    },
    contents(value, field) {
      const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
      if (names.length !== 1 || !Object.hasOwn(alternatives, names[0]!))
        throw wrongValue(field, `an object with one of ${Object.keys(alternatives).join(', ')}`, value)
      return elementOf(alternatives[names[0]!]!, value[names[0]!], at(field, names[0]!))
    },
  })
}

/** A type that holds itself: it is asked for when it is needed. Nesting is bounded as everywhere, at 48 levels. */
export function lazy<T>(get: () => Type<T>): Type<T> {
  return type<T>({
    // Without one of its own until it is known; a field of it can be tagged explicitly.
    tag: undefined,
    accepts: (tag) => get().accepts(tag),
    read: (reader, field) => get().read(reader, field),
    contents: (value, field) => elementOf(get(), value, field),
  })
}

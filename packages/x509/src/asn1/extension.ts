import * as der from '../der/writer.ts'
import type { ExtensionDecoder } from '../extensions/codec.ts'
import type { Attribute } from '../extensions/identifiers.ts'
import type { Extension } from '../extensions/list.ts'
import type { Type } from './type.ts'

/** An extension of one's own: what `extensions.read` takes, and what makes the ones that are issued. */
export interface Asn1Extension<T> extends ExtensionDecoder<T> {
  /** The extension with this value, for `extensions` of what is issued or asked for. @throws {X509Error} */
  of(value: T, options?: { readonly critical?: boolean }): Extension
}

/**
 * An extension whose value is of a type.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` for what is no object identifier
 * @example
 * const badge = extension('1.3.6.1.4.1.55555.1', sequence({ department: utf8String }))
 */
export function extension<T>(oid: string, type: Type<T>): Asn1Extension<T> {
  der.oid(oid)
  return {
    oid,
    name: oid,
    decode: (value) => type.decode(value),
    of: (value, { critical = false } = {}) => ({ oid, critical, value: type.encode(value) }),
  }
}

/**
 * An attribute of a request or a message whose values are of a type: `of(value, …)` makes one, `values(attributes)` reads
 * those that are there.
 */
export function attribute<T>(oid: string, type: Type<T>) {
  der.oid(oid)
  return {
    oid,
    of: (...values: readonly T[]): Attribute => ({ oid, values: values.map((value) => type.encode(value)) }),
    /** @throws {X509Error} for values that are of another type */
    values: (attributes: readonly Attribute[]): T[] =>
      attributes.filter((one) => one.oid === oid).flatMap((one) => one.values.map((value) => type.decode(value))),
  }
}

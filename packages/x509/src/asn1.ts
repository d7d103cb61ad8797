/**
 * ASN.1 by description: a structure is said once, and is then read and written, strictly and with its own TypeScript type.
 * For extensions and attributes of one's own, so that nobody writes DER by hand.
 *
 * @example
 * import * as asn1 from '@x/x509/asn1'
 * const Badge = asn1.sequence({ department: asn1.utf8String, floor: asn1.integer, guest: asn1.withDefault(asn1.boolean, false) })
 * const badge = asn1.extension('1.3.6.1.4.1.55555.1', Badge)
 * ca.issue('a.test', { extensions: [badge.of({ department: 'Sales', floor: 3 })] })
 * certificate.extensions.read(badge) // { department: 'Sales', floor: 3, guest: false }
 */

export { type Asn1Extension, attribute, extension } from './asn1/extension.ts'
export {
  any,
  bigInteger,
  bitString,
  bmpString,
  boolean,
  enumerated,
  generalizedTime,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  printableString,
  time,
  utf8String,
} from './asn1/primitives.ts'
export {
  choice,
  explicit,
  implicit,
  lazy,
  optional,
  sequence,
  sequenceOf,
  setOf,
  withDefault,
} from './asn1/structures.ts'
export type { Type, ValueOf } from './asn1/type.ts'

import fc from 'fast-check'
import { createName, type GeneralName, type NamePair } from '../src/index.ts'

/** What codecs are fed with. */

export const bytes = (maxLength = 64, minLength = 0) => fc.uint8Array({ minLength, maxLength })
export const unsigned = (maxLength = 20) =>
  bytes(maxLength, 1).map((value) => {
    const start = value.findIndex((byte) => byte !== 0)
    return start < 0 ? Uint8Array.of(0) : value.slice(start)
  })
/** The contents of an INTEGER in two's complement, minimal. */
export const integer = unsigned(19).map((value) => (value[0]! >= 0x80 ? Uint8Array.of(0, ...value) : value))
export const oid = fc
  .tuple(
    fc.constantFrom('0.9', '1.2', '1.3.6.1', '2.5', '2.999'),
    fc.array(fc.bigInt(0n, 2n ** 70n), { minLength: 1, maxLength: 6 }),
  )
  .map(([head, arcs]) => [head, ...arcs].join('.'))
/** Whole seconds of the years 0 to 9999. */
export const time = fc.integer({ min: -62167219200, max: 253402300799 }).map((seconds) => seconds * 1000)
/** Half a surrogate pair has no UTF-8. */
export const wellFormed = (value: string) => !/\p{Surrogate}/u.test(value)
export const ascii = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
})
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter(wellFormed)
const pair = fc.oneof(
  fc.tuple(fc.constantFrom('CN', 'O', 'OU', 'L', 'ST', '1.2.3.4'), text),
  fc.tuple(fc.constantFrom('emailAddress', 'DC'), ascii),
) as fc.Arbitrary<NamePair>
export const pairs = fc.array(fc.oneof(pair, fc.array(pair, { minLength: 1, maxLength: 3 })), { maxLength: 4 })
export const name = pairs.map((list) => createName(list))
/** DER of some value. */
export const der = fc.oneof(
  fc.constant(Uint8Array.of(5, 0)),
  bytes(20).map((value) => Uint8Array.of(4, value.length, ...value)),
)
export const generalName: fc.Arbitrary<GeneralName> = fc.oneof(
  fc.record({ type: fc.constantFrom('dns', 'email', 'uri'), value: ascii }) as fc.Arbitrary<GeneralName>,
  fc.record({ type: fc.constant('directoryName' as const), value: name }),
  fc.record({ type: fc.constant('ip' as const), value: fc.oneof(bytes(4, 4), bytes(16, 16)) }),
  fc.record({ type: fc.constant('registeredID' as const), value: oid }),
  fc.record({ type: fc.constant('otherName' as const), oid, value: der }),
  fc.record({
    type: fc.constant('ediPartyName' as const),
    value: bytes(9).map((value) => Uint8Array.of(0xa5, value.length, ...value)),
  }),
  fc.record({
    type: fc.constant('x400Address' as const),
    value: bytes(9).map((value) => Uint8Array.of(0xa3, value.length, ...value)),
  }),
)
export const generalNames = fc.array(generalName, { minLength: 1, maxLength: 4 })

/** An object whose absent members are `undefined`, as decoders give it. */
export const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

import type { CurveName } from '@x/crypto-primitives'
import { CURVE_PARAMETERS } from '@x/crypto-primitives/curve-parameters'
import { toHex } from '../bytes.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'

const PRIME_FIELD = '1.2.840.10045.1.1'

/**
 * The name of a curve that a private key spells out (SpecifiedECDomain, SEC 1 §C.2; `openssl ecparam -param_enc
 * explicit`). All its numbers must be those of the named curve, the generator too: with another one anybody has a
 * private key for any public one (CVE-2020-0601). Certificates may not do it at all (RFC 5480 §2.1.1).
 *
 * @throws {X509Error} `UNSUPPORTED` for a curve that has no name here
 */
export function nameOfExplicitCurve(parameters: Uint8Array): CurveName {
  const outer = DerReader.open(parameters, 'ECParameters', BER_LIMITS)
  const domain = outer.sequence('SpecifiedECDomain')
  outer.finish()
  domain.number('version')
  const field = domain.sequence('fieldID')
  const type = field.oid('fieldType')
  if (type !== PRIME_FIELD) field.fail('UNSUPPORTED', `a field of type ${type}; prime fields are known`, 'fieldType')
  const p = hex(field.unsigned('prime'))
  field.finish()
  const curve = domain.sequence('curve')
  const a = hex(curve.octetString('a'))
  const b = hex(curve.octetString('b'))
  if (curve.is(Tag.BIT_STRING)) curve.bitString('seed')
  curve.finish()
  const base = domain.octetString('base')
  const n = hex(domain.unsigned('order'))
  const cofactor = domain.is(Tag.INTEGER) ? domain.number('cofactor') : 1
  if (domain.is(Tag.SEQUENCE)) domain.raw('hash')
  domain.finish()
  const named = CURVE_PARAMETERS.find(
    (known) =>
      known.p === p && known.a === a && known.b === b && known.n === n && cofactor === 1 && isGenerator(known, base),
  )
  return named?.name ?? domain.fail('UNSUPPORTED', 'parameters that are not those of a named curve')
}

/** SEC 1 §2.3.3: uncompressed, compressed, or both at once. */
function isGenerator({ bits, gx, gy }: (typeof CURVE_PARAMETERS)[number], base: Uint8Array): boolean {
  const length = Math.ceil(bits / 8)
  const x = hex(base.subarray(1, 1 + length))
  const y = hex(base.subarray(1 + length))
  const parity = Number.parseInt(gy.slice(-1), 16) & 1
  if (x !== gx) return false
  if (base.length === 1 + length) return base[0] === 2 + parity
  return base.length === 1 + 2 * length && y === gy && (base[0] === 4 || base[0] === 6 + parity)
}

/** A number in hexadecimal as the table has it. */
const hex = (bytes: Uint8Array) => toHex(bytes).replace(/^0+(?=.)/, '')

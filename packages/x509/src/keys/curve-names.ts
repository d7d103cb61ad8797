import type { CurveName } from '@x/crypto-primitives'
import { curveBits, curveOfOid, NAMED_CURVES } from './curves.ts'

/** What others call a curve: OpenSSL, whose name Node's `asn1Curve` shows, NIST, and JWK where they have one for it. */
interface CurveNames {
  readonly openssl: string
  readonly nist?: string
  readonly jwk?: string
}

export interface CurveEntry extends CurveNames {
  readonly oid: string
  /** Bits of the order. */
  readonly bits: number
}

const NAMES: Readonly<Record<CurveName, CurveNames>> = {
  secp224r1: { openssl: 'secp224r1', nist: 'P-224' },
  secp256r1: { openssl: 'prime256v1', nist: 'P-256', jwk: 'P-256' },
  secp384r1: { openssl: 'secp384r1', nist: 'P-384', jwk: 'P-384' },
  secp521r1: { openssl: 'secp521r1', nist: 'P-521', jwk: 'P-521' },
  secp256k1: { openssl: 'secp256k1', jwk: 'secp256k1' },
  brainpoolP256r1: { openssl: 'brainpoolP256r1' },
  brainpoolP384r1: { openssl: 'brainpoolP384r1' },
  brainpoolP512r1: { openssl: 'brainpoolP512r1' },
}

/** Curves that Node's shapes name, but that are not computed with, by object identifier. */
const FOREIGN_NAMES: Readonly<Record<string, CurveNames>> = {
  '1.2.840.10045.3.1.1': { openssl: 'prime192v1', nist: 'P-192' },
  '1.3.132.0.8': { openssl: 'secp160r1' },
  '1.3.132.0.9': { openssl: 'secp160k1' },
  '1.3.132.0.30': { openssl: 'secp160r2' },
  '1.3.132.0.31': { openssl: 'secp192k1' },
  '1.3.132.0.32': { openssl: 'secp224k1' },
  '1.3.36.3.3.2.8.1.1.1': { openssl: 'brainpoolP160r1' },
  '1.3.36.3.3.2.8.1.1.3': { openssl: 'brainpoolP192r1' },
  '1.3.36.3.3.2.8.1.1.5': { openssl: 'brainpoolP224r1' },
  '1.3.36.3.3.2.8.1.1.9': { openssl: 'brainpoolP320r1' },
}

/** The curves that are computed with, by the names that `@x/crypto-primitives` gives them. */
export const CURVES: Readonly<Record<CurveName, CurveEntry>> = /* @__PURE__ */ (() =>
  Object.fromEntries(
    Object.entries(NAMES).map(([name, names]) => [name, { ...NAMED_CURVES[name as CurveName], ...names }]),
  ))() as Readonly<Record<CurveName, CurveEntry>>

/** A curve by its object identifier, also one that is not computed with here. */
export function curveEntry(oid: string): Pick<CurveEntry, 'bits' | 'openssl' | 'nist'> | undefined {
  const name = curveOfOid(oid)
  if (name) return CURVES[name]
  const bits = curveBits(oid)
  return bits === undefined ? undefined : { bits, ...FOREIGN_NAMES[oid]! }
}

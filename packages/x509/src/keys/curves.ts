import type { CurveName } from '@x/crypto-primitives'

/** Named curves (RFC 5480 §2.1.1.1, RFC 5639, SEC 2): object identifier, and bits of the order. */
export const NAMED_CURVES: Readonly<Record<CurveName, { readonly oid: string; readonly bits: number }>> = {
  secp224r1: { oid: '1.3.132.0.33', bits: 224 },
  secp256r1: { oid: '1.2.840.10045.3.1.7', bits: 256 },
  secp384r1: { oid: '1.3.132.0.34', bits: 384 },
  secp521r1: { oid: '1.3.132.0.35', bits: 521 },
  secp256k1: { oid: '1.3.132.0.10', bits: 256 },
  brainpoolP256r1: { oid: '1.3.36.3.3.2.8.1.1.7', bits: 256 },
  brainpoolP384r1: { oid: '1.3.36.3.3.2.8.1.1.11', bits: 384 },
  brainpoolP512r1: { oid: '1.3.36.3.3.2.8.1.1.13', bits: 512 },
}

/** Curves that are recognised, so that policy can speak of them, but not computed with: bits by object identifier. */
const FOREIGN_BITS: Readonly<Record<string, number>> = {
  '1.2.840.10045.3.1.1': 192,
  '1.3.132.0.8': 160,
  '1.3.132.0.9': 160,
  '1.3.132.0.30': 160,
  '1.3.132.0.31': 192,
  '1.3.132.0.32': 224,
  '1.3.36.3.3.2.8.1.1.1': 160,
  '1.3.36.3.3.2.8.1.1.3': 192,
  '1.3.36.3.3.2.8.1.1.5': 224,
  '1.3.36.3.3.2.8.1.1.9': 320,
}

const BY_OID = /* @__PURE__ */ (() =>
  new Map(Object.entries(NAMED_CURVES).map(([name, { oid }]): [string, CurveName] => [oid, name as CurveName])))()

export function curveOfOid(oid: string): CurveName | undefined {
  return BY_OID.get(oid)
}

/** Bits of the order, also of a curve that is not computed with here; `undefined` for an unknown one. */
export function curveBits(oid: string): number | undefined {
  const name = curveOfOid(oid)
  return name ? NAMED_CURVES[name].bits : FOREIGN_BITS[oid]
}

/** Bytes of a scalar: as long as the order (SEC 1 §C.4). */
export function scalarLength(curve: CurveName): number {
  return Math.ceil(NAMED_CURVES[curve].bits / 8)
}

import type { CurveName } from '@x/crypto-primitives'

/** Named curves (RFC 5480 §2.1.1.1, RFC 5639, SEC 2). */
export interface CurveEntry {
  readonly oid: string
  /** Bits of the order. */
  readonly bits: number
  /** OpenSSL's name, which Node's `asn1Curve` shows, and NIST's where it has one. */
  readonly openssl: string
  readonly nist?: string
  readonly jwk?: string
}

export const CURVES: Readonly<Record<CurveName, CurveEntry>> = {
  secp224r1: { oid: '1.3.132.0.33', bits: 224, openssl: 'secp224r1', nist: 'P-224' },
  secp256r1: { oid: '1.2.840.10045.3.1.7', bits: 256, openssl: 'prime256v1', nist: 'P-256', jwk: 'P-256' },
  secp384r1: { oid: '1.3.132.0.34', bits: 384, openssl: 'secp384r1', nist: 'P-384', jwk: 'P-384' },
  secp521r1: { oid: '1.3.132.0.35', bits: 521, openssl: 'secp521r1', nist: 'P-521', jwk: 'P-521' },
  secp256k1: { oid: '1.3.132.0.10', bits: 256, openssl: 'secp256k1', jwk: 'secp256k1' },
  brainpoolP256r1: { oid: '1.3.36.3.3.2.8.1.1.7', bits: 256, openssl: 'brainpoolP256r1' },
  brainpoolP384r1: { oid: '1.3.36.3.3.2.8.1.1.11', bits: 384, openssl: 'brainpoolP384r1' },
  brainpoolP512r1: { oid: '1.3.36.3.3.2.8.1.1.13', bits: 512, openssl: 'brainpoolP512r1' },
}

const BY_OID = /* @__PURE__ */ (() =>
  new Map(Object.entries(CURVES).map(([name, { oid }]): [string, CurveName] => [oid, name as CurveName])))()

export function curveOfOid(oid: string): CurveName | undefined {
  return BY_OID.get(oid)
}

/** Bytes of a scalar: as long as the order (SEC 1 §C.4). */
export function scalarLength(curve: CurveName): number {
  return Math.ceil(CURVES[curve].bits / 8)
}

/** Curves that are recognised, so that policy can speak of them and Node's shapes name them, but not computed with. */
export const FOREIGN_CURVES: Readonly<Record<string, Pick<CurveEntry, 'bits' | 'openssl' | 'nist'>>> = {
  '1.2.840.10045.3.1.1': { bits: 192, openssl: 'prime192v1', nist: 'P-192' },
  '1.3.132.0.8': { bits: 160, openssl: 'secp160r1' },
  '1.3.132.0.9': { bits: 160, openssl: 'secp160k1' },
  '1.3.132.0.30': { bits: 160, openssl: 'secp160r2' },
  '1.3.132.0.31': { bits: 192, openssl: 'secp192k1' },
  '1.3.132.0.32': { bits: 224, openssl: 'secp224k1' },
  '1.3.36.3.3.2.8.1.1.1': { bits: 160, openssl: 'brainpoolP160r1' },
  '1.3.36.3.3.2.8.1.1.3': { bits: 192, openssl: 'brainpoolP192r1' },
  '1.3.36.3.3.2.8.1.1.5': { bits: 224, openssl: 'brainpoolP224r1' },
  '1.3.36.3.3.2.8.1.1.9': { bits: 320, openssl: 'brainpoolP320r1' },
}

import { bitLength, bytesToInteger } from '../integer.ts'
import type { CurveName, KeyInfo, PublicKeyData } from '../provider.ts'

const CURVE_BITS: Readonly<Record<CurveName, number>> = {
  secp224r1: 224,
  secp256r1: 256,
  secp384r1: 384,
  secp521r1: 521,
  secp256k1: 256,
  brainpoolP256r1: 256,
  brainpoolP384r1: 384,
  brainpoolP512r1: 512,
}

const BITS = {
  ed25519: 256,
  ed448: 456,
  x25519: 253,
  x448: 448,
  'ml-dsa-44': 44,
  'ml-dsa-65': 65,
  'ml-dsa-87': 87,
} as const

/** What a public key says of itself, without importing it. */
export function keyInfoOf(data: PublicKeyData): KeyInfo {
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return { type: data.type, bits: bitLength(bytesToInteger(data.n)), ...(data.pss && { pss: data.pss }) }
    case 'dsa':
      return { type: 'dsa', bits: bitLength(bytesToInteger(data.p)) }
    case 'ec':
      return { type: 'ec', curve: data.curve, bits: CURVE_BITS[data.curve] }
    default:
      return { type: data.type, bits: BITS[data.type] }
  }
}

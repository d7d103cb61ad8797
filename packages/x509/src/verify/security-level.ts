import type { HashName, SignatureAlgorithm } from '@x/crypto-primitives'
import { bitLength } from '../bytes.ts'
import { DSA_KEY, EC_PUBLIC_KEY } from '../keys/public-key.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'

/** Security in bits, as OpenSSL counts it for its security levels. */

const MINIMUM = [0, 80, 112, 128, 192, 256] as const

/** Bits that a security level (0 to 5) asks for. */
export function minimumBits(level: number): number {
  return MINIMUM[Math.max(0, Math.min(level, 5))]!
}

/** Strength of factoring and finite fields (SP 800-56B rev. 2 appendix D, rounded as OpenSSL does). */
export function modulusSecurity(bits: number): number {
  const fixed: Record<number, number> = { 2048: 112, 3072: 128, 4096: 152, 6144: 176, 7680: 192, 8192: 200, 15360: 256 }
  if (fixed[bits]) return fixed[bits]
  if (bits < 8) return 0
  const x = bits * Math.LN2
  const strength = (1.923 * Math.cbrt(x) * Math.cbrt(Math.log(x) ** 2) - 4.69) / Math.LN2
  const rounded = (Math.floor(strength) + 4) & ~7
  return Math.min(rounded, bits <= 7680 ? 192 : bits <= 15360 ? 256 : 1200)
}

/** Security of a certificate's key; `undefined` for a key that is not known here. */
export function keySecurity({ subjectPublicKeyInfo: key }: VerifiableCertificate): number | undefined {
  const { bits } = key
  if (bits === undefined) return undefined
  if (key.algorithm.oid === EC_PUBLIC_KEY) return bits >= 512 ? 256 : Math.floor(bits / 2)
  if (key.algorithm.oid === DSA_KEY) {
    if (key.lacksDsaParameters) return undefined
    const { data } = key
    return data.type === 'dsa' ? Math.min(modulusSecurity(bits), Math.floor(bitLength(data.q) / 2)) : undefined
  }
  const { data } = key
  if ('n' in data) return modulusSecurity(bits)
  return {
    ed25519: 128,
    x25519: 128,
    ed448: 224,
    x448: 224,
    'ml-dsa-44': 128,
    'ml-dsa-65': 192,
    'ml-dsa-87': 256,
    ec: 0,
    dsa: 0,
  }[data.type]
}

const HASH_SECURITY: Readonly<Record<HashName, number>> = {
  md5: 39,
  sha1: 63,
  'md5-sha1': 67,
  sha224: 112,
  sha256: 128,
  sha384: 192,
  sha512: 256,
  'sha512-224': 112,
  'sha512-256': 128,
}

/** Security of a signature algorithm: that of its hash. */
export function signatureSecurity(algorithm: SignatureAlgorithm | null): number {
  if (!algorithm) return -1
  if ('hash' in algorithm) return HASH_SECURITY[algorithm.hash]
  return { ed25519: 128, ed448: 224, 'ml-dsa-44': 128, 'ml-dsa-65': 192, 'ml-dsa-87': 256 }[algorithm.name]
}

import type { CurveName, HashName } from '../provider.ts'

/** WebCrypto's curves, by its names. */
export const CURVES: Readonly<Record<string, { curve: CurveName; bits: number; scalarLength: number }>> = {
  'P-256': { curve: 'secp256r1', bits: 256, scalarLength: 32 },
  'P-384': { curve: 'secp384r1', bits: 384, scalarLength: 48 },
  'P-521': { curve: 'secp521r1', bits: 521, scalarLength: 66 },
}

/** WebCrypto's hashes, by ours. */
export const HASHES: Readonly<Partial<Record<HashName, string>>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

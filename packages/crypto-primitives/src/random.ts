import { CryptoError } from './error.ts'
import { bitLength, bytesToInteger } from './integer.ts'

/** `getRandomValues` refuses more than this at once (Web Cryptography API §10.1.1). */
const QUOTA = 65536

/** @throws {CryptoError} `INVALID_PARAMETER` for what is no length: no bytes at all would be a key that everybody knows */
export function checkRandomLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0)
    throw new CryptoError('INVALID_PARAMETER', `random bytes come in whole numbers, not ${typeof length} ${length}`)
}

/** Cryptographically secure random bytes, from the platform's Web Crypto. */
export function randomBytes(length: number): Uint8Array {
  checkRandomLength(length)
  const out = new Uint8Array(length)
  for (let at = 0; at < length; at += QUOTA) {
    globalThis.crypto.getRandomValues(out.subarray(at, Math.min(length, at + QUOTA)))
  }
  return out
}

/** A uniformly random integer in `[min, max)`, by rejection (FIPS 186-5 A.2.2). */
export function randomInteger(min: bigint, max: bigint): bigint {
  const range = max - min
  const bits = bitLength(range - 1n)
  const length = Math.max(1, (bits + 7) >> 3)
  const mask = 0xff >> (8 * length - bits)
  for (;;) {
    const bytes = randomBytes(length)
    bytes[0] &= mask
    const value = bytesToInteger(bytes)
    bytes.fill(0)
    if (value < range) return min + value
  }
}

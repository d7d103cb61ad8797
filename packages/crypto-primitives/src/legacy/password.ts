import { concatBytes } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'

/** Iterations above which a file only means to hang its reader. */
const MAX_ITERATIONS = 100_000_000

function checkIterations(what: string, iterations: number): void {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new CryptoError('INVALID_PARAMETER', `${what} iterations must be 1 to ${MAX_ITERATIONS}, not ${iterations}`)
  }
}

/** What the PKCS#12 derivation makes (RFC 7292 §B.3). */
export const PKCS12_KEY = 1
export const PKCS12_IV = 2
export const PKCS12_MAC = 3

/**
 * A password as PKCS#12 takes it: BMPString, big-endian UTF-16, with a final zero character (RFC 7292 §B.1). The empty
 * password has two forms in the wild: these two zero bytes, and no bytes at all; try both.
 */
export function pkcs12Password(password: string): Uint8Array {
  const out = new Uint8Array(2 * password.length + 2)
  for (let i = 0; i < password.length; i++) {
    out[2 * i] = password.charCodeAt(i) >>> 8
    out[2 * i + 1] = password.charCodeAt(i)
  }
  return out
}

/**
 * The derivation of PKCS#12 (RFC 7292 §B.2).
 *
 * @param password as {@link pkcs12Password} makes it
 * @param id {@link PKCS12_KEY}, {@link PKCS12_IV} or {@link PKCS12_MAC}
 * @param length bytes wanted
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function pkcs12Kdf(
  hash: Hash,
  password: Uint8Array,
  salt: Uint8Array,
  id: 1 | 2 | 3,
  iterations: number,
  length: number,
): Uint8Array {
  checkIterations('PKCS#12', iterations)
  if (!Number.isInteger(length) || length < 1 || length > 1024) {
    throw new CryptoError('INVALID_PARAMETER', `PKCS#12 output must be 1 to 1024 bytes, not ${length}`)
  }
  const v = hash.blockLength
  const fill = (bytes: Uint8Array) =>
    Uint8Array.from({ length: v * Math.ceil(bytes.length / v) }, (_, i) => bytes[i % bytes.length])
  const diversifier = new Uint8Array(v).fill(id)
  const input = concatBytes(fill(salt), fill(password))
  const out = new Uint8Array(length)
  for (let at = 0; at < length; at += hash.outputLength) {
    let a = hash.digest(diversifier, input)
    for (let i = 1; i < iterations; i++) a = hash.digest(a)
    out.set(a.subarray(0, Math.min(a.length, length - at)), at)
    // Step 6: each block of I becomes (I_j + B + 1) mod 2^(8v)
    for (let block = 0; block < input.length; block += v) {
      let carry = 1
      for (let i = v - 1; i >= 0; i--) {
        carry += input[block + i] + a[i % a.length]
        input[block + i] = carry
        carry >>= 8
      }
    }
  }
  input.fill(0)
  return out
}

/**
 * PBKDF1 (RFC 8018 §5.1), for PBES1: `pbeWithMD5AndDES-CBC` and its kin.
 *
 * @param length bytes wanted, at most the hash's
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function pbkdf1(
  hash: Hash,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  checkIterations('PBKDF1', iterations)
  if (!Number.isInteger(length) || length < 1 || length > hash.outputLength) {
    throw new CryptoError('INVALID_PARAMETER', `PBKDF1 output must be 1 to ${hash.outputLength} bytes, not ${length}`)
  }
  let t = hash.digest(password, salt)
  for (let i = 1; i < iterations; i++) t = hash.digest(t)
  return t.subarray(0, length)
}

/**
 * OpenSSL's EVP_BytesToKey, which encrypted PEM (`DEK-Info`) derives its key with: MD5 once, the IV's first 8 bytes as
 * salt.
 *
 * @param length bytes wanted; key and, for `openssl enc`, IV together
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function evpBytesToKey(
  hash: Hash,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  checkIterations('EVP_BytesToKey', iterations)
  if (!Number.isInteger(length) || length < 1 || length > 1024) {
    throw new CryptoError('INVALID_PARAMETER', `EVP_BytesToKey output must be 1 to 1024 bytes, not ${length}`)
  }
  const out = new Uint8Array(length)
  let block: Uint8Array = new Uint8Array(0)
  for (let at = 0; at < length; at += block.length) {
    block = hash.digest(block, password, salt)
    for (let i = 1; i < iterations; i++) block = hash.digest(block)
    out.set(block.subarray(0, Math.min(block.length, length - at)), at)
  }
  return out
}

import { CryptoError } from '../error.ts'
import type { CryptoProvider, Hash } from '../provider.ts'
import { type Hashes, hashNamed } from '../signatures/fit.ts'

/** Above this a key file would hang its reader; OpenSSL's and browsers' own exports stay far below. */
const MAX_ITERATIONS = 100_000_000

/**
 * PBKDF2 (RFC 8018 §5.2) with HMAC over `hash`.
 *
 * @param iterations 1 to 100,000,000; bound it further where it comes from a file
 * @param length bytes wanted, at most `(2^32 - 1) * hash.outputLength`, in practice 1 to 65535
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function pbkdf2(
  hash: Hash,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new CryptoError('INVALID_PARAMETER', `PBKDF2 iterations must be 1 to ${MAX_ITERATIONS}, not ${iterations}`)
  }
  if (!Number.isInteger(length) || length < 1 || length > 0xffff) {
    throw new CryptoError('INVALID_PARAMETER', `PBKDF2 output must be 1 to 65535 bytes, not ${length}`)
  }
  if (hash.pbkdf2) return hash.pbkdf2(password, salt, iterations, length)
  const hmac = hash.hmac(password)
  const out = new Uint8Array(length)
  const index = new Uint8Array(4)
  const view = new DataView(index.buffer)
  for (let at = 0, i = 1; at < length; at += hash.outputLength, i++) {
    view.setUint32(0, i)
    let u = hmac.mac(salt, index)
    const block = u.slice()
    for (let c = 1; c < iterations; c++) {
      u = hmac.mac(u)
      for (let k = 0; k < block.length; k++) block[k] ^= u[k]
    }
    out.set(block.subarray(0, Math.min(block.length, length - at)), at)
    block.fill(0)
  }
  hmac.destroy()
  return out
}

/** {@link pbkdf2} by the names of hashes, as a provider offers it. */
export function pbkdf2With(hashes: Hashes): NonNullable<CryptoProvider['pbkdf2']> {
  return (name, password, salt, iterations, length) =>
    pbkdf2(hashNamed(hashes, name), password, salt, iterations, length)
}

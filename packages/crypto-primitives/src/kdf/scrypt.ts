import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import type { ScryptParameters } from '../provider.ts'
import { checkScrypt, SCRYPT_MEMORY } from './scrypt-limits.ts'

/**
 * scrypt (RFC 7914 §6).
 *
 * @param length bytes wanted, 1 to 65535
 * @throws {CryptoError} `INVALID_PARAMETER` for parameters out of range or that need over 1 GiB
 */
export function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  parameters: ScryptParameters,
  length: number,
): Uint8Array {
  checkScrypt(parameters, length)
  return nobleScrypt(password, salt, {
    N: parameters.cost,
    r: parameters.blockSize,
    p: parameters.parallelization,
    dkLen: length,
    maxmem: SCRYPT_MEMORY + 1024,
  })
}

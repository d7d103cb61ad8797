import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { CryptoError } from '../error.ts'

export interface ScryptParameters {
  /** CPU and memory cost, a power of two above 1. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/** Memory that scrypt may take, bytes: what a key file asks for is not to be trusted. */
const MAX_MEMORY = 1 << 30

/**
 * scrypt (RFC 7914 §6).
 *
 * @param length bytes wanted, 1 to 65535
 * @throws {CryptoError} `INVALID_PARAMETER` for parameters out of range or that need over 1 GiB
 */
export function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  { cost, blockSize, parallelization }: ScryptParameters,
  length: number,
): Uint8Array {
  const whole = [cost, blockSize, parallelization, length].every((n) => Number.isInteger(n) && n > 0)
  // RFC 7914 §2: N larger than 1 and a power of 2; p at most (2^32-1) * 32 / (128 * r)
  if (!whole || cost < 2 || (cost & (cost - 1)) !== 0 || length > 0xffff) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      `scrypt needs a cost that is a power of two above 1, whole positive numbers and at most 65535 bytes of output`,
    )
  }
  if (128 * blockSize * (cost + parallelization) > MAX_MEMORY || cost * blockSize * parallelization > 2 ** 31) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      `scrypt with cost ${cost}, block size ${blockSize}, parallelization ${parallelization} is over the limit of 1 GiB`,
    )
  }
  return nobleScrypt(password, salt, {
    N: cost,
    r: blockSize,
    p: parallelization,
    dkLen: length,
    maxmem: MAX_MEMORY + 1024,
  })
}

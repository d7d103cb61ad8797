import { CryptoError } from '../error.ts'
import type { ScryptParameters } from '../provider.ts'

/** Memory that scrypt may take, 1 GiB: what a key file asks for is not to be trusted. */
export const SCRYPT_MEMORY = 0x4000_0000

/** What every scrypt of ours takes, whoever computes it. @throws {CryptoError} `INVALID_PARAMETER` */
export function checkScrypt({ cost, blockSize, parallelization }: ScryptParameters, length: number): void {
  const whole = [cost, blockSize, parallelization, length].every((n) => Number.isInteger(n) && n > 0)
  // RFC 7914 §2: N larger than 1, a power of 2, and less than 2^(128 * r / 8)
  const fits = cost > 1 && (cost & (cost - 1)) === 0 && (blockSize > 1 || cost < 2 ** 16)
  if (!whole || !fits || length > 0xffff) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      'scrypt needs a cost that is a power of two above 1 and below 2^(16 * block size), whole positive numbers and at most 65535 bytes of output',
    )
  }
  if (128 * blockSize * (cost + parallelization) > SCRYPT_MEMORY || cost * blockSize * parallelization > 2 ** 31) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      `scrypt with cost ${cost}, block size ${blockSize}, parallelization ${parallelization} is over the limit of 1 GiB`,
    )
  }
}

import { scryptSync } from 'node:crypto'
import { checkScrypt, SCRYPT_MEMORY } from '../kdf/scrypt-limits.ts'
import type { ScryptParameters } from '../provider.ts'
import { bare } from './bare.ts'
import { bytesOf } from './bytes.ts'

/** scrypt in OpenSSL. @throws {CryptoError} `INVALID_PARAMETER` for what the portable one refuses */
export function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  parameters: ScryptParameters,
  length: number,
): Uint8Array {
  checkScrypt(parameters, length)
  // OpenSSL counts two blocks more than RFC 7914 asks for.
  const maxmem = SCRYPT_MEMORY + 256 * parameters.blockSize
  return bytesOf(scryptSync(password, salt, length, bare({ ...parameters, maxmem })))
}

import { CryptoError } from '../error.ts'
import type { Hash, HashName } from '../provider.ts'

/** DER of DigestInfo up to the digest (RFC 8017 §9.2 note 1). MD5 ‖ SHA-1 goes without (RFC 4346 §7.4.3). */
const DIGEST_INFO: Readonly<Record<HashName, string>> = {
  'md5-sha1': '',
  md5: '3020300c06082a864886f70d020505000410',
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
  'sha512-224': '302d300d06096086480165030402050500041c',
  'sha512-256': '3031300d060960864801650304020605000420',
}

/**
 * EMSA-PKCS1-v1_5 (RFC 8017 §9.2). Verification compares with this very string, so no padding is ever parsed.
 *
 * @param length bytes of the modulus
 * @throws {CryptoError} `INVALID_LENGTH` when the modulus is too short for the hash
 */
export function encodePkcs1(hash: Hash, message: Uint8Array, length: number): Uint8Array {
  const prefix = DIGEST_INFO[hash.name]
  const tail = prefix.length / 2 + hash.outputLength
  if (length < tail + 11) {
    throw new CryptoError(
      'INVALID_LENGTH',
      `RSA modulus must be at least ${tail + 11} bytes for ${hash.name}, not ${length}`,
    )
  }
  const em = new Uint8Array(length).fill(0xff)
  em[0] = 0
  em[1] = 1
  em[length - tail - 1] = 0
  for (let i = 0; i < prefix.length; i += 2) {
    em[length - tail + i / 2] = Number.parseInt(prefix.slice(i, i + 2), 16)
  }
  em.set(hash.digest(message), length - hash.outputLength)
  return em
}

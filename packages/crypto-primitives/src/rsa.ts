/** RSA on BigInt: PKCS#1 v1.5 and PSS signatures, encryption, key generation. */
import { CryptoError } from './error.ts'
import { bitLength, byteLength, bytesToInteger, integerToBytes } from './integer.ts'
import type { PrivateKey, PublicKey } from './provider.ts'
import { ImplicitRejection, padPkcs1, unpadPremaster } from './rsa/encryption.ts'
import { generateRsaPrimes } from './rsa/generate.ts'
import { type RsaPrivateData, type RsaPublicData, rsaPrivateNumbers, rsaPublicNumbers } from './rsa/key.ts'
import { decodeOaep, encodeOaep, type OaepParameters } from './rsa/oaep.ts'
import { RsaPrivateOperation, rsaPublicOperation } from './rsa/operation.ts'
import { signingKey, verifyingKey } from './rsa/signing.ts'
import { type Hashes, hashNamed } from './signatures/fit.ts'

export type { RsaPrivateData, RsaPublicData } from './rsa/key.ts'
export type { OaepParameters } from './rsa/oaep.ts'
export { isProbablePrime } from './rsa/prime.ts'

/**
 * An RSA public key.
 *
 * @param hashes what it may be asked to verify with
 * @throws {CryptoError} `INVALID_KEY`
 */
export function importRsaPublicKey(data: RsaPublicData, hashes: Hashes): PublicKey {
  const numbers = rsaPublicNumbers(data)
  const { length } = numbers
  return {
    ...verifyingKey(data, numbers, hashes),
    encrypt(message) {
      const m = bytesToInteger(padPkcs1(message, length))
      return integerToBytes(rsaPublicOperation(numbers, m), length)
    },
  }
}

/**
 * An RSA private key.
 *
 * @throws {CryptoError} `INVALID_KEY`
 */
export function importRsaPrivateKey(data: RsaPrivateData, hashes: Hashes): PrivateKey {
  const numbers = rsaPrivateNumbers(data)
  const { n, length } = numbers
  const operation = new RsaPrivateOperation(numbers)
  return {
    ...signingKey(data, numbers, operation, hashes),
    decryptPremaster(ciphertext) {
      const reject = new ImplicitRejection(
        hashNamed(hashes, 'sha256'),
        integerToBytes(bytesToInteger(data.d), length),
        ciphertext,
      )
      const synthetic = reject.premaster()
      const c = bytesToInteger(ciphertext)
      // Both are visible to the sender, so answering at once tells nothing new.
      if (ciphertext.length !== length || c >= n) return synthetic
      return unpadPremaster(integerToBytes(operation.run(c), length), synthetic)
    },
  }
}

/**
 * RSAES-PKCS1-v1_5 decryption with implicit rejection: a ciphertext that is wrong decrypts to a random-looking message
 * that key and ciphertext determine, so that there is nothing to learn from it. Do not tell the two apart.
 */
export function rsaPkcs1Decrypt(data: RsaPrivateData, ciphertext: Uint8Array, hashes: Hashes): Uint8Array {
  const numbers = rsaPrivateNumbers(data)
  const { n, length } = numbers
  const reject = new ImplicitRejection(
    hashNamed(hashes, 'sha256'),
    integerToBytes(bytesToInteger(data.d), length),
    ciphertext,
  )
  const c = bytesToInteger(ciphertext)
  if (ciphertext.length !== length || c >= n) {
    throw new CryptoError('DECRYPTION_FAILED', `RSA ciphertext must be ${length} bytes and below the modulus`)
  }
  return reject.unpad(integerToBytes(new RsaPrivateOperation(numbers).run(c), length))
}

/**
 * RSAES-OAEP encryption (RFC 8017 §7.1.1).
 *
 * @throws {CryptoError} `INVALID_KEY`, `INVALID_LENGTH` when the message is too long
 */
export function rsaOaepEncrypt(data: RsaPublicData, parameters: OaepParameters, message: Uint8Array): Uint8Array {
  const numbers = rsaPublicNumbers(data)
  const em = encodeOaep(parameters, message, numbers.length)
  return integerToBytes(rsaPublicOperation(numbers, bytesToInteger(em)), numbers.length)
}

/**
 * RSAES-OAEP decryption (RFC 8017 §7.1.2).
 *
 * @throws {CryptoError} `INVALID_KEY`, `DECRYPTION_FAILED` without a reason
 */
export function rsaOaepDecrypt(data: RsaPrivateData, parameters: OaepParameters, ciphertext: Uint8Array): Uint8Array {
  const numbers = rsaPrivateNumbers(data)
  const { n, length } = numbers
  const c = bytesToInteger(ciphertext)
  if (ciphertext.length !== length || c >= n) throw new CryptoError('DECRYPTION_FAILED', 'RSA-OAEP decryption failed')
  return decodeOaep(parameters, integerToBytes(new RsaPrivateOperation(numbers).run(c), length))
}

/**
 * Generates an RSA key (FIPS 186-5 A.1.3: probable primes).
 *
 * @param bits of the modulus, 512 to 16384, even
 * @param e the public exponent, odd, at least 3
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function generateRsaKey(
  spec: { type: 'rsa' | 'rsa-pss'; bits: number; e?: number },
  hashes: Hashes,
): PrivateKey {
  const e = spec.e ?? 65537
  const numbers = generateRsaPrimes(spec.bits, e)
  const bytes = (value: bigint) => integerToBytes(value, byteLength(value))
  const { n, d, p, q, dp, dq, qi } = numbers
  if (bitLength(n) !== spec.bits) throw new CryptoError('OPERATION_FAILED', 'RSA key generation failed')
  return importRsaPrivateKey(
    {
      type: spec.type,
      n: bytes(n),
      e: bytes(BigInt(e)),
      d: bytes(d),
      p: bytes(p),
      q: bytes(q),
      dp: bytes(dp),
      dq: bytes(dq),
      qi: bytes(qi),
    },
    hashes,
  )
}

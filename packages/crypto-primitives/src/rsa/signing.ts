/** RSA signatures (RFC 8017 §8), of keys whose numbers were checked. */
import { constantTimeEqual } from '../bytes.ts'
import { byteLength, bytesToInteger, integerToBytes } from '../integer.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { randomBytes } from '../random.ts'
import { checkRsaFit, type Hashes, hashNamed } from '../signatures/fit.ts'
import {
  type RsaPrivateData,
  type RsaPrivateNumbers,
  type RsaPublicData,
  type RsaPublicNumbers,
  rsaPrivateNumbers,
  rsaPublicNumbers,
} from './key.ts'
import { RsaPrivateOperation, rsaPublicOperation } from './operation.ts'
import { encodePkcs1 } from './pkcs1.ts'
import { encodePss, verifyPss } from './pss.ts'

const infoOf = (data: RsaPublicData | RsaPrivateData, bits: number): KeyInfo => ({
  type: data.type,
  bits,
  ...(data.pss && { pss: data.pss }),
})

/** A public key that verifies, and does not encrypt. */
export function verifyingKey(data: RsaPublicData, numbers: RsaPublicNumbers, hashes: Hashes): PublicKey {
  const { n, bits, length } = numbers
  const info = infoOf(data, bits)
  return {
    ...info,
    data,
    verify(algorithm, message, signature) {
      checkRsaFit(info, algorithm)
      const hash = hashNamed(hashes, algorithm.hash)
      const mgfHash = algorithm.name === 'rsa-pss' ? hashNamed(hashes, algorithm.mgfHash) : hash
      // RFC 8017 §8.1.2, §8.2.2: a signature is exactly as long as the modulus, and below it
      if (signature.length !== length) return false
      const s = bytesToInteger(signature)
      if (s >= n) return false
      const m = rsaPublicOperation(numbers, s)
      if (algorithm.name === 'rsa-pss') {
        const emLength = (bits + 6) >> 3
        if (byteLength(m) > emLength) return false
        return verifyPss(hash, mgfHash, algorithm.saltLength, message, integerToBytes(m, emLength), bits - 1)
      }
      const tooShort = length < hash.outputLength + 30
      return !tooShort && constantTimeEqual(integerToBytes(m, length), encodePkcs1(hash, message, length))
    },
  }
}

/** A private key that signs, and does not decrypt. */
export function signingKey(
  data: RsaPrivateData,
  { bits, length }: RsaPrivateNumbers,
  operation: RsaPrivateOperation,
  hashes: Hashes,
): PrivateKey {
  const info = infoOf(data, bits)
  const publicKey: RsaPublicData = { type: data.type, n: data.n, e: data.e, ...(data.pss && { pss: data.pss }) }
  const encode = (algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array => {
    checkRsaFit(info, algorithm)
    const hash = hashNamed(hashes, algorithm.hash)
    if (algorithm.name === 'rsa-pkcs1') return encodePkcs1(hash, message, length)
    const salt = randomBytes(algorithm.saltLength)
    return encodePss(hash, hashNamed(hashes, algorithm.mgfHash), salt, message, bits - 1)
  }
  return {
    ...info,
    data,
    publicKey,
    sign(algorithm, message) {
      const m = bytesToInteger(encode(algorithm, message))
      return integerToBytes(operation.run(m), length)
    },
  }
}

/** {@link verifyingKey} of a key that comes from outside. @throws {CryptoError} `INVALID_KEY` */
export function importRsaVerifyingKey(data: RsaPublicData, hashes: Hashes): PublicKey {
  return verifyingKey(data, rsaPublicNumbers(data), hashes)
}

/** {@link signingKey} of a key that comes from outside. @throws {CryptoError} `INVALID_KEY` */
export function importRsaSigningKey(data: RsaPrivateData, hashes: Hashes): PrivateKey {
  const numbers = rsaPrivateNumbers(data)
  return signingKey(data, numbers, new RsaPrivateOperation(numbers), hashes)
}

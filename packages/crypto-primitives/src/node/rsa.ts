import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto'
import { CryptoError } from '../error.ts'
import { bytesToInteger, integerToBytes } from '../integer.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { ImplicitRejection, padPkcs1, unpadPremaster } from '../rsa/encryption.ts'
import {
  checkRsaSpec,
  type RsaPrivateData,
  type RsaPublicData,
  rsaPrivateNumbers,
  rsaPublicNumbers,
} from '../rsa/key.ts'
import { importRsaSigningKey, importRsaVerifyingKey } from '../rsa/signing.ts'
import { importRsaPrivateKey } from '../rsa.ts'
import { checkRsaFit, hashNamed } from '../signatures/fit.ts'
import { bare } from './bare.ts'
import { base64url, bytesOf, fromBase64url } from './bytes.ts'
import { hashes } from './hash.ts'

const infoOf = (data: RsaPublicData | RsaPrivateData, bits: number): KeyInfo => ({
  type: data.type,
  bits,
  ...(data.pss && { pss: data.pss }),
})

/** node:crypto's options for an algorithm; undefined for what it cannot do: MGF1 with another hash than the message's. */
function optionsFor(key: KeyObject, algorithm: Extract<SignatureAlgorithm, { name: 'rsa-pkcs1' | 'rsa-pss' }>) {
  if (algorithm.name === 'rsa-pkcs1') return bare({ key, padding: constants.RSA_PKCS1_PADDING, saltLength: undefined })
  if (algorithm.mgfHash !== algorithm.hash || algorithm.hash === 'md5-sha1') return undefined
  return bare({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength })
}

/** An RSA public key in OpenSSL, through JWK (33 times as fast as SPKI on Node 20). */
export function importNativeRsaPublicKey(data: RsaPublicData): PublicKey {
  const { bits, length } = rsaPublicNumbers(data)
  const info = infoOf(data, bits)
  const key = createPublicKey(
    bare({ key: bare({ kty: 'RSA', n: base64url(data.n), e: base64url(data.e) }), format: 'jwk' }),
  )
  let portable: PublicKey | undefined
  return {
    ...info,
    data,
    verify(algorithm, message, signature) {
      checkRsaFit(info, algorithm)
      hashNamed(hashes, algorithm.hash)
      const options = optionsFor(key, algorithm)
      if (options) {
        // RFC 8017 §8.1.2 step 1, §8.2.2 step 1
        if (signature.length !== length) return false
        return verify(algorithm.hash, message, options, signature)
      }
      portable ??= importRsaVerifyingKey(data, hashes)
      return portable.verify(algorithm, message, signature)
    },
    encrypt: (message) =>
      bytesOf(publicEncrypt(bare({ key, padding: constants.RSA_NO_PADDING }), padPkcs1(message, length))),
  }
}

/** An RSA private key in OpenSSL. */
export function importNativeRsaPrivateKey(data: RsaPrivateData): PrivateKey {
  // Node's JWK has no `oth`; keys of several primes are rare enough to be computed with here.
  if (data.otherPrimes?.length) return importRsaPrivateKey(data, hashes)
  // OpenSSL does not check the numbers against each other, and a wrong CRT part gives the key away in one signature.
  const { bits, length, n } = rsaPrivateNumbers(data)
  const info = infoOf(data, bits)
  const part = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi') => [name, base64url(data[name])]
  const jwk = Object.fromEntries((['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const).map(part))
  const key = createPrivateKey(bare({ key: bare({ kty: 'RSA', ...jwk }), format: 'jwk' }))
  const paddedExponent = integerToBytes(bytesToInteger(data.d), length)
  let portable: PrivateKey | undefined
  return {
    ...info,
    data,
    publicKey: { type: data.type, n: data.n, e: data.e, ...(data.pss && { pss: data.pss }) },
    sign(algorithm, message) {
      checkRsaFit(info, algorithm)
      hashNamed(hashes, algorithm.hash)
      const options = optionsFor(key, algorithm)
      if (!options) {
        portable ??= importRsaSigningKey(data, hashes)
        return portable.sign(algorithm, message)
      }
      try {
        return bytesOf(sign(algorithm.hash, message, options))
      } catch (cause) {
        throw new CryptoError('INVALID_LENGTH', `RSA modulus of ${bits} bits is too short for ${algorithm.hash}`, {
          cause,
        })
      }
    },
    decryptPremaster(ciphertext) {
      const synthetic = new ImplicitRejection(hashes.sha256, paddedExponent, ciphertext).premaster()
      if (ciphertext.length !== length || bytesToInteger(ciphertext) >= n) return synthetic
      // Without OpenSSL's unpadding: what comes back is a whole block, and we look at it in constant work.
      const block = bytesOf(privateDecrypt(bare({ key, padding: constants.RSA_NO_PADDING }), ciphertext))
      const premaster = unpadPremaster(block, synthetic)
      block.fill(0)
      return premaster
    },
  }
}

/** Generates an RSA key in OpenSSL. */
export function generateNativeRsaKey(spec: { type: 'rsa' | 'rsa-pss'; bits: number; e?: number }): PrivateKey {
  checkRsaSpec(spec.bits, spec.e ?? 65537)
  // Encoded by the generation itself: to export a generated KeyObject can hang (see `generated` in groups.ts).
  const options = bare({
    modulusLength: spec.bits,
    publicExponent: spec.e ?? 65537,
    privateKeyEncoding: bare({ format: 'jwk' }),
  })
  const { privateKey: jwk } = generateKeyPairSync(
    'rsa',
    options as unknown as { modulusLength: number },
  ) as unknown as {
    privateKey: JsonWebKey
  }
  const part = (text: string | undefined) => fromBase64url(text!)
  return importNativeRsaPrivateKey({
    type: spec.type,
    n: part(jwk.n),
    e: part(jwk.e),
    d: part(jwk.d),
    p: part(jwk.p),
    q: part(jwk.q),
    dp: part(jwk.dp),
    dq: part(jwk.dq),
    qi: part(jwk.qi),
  })
}

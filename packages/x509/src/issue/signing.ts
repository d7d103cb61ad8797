import type { HashName, KeyInfo, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import { encodeSignatureAlgorithm, HASH_LENGTH } from '../algorithm.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type Eventual, now } from '../steps.ts'

/**
 * The signature algorithm that a key signs certificates with unless told otherwise: SHA-256, or the hash that matches a
 * larger curve.
 */
export function defaultSignatureAlgorithm(key: KeyInfo, hash?: HashName): SignatureAlgorithm {
  switch (key.type) {
    case 'rsa':
      return { name: 'rsa-pkcs1', hash: hash ?? 'sha256' }
    case 'rsa-pss': {
      const fixed = key.pss
      if (fixed) return { name: 'rsa-pss', ...fixed }
      const chosen = hash ?? 'sha256'
      return { name: 'rsa-pss', hash: chosen, mgfHash: chosen, saltLength: HASH_LENGTH[chosen] }
    }
    case 'ec':
      return { name: 'ecdsa', hash: hash ?? (key.bits > 384 ? 'sha512' : key.bits > 256 ? 'sha384' : 'sha256') }
    case 'dsa':
      return { name: 'dsa', hash: hash ?? 'sha256' }
    case 'x25519':
    case 'x448':
      throw new X509Error('INVALID_ARGUMENT', `a key of type ${key.type} cannot sign`)
    default:
      return { name: key.type }
  }
}

/** `SIGNED{ToBeSigned}`: the three-part sequence of certificates, CRLs and requests. */
export function* signed(toBeSigned: Uint8Array, signer: Signer, algorithm: SignatureAlgorithm): Eventual<Uint8Array> {
  const signature = yield* now(signer.sign(algorithm, toBeSigned))
  return der.sequence(toBeSigned, encodeSignatureAlgorithm(algorithm), der.bitString(signature))
}

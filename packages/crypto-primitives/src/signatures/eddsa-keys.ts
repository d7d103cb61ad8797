import type { EdDSA } from '@noble/curves/abstract/edwards.js'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { misfit } from './fit.ts'

/** An Edwards-curve signature scheme as noble has it. */
export interface Scheme {
  readonly type: 'ed25519' | 'ed448'
  readonly bits: number
  readonly keyLength: number
  readonly signatureLength: number
  readonly engine: () => Pick<EdDSA, 'sign' | 'verify' | 'getPublicKey' | 'utils'>
}

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

/** @throws {CryptoError} `INVALID_KEY` */
export function publicKey(scheme: Scheme, bytes: Uint8Array): PublicKey {
  const { type, bits } = scheme
  expectLength(`${type} public key`, bytes, scheme.keyLength, 'INVALID_KEY')
  const engine = scheme.engine()
  // zip215 off: RFC 8032 §5.1.3 decoding, canonical and strict
  if (!engine.utils.isValidPublicKey(bytes, false)) {
    throw new CryptoError('INVALID_KEY', `${type} public key is not a point of the curve`)
  }
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    verify(algorithm, message, signature) {
      checkFit(info, algorithm)
      return signature.length === scheme.signatureLength && engine.verify(signature, message, bytes, { zip215: false })
    },
  }
}

/** @throws {CryptoError} `INVALID_KEY` */
export function privateKey(scheme: Scheme, bytes: Uint8Array): PrivateKey {
  const { type, bits } = scheme
  expectLength(`${type} private key`, bytes, scheme.keyLength, 'INVALID_KEY')
  const engine = scheme.engine()
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    publicKey: { type, bytes: engine.getPublicKey(bytes) },
    sign(algorithm, message) {
      checkFit(info, algorithm)
      return engine.sign(message, bytes)
    },
  }
}

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { misfit } from '../signatures/fit.ts'
import { base64url, bytesOf, fromBase64url } from './bytes.ts'

const SCHEMES = {
  ed25519: { crv: 'Ed25519', bits: 256, length: 32, pkcs8: '302e020100300506032b657004220420' },
  ed448: { crv: 'Ed448', bits: 456, length: 57, pkcs8: '3047020100300506032b6571043b0439' },
} as const

type Name = keyof typeof SCHEMES

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

/** An Ed25519 or Ed448 public key in OpenSSL, through JWK. @throws {CryptoError} `INVALID_KEY` */
export function importNativeEdwardsPublicKey(type: Name, bytes: Uint8Array): PublicKey {
  const { crv, bits, length } = SCHEMES[type]
  expectLength(`${type} public key`, bytes, length, 'INVALID_KEY')
  let key: KeyObject
  try {
    key = createPublicKey({ key: { kty: 'OKP', crv, x: base64url(bytes) }, format: 'jwk' })
  } catch (cause) {
    throw new CryptoError('INVALID_KEY', `${type} public key is not a point of the curve`, { cause })
  }
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    verify(algorithm, message, signature) {
      checkFit(info, algorithm)
      return verify(null, message, key, signature)
    },
  }
}

/** An Ed25519 or Ed448 private key in OpenSSL. @throws {CryptoError} `INVALID_KEY` */
export function importNativeEdwardsPrivateKey(type: Name, bytes: Uint8Array): PrivateKey {
  const { bits, length, pkcs8 } = SCHEMES[type]
  expectLength(`${type} private key`, bytes, length, 'INVALID_KEY')
  // JWK would ask for the public key too, which is not known yet.
  const der = Buffer.concat([Buffer.from(pkcs8, 'hex'), bytes])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  const publicBytes = fromBase64url(createPublicKey(key).export({ format: 'jwk' }).x!)
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    publicKey: { type, bytes: publicBytes },
    sign(algorithm, message) {
      checkFit(info, algorithm)
      return bytesOf(sign(null, message, key))
    },
  }
}

/** Generates an Ed25519 or Ed448 key in OpenSSL. */
export function generateNativeEdwardsKey(type: Name): PrivateKey {
  const { privateKey } = generateKeyPairSync(type as 'ed25519')
  return importNativeEdwardsPrivateKey(type, fromBase64url(privateKey.export({ format: 'jwk' }).d!))
}

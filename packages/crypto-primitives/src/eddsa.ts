/** Ed25519 and Ed448 (RFC 8032), and X25519/X448 public keys as X.509 carries them. */

import { expectLength } from './bytes.ts'
import { ed448 } from './curves/edwards448.ts'
import { X448_FUNCTION } from './groups/x448.ts'
import { X25519_FUNCTION } from './groups/x25519.ts'
import type { PrivateKey, PublicKey } from './provider.ts'
import { randomBytes } from './random.ts'
import { privateKey, publicKey, type Scheme } from './signatures/eddsa-keys.ts'
import { misfit } from './signatures/fit.ts'

export { generateEd25519Key, importEd25519PrivateKey, importEd25519PublicKey } from './signatures/ed25519.ts'

const ED448: Scheme = { type: 'ed448', bits: 456, keyLength: 57, signatureLength: 114, engine: ed448 }

/** An Ed448 public key, 57 bytes. @throws {CryptoError} `INVALID_KEY` */
export const importEd448PublicKey = (bytes: Uint8Array): PublicKey => publicKey(ED448, bytes)
/** An Ed448 private key, the 57-byte seed. @throws {CryptoError} `INVALID_KEY` */
export const importEd448PrivateKey = (bytes: Uint8Array): PrivateKey => privateKey(ED448, bytes)
/** Generates an Ed448 key. */
export const generateEd448Key = (): PrivateKey => privateKey(ED448, randomBytes(57))

const XDH = {
  x25519: {
    bits: 253,
    length: 32,
    publicOf: (bytes: Uint8Array) => X25519_FUNCTION.multiply(bytes, X25519_FUNCTION.base),
  },
  x448: { bits: 448, length: 56, publicOf: (bytes: Uint8Array) => X448_FUNCTION.multiply(bytes, X448_FUNCTION.base) },
} as const

/** An X25519 or X448 public key: it can be carried, and verifies nothing. @throws {CryptoError} `INVALID_KEY` */
export function importXdhPublicKey(type: 'x25519' | 'x448', bytes: Uint8Array): PublicKey {
  const { bits, length } = XDH[type]
  expectLength(`${type} public key`, bytes, length, 'INVALID_KEY')
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    verify(algorithm) {
      throw misfit(info, algorithm)
    },
  }
}

/** An X25519 or X448 private key: it signs nothing. @throws {CryptoError} `INVALID_KEY` */
export function importXdhPrivateKey(type: 'x25519' | 'x448', bytes: Uint8Array): PrivateKey {
  const { bits, length, publicOf } = XDH[type]
  expectLength(`${type} private key`, bytes, length, 'INVALID_KEY')
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    publicKey: { type, bytes: publicOf(bytes) },
    sign(algorithm) {
      throw misfit(info, algorithm)
    },
  }
}

/** Generates an X25519 or X448 key. */
export function generateXdhKey(type: 'x25519' | 'x448'): PrivateKey {
  return importXdhPrivateKey(type, randomBytes(XDH[type].length))
}

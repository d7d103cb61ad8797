/** Ed25519 and Ed448 (RFC 8032), and X25519/X448 public keys as X.509 carries them. */

import { ed448, x448 } from '@noble/curves/ed448.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { expectLength } from './bytes.ts'
import { CryptoError } from './error.ts'
import { X25519_FUNCTION } from './groups/x25519.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from './provider.ts'
import { randomBytes } from './random.ts'
import { misfit } from './signatures/fit.ts'

/** An Edwards-curve signature scheme as this file needs it. */
interface Scheme {
  readonly type: 'ed25519' | 'ed448'
  readonly bits: number
  readonly keyLength: number
  readonly signatureLength: number
  readonly engine: () => Pick<typeof ed25519, 'sign' | 'verify' | 'getPublicKey' | 'utils'>
}

const ED25519: Scheme = { type: 'ed25519', bits: 256, keyLength: 32, signatureLength: 64, engine: () => ed25519 }
const ED448: Scheme = { type: 'ed448', bits: 456, keyLength: 57, signatureLength: 114, engine: () => ed448 }

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

function publicKey(scheme: Scheme, bytes: Uint8Array): PublicKey {
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

function privateKey(scheme: Scheme, bytes: Uint8Array): PrivateKey {
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

/** An Ed25519 public key, 32 bytes. @throws {CryptoError} `INVALID_KEY` */
export const importEd25519PublicKey = (bytes: Uint8Array): PublicKey => publicKey(ED25519, bytes)
/** An Ed25519 private key, the 32-byte seed. @throws {CryptoError} `INVALID_KEY` */
export const importEd25519PrivateKey = (bytes: Uint8Array): PrivateKey => privateKey(ED25519, bytes)
/** Generates an Ed25519 key. */
export const generateEd25519Key = (): PrivateKey => privateKey(ED25519, randomBytes(32))
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
  x448: { bits: 448, length: 56, publicOf: (bytes: Uint8Array) => x448.scalarMult(bytes, x448.GuBytes) },
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

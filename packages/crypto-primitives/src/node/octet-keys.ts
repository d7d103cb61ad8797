import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type PrivateKeyInput,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { misfit } from '../signatures/fit.ts'
import { bare } from './bare.ts'
import { base64url, bytesOf, fromBase64url } from './bytes.ts'
import { hostDoes } from './trials.ts'

/** Keys of RFC 8037 (OKP): their JWK curve, their length, and PKCS#8 up to the key. */
const KEYS = {
  ed25519: { crv: 'Ed25519', bits: 256, length: 32, pkcs8: '302e020100300506032b657004220420' },
  ed448: { crv: 'Ed448', bits: 456, length: 57, pkcs8: '3047020100300506032b6571043b0439' },
  x25519: { crv: 'X25519', bits: 253, length: 32, pkcs8: '302e020100300506032b656e04220420' },
  x448: { crv: 'X448', bits: 448, length: 56, pkcs8: '3046020100300506032b656f043a0438' },
} as const

export type OctetKeyName = keyof typeof KEYS

/** Whether node:crypto has Ed448 and X448: any bytes are a key. */
export const hasNativeEd448 = () => hostDoes('ed448', () => privateKeyOf(KEYS.ed448.pkcs8, new Uint8Array(57)) !== null)
export const hasNativeX448 = () => hostDoes('x448', () => privateKeyOf(KEYS.x448.pkcs8, new Uint8Array(56)) !== null)

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  // X25519 and X448 keys sign nothing, so nothing is named like them.
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

/** An Ed25519, Ed448, X25519 or X448 public key in OpenSSL, through JWK. @throws {CryptoError} `INVALID_KEY` */
export function importNativeOctetPublicKey(type: OctetKeyName, bytes: Uint8Array): PublicKey {
  const known = KEYS[type]
  if (!known) throw new CryptoError('UNSUPPORTED', `key type ${type} is not offered`)
  const { crv, bits, length } = known
  expectLength(`${type} public key`, bytes, length, 'INVALID_KEY')
  let key: KeyObject
  try {
    key = createPublicKey(bare({ key: bare({ kty: 'OKP', crv, x: base64url(bytes) }), format: 'jwk' }))
  } catch (cause) {
    throw new CryptoError('INVALID_KEY', `${type} public key is not a point of the curve`, { cause })
  }
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    verify(algorithm, message, signature) {
      checkFit(info, algorithm)
      return verify(null, message, bare({ key }), signature)
    },
  }
}

/** Such a private key in OpenSSL. @throws {CryptoError} `INVALID_KEY` */
export function importNativeOctetPrivateKey(type: OctetKeyName, bytes: Uint8Array): PrivateKey {
  const known = KEYS[type]
  if (!known) throw new CryptoError('UNSUPPORTED', `key type ${type} is not offered`)
  const { bits, length, pkcs8 } = known
  expectLength(`${type} private key`, bytes, length, 'INVALID_KEY')
  const key = privateKeyOf(pkcs8, bytes)
  const publicBytes = publicHalf(pkcs8, bytes)
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    publicKey: { type, bytes: publicBytes },
    sign(algorithm, message) {
      checkFit(info, algorithm)
      return bytesOf(sign(null, message, bare({ key })))
    },
  }
}

/** Generates such a key in OpenSSL. */
export function generateNativeOctetKey(type: OctetKeyName): PrivateKey {
  // Any bytes are a key (RFC 8032 §5.1.5, RFC 7748 §5); to export a generated KeyObject can hang (see groups.ts).
  return importNativeOctetPrivateKey(type, bytesOf(randomBytes(KEYS[type].length)))
}

/** Reads a key from its bytes alone: JWK would ask for the public key too. */
function read(create: (options: PrivateKeyInput) => KeyObject, pkcs8: string, bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from(pkcs8, 'hex'), bytes])
  const key = create(bare({ key: der, format: 'der', type: 'pkcs8' }))
  der.fill(0)
  return key
}

const privateKeyOf = (pkcs8: string, bytes: Uint8Array) => read(createPrivateKey, pkcs8, bytes)

/**
 * The public key of a private one's bytes. Not of its KeyObject: Node 24 reads a `format` off `Object.prototype` then,
 * and ends the process by what it finds.
 */
const publicHalf = (pkcs8: string, bytes: Uint8Array): Uint8Array =>
  fromBase64url(read(createPublicKey as never, pkcs8, bytes).export(bare({ format: 'jwk' })).x!)

/** The public key of an X25519 or X448 private key. */
export const nativeXdhShare = (type: 'x25519' | 'x448', bytes: Uint8Array): Uint8Array =>
  publicHalf(KEYS[type].pkcs8, bytes)

/** An X25519 or X448 key for one agreement. @throws {CryptoError} `INVALID_KEY` */
export function nativeXdhKey(type: 'x25519' | 'x448', bytes: Uint8Array): KeyObject {
  const { length, pkcs8 } = KEYS[type]
  expectLength(`${type} private key`, bytes, length, 'INVALID_KEY')
  return privateKeyOf(pkcs8, bytes)
}

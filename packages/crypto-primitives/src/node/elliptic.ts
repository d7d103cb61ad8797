import { createECDH, createPrivateKey, createPublicKey, ECDH, type KeyObject, sign, verify } from 'node:crypto'
import { constantTimeEqual } from '../bytes.ts'
import * as parameters from '../curves/parameters.ts'
import { CryptoError } from '../error.ts'
import type { CurveName, HashName, KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { encodeSignature } from '../signatures/der.ts'
import { hashNamed, misfit } from '../signatures/fit.ts'
import { bare } from './bare.ts'
import { base64url, bytesOf } from './bytes.ts'
import { hashes } from './hash.ts'
import { hostDoes } from './trials.ts'

const PARAMETERS = {
  secp256r1: parameters.SECP256R1,
  secp384r1: parameters.SECP384R1,
  secp521r1: parameters.SECP521R1,
  secp256k1: parameters.SECP256K1,
}

/** A curve that node:crypto takes keys of as JWK. */
interface NativeCurve {
  readonly jwk: string
  readonly openssl: string
  readonly bits: number
}

const CURVES: Readonly<Partial<Record<CurveName, NativeCurve>>> = {
  secp256r1: { jwk: 'P-256', openssl: 'prime256v1', bits: 256 },
  secp384r1: { jwk: 'P-384', openssl: 'secp384r1', bits: 384 },
  secp521r1: { jwk: 'P-521', openssl: 'secp521r1', bits: 521 },
  secp256k1: { jwk: 'secp256k1', openssl: 'secp256k1', bits: 256 },
}

/** SEC 1's form of a curve's generator: the public key of the private key 1. */
function generator(name: CurveName): Uint8Array {
  const { gx, gy } = PARAMETERS[name as keyof typeof PARAMETERS]
  return bytesOf(Buffer.from(`04${gx}${gy}`, 'hex'))
}

/** Whether keys of this curve can be kept in OpenSSL. */
export function hasNativeCurve(name: CurveName): boolean {
  const curve = CURVES[name]
  if (!curve) return false
  return hostDoes(name, () => {
    const point = generator(name)
    createPublicKey(bare({ key: bare(coordinates(curve, point)), format: 'jwk' }))
    const ecdh = createECDH(curve.openssl)
    ecdh.setPrivateKey(Buffer.concat([Buffer.alloc(((curve.bits + 7) >> 3) - 1), Buffer.of(1)]))
    return ecdh.getPublicKey().equals(point)
  })
}

/**
 * Whether the host says yes to true signatures with this hash. With private key and nonce 1 one is: r, the generator's x,
 * and s, the digest's number and r (FIPS 186-5 §6.4.1); and another has n - s, which Deno refuses on secp256k1.
 */
function verifiesWith(name: CurveName, hash: HashName): boolean {
  return hostDoes(`ecdsa ${name} ${hash}`, () => {
    const curve = CURVES[name]!
    const { gx, n } = PARAMETERS[name as keyof typeof PARAMETERS]
    const order = BigInt(`0x${n}`)
    const message = new Uint8Array(0)
    const digest = Buffer.from(hashNamed(hashes, hash).digest(message))
    const excess = BigInt(Math.max(0, 8 * digest.length - curve.bits))
    const r = BigInt(`0x${gx}`) % order
    const s = ((BigInt(`0x${digest.toString('hex')}`) >> excess) + r) % order
    const width = n.length + (n.length % 2)
    const key = createPublicKey(bare({ key: bare(coordinates(curve, generator(name))), format: 'jwk' }))
    return [s, order - s].every((either) => {
      const compact = [r, either].map((one) => one.toString(16).padStart(width, '0')).join('')
      return verify(hash, message, bare({ key }), encodeSignature(bytesOf(Buffer.from(compact, 'hex'))))
    })
  })
}

const invalid = (message: string, cause?: unknown) => new CryptoError('INVALID_KEY', message, { cause })

function coordinates(curve: NativeCurve, point: Uint8Array) {
  const length = (curve.bits + 7) >> 3
  return {
    kty: 'EC',
    crv: curve.jwk,
    x: base64url(point.subarray(1, 1 + length)),
    y: base64url(point.subarray(1 + length)),
  }
}

/** The point uncompressed, and on the curve. */
function checkedPoint(name: CurveName, curve: NativeCurve, point: Uint8Array): Uint8Array {
  const length = (curve.bits + 7) >> 3
  const compressed = point[0] === 2 || point[0] === 3
  if (!(compressed && point.length === 1 + length) && !(point[0] === 4 && point.length === 1 + 2 * length)) {
    throw invalid(
      `${name} point must be ${1 + 2 * length} bytes of form 4, or ${1 + length} of form 2 or 3, not ${point.length}`,
    )
  }
  if (!compressed) return point
  try {
    return bytesOf(ECDH.convertKey(point, curve.openssl, undefined, undefined, 'uncompressed') as Buffer)
  } catch (cause) {
    throw invalid(`${name} public key is not a point of the curve`, cause)
  }
}

function hashFor(info: KeyInfo, algorithm: SignatureAlgorithm): HashName {
  if (algorithm.name !== 'ecdsa') throw misfit(info, algorithm)
  return hashNamed(hashes, algorithm.hash).name
}

/**
 * An EC public key in OpenSSL, which checks that the point is on the curve.
 *
 * @param portable the same key in JavaScript, for hashes that the host is wrong about
 * @throws {CryptoError} `INVALID_KEY`
 */
export function importNativeEcPublicKey(name: CurveName, point: Uint8Array, portable: () => PublicKey): PublicKey {
  const curve = CURVES[name]!
  let key: KeyObject
  const uncompressed = checkedPoint(name, curve, point)
  try {
    key = createPublicKey(bare({ key: bare(coordinates(curve, uncompressed)), format: 'jwk' }))
  } catch (cause) {
    throw invalid(`${name} public key is not a point of the curve`, cause)
  }
  const info = { type: 'ec', curve: name, bits: curve.bits } as const
  return {
    ...info,
    data: { type: 'ec', curve: name, point },
    // OpenSSL encodes what it parsed again and compares: nothing but DER passes.
    verify(algorithm, message, signature) {
      const hash = hashFor(info, algorithm)
      if (!verifiesWith(name, hash)) return portable().verify(algorithm, message, signature)
      return verify(hash, message, bare({ key }), signature)
    },
  }
}

/** An EC private key in OpenSSL. @param portable as for {@link importNativeEcPublicKey} @throws {CryptoError} `INVALID_KEY` */
export function importNativeEcPrivateKey(
  name: CurveName,
  { d, point }: { readonly d: Uint8Array; readonly point?: Uint8Array },
  portable: () => PrivateKey,
): PrivateKey {
  const curve = CURVES[name]!
  const length = (curve.bits + 7) >> 3
  let key: KeyObject
  let publicPoint: Uint8Array
  const scalar = new Uint8Array(length)
  let from = 0
  while (from < d.length - length && d[from] === 0) from++
  if (d.length - from > length) throw invalid(`${name} private key must be ${length} bytes, not ${d.length}`)
  scalar.set(d.subarray(from), length - (d.length - from))
  try {
    const ecdh = createECDH(curve.openssl)
    ecdh.setPrivateKey(scalar)
    publicPoint = bytesOf(ecdh.getPublicKey())
    key = createPrivateKey(
      bare({ key: bare({ ...coordinates(curve, publicPoint), d: base64url(scalar) }), format: 'jwk' }),
    )
  } catch (cause) {
    throw invalid(`${name} private key must be in [1, n - 1]`, cause)
  }
  if (point && !constantTimeEqual(checkedPoint(name, curve, point), publicPoint)) {
    throw invalid(`${name} point does not belong to the private key`)
  }
  const info = { type: 'ec', curve: name, bits: curve.bits } as const
  return {
    ...info,
    data: { type: 'ec', curve: name, d: scalar, point: publicPoint },
    publicKey: { type: 'ec', curve: name, point: publicPoint },
    sign(algorithm, message) {
      const hash = hashFor(info, algorithm)
      return verifiesWith(name, hash)
        ? bytesOf(sign(hash, message, bare({ key })))
        : portable().sign(algorithm, message)
    },
  }
}

/** The private half of a fresh EC key of OpenSSL's. */
export function generateNativeEcScalar(name: CurveName): Uint8Array {
  const ecdh = createECDH(CURVES[name]!.openssl)
  ecdh.generateKeys()
  return bytesOf(ecdh.getPrivateKey())
}

import { createECDH, createPrivateKey, createPublicKey, ECDH, type KeyObject, sign, verify } from 'node:crypto'
import { constantTimeEqual } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { CurveName, KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { hashNamed, misfit } from '../signatures/fit.ts'
import { bare } from './bare.ts'
import { base64url, bytesOf } from './bytes.ts'
import { hashes } from './hash.ts'

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

/** Whether keys of this curve can be kept in OpenSSL. */
export function hasNativeCurve(name: CurveName): boolean {
  return CURVES[name] !== undefined
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

function hashFor(info: KeyInfo, algorithm: SignatureAlgorithm): string {
  if (algorithm.name !== 'ecdsa') throw misfit(info, algorithm)
  return hashNamed(hashes, algorithm.hash).name
}

/** An EC public key in OpenSSL, which checks that the point is on the curve. @throws {CryptoError} `INVALID_KEY` */
export function importNativeEcPublicKey(name: CurveName, point: Uint8Array): PublicKey {
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
    verify: (algorithm, message, signature) => verify(hashFor(info, algorithm), message, bare({ key }), signature),
  }
}

/** An EC private key in OpenSSL. @throws {CryptoError} `INVALID_KEY` */
export function importNativeEcPrivateKey(
  name: CurveName,
  { d, point }: { readonly d: Uint8Array; readonly point?: Uint8Array },
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
    sign: (algorithm, message) => bytesOf(sign(hashFor(info, algorithm), message, bare({ key }))),
  }
}

/** Generates an EC key in OpenSSL. */
export function generateNativeEcKey(name: CurveName): PrivateKey {
  const ecdh = createECDH(CURVES[name]!.openssl)
  ecdh.generateKeys()
  return importNativeEcPrivateKey(name, { d: bytesOf(ecdh.getPrivateKey()) })
}

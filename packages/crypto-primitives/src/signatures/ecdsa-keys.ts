import type { ECDSA, ecdsa } from '@noble/curves/abstract/weierstrass.js'
import type { CHash } from '@noble/hashes/utils.js'
import { expectLength } from '../bytes.ts'
import type { Curve, Point } from '../curves/curve.ts'
import { CryptoError } from '../error.ts'
import { scalarOf } from '../groups/weierstrass.ts'
import { integerToBytes } from '../integer.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { randomBytes, randomInteger } from '../random.ts'
import { decodeSignature, encodeSignature } from './der.ts'
import { type Hashes, hashNamed, misfit } from './fit.ts'
import { SeenKey } from './seen-keys.ts'

const OPTIONS = { prehash: false, lowS: false, format: 'compact' } as const

/** What of noble signs: its ECDSA, and the hash that drives the derivation of nonces (RFC 6979). */
export interface EcdsaArithmetic {
  readonly ecdsa: typeof ecdsa
  readonly sha256: CHash
}

const infoOf = (curve: Curve): KeyInfo => ({ type: 'ec', curve: curve.name, bits: curve.bits })

/**
 * An EC public key.
 *
 * @param point SEC 1, uncompressed or compressed
 * @throws {CryptoError} `INVALID_KEY` for a wrong length or a point off the curve
 */
export function importEcPublicKey(curve: Curve, point: Uint8Array, hashes: Hashes): PublicKey {
  const compressed = point[0] === 2 || point[0] === 3
  expectLength(
    `${curve.name} point of form ${point[0] ?? 'none'}`,
    point,
    1 + (compressed ? 1 : 2) * curve.coordinateLength,
    'INVALID_KEY',
  )
  if (!compressed && point[0] !== 4) {
    throw new CryptoError('INVALID_KEY', `${curve.name} point must have form 2, 3 or 4, not ${point[0]}`)
  }
  let decoded: Point
  try {
    decoded = curve.points().fromBytes(point)
  } catch (cause) {
    throw new CryptoError('INVALID_KEY', `${curve.name} public key is not a point of the curve`, { cause })
  }
  const info = infoOf(curve)
  const seen = new SeenKey(curve, decoded)
  return {
    ...info,
    data: { type: 'ec', curve: curve.name, point },
    verify(algorithm, message, signature) {
      const digest = digestFor(info, algorithm, message, hashes)
      const rs = decodeSignature(signature)
      return rs !== undefined && seen.verify(digest, rs)
    },
  }
}

/** Private keys over noble's ECDSA. @param arithmetic gives it when a key is first used */
export function ecPrivateKeysOf(arithmetic: () => EcdsaArithmetic) {
  const engines = new WeakMap<Curve, ECDSA>()
  // HMAC_DRBG with SHA-256 has the 256 bits of strength that the largest curve asks for (SP 800-57 part 1, table 3).
  function engineOf(curve: Curve): ECDSA {
    let engine = engines.get(curve)
    if (!engine) {
      const { ecdsa, sha256 } = arithmetic()
      const random = (count = 32) => randomBytes(count)
      engine = ecdsa(curve.points(), sha256, { randomBytes: random, lowS: false })
      engines.set(curve, engine)
    }
    return engine
  }

  /**
   * An EC private key.
   *
   * @param key `d` as long as the curve's order (shorter is taken as left-padded); `point` must belong to it when given
   * @throws {CryptoError} `INVALID_KEY`
   */
  function importPrivateKey(
    curve: Curve,
    key: { readonly d: Uint8Array; readonly point?: Uint8Array },
    hashes: Hashes,
  ): PrivateKey {
    const scalar = scalarOf(curve, key.d)
    const d = integerToBytes(scalar, curve.scalarLength)
    const Point = curve.points()
    const own = Point.BASE.multiply(scalar)
    const point = own.toBytes(false)
    if (key.point) {
      const given = importEcPublicKey(curve, key.point, hashes).data as { point: Uint8Array }
      if (!Point.fromBytes(given.point).equals(own)) {
        throw new CryptoError('INVALID_KEY', `${curve.name} point does not belong to the private key`)
      }
    }
    const info = infoOf(curve)
    return {
      ...info,
      data: { type: 'ec', curve: curve.name, d, point },
      publicKey: { type: 'ec', curve: curve.name, point },
      sign(algorithm, message) {
        const digest = digestFor(info, algorithm, message, hashes)
        // Nonces are derived as RFC 6979 says, and hedged with fresh randomness (its §3.6).
        return encodeSignature(engineOf(curve).sign(digest, d, { ...OPTIONS, extraEntropy: randomBytes(32) }))
      },
    }
  }

  /** Generates an EC key (FIPS 186-5 A.2.2). */
  function generateKey(curve: Curve, hashes: Hashes): PrivateKey {
    const d = randomInteger(1n, curve.points().CURVE().n)
    return importPrivateKey(curve, { d: integerToBytes(d, curve.scalarLength) }, hashes)
  }

  return { importPrivateKey, generateKey }
}

function digestFor(key: KeyInfo, algorithm: SignatureAlgorithm, message: Uint8Array, hashes: Hashes): Uint8Array {
  if (algorithm.name !== 'ecdsa') throw misfit(key, algorithm)
  return hashNamed(hashes, algorithm.hash).digest(message)
}

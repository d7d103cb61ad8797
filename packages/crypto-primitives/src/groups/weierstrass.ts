import { expectLength } from '../bytes.ts'
import type { Curve } from '../curves/curve.ts'
import { CryptoError } from '../error.ts'
import { bytesToInteger } from '../integer.ts'
import type { KeyExchangeGroup } from '../provider.ts'
import { randomInteger } from '../random.ts'
import { diffieHellmanGroup } from './agreement.ts'

/**
 * Refuses whatever is not an uncompressed point's form and length (RFC 9846 §4.3.8.2, RFC 8422 §5.4.1). Whether it lies
 * on the curve is seen when it is used.
 */
export function checkUncompressed(curve: Pick<Curve, 'name' | 'coordinateLength'>, share: Uint8Array): void {
  expectLength(`${curve.name} share`, share, 1 + 2 * curve.coordinateLength, 'INVALID_SHARE')
  if (share[0] !== 4) {
    throw new CryptoError(
      'INVALID_SHARE',
      `${curve.name} share must be an uncompressed point (4), not of form ${share[0]}`,
    )
  }
}

/**
 * ECDH (SEC 1 §3.3.1): the x-coordinate of `scalar * point`, as long as the field.
 *
 * @param point SEC 1, uncompressed or compressed
 * @throws {CryptoError} `INVALID_SHARE` for a point off the curve or at infinity
 */
export function ecdhSecret(curve: Curve, scalar: bigint, point: Uint8Array): Uint8Array {
  const Point = curve.points()
  let peer: InstanceType<typeof Point>
  try {
    peer = Point.fromBytes(point)
    peer.assertValidity()
  } catch (cause) {
    throw new CryptoError('INVALID_SHARE', `${curve.name} share is not a point of the curve`, { cause })
  }
  return peer
    .multiply(scalar)
    .toBytes(false)
    .slice(1, 1 + curve.coordinateLength)
}

/** Shares of one curve made before noble's table for the base point is worth building (it costs about 20 of them). */
const TABLE_AFTER = 24

/** A key exchange group over a curve in short Weierstrass form. Shares are uncompressed points. */
export function weierstrassGroup(curve: Curve): KeyExchangeGroup {
  let made = 0
  return diffieHellmanGroup(
    curve.name,
    'ecdh',
    1 + 2 * curve.coordinateLength,
    (privateValue) => {
      const Point = curve.points()
      let scalar = privateValue ? scalarOf(curve, privateValue) : randomInteger(1n, Point.CURVE().n)
      return {
        share() {
          // A point that is not the one noble keeps a table for goes through the plain multiplication.
          const base = made++ < TABLE_AFTER ? new Point(Point.BASE.X, Point.BASE.Y, Point.BASE.Z) : Point.BASE
          return base.multiply(scalar).toBytes(false)
        },
        agree: (peer) => ecdhSecret(curve, scalar, peer),
        wipe: () => {
          scalar = 0n
        },
      }
    },
    (share) => checkUncompressed(curve, share),
  )
}

/** A private key's bytes as a scalar. @throws {CryptoError} `INVALID_KEY` when it is not in `[1, n - 1]` */
export function scalarOf(curve: Curve, d: Uint8Array): bigint {
  const scalar = bytesToInteger(d)
  if (scalar === 0n || scalar >= curve.points().CURVE().n) {
    throw new CryptoError('INVALID_KEY', `${curve.name} private key must be in [1, n - 1]`)
  }
  return scalar
}

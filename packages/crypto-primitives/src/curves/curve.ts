import type {
  WeierstrassOpts,
  WeierstrassPoint,
  WeierstrassPointCons,
  weierstrass,
} from '@noble/curves/abstract/weierstrass.js'
import type { CurveName } from '../provider.ts'

/** A point of a curve, in noble's arithmetic. */
export type Point = WeierstrassPoint<bigint>

/** Domain parameters of a short Weierstrass curve of prime order, as its standard prints them: hexadecimal. */
export interface CurveParameters {
  readonly name: CurveName
  /** Of the field. */
  readonly bits: number
  readonly p: string
  readonly a: string
  readonly b: string
  readonly n: string
  readonly gx: string
  readonly gy: string
}

/** A curve of prime order over a prime field, made ready at its first use. */
export interface Curve {
  readonly name: CurveName
  /** Bits of the field, which is the usual name of the size. */
  readonly bits: number
  /** Bytes of a coordinate. */
  readonly coordinateLength: number
  /** Bytes of the order: of a private key and of each half of a signature. */
  readonly scalarLength: number
  /** noble's arithmetic for it: the class of its points. */
  points(): WeierstrassPointCons<bigint>
}

const integer = (hex: string): bigint => BigInt(`0x${hex}`)

/**
 * Describes a curve; nothing is computed until the first use.
 *
 * @param arithmetic gives noble's when it is needed
 */
export function defineCurve(parameters: CurveParameters, arithmetic: () => typeof weierstrass): Curve {
  const { name, bits } = parameters
  let points: WeierstrassPointCons<bigint> | undefined
  const length = (bits + 7) >> 3
  return {
    name,
    bits,
    coordinateLength: length,
    // All curves here have orders of as many bits as their fields, or (secp224r1: one fewer) as many bytes.
    scalarLength: length,
    points() {
      if (!points) {
        const { p, a, b, n, gx, gy } = parameters
        const domain: WeierstrassOpts<bigint> = {
          p: integer(p),
          a: integer(a),
          b: integer(b),
          n: integer(n),
          h: 1n,
          Gx: integer(gx),
          Gy: integer(gy),
        }
        points = arithmetic()(domain)
      }
      return points
    },
  }
}

import { type ECDSA, ecdsa, type WeierstrassOpts, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { CurveName } from '../provider.ts'
import { randomBytes } from '../random.ts'

/** Domain parameters of a short Weierstrass curve of prime order, as its standard prints them: hexadecimal. */
export interface CurveParameters {
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
  /** noble's arithmetic for it. */
  engine(): ECDSA
}

const integer = (hex: string): bigint => BigInt(`0x${hex}`)

/**
 * Describes a curve; nothing is computed until the first use.
 *
 * @param bits of the field
 * @param hash drives the deterministic part of nonces (RFC 6979); the message hash is the caller's choice
 */
export function defineCurve(name: CurveName, bits: number, hash: CHash, parameters: CurveParameters): Curve {
  let engine: ECDSA | undefined
  const length = (bits + 7) >> 3
  return {
    name,
    bits,
    coordinateLength: length,
    // All curves here have orders of as many bits as their fields, or (secp224r1: one fewer) as many bytes.
    scalarLength: length,
    engine() {
      if (!engine) {
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
        engine = ecdsa(weierstrass(domain), hash, { randomBytes: (count = 32) => randomBytes(count), lowS: false })
      }
      return engine
    },
  }
}

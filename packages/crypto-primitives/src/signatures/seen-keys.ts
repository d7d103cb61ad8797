/** ECDSA verification that gets faster for keys that come back: a server's, an authority's. */
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { bytesToInteger } from '../integer.ts'

/** Verifications before a key gets a table: it costs as much as twenty of them save. */
const USES = 16
/** Bits of the table's window: 15 ms to make on P-256, some 200 KB. */
const WINDOW = 5
/** Keys that have a table at a time. */
const TABLES = 16

type Point = InstanceType<ECDSA['Point']>

/** A public key, which counts its verifications. */
export class SeenKey {
  #uses = 0
  #point: Point | undefined

  constructor(
    private readonly engine: ECDSA,
    private readonly bytes: Uint8Array,
  ) {}

  /**
   * True when this verification goes by tables: `verify` then, else the engine's own. The tables are not secret, and
   * neither is anything that they are multiplied by.
   */
  hasTable(): boolean {
    if (this.#point) return true
    if (++this.#uses < USES) return false
    this.#point = this.engine.Point.fromBytes(this.bytes)
    this.#point.precompute(WINDOW, false)
    tabled.push(this)
    if (tabled.length > TABLES) tabled.shift()!.#forget()
    return true
  }

  /**
   * FIPS 186-5 §6.4.2, steps 3 to 8, by tables for both points.
   *
   * @param r and s, already found to be in [1, n - 1]
   */
  verify(digest: Uint8Array, r: bigint, s: bigint): boolean {
    const { Point } = this.engine
    const { Fn } = Point
    const excess = 8 * digest.length - Fn.BITS
    const z = excess > 0 ? bytesToInteger(digest) >> BigInt(excess) : bytesToInteger(digest)
    const inverse = Fn.inv(s)
    const sum = Point.BASE.multiplyUnsafe(Fn.create(z * inverse)).add(
      this.#point!.multiplyUnsafe(Fn.create(r * inverse)),
    )
    return !sum.is0() && Fn.create(sum.toAffine().x) === r
  }

  #forget(): void {
    this.#point = undefined
    this.#uses = 0
  }
}

const tabled: SeenKey[] = []

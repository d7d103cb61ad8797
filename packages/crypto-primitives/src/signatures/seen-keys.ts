/** ECDSA verification that gets faster for keys that come back: a server's, an authority's. */
import type { Curve, Point } from '../curves/curve.ts'
import { digestInteger } from './digest-integer.ts'

/** Verifications before a key gets a table: it costs as much as twenty of them save. */
const USES = 16
/** Bits of the table's window: 15 ms to make on P-256, some 200 KB. */
const WINDOW = 5
/** Keys that have a table at a time. */
const TABLES = 16

/** A public key, which counts its verifications. */
export class SeenKey {
  #uses = 0
  /** Has a table. The tables are not secret, and neither is anything that they are multiplied by. */
  #tabled: Point | undefined

  constructor(
    private readonly curve: Curve,
    private readonly point: Point,
  ) {}

  /** True when verifications go by tables from now on. */
  hasTable(): boolean {
    if (this.#tabled) return true
    if (++this.#uses < USES) return false
    const { X, Y, Z } = this.point
    // The table is kept for as long as this very object.
    this.#tabled = new (this.curve.points())(X, Y, Z).precompute(WINDOW, false)
    tabled.push(this)
    if (tabled.length > TABLES) tabled.shift()!.#forget()
    return true
  }

  /** ECDSA verification of a digest (FIPS 186-5 §6.4.2), where r and s are any non-negative numbers. */
  verify(digest: Uint8Array, { r, s }: { readonly r: bigint; readonly s: bigint }): boolean {
    const { BASE, Fn, CURVE } = this.curve.points()
    const { n } = CURVE()
    if (r === 0n || r >= n || s === 0n || s >= n) return false
    const inverse = Fn.inv(s)
    const u = Fn.create(digestInteger(digest, n) * inverse)
    const v = Fn.create(r * inverse)
    const sum = this.hasTable()
      ? BASE.multiplyUnsafe(u).add(this.#tabled!.multiplyUnsafe(v))
      : BASE.mulAddUnsafe(u, this.point, v)
    return !sum.is0() && Fn.create(sum.toAffine().x) === r
  }

  #forget(): void {
    this.#tabled = undefined
    this.#uses = 0
  }
}

const tabled: SeenKey[] = []

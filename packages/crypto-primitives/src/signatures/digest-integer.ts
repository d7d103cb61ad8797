import { bitLength, bytesToInteger } from '../integer.ts'

/** The leftmost bits of a digest as a number, as many as the order has at most (FIPS 186-5 §6.4.1, step 2). */
export function digestInteger(digest: Uint8Array, order: bigint): bigint {
  const excess = 8 * digest.length - bitLength(order)
  return excess > 0 ? bytesToInteger(digest) >> BigInt(excess) : bytesToInteger(digest)
}

/**
 * Comparisons that give masks instead of branches. All arguments are 0 to 2^30; a mask is 0 or -1 (all ones).
 */

/** -1 when `a < b`. */
export function maskLess(a: number, b: number): number {
  return (a - b) >> 31
}

/** -1 when `a === b`. */
export function maskEqual(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31
}

/** `a` where the mask is -1, else `b`. */
export function select(mask: number, a: number, b: number): number {
  return (a & mask) | (b & ~mask)
}

import type { FiniteField } from './finite-field.ts'
import { exponentBitsFor } from './finite-field.ts'

/** The offsets X of RFC 7919 appendix A: the smallest that make p and (p - 1) / 2 prime. */
const OFFSETS = { 2048: 560316n, 3072: 2625351n, 4096: 5736041n, 6144: 15705020n, 8192: 10965728n } as const

export type FfdheBits = keyof typeof OFFSETS

/** The base of natural logarithms times 2^bits, rounded down: the series 1 + 1 + 1/2! + 1/3! + ... */
function scaledE(bits: number): bigint {
  // Guard bits: each term is rounded down, and there are fewer than 2^16 of them.
  let term = 1n << BigInt(bits + 32)
  let sum = term
  for (let k = 1n; term > 0n; k++) {
    term /= k
    sum += term
  }
  return sum >> 32n
}

/**
 * A safe prime of RFC 7919 appendix A, with generator 2:
 * `p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) * 2^64 - 1`. Computed once, at the first use, which takes a millisecond
 * and saves kilobytes of constants.
 */
export function ffdheField(bits: FfdheBits): () => FiniteField {
  let field: FiniteField | undefined
  return () => {
    if (!field) {
      const b = BigInt(bits)
      const p = (1n << b) - (1n << (b - 64n)) + ((scaledE(bits - 130) + OFFSETS[bits]) << 64n) - 1n
      field = { p, g: 2n, exponentBits: exponentBitsFor(bits) }
    }
    return field
  }
}

import { bytesToInteger, integerToBytes, modPow, modulo } from '../integer.ts'

/**
 * X25519 (RFC 7748 §5) on BigInt, for where WebAssembly is missing. The ladder does the same steps for every scalar, but
 * BigInt itself is not constant-time.
 *
 * @returns the u-coordinate; zeros for a point of low order
 */
export function x25519JavaScript(scalar: Uint8Array, u: Uint8Array): Uint8Array {
  const p = (1n << 255n) - 19n
  // decodeScalar25519, decodeUCoordinate: little-endian, the highest bit of u ignored
  const low = (bytes: Uint8Array) => bytesToInteger(bytes.slice().reverse()) & ((1n << 255n) - 1n)
  const k = (low(scalar) & ~7n) | (1n << 254n)
  const x1 = low(u) % p
  let [x2, z2, x3, z3]: readonly bigint[] = [1n, 0n, x1, 1n]
  let swapped = 0n
  for (let t = 254n; t >= 0n; t--) {
    const bit = (k >> t) & 1n
    ;[x2, z2, x3, z3] = exchange(swapped ^ bit, x2, z2, x3, z3)
    swapped = bit
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3]
    const [aa, bb, da, cb] = [(a * a) % p, (b * b) % p, (d * a) % p, (c * b) % p]
    const e = aa - bb
    x3 = (da + cb) ** 2n % p
    z3 = (x1 * ((da - cb) ** 2n % p)) % p
    x2 = (aa * bb) % p
    z2 = (e * (aa + 121665n * e)) % p
  }
  ;[x2, z2] = exchange(swapped, x2, z2, x3, z3)
  return integerToBytes(modulo(x2 * modPow(z2, p - 2n, p), p), 32).reverse()
}

/** cswap: exchanges both pairs when `swap` is 1. */
function exchange(swap: bigint, x2: bigint, z2: bigint, x3: bigint, z3: bigint) {
  const x = -swap & (x2 ^ x3)
  const z = -swap & (z2 ^ z3)
  return [x2 ^ x, z2 ^ z, x3 ^ x, z3 ^ z] as const
}

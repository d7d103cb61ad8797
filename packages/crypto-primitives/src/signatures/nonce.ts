import { concatBytes } from '../bytes.ts'
import { bitLength, bytesToInteger, integerToBytes } from '../integer.ts'
import type { Hash } from '../provider.ts'

/** The leftmost bits of a digest as a number, as many as the order has at most (bits2int, RFC 6979 §2.3.2). */
export function digestInteger(digest: Uint8Array, order: bigint): bigint {
  const excess = 8 * digest.length - bitLength(order)
  return excess > 0 ? bytesToInteger(digest) >> BigInt(excess) : bytesToInteger(digest)
}

/**
 * Candidates for the secret number of an ECDSA signature, each in [1, n - 1] (RFC 6979 §3.2).
 *
 * @param hash the one that the message was hashed with
 * @param d the private key
 * @param z {@link digestInteger} of the message
 * @param order n
 * @param random additional input (§3.6): with fresh bytes the signature is hedged against faults and does not repeat
 */
export function* nonces(hash: Hash, d: bigint, z: bigint, order: bigint, random: Uint8Array): Generator<bigint> {
  const length = (bitLength(order) + 7) >> 3
  const input = concatBytes(integerToBytes(d, length), integerToBytes(z % order, length), random)
  let key: Uint8Array = new Uint8Array(hash.outputLength)
  let v: Uint8Array = new Uint8Array(hash.outputLength).fill(1)
  const mac = (...parts: Uint8Array[]) => {
    const hmac = hash.hmac(key)
    const out = hmac.mac(v, ...parts)
    hmac.destroy()
    return out
  }
  const rekey = (...parts: Uint8Array[]) => {
    key = mac(...parts)
    v = mac()
  }
  rekey(Uint8Array.of(0), input)
  rekey(Uint8Array.of(1), input)
  input.fill(0)
  for (;;) {
    const t = new Uint8Array(length)
    for (let at = 0; at < length; at += v.length) {
      v = mac()
      t.set(v.subarray(0, Math.min(v.length, length - at)), at)
    }
    const k = digestInteger(t, order)
    t.fill(0)
    if (k > 0n && k < order) yield k
    rekey(Uint8Array.of(0))
  }
}

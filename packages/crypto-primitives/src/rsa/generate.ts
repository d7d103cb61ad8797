import { bitLength, gcd, modInverse } from '../integer.ts'
import { randomInteger } from '../random.ts'
import { checkRsaSpec } from './key.ts'
import { isProbablePrime } from './prime.ts'

/**
 * Two random primes and what follows from them (FIPS 186-5 A.1.3 and A.1.1).
 *
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function generateRsaPrimes(bits: number, exponent: number) {
  checkRsaSpec(bits, exponent)
  const e = BigInt(exponent)
  const half = bits / 2
  for (;;) {
    let p = randomPrime(half, e)
    let q = randomPrime(half, e)
    if (q > p) [p, q] = [q, p]
    // FIPS 186-5 A.1.3 step 5.4: the primes must not be close to each other
    if (bitLength(p - q) <= half - 100) continue
    const lambda = ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n)
    const d = modInverse(e, lambda)
    // FIPS 186-5 A.1.1: 2^(nlen/2) < d
    if (bitLength(d) <= half) continue
    return { n: p * q, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: modInverse(q, p) }
  }
}

/** Miller-Rabin rounds for random candidates: FIPS 186-5 table B.1 asks for at most 5 at these sizes. */
const GENERATION_ROUNDS = 8

/** A random prime whose two highest bits are set, so that the product has full length. */
function randomPrime(bits: number, e: bigint): bigint {
  const top = 3n << BigInt(bits - 2)
  for (;;) {
    // Odd candidates upwards from a random place: the sieve in isProbablePrime makes each cheap.
    let candidate = randomInteger(top, 1n << BigInt(bits)) | 1n
    for (let i = 0; i < 4 * bits && bitLength(candidate) === bits; i++, candidate += 2n) {
      if (isProbablePrime(candidate, GENERATION_ROUNDS) && gcd(candidate - 1n, e) === 1n) return candidate
    }
  }
}

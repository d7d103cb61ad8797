import { bitLength, modPow } from '../integer.ts'
import { randomInteger } from '../random.ts'

let primes: readonly number[] | undefined

/** Primes below 2000, which find most composites with one division each. */
const smallPrimes = () => (primes ??= primesBelow(2000))

/** All primes below a limit (Eratosthenes). */
export function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit)
  const found: number[] = []
  for (let n = 2; n < limit; n++) {
    if (composite[n]) continue
    found.push(n)
    for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1
  }
  return found
}

/**
 * Whether a number is prime, by trial division and Miller-Rabin with random bases (FIPS 186-5 B.3.1).
 *
 * @param rounds each lets a composite pass with a chance below 1/4; the default suits numbers that an adversary chose
 */
export function isProbablePrime(n: bigint, rounds = 40): boolean {
  if (n < 2n) return false
  for (const p of smallPrimes()) {
    const prime = BigInt(p)
    if (n === prime) return true
    if (n % prime === 0n) return false
  }
  let odd = n - 1n
  let twos = 0
  while ((odd & 1n) === 0n) {
    odd >>= 1n
    twos++
  }
  const count = bitLength(n) < 64 ? Math.max(rounds, 40) : rounds
  for (let i = 0; i < count; i++) if (isWitness(randomInteger(2n, n - 1n), n, odd, twos)) return false
  return true
}

/** True when `a` proves that `n` is composite. */
function isWitness(a: bigint, n: bigint, odd: bigint, twos: number): boolean {
  let x = modPow(a, odd, n)
  if (x === 1n || x === n - 1n) return false
  for (let i = 1; i < twos; i++) {
    x = (x * x) % n
    if (x === n - 1n) return false
  }
  return true
}

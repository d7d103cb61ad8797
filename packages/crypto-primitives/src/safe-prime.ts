/** Safe primes p = 2q + 1, for finite-field Diffie-Hellman parameters of one's own. */
import { CryptoError } from './error.ts'
import { bytesToInteger, integerToBytes } from './integer.ts'
import type { CryptoProvider } from './provider.ts'
import { randomInteger } from './random.ts'
import { isProbablePrime, primesBelow } from './rsa/prime.ts'

export interface SafePrimeOptions {
  /** A provider's test, which may be faster and off the thread. Default: our own, between two turns of the event loop. */
  readonly isPrime?: CryptoProvider['isPrime']
  /** Told before each test for primality, of which some five thousand are needed for 2048 bits. */
  readonly onProgress?: (tested: number) => void
  /** Ends the search: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Candidates in one go of the sieve: a fifth of what 2048 bits need on average. */
const WINDOW = 1 << 16
/** The sieve's primes: those below leave one candidate in fifty. */
const SIEVED_BELOW = 1 << 16
/** Miller-Rabin rounds for random candidates: FIPS 186-5 table B.1 asks for at most 5 at these sizes. */
const ROUNDS = 8

/**
 * A random prime p of which (p - 1) / 2 is prime too, with p mod 24 = 23: then 2 generates the subgroup of that order (it
 * is a square modulo p), as `openssl dhparam` has it.
 *
 * @param bits of p: 512 to 8192
 * @returns p, big-endian, `bits / 8` bytes rounded up
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export async function generateSafePrime(bits: number, options: SafePrimeOptions = {}): Promise<Uint8Array> {
  if (!(Number.isInteger(bits) && bits >= 512 && bits <= 8192)) {
    throw new CryptoError('INVALID_PARAMETER', `${bits} is no number of bits from 512 to 8192`)
  }
  const { isPrime = portableTest, onProgress, signal } = options
  const bytes = (bits + 7) >> 3
  const test = async (n: bigint) => {
    signal?.throwIfAborted()
    return (await isPrime(integerToBytes(n, bytes))) === true
  }
  let tested = 0
  for (;;) {
    for (const p of candidates(bits)) {
      onProgress?.(++tested)
      if ((await test((p - 1n) / 2n)) && (await test(p))) return integerToBytes(p, bytes)
    }
  }
}

/** p = 23 (mod 24) upwards from a random place, without those where a small prime divides p or (p - 1) / 2. */
function* candidates(bits: number): Generator<bigint> {
  const low = 1n << BigInt(bits - 1)
  const start = (randomInteger(low, 2n * low) / 24n) * 24n + 23n
  const composite = new Uint8Array(WINDOW)
  for (const prime of primesBelow(SIEVED_BELOW)) {
    if (prime < 5) continue
    const remainder = Number(start % BigInt(prime))
    const step = inverse(24 % prime, prime)
    // start + 24k = 0: the prime divides p; = 1: it divides p - 1.
    for (const residue of [0, 1]) {
      const first = (((residue - remainder + prime) % prime) * step) % prime
      for (let k = first; k < WINDOW; k += prime) composite[k] = 1
    }
  }
  for (let k = 0; k < WINDOW; k++) {
    const p = start + 24n * BigInt(k)
    if (composite[k] === 0 && p >= low && p < 2n * low) yield p
  }
}

/** The inverse modulo a small prime, by Fermat: all products stay below 2^32. */
function inverse(value: number, prime: number): number {
  let [result, base] = [1, value]
  for (let exponent = prime - 2; exponent > 0; exponent >>>= 1) {
    if (exponent & 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}

/** Each test takes tens of milliseconds: others have their turn between two. */
async function portableTest(n: Uint8Array): Promise<boolean> {
  await new Promise<void>((resolve) => setTimeout(resolve))
  return isProbablePrime(bytesToInteger(n), ROUNDS)
}

import { checkPrime } from 'node:crypto'

/** OpenSSL's `BN_check_prime`, in a thread of libuv's pool. */
export function isPrime(candidate: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) =>
    checkPrime(candidate, (error, prime) => (error ? reject(error) : resolve(prime))),
  )
}

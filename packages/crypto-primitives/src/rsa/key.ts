import { CryptoError } from '../error.ts'
import { bitLength, bytesToInteger } from '../integer.ts'
import type { PrivateKeyData, PublicKeyData } from '../provider.ts'

/** Bits of a modulus that is worth computing with. Policy (1024, 2048, ...) is the caller's. */
export const MIN_MODULUS_BITS = 512
/** OpenSSL's limit too: larger ones only burn time. */
export const MAX_MODULUS_BITS = 16384
/** With moduli over 3072 bits, longer exponents are refused as OpenSSL does: verification must stay cheap. */
const MAX_EXPONENT_BITS = 64
const LARGE_MODULUS_BITS = 3072

export type RsaPublicData = Extract<PublicKeyData, { type: 'rsa' | 'rsa-pss' }>
export type RsaPrivateData = Extract<PrivateKeyData, { type: 'rsa' | 'rsa-pss' }>

export interface RsaPublicNumbers {
  readonly n: bigint
  readonly e: bigint
  readonly bits: number
  /** Bytes of the modulus: k in RFC 8017. */
  readonly length: number
}

export interface RsaPrivateNumbers extends RsaPublicNumbers {
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
  /** Of a key of more than two primes. */
  readonly others: readonly { readonly r: bigint; readonly d: bigint; readonly t: bigint }[]
}

/** OpenSSL's limit is five primes: with more, each is small enough to be found. */
const MAX_OTHER_PRIMES = 3

const invalid = (message: string) => new CryptoError('INVALID_KEY', message)

/**
 * The public numbers, checked (RFC 8017 §3.1).
 *
 * @throws {CryptoError} `INVALID_KEY` for a modulus that is even or not of 512 to 16384 bits, or an exponent that is
 *   even, below 3, over 64 bits with a modulus over 3072 bits, or not below the modulus
 */
export function rsaPublicNumbers(data: { readonly n: Uint8Array; readonly e: Uint8Array }): RsaPublicNumbers {
  if (data.n.length > MAX_MODULUS_BITS / 8 + 1 || data.e.length > MAX_MODULUS_BITS / 8 + 1) {
    throw invalid(`RSA modulus must be ${MIN_MODULUS_BITS} to ${MAX_MODULUS_BITS} bits, not ${8 * data.n.length}`)
  }
  const n = bytesToInteger(data.n)
  const e = bytesToInteger(data.e)
  const bits = bitLength(n)
  if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS) {
    throw invalid(`RSA modulus must be ${MIN_MODULUS_BITS} to ${MAX_MODULUS_BITS} bits, not ${bits}`)
  }
  if ((n & 1n) === 0n) throw invalid('RSA modulus must be odd')
  if (e < 3n || (e & 1n) === 0n || e >= n)
    throw invalid('RSA public exponent must be odd, at least 3 and below the modulus')
  if (bits > LARGE_MODULUS_BITS && bitLength(e) > MAX_EXPONENT_BITS) {
    throw invalid(
      `RSA public exponent must be at most ${MAX_EXPONENT_BITS} bits with a modulus over ${LARGE_MODULUS_BITS}`,
    )
  }
  return { n, e, bits, length: (bits + 7) >> 3 }
}

/**
 * The private numbers, checked against each other (RFC 8017 §3.2), though not for primality.
 *
 * @throws {CryptoError} `INVALID_KEY`
 */
export function rsaPrivateNumbers(data: RsaPrivateData): RsaPrivateNumbers {
  const numbers = rsaPublicNumbers(data)
  const [p, q, dp, dq, qi] = [data.p, data.q, data.dp, data.dq, data.qi].map(bytesToInteger)
  const given = data.otherPrimes ?? []
  if (given.length > MAX_OTHER_PRIMES) throw invalid(`RSA keys have ${MAX_OTHER_PRIMES + 2} primes at most`)
  // Bounded before they are multiplied.
  if (given.some((one) => [one.r, one.d, one.t].some(({ length }) => length > data.n.length)))
    throw invalid('an RSA prime is longer than the modulus')
  const others = given.map((one) => ({ r: bytesToInteger(one.r), d: bytesToInteger(one.d), t: bytesToInteger(one.t) }))
  const product = others.reduce((left, { r }) => left * r, p * q)
  if (p < 3n || q < 3n || others.some(({ r }) => r < 3n) || product !== numbers.n)
    throw invalid('RSA primes do not multiply to the modulus')
  if ((numbers.e * dp) % (p - 1n) !== 1n || (numbers.e * dq) % (q - 1n) !== 1n || dp >= p || dq >= q) {
    throw invalid('RSA CRT exponents do not invert the public exponent')
  }
  if (qi >= p || (qi * q) % p !== 1n) throw invalid('RSA CRT coefficient is not the inverse of q')
  let before = p * q
  for (const { r, d, t } of others) {
    if ((numbers.e * d) % (r - 1n) !== 1n || d >= r)
      throw invalid('RSA CRT exponents do not invert the public exponent')
    if (t >= r || (t * before) % r !== 1n)
      throw invalid('RSA CRT coefficient is not the inverse of the primes before it')
    before *= r
  }
  return { ...numbers, p, q, dp, dq, qi, others }
}

/**
 * Refuses sizes and exponents that no key is made with.
 *
 * @throws {CryptoError} `INVALID_PARAMETER`
 */
export function checkRsaSpec(bits: number, exponent: number): void {
  if (!Number.isInteger(bits) || bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS || bits % 2 !== 0) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      `RSA modulus must be an even number of bits from ${MIN_MODULUS_BITS} to ${MAX_MODULUS_BITS}, not ${bits}`,
    )
  }
  if (!Number.isInteger(exponent) || exponent < 3 || exponent > 0xffffffff || exponent % 2 === 0) {
    throw new CryptoError('INVALID_PARAMETER', `RSA public exponent must be odd, 3 to 4294967295, not ${exponent}`)
  }
}

import { CryptoError } from '../error.ts'
import { exponentWindows, modInverse, modPow, modPowWindows } from '../integer.ts'
import { randomInteger } from '../random.ts'
import type { RsaPrivateNumbers, RsaPublicNumbers } from './key.ts'

/** RSAEP and RSAVP1 (RFC 8017 §5.1.1, §5.2.2). */
export function rsaPublicOperation({ n, e }: RsaPublicNumbers, m: bigint): bigint {
  return modPow(m, e, n)
}

/** Uses of a blinding pair, squared each time, before a fresh one is drawn. */
const BLINDING_USES = 32

/**
 * RSADP and RSASP1 (RFC 8017 §5.1.2, §5.2.1) by the Chinese remainder theorem.
 *
 * BigInt is not constant-time, so the base is blinded with `r^e` (RFC 5246 §7.4.7.1 #9), and the result is checked with the
 * public exponent before it leaves: a fault in one half would give the primes away (Boneh, DeMillo, Lipton).
 */
export class RsaPrivateOperation {
  readonly #dp: Uint8Array
  readonly #dq: Uint8Array
  readonly #others: readonly Uint8Array[]
  #blind = 0n
  #unblind = 0n
  #uses = 0

  constructor(private readonly key: RsaPrivateNumbers) {
    this.#dp = exponentWindows(key.dp)
    this.#dq = exponentWindows(key.dq)
    this.#others = key.others.map(({ d }) => exponentWindows(d))
  }

  /** @throws {CryptoError} `OPERATION_FAILED` when the check fails */
  run(m: bigint): bigint {
    const { n, e, p, q, qi } = this.key
    this.#refresh()
    const blinded = (m * this.#blind) % n
    const a = modPowWindows(blinded % p, this.#dp, p)
    const b = modPowWindows(blinded % q, this.#dq, q)
    // The difference is shifted to stay positive: p * q > b
    const h = ((a + this.key.n - b) * qi) % p
    let combined = b + h * q
    // RFC 8017 §5.1.2 step 2.b.v: further primes, one after the other.
    let product = p * q
    for (const [i, { r, t }] of this.key.others.entries()) {
      const own = modPowWindows(blinded % r, this.#others[i]!, r)
      combined += product * (((own + r - (combined % r)) * t) % r)
      product *= r
    }
    const result = (combined * this.#unblind) % n
    if (modPow(result, e, n) !== m) throw new CryptoError('OPERATION_FAILED', 'RSA private operation failed its check')
    return result
  }

  #refresh(): void {
    const { n, e } = this.key
    if (this.#uses === 0) {
      const r = randomInteger(2n, n)
      this.#unblind = modInverse(r, n)
      this.#blind = modPow(r, e, n)
      this.#uses = BLINDING_USES
      return
    }
    this.#uses--
    this.#blind = (this.#blind * this.#blind) % n
    this.#unblind = (this.#unblind * this.#unblind) % n
  }
}

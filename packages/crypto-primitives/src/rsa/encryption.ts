import { ascii } from '../bytes.ts'
import { maskEqual, maskLess, select } from '../constant-work.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'
import { randomBytes } from '../random.ts'

/** Bytes that RSAES-PKCS1-v1_5 needs beside the message. */
const OVERHEAD = 11

/**
 * EME-PKCS1-v1_5 (RFC 8017 §7.2.1).
 *
 * @throws {CryptoError} `INVALID_LENGTH` when the message is over `length - 11` bytes
 */
export function padPkcs1(message: Uint8Array, length: number): Uint8Array {
  if (message.length > length - OVERHEAD) {
    throw new CryptoError('INVALID_LENGTH', `message must be at most ${length - OVERHEAD} bytes, not ${message.length}`)
  }
  const em = new Uint8Array(length)
  em[1] = 2
  const padding = em.subarray(2, length - message.length - 1)
  padding.set(randomBytes(padding.length))
  for (let i = 0; i < padding.length; i++) while (padding[i] === 0) padding[i] = randomBytes(1)[0]
  em.set(message, length - message.length)
  return em
}

/** Bytes of the TLS premaster secret (RFC 5246 §7.4.7.1). */
export const PREMASTER_LENGTH = 48

/**
 * The premaster secret out of a decrypted block, in work that does not depend on the block: the 48 bytes at the end when
 * the padding is right and exactly 48 bytes follow it, else `synthetic` (implicit rejection; RFC 5246 §7.4.7.1).
 *
 * @param em the block, as long as the modulus
 * @param synthetic what stands in for a message that is wrong, 48 bytes
 */
export function unpadPremaster(em: Uint8Array, synthetic: Uint8Array): Uint8Array {
  const zeroAt = em.length - PREMASTER_LENGTH - 1
  let good = maskEqual(em[0], 0) & maskEqual(em[1], 2) & maskEqual(em[zeroAt], 0)
  for (let i = 2; i < zeroAt; i++) good &= ~maskEqual(em[i], 0)
  const out = new Uint8Array(PREMASTER_LENGTH)
  for (let i = 0; i < PREMASTER_LENGTH; i++) out[i] = select(good, em[zeroAt + 1 + i], synthetic[i])
  return out
}

/** Candidates for the length of a synthetic message. */
const LENGTHS = 128

/**
 * What a wrong ciphertext decrypts to: key and ciphertext determine it, so that asking twice tells nothing
 * (draft-irtf-cfrg-rsa-guidance §7.2, as OpenSSL 3.2 does it).
 */
export class ImplicitRejection {
  readonly #kdk: Uint8Array

  /** @param d the private exponent, as long as the modulus */
  constructor(
    private readonly sha256: Hash,
    d: Uint8Array,
    ciphertext: Uint8Array,
  ) {
    const padded = new Uint8Array(Math.max(d.length, ciphertext.length))
    padded.set(ciphertext, padded.length - ciphertext.length)
    this.#kdk = sha256.hmac(sha256.digest(d)).mac(padded)
  }

  /** A synthetic premaster secret. */
  premaster(): Uint8Array {
    return this.#prf('premaster', PREMASTER_LENGTH)
  }

  /**
   * The message in a decrypted block, or a synthetic one; which of them is chosen without branches until its length is
   * known, which is all that shows.
   */
  unpad(em: Uint8Array): Uint8Array {
    const k = em.length
    const synthetic = this.#prf('message', k)
    const candidates = this.#prf('length', 2 * LENGTHS)
    // The largest length that leaves room for the header and 8 bytes of padding
    const most = k - 10
    const mask = 2 ** (32 - Math.clz32(most)) - 1
    let length = 0
    for (let i = 0; i < LENGTHS; i++) {
      const candidate = ((candidates[2 * i] << 8) | candidates[2 * i + 1]) & mask
      length = select(maskLess(candidate, most), candidate, length)
    }
    let good = maskEqual(em[0], 0) & maskEqual(em[1], 2)
    let zeroAt = 0
    let looking = -1
    for (let i = 2; i < k; i++) {
      const zero = maskEqual(em[i], 0)
      zeroAt = select(looking & zero, i, zeroAt)
      looking &= ~zero
    }
    // RFC 8017 §7.2.2 step 3: at least 8 bytes of padding, and a zero byte behind them
    good &= ~looking & ~maskLess(zeroAt, 10)
    const start = select(good, zeroAt + 1, k - length)
    const out = new Uint8Array(k)
    for (let i = 0; i < k; i++) out[i] = select(good, em[i], synthetic[i])
    return out.slice(start)
  }

  #prf(label: string, length: number): Uint8Array {
    const hmac = this.sha256.hmac(this.#kdk)
    const out = new Uint8Array(length)
    const bits = Uint8Array.of((8 * length) >>> 8, 8 * length)
    const counter = new Uint8Array(2)
    for (let at = 0, i = 0; at < length; at += 32, i++) {
      counter[0] = i >>> 8
      counter[1] = i
      out.set(hmac.mac(counter, ascii(label), bits).subarray(0, Math.min(32, length - at)), at)
    }
    return out
  }
}

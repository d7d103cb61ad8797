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

/** 0xff when `a === b`, else 0; both 0 to 2^30. */
function maskEqual(a: number, b: number): number {
  return (((a ^ b) - 1) >> 31) & 0xff
}

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
  for (let i = 0; i < PREMASTER_LENGTH; i++) out[i] = (em[zeroAt + 1 + i] & good) | (synthetic[i] & ~good)
  return out
}

/**
 * What a wrong ciphertext decrypts to: only key and ciphertext determine it, so that asking twice tells nothing
 * (draft-irtf-cfrg-rsa-guidance §7; OpenSSL 3.2 does likewise).
 *
 * @param secret a value that only the key's holder knows
 */
export function syntheticPremaster(sha256: Hash, secret: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const kdk = sha256.hmac(sha256.digest(secret)).mac(ciphertext)
  const hmac = sha256.hmac(kdk)
  const out = new Uint8Array(PREMASTER_LENGTH)
  out.set(hmac.mac(Uint8Array.of(0)))
  out.set(hmac.mac(Uint8Array.of(1)).subarray(0, 16), 32)
  return out
}

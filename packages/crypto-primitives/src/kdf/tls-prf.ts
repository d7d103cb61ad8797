import { ascii, concatBytes } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'

/** P_hash (RFC 5246 §5), XORed into `out`. */
function pHash(hash: Hash, secret: Uint8Array, seed: Uint8Array, out: Uint8Array): void {
  const hmac = hash.hmac(secret)
  let a = seed
  for (let at = 0; at < out.length; at += hash.outputLength) {
    a = hmac.mac(a)
    const block = hmac.mac(a, seed)
    const n = Math.min(block.length, out.length - at)
    for (let i = 0; i < n; i++) out[at + i] ^= block[i]
    block.fill(0)
  }
  hmac.destroy()
}

/**
 * The PRF of TLS up to 1.2: with one hash that of TLS 1.2 (RFC 5246 §5), with `md5-sha1` that of 1.0 and 1.1
 * (RFC 4346 §5), where the secret's halves overlap in one byte when its length is odd.
 *
 * @param label ASCII, as the RFC writes it
 * @param length bytes wanted, up to 16,777,215; the RFCs set no limit
 */
export function tlsPrf(hash: Hash, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > 0xffffff) {
    throw new CryptoError('INVALID_LENGTH', `PRF output must be 0 to 16777215 bytes, not ${length}`)
  }
  const out = new Uint8Array(length)
  const labelled = concatBytes(ascii(label), seed)
  if (!hash.halves) {
    pHash(hash, secret, labelled, out)
    return out
  }
  const half = (secret.length + 1) >> 1
  pHash(hash.halves[0], secret.subarray(0, half), labelled, out)
  pHash(hash.halves[1], secret.subarray(secret.length - half), labelled, out)
  return out
}

import { ascii } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'

/**
 * HKDF-Extract (RFC 5869 §2.2).
 *
 * @param salt an empty one counts as `hash.outputLength` zeros
 * @returns a pseudorandom key of `hash.outputLength` bytes
 */
export function hkdfExtract(hash: Hash, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  if (hash.hmacOnce) return hash.hmacOnce(salt, ikm)
  const hmac = hash.hmac(salt)
  const prk = hmac.mac(ikm)
  hmac.destroy()
  return prk
}

/** The counter of HKDF-Expand's first block. */
const FIRST = /* @__PURE__ */ Uint8Array.of(1)

/**
 * HKDF-Expand (RFC 5869 §2.3).
 *
 * @param length bytes wanted, at most `255 * hash.outputLength`
 * @throws {CryptoError} `INVALID_LENGTH`
 */
export function hkdfExpand(hash: Hash, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const size = hash.outputLength
  if (!Number.isInteger(length) || length < 0 || length > 255 * size) {
    throw new CryptoError('INVALID_LENGTH', `HKDF output must be 0 to ${255 * size} bytes, not ${length}`)
  }
  if (hash.hmacOnce && length <= size) return shortened(hash.hmacOnce(prk, info, FIRST), length)
  const hmac = hash.hmac(prk)
  const counter = new Uint8Array(1)
  const out = new Uint8Array(length)
  let block = new Uint8Array(0) as Uint8Array
  for (let at = 0; at < length; at += size) {
    counter[0]++
    block = hmac.mac(block, info, counter)
    out.set(length - at < size ? block.subarray(0, length - at) : block, at)
  }
  block.fill(0)
  hmac.destroy()
  return out
}

/** The first bytes of a block; the rest is overwritten. */
function shortened(block: Uint8Array, length: number): Uint8Array {
  if (length === block.length) return block
  const out = block.slice(0, length)
  block.fill(0)
  return out
}

/** HKDF, both steps (RFC 5869 §2). */
export function hkdf(hash: Hash, ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const prk = hkdfExtract(hash, salt, ikm)
  const out = hkdfExpand(hash, prk, info, length)
  prk.fill(0)
  return out
}

/** The prefix of every TLS 1.3 label. */
const TLS13 = 'tls13 '
const labels = /* @__PURE__ */ new Map<string, Uint8Array>()

/** `"tls13 " + label` as bytes; the key schedule asks for the same dozen again and again. */
function labelBytes(label: string): Uint8Array {
  let bytes = labels.get(label)
  if (!bytes) {
    bytes = ascii(TLS13 + label)
    if (bytes.length < 6 || bytes.length > 255) {
      throw new CryptoError('INVALID_LENGTH', `HKDF label must be 0 to 249 bytes, not ${bytes.length - 6}`)
    }
    // Exporter labels are the application's: remember no more than a few.
    if (labels.size < 64) labels.set(label, bytes)
  }
  return bytes
}

/** HkdfLabel at its longest, and a counter; it is made anew for each call, and nothing in it is secret. */
const infoMemory = /* @__PURE__ */ new Uint8Array(2 + 256 + 256 + 1)
/** Its beginnings, by their length. */
const infoViews: Uint8Array[] = []
const infoOf = (length: number) => (infoViews[length] ??= infoMemory.subarray(0, length))

/**
 * HKDF-Expand-Label (RFC 9846 §7.1), with the prefix "tls13 ".
 *
 * @param label without the prefix, 0 to 249 bytes (RFC 9846 wants one at least; an exporter's label may be empty elsewhere)
 * @param context 0 to 255 bytes, usually a transcript hash
 * @param length bytes wanted
 * @throws {CryptoError} `INVALID_LENGTH`
 */
export function hkdfExpandLabel(
  hash: Hash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = labelBytes(label)
  if (context.length > 255) {
    throw new CryptoError('INVALID_LENGTH', `HKDF context must be 0 to 255 bytes, not ${context.length}`)
  }
  const end = 4 + name.length + context.length
  const info = infoMemory
  info[0] = length >>> 8
  info[1] = length
  info[2] = name.length
  info.set(name, 3)
  info[3 + name.length] = context.length
  info.set(context, 4 + name.length)
  // One block is all that TLS 1.3's secrets, keys and nonces ask for.
  if (!hash.hmacOnce || !Number.isInteger(length) || length < 0 || length > hash.outputLength) {
    return hkdfExpand(hash, secret, infoOf(end), length)
  }
  info[end] = 1
  return shortened(hash.hmacOnce(secret, infoOf(end + 1)), length)
}

/** Derive-Secret (RFC 9846 §7.1); `transcriptHash` is Transcript-Hash(Messages), already computed. */
export function deriveSecret(hash: Hash, secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, secret, label, transcriptHash, hash.outputLength)
}

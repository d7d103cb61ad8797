import { bytesToInteger } from '../integer.ts'

/**
 * Ecdsa-Sig-Value and Dss-Sig-Value (RFC 3279 §2.2.2, §2.2.3): SEQUENCE { r INTEGER, s INTEGER }, in DER and nothing
 * else: minimal lengths, minimal positive integers, no byte before or after.
 *
 * @returns undefined when the bytes are anything else
 */
export function decodeSignature(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  const body = element(der, 0, 0x30)
  if (!body || body.end !== der.length) return undefined
  const r = element(der, body.start, 0x02)
  if (!r) return undefined
  const s = element(der, r.end, 0x02)
  if (!s || s.end !== body.end) return undefined
  const numbers = [r, s].map(({ start, end }) => positive(der.subarray(start, end)))
  return numbers[0] !== undefined && numbers[1] !== undefined ? { r: numbers[0], s: numbers[1] } : undefined
}

/** Where the contents of the element at `at` lie. */
function element(der: Uint8Array, at: number, tag: number): { start: number; end: number } | undefined {
  if (der[at] !== tag || at + 2 > der.length) return undefined
  let length = der[at + 1]
  let start = at + 2
  if (length & 0x80) {
    // Signatures up to P-521 need one length byte, DSA with 512-bit q could need no more than two.
    const count = length & 0x7f
    if (count < 1 || count > 2 || start + count > der.length) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = (length << 8) | der[start + i]
    if (length < (count === 1 ? 0x80 : 0x100)) return undefined
    start += count
  }
  const end = start + length
  return end <= der.length ? { start, end } : undefined
}

/** A DER INTEGER that is not negative. */
function positive(contents: Uint8Array): bigint | undefined {
  if (contents.length === 0 || contents[0] & 0x80) return undefined
  if (contents.length > 1 && contents[0] === 0 && !(contents[1] & 0x80)) return undefined
  return bytesToInteger(contents)
}

/** The DER of a signature given as r ‖ s, halves of equal length (IEEE P1363). */
export function encodeSignature(rs: Uint8Array): Uint8Array {
  const half = rs.length >> 1
  const r = integer(rs.subarray(0, half))
  const s = integer(rs.subarray(half))
  const length = r.length + s.length + 4
  const head = length < 0x80 ? [0x30, length] : [0x30, 0x81, length]
  return Uint8Array.of(...head, 0x02, r.length, ...r, 0x02, s.length, ...s)
}

function integer(bytes: Uint8Array): Uint8Array {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  return bytes[at] & 0x80 ? Uint8Array.of(0, ...bytes.subarray(at)) : bytes.subarray(at)
}

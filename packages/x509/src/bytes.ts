import { X509Error } from './error.ts'

/** Byte strings: joining, comparing, and their two usual texts. */

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Equality of public values; it stops at the first difference, so never give it a secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Equality that takes the same time wherever the first difference is, for MACs. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

const HEX = /* @__PURE__ */ (() => Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')))()

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  // Joined at once: what is added to byte by byte stays a tree of pieces, thirty bytes of memory for each of these.
  if (separator) return Array.from(bytes, (byte) => HEX[byte]!).join(separator)
  const digits = new Uint8Array(2 * bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = hexDigit(bytes[i]! >> 4)
    digits[2 * i + 1] = hexDigit(bytes[i]! & 15)
  }
  return latin1(digits)
}

const hexDigit = (value: number): number => value + (value < 10 ? 0x30 : 0x57)

/** @throws {X509Error} `INVALID_ARGUMENT` for anything but pairs of hexadecimal digits */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text))
    throw new X509Error('INVALID_ARGUMENT', 'hexadecimal text must be pairs of digits 0-9, a-f')
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return out
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const ALPHABET_CODES = /* @__PURE__ */ (() => Uint8Array.from(ALPHABET, (c) => c.charCodeAt(0)))()
const VALUES = /* @__PURE__ */ (() => {
  const table = new Uint8Array(256).fill(255)
  for (let i = 0; i < 64; i++) table[ALPHABET.charCodeAt(i)] = i
  return table
})()

/** Base64 with padding (RFC 4648 §4), on one line. */
export function toBase64(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0)
    out[at++] = ALPHABET_CODES[word >> 18]!
    out[at++] = ALPHABET_CODES[(word >> 12) & 63]!
    out[at++] = left > 1 ? ALPHABET_CODES[(word >> 6) & 63]! : 61
    out[at++] = left > 2 ? ALPHABET_CODES[word & 63]! : 61
  }
  return latin1(out)
}

/**
 * Base64 (RFC 4648 §4) with white space anywhere, as PEM bodies have it. Padding must be complete and the unused bits
 * zero, so that every byte string has one text.
 *
 * @returns the bytes, or `null` when the text is not base64
 */
export function fromBase64(text: string): Uint8Array | null {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4) + 3)
  let at = 0
  let word = 0
  let digits = 0
  let padding = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 10 || c === 13 || c === 32 || c === 9) continue
    if (c === 61) {
      padding++
      continue
    }
    const value = c < 256 ? VALUES[c]! : 255
    if (value === 255 || padding > 0) return null
    word = (word << 6) | value
    if (++digits % 4 === 0) {
      out[at++] = word >> 16
      out[at++] = word >> 8
      out[at++] = word
      word = 0
    }
  }
  const rest = digits % 4
  if (rest === 1 || padding !== (4 - rest) % 4) return null
  if (rest === 2) {
    if (word & 15) return null
    out[at++] = word >> 4
  } else if (rest === 3) {
    if (word & 3) return null
    out[at++] = word >> 10
    out[at++] = word >> 2
  }
  return out.subarray(0, at)
}

/** Base64url without padding (RFC 4648 §5), as JWK has it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @returns the bytes, or `null` when the text is not base64url without padding */
export function fromBase64Url(text: string): Uint8Array | null {
  if (/[^A-Za-z0-9_-]/.test(text)) return null
  const padded = text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4)
  return fromBase64(padded)
}

/** One character per byte. */
export function latin1(bytes: Uint8Array): string {
  let out = ''
  // Not spread: that asks an iterator for each byte, and a peer's name may have a hundred thousand.
  for (let i = 0; i < bytes.length; i += 4096)
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[])
  return out
}

/** The low byte of each character; for ASCII text. */
export function asciiBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i)
  return out
}

/** UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** An unsigned big-endian integer without leading zeros; zero is one zero byte. */
export function trimInteger(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  return start === 0 ? bytes : bytes.subarray(start)
}

/** An unsigned big-endian integer in exactly `length` bytes; `null` when it does not fit. */
export function padInteger(bytes: Uint8Array, length: number): Uint8Array | null {
  const trimmed = trimInteger(bytes)
  if (trimmed.length === length) return trimmed
  if (trimmed.length > length) return trimmed.length === 1 && trimmed[0] === 0 ? new Uint8Array(0) : null
  const out = new Uint8Array(length)
  out.set(trimmed, length - trimmed.length)
  return out
}

/** Bits of an unsigned big-endian integer. */
export function bitLength(bytes: Uint8Array): number {
  const trimmed = trimInteger(bytes)
  return trimmed.length === 0 ? 0 : (trimmed.length - 1) * 8 + (32 - Math.clz32(trimmed[0]!))
}

import { CryptoError } from './error.ts'

/**
 * Compares two byte strings in time that depends on their lengths only.
 *
 * @returns false when the lengths differ
 * @throws {CryptoError} `INVALID_PARAMETER` for what is no bytes: two texts of one length would be equal
 */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b))
    throw new CryptoError('INVALID_PARAMETER', 'constantTimeEqual compares bytes')
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i]
  return difference === 0
}

/**
 * Copies `length` bytes. Views and `set` cost more than they copy where there are few: records of a byte, nonces, tags.
 */
export function copyBytes(from: Uint8Array, at: number, length: number, to: Uint8Array, toAt: number): void {
  if (length > 64) to.set(from.subarray(at, at + length), toAt)
  else for (let i = 0; i < length; i++) to[toAt + i] = from[at + i]
}

/** Whether the 16 bytes of two tags are the same, in time that does not depend on them. */
export function equalTags(a: Uint8Array, at: number, b: Uint8Array, bAt: number): boolean {
  let difference = 0
  for (let i = 0; i < 16; i++) difference |= a[at + i] ^ b[bAt + i]
  return difference === 0
}

/** Overwrites secrets with zeros. What the engine copied elsewhere stays out of reach. */
export function wipe(...arrays: readonly (Uint8Array | Int32Array | Uint32Array | Float64Array | undefined)[]): void {
  for (const array of arrays) array?.fill(0)
}

/** The concatenation of `parts`, in fresh memory. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
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

/** A number below 65,536 in two bytes, the high one first. */
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value)

const encoder = /* @__PURE__ */ new TextEncoder()

/** The bytes of an ASCII label. */
export function ascii(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Refuses a byte string of the wrong length.
 *
 * @throws {CryptoError} with `code` (default `INVALID_LENGTH`), naming what it was, what came and what is allowed
 */
export function expectLength(
  what: string,
  bytes: Uint8Array,
  length: number,
  code: 'INVALID_LENGTH' | 'INVALID_KEY' | 'INVALID_SHARE' = 'INVALID_LENGTH',
): void {
  if (bytes.length !== length) throw new CryptoError(code, `${what} must be ${length} bytes, not ${bytes.length}`)
}

/** Compares public byte strings. Secrets are compared with `constantTimeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** True when `list` holds the byte string. */
export function includesBytes(list: readonly Uint8Array[], bytes: Uint8Array): boolean {
  return list.some((item) => equalBytes(item, bytes))
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** UTF-8, which for protocol names and labels is ASCII. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

const OCTETS = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += OCTETS[byte]
  return text
}

export const EMPTY: Uint8Array = /* @__PURE__ */ new Uint8Array(0)

/** The concatenation, in fresh memory. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * The same bytes as a plain Uint8Array. A Node `Buffer` is one too, but its `slice` does not copy, and what is handed up
 * must not depend on what was handed in.
 */
export function plainView(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** A plain `Uint8Array` over the memory that node:crypto returned, whose Buffer methods must not leak out. */
export function bytesOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** base64url, as JWK carries numbers and points. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}

/** What {@link base64url} wrote. */
export function fromBase64url(text: string): Uint8Array {
  return bytesOf(Buffer.from(text, 'base64url'))
}

/** Writes TLSPlaintext's or TLSCiphertext's five bytes: type, legacy_record_version, length (RFC 9846 §5.1). */
export function writeHeader(buffer: Uint8Array, offset: number, type: number, version: number, length: number): void {
  buffer[offset] = type
  buffer[offset + 1] = version >>> 8
  buffer[offset + 2] = version
  buffer[offset + 3] = length >>> 8
  buffer[offset + 4] = length
}

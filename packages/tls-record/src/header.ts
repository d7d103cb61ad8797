/** Writes TLSPlaintext's or TLSCiphertext's five bytes: type, legacy_record_version, length (RFC 9846 §5.1). */
export function writeHeader(buffer: Uint8Array, offset: number, type: number, version: number, length: number): void {
  buffer[offset] = type
  buffer[offset + 1] = version >>> 8
  buffer[offset + 2] = version
  buffer[offset + 3] = length >>> 8
  buffer[offset + 4] = length
}

/**
 * Small pieces of output are cut from one piece of memory: `writev` wants them outside the heap, where each costs much. A
 * piece is cut once, and never given out again.
 */
const SLAB_LENGTH = 8192
let slab = new Uint8Array(0)
let slabUsed = 0

/** Fresh memory for a small record or the start of one, `length` bytes. */
export function smallBytes(length: number): Uint8Array {
  if (slabUsed + length > slab.length) {
    slab = new Uint8Array(SLAB_LENGTH)
    slabUsed = 0
  }
  const bytes = slab.subarray(slabUsed, slabUsed + length)
  slabUsed += length
  return bytes
}

/** Bits of an unsigned big-endian integer. */
export function bitLength(integer: Uint8Array): number {
  const first = integer.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (integer.length - first) * 8 - (Math.clz32(integer[first]) - 24)
}

/** An unsigned big-endian integer in so many bytes, where it comes in fewer. */
export function leftPadded(integer: Uint8Array, length: number): Uint8Array {
  if (integer.length >= length) return integer
  const padded = new Uint8Array(length)
  padded.set(integer, length - integer.length)
  return padded
}

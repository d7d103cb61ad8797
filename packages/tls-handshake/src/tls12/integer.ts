/** Bits of an unsigned big-endian integer. */
export function bitLength(integer: Uint8Array): number {
  const first = integer.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (integer.length - first) * 8 - (Math.clz32(integer[first]) - 24)
}

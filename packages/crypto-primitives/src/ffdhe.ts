/** The finite-field groups of RFC 7919 as numbers, for who sends them; apart from `./groups`, which has all the curves. */
import { type FfdheBits, ffdheField } from './groups/ffdhe.ts'
import { integerToBytes } from './integer.ts'

/** The prime and generator of a group of RFC 7919, for TLS up to 1.2, which sends them. */
export function ffdheParameters(bits: FfdheBits): { p: Uint8Array; g: Uint8Array } {
  const { p, g } = ffdheField(bits)()
  return { p: integerToBytes(p, bits / 8), g: integerToBytes(g, 1) }
}

import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'

/** Universal strings that BER may have in pieces (X.690 §8.21): their primitive forms. */
const isStringInPieces = (tag: number): boolean =>
  (tag & 0xc0) === 0 && (tag & Tag.CONSTRUCTED) !== 0 && tag !== Tag.SEQUENCE && tag !== Tag.SET

/**
 * An element of BER in DER: lengths definite and shortest, strings in one piece; what stands in a SET stays in its order.
 * Signatures over attributes are over their DER, however they were sent (RFC 5652 §5.4).
 *
 * @throws {X509Error}
 */
export function toDer(raw: Uint8Array): Uint8Array {
  const reader = DerReader.open(raw, '', BER_LIMITS)
  const out = next(reader)
  reader.finish()
  return out
}

function next(reader: DerReader): Uint8Array {
  const { tag } = reader
  if (isStringInPieces(tag)) return der.element(tag & ~Tag.CONSTRUCTED, reader.string(tag & ~Tag.CONSTRUCTED, ''))
  if ((tag & Tag.CONSTRUCTED) === 0) return der.element(tag, reader.value(tag, ''))
  const inside = reader.enter(tag, '')
  const parts: Uint8Array[] = []
  while (!inside.done) parts.push(next(inside))
  return der.element(tag, ...parts)
}

import type { Reader } from '../codec/reader.ts'

/**
 * `DistinguishedName<1..2^16-1>` to the end of a list (RFC 9846 §4.3.4, RFC 5246 §7.4.4). Each is a DER Name, of which
 * the frame is looked at here, as it comes: what it says is for those who know names.
 */
export function readDistinguishedNames(list: Reader): Uint8Array[] {
  const names: Uint8Array[] = []
  while (list.left > 0) {
    const name = list.vector16(1)
    if (!isName(name)) list.fail('an authority that is no DER Name')
    names.push(name)
  }
  return names
}

const SEQUENCE = 0x30
const SET = 0x31

/** RDNSequence ::= SEQUENCE OF RelativeDistinguishedName, each of them a SET (RFC 5280 §4.1.2.4), and nothing behind it. */
function isName(bytes: Uint8Array): boolean {
  if (endOf(bytes, 0, SEQUENCE) !== bytes.length) return false
  let at = 2 + (bytes[1] & 0x80 ? bytes[1] & 0x7f : 0)
  while (at < bytes.length) {
    const end = endOf(bytes, at, SET)
    if (!(end <= bytes.length)) return false
    at = end
  }
  return true
}

/** Where the element at `at` ends; `NaN` when it has another tag, or a length that no vector here can hold. */
function endOf(bytes: Uint8Array, at: number, tag: number): number {
  if (bytes[at] !== tag) return Number.NaN
  const length = bytes[at + 1]
  if (length < 0x80) return at + 2 + length
  if (length === 0x81) return at + 3 + bytes[at + 2]
  if (length === 0x82) return at + 4 + ((bytes[at + 2] << 8) | bytes[at + 3])
  return Number.NaN
}

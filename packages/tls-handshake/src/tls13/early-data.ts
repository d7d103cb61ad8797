import { equalBytes } from '../codec/bytes.ts'

/** Early data is of one application protocol, or of none (RFC 9846 §4.3.10). */
export function sameProtocol(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}

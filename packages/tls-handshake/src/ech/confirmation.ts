import { type Hash, hkdfExpandLabel, hkdfExtract } from '@x/crypto-primitives'
import { EMPTY } from '../codec/bytes.ts'
import { CONFIRMATION } from '../extensions/encrypted-client-hello.ts'
import type { Transcript } from '../tls13/transcript.ts'

/** Where a ServerHello's Random ends, its header counted. */
export const RANDOM_END = 4 + 2 + 32

/**
 * What tells a client that its inner hello was taken (RFC 9849 §7.2, §7.2.1).
 *
 * @param transcript up to the inner ClientHello
 * @param answer the ServerHello or HelloRetryRequest, with zeros for the confirmation
 */
export function acceptConfirmation(
  hash: Hash,
  innerRandom: Uint8Array,
  transcript: Transcript,
  answer: Uint8Array,
  label: 'ech accept confirmation' | 'hrr ech accept confirmation',
): Uint8Array {
  const secret = hkdfExtract(hash, EMPTY, innerRandom)
  return hkdfExpandLabel(hash, secret, label, transcript.digestWith(hash, answer), CONFIRMATION)
}

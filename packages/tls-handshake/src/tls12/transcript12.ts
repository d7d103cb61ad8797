import type { Hash } from '@x/crypto-primitives'
import { EMPTY } from '../codec/bytes.ts'
import type { Transcript } from '../tls13/transcript.ts'

/** The hash of all messages so far, while they are still kept for a CertificateVerify, or after. */
export function handshakeHash(transcript: Transcript, hash: Hash): Uint8Array {
  return transcript.digestWith(hash, EMPTY)
}

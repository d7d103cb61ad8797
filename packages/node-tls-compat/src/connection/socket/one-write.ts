/** Pieces that are cheaper to copy together than to write one by one, bytes. */
import { Buffer } from '#host'

const SMALL = 4096

/** The pieces, as one when they are small: those of a handshake's flights. */
export function inOne(pieces: Uint8Array[]): Uint8Array[] {
  let length = 0
  for (const piece of pieces) {
    length += piece.length
  }
  if (pieces.length === 1 || length > SMALL) {
    return pieces
  }
  const whole = Buffer.allocUnsafe(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return [whole]
}

/** Plaintext of a full record, bytes. */
export const FULL_RECORD = 16384

/** In memory of its own. */
export const copied = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes)

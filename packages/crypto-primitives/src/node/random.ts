import { randomFillSync } from 'node:crypto'

/** More at once than this is asked for by itself, bytes. */
const LONG = 64
const AHEAD = 1024
let ahead: Uint8Array | undefined
let used = AHEAD

/**
 * Random bytes of OpenSSL. A call into it costs the same for 4 bytes as for a thousand, and a handshake asks for a few
 * bytes five times: they are drawn ahead, and what has been given out is overwritten.
 */
export function randomBytes(length: number): Uint8Array {
  const out = new Uint8Array(length)
  if (length > LONG) return randomFillSync(out)
  ahead ??= new Uint8Array(AHEAD)
  if (used + length > AHEAD) {
    randomFillSync(ahead)
    used = 0
  }
  const end = used + length
  for (let i = 0; i < length; i++) out[i] = ahead[used + i]!
  ahead.fill(0, used, end)
  used = end
  return out
}

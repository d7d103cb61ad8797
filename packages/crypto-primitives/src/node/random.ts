import { randomFillSync } from 'node:crypto'
import * as v8 from 'node:v8'
import { checkRandomLength } from '../random.ts'

/** Random bytes of OpenSSL, each time asked for anew: keys, premaster secrets and whatever else nobody may see. */
export function randomBytes(length: number): Uint8Array {
  checkRandomLength(length)
  return randomFillSync(new Uint8Array(length))
}

/** More at once than this is asked for by itself, bytes. */
const LONG = 64
const AHEAD = 1024
let ahead: Uint8Array | undefined
let used = AHEAD

/**
 * Random bytes that go over the wire as they are: IVs, nonces, the randoms of hellos. A call into OpenSSL costs the same
 * for 4 bytes as for a thousand, so they are drawn ahead; what has been given out is overwritten.
 *
 * Nothing is drawn ahead while a startup snapshot is built: every process that starts from it would give out the same.
 */
export function randomNonce(length: number): Uint8Array {
  checkRandomLength(length)
  if (length > LONG || (ahead === undefined && isBuildingSnapshot())) return randomBytes(length)
  ahead ??= new Uint8Array(AHEAD)
  const out = new Uint8Array(length)
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

/** Deno and Bun have `node:v8` without it. */
function isBuildingSnapshot(): boolean {
  return v8.startupSnapshot?.isBuildingSnapshot() === true
}

import { maskEqual, select } from '../constant-work.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'
import { randomBytes } from '../random.ts'
import { maskWithMgf1 } from './pss.ts'

export interface OaepParameters {
  readonly hash: Hash
  /** For MGF1; the message's hash where it is not given. */
  readonly mgfHash?: Hash
  readonly label?: Uint8Array
}

const EMPTY = /* @__PURE__ */ new Uint8Array(0)

/**
 * EME-OAEP encoding (RFC 8017 §7.1.1 step 2).
 *
 * @param length bytes of the modulus
 * @throws {CryptoError} `INVALID_LENGTH`
 */
export function encodeOaep(
  { hash, mgfHash = hash, label = EMPTY }: OaepParameters,
  message: Uint8Array,
  length: number,
): Uint8Array {
  const hLen = hash.outputLength
  const most = length - 2 * hLen - 2
  if (message.length > most) {
    throw new CryptoError('INVALID_LENGTH', `message must be at most ${most} bytes, not ${message.length}`)
  }
  const em = new Uint8Array(length)
  const seed = em.subarray(1, 1 + hLen)
  const db = em.subarray(1 + hLen)
  db.set(hash.digest(label))
  db[db.length - message.length - 1] = 1
  db.set(message, db.length - message.length)
  seed.set(randomBytes(hLen))
  maskWithMgf1(mgfHash, seed, db)
  maskWithMgf1(mgfHash, db, seed)
  return em
}

/**
 * EME-OAEP decoding (RFC 8017 §7.1.2 step 3). The whole block is looked at whatever is wrong with it (Manger).
 *
 * @throws {CryptoError} `DECRYPTION_FAILED`
 */
export function decodeOaep({ hash, mgfHash = hash, label = EMPTY }: OaepParameters, em: Uint8Array): Uint8Array {
  const hLen = hash.outputLength
  if (em.length < 2 * hLen + 2) throw new CryptoError('DECRYPTION_FAILED', 'RSA-OAEP decryption failed')
  const seed = em.slice(1, 1 + hLen)
  const db = em.slice(1 + hLen)
  maskWithMgf1(mgfHash, db, seed)
  maskWithMgf1(mgfHash, seed, db)
  const expected = hash.digest(label)
  let good = maskEqual(em[0], 0)
  for (let i = 0; i < hLen; i++) good &= maskEqual(db[i], expected[i])
  let looking = -1
  let start = 0
  for (let i = hLen; i < db.length; i++) {
    const one = maskEqual(db[i], 1)
    start = select(looking & one, i + 1, start)
    // Before the separator there are zeros and nothing else.
    good &= ~looking | one | maskEqual(db[i], 0)
    looking &= ~one
  }
  good &= ~looking
  if (good === 0) throw new CryptoError('DECRYPTION_FAILED', 'RSA-OAEP decryption failed')
  return db.slice(start)
}

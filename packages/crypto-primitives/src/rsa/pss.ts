import { constantTimeEqual } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Hash } from '../provider.ts'

/** XORs MGF1(seed) (RFC 8017 §B.2.1) into `target`. */
export function maskWithMgf1(hash: Hash, seed: Uint8Array, target: Uint8Array): void {
  const counter = new Uint8Array(4)
  const view = new DataView(counter.buffer)
  for (let at = 0, i = 0; at < target.length; at += hash.outputLength, i++) {
    view.setUint32(0, i)
    const mask = hash.digest(seed, counter)
    const n = Math.min(mask.length, target.length - at)
    for (let k = 0; k < n; k++) target[at + k] ^= mask[k]
  }
}

const PADDING1 = /* @__PURE__ */ new Uint8Array(8)

/**
 * EMSA-PSS-ENCODE (RFC 8017 §9.1.1).
 *
 * @param bits of the modulus, less one
 * @throws {CryptoError} `INVALID_LENGTH` when the modulus is too short for hash and salt
 */
export function encodePss(hash: Hash, mgfHash: Hash, salt: Uint8Array, message: Uint8Array, bits: number): Uint8Array {
  const length = (bits + 7) >> 3
  const hLen = hash.outputLength
  if (length < hLen + salt.length + 2) {
    throw new CryptoError(
      'INVALID_LENGTH',
      `RSA modulus must be over ${hLen + salt.length + 2} bytes for this PSS, not ${length}`,
    )
  }
  const em = new Uint8Array(length)
  const h = hash.digest(PADDING1, hash.digest(message), salt)
  const db = em.subarray(0, length - hLen - 1)
  db[db.length - salt.length - 1] = 1
  db.set(salt, db.length - salt.length)
  maskWithMgf1(mgfHash, h, db)
  db[0] &= 0xff >> (8 * length - bits)
  em.set(h, db.length)
  em[length - 1] = 0xbc
  return em
}

/** EMSA-PSS-VERIFY (RFC 8017 §9.1.2). */
export function verifyPss(
  hash: Hash,
  mgfHash: Hash,
  saltLength: number,
  message: Uint8Array,
  em: Uint8Array,
  bits: number,
): boolean {
  const length = (bits + 7) >> 3
  const hLen = hash.outputLength
  if (em.length !== length || length < hLen + saltLength + 2 || em[length - 1] !== 0xbc) return false
  const db = em.slice(0, length - hLen - 1)
  const h = em.subarray(db.length, length - 1)
  const unused = 0xff >> (8 * length - bits)
  if (db[0] & ~unused) return false
  maskWithMgf1(mgfHash, h, db)
  db[0] &= unused
  const saltAt = db.length - saltLength
  for (let i = 0; i < saltAt - 1; i++) if (db[i] !== 0) return false
  if (db[saltAt - 1] !== 1) return false
  return constantTimeEqual(h, hash.digest(PADDING1, hash.digest(message), db.subarray(saltAt)))
}

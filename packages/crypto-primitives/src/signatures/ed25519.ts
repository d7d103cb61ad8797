/** Ed25519 (RFC 8032 §5.1) over noble's points. */
import { type EdwardsPoint, type EdwardsPointCons, edwards } from '@noble/curves/abstract/edwards.js'
import { concatBytes } from '../bytes.ts'
import { sha512 } from '../hash.ts'
import { bytesToInteger, integerToBytes } from '../integer.ts'

let curve: EdwardsPointCons | undefined

/** edwards25519, made ready at its first use. */
function points(): EdwardsPointCons {
  curve ??= edwards({
    p: 2n ** 255n - 19n,
    n: 2n ** 252n + 27742317777372353535851937790883648493n,
    h: 8n,
    a: 2n ** 255n - 20n,
    d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
    Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
    Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
  })
  return curve
}

const littleEndian = (bytes: Uint8Array): bigint => bytesToInteger(bytes.slice().reverse())

/** SHA-512 of the parts as a scalar. */
const scalarOf = (...parts: Uint8Array[]): bigint => littleEndian(sha512.digest(...parts)) % points().CURVE().n

/** A point in its one canonical encoding (§5.1.3); undefined for all other bytes. */
function decode(bytes: Uint8Array): EdwardsPoint | undefined {
  try {
    return points().fromBytes(bytes, false)
  } catch {
    return undefined
  }
}

/** A private key made ready: RFC 8032 §5.1.5. */
interface ExpandedKey {
  readonly scalar: bigint
  readonly prefix: Uint8Array
  readonly publicKey: Uint8Array
}

function expand(seed: Uint8Array): ExpandedKey {
  const h = sha512.digest(seed)
  h[0] &= 248
  h[31] = (h[31] & 127) | 64
  const scalar = littleEndian(h.subarray(0, 32)) % points().CURVE().n
  const prefix = h.slice(32)
  h.fill(0)
  return { scalar, prefix, publicKey: points().BASE.multiply(scalar).toBytes() }
}

/** Ed25519 over bytes of the right lengths: 32 of keys, 64 of signatures. */
export const ed25519 = {
  getPublicKey: (seed: Uint8Array): Uint8Array => expand(seed).publicKey,

  isValidPublicKey: (bytes: Uint8Array): boolean => decode(bytes) !== undefined,

  /** §5.1.6. */
  sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
    const { scalar, prefix, publicKey } = expand(seed)
    const { BASE, CURVE } = points()
    const r = scalarOf(prefix, message)
    prefix.fill(0)
    const point = BASE.multiply(r).toBytes()
    const s = (r + scalarOf(point, publicKey, message) * scalar) % CURVE().n
    return concatBytes(point, integerToBytes(s, 32).reverse())
  },

  /** §5.1.7, with the cofactor; a public key of small order, which would verify anything, verifies nothing. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    const { BASE, CURVE } = points()
    const encoded = signature.subarray(0, 32)
    const s = littleEndian(signature.subarray(32))
    const [a, r] = [decode(publicKey), decode(encoded)]
    if (!a || !r || s >= CURVE().n || a.isSmallOrder()) return false
    const k = scalarOf(encoded, publicKey, message)
    return r.add(a.multiplyUnsafe(k)).subtract(BASE.multiplyUnsafe(s)).clearCofactor().is0()
  },
}

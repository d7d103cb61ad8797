/** DSA (FIPS 186-4 §4), for chains that are old. Verification is what it is for; signing is there for completeness. */
import { CryptoError } from './error.ts'
import { bitLength, byteLength, bytesToInteger, integerToBytes, modInverse, modPow } from './integer.ts'
import type { KeyInfo, PrivateKey, PrivateKeyData, PublicKey, PublicKeyData, SignatureAlgorithm } from './provider.ts'
import { randomInteger } from './random.ts'
import { decodeSignature, encodeSignature } from './signatures/der.ts'
import { digestInteger } from './signatures/digest-integer.ts'
import { type Hashes, hashNamed, misfit } from './signatures/fit.ts'

type DsaPublicData = Extract<PublicKeyData, { type: 'dsa' }>
type DsaPrivateData = Extract<PrivateKeyData, { type: 'dsa' }>

interface Domain {
  readonly p: bigint
  readonly q: bigint
  readonly g: bigint
}

const MAX_P_BITS = 10000
const MIN_P_BITS = 512

/** Domain parameters, checked for form, not for primality (FIPS 186-4 §4.1). */
function domainOf(data: { readonly p: Uint8Array; readonly q: Uint8Array; readonly g: Uint8Array }): Domain {
  if (data.p.length > MAX_P_BITS / 8 + 1 || data.q.length > 65 || data.g.length > MAX_P_BITS / 8 + 1) {
    throw new CryptoError('INVALID_KEY', `DSA p must be ${MIN_P_BITS} to ${MAX_P_BITS} bits and q at most 512`)
  }
  const [p, q, g] = [data.p, data.q, data.g].map(bytesToInteger)
  const [l, n] = [bitLength(p), bitLength(q)]
  if (l < MIN_P_BITS || l > MAX_P_BITS || n < 160 || n > 512) {
    throw new CryptoError(
      'INVALID_KEY',
      `DSA p must be ${MIN_P_BITS} to ${MAX_P_BITS} bits and q 160 to 512, not ${l} and ${n}`,
    )
  }
  if ((p & 1n) === 0n || (p - 1n) % q !== 0n) throw new CryptoError('INVALID_KEY', 'DSA q must divide p - 1')
  if (g < 2n || g >= p || modPow(g, q, p) !== 1n) {
    throw new CryptoError('INVALID_KEY', 'DSA g must generate the subgroup of order q')
  }
  return { p, q, g }
}

function messageInteger(
  key: KeyInfo,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  q: bigint,
  hashes: Hashes,
): bigint {
  if (algorithm.name !== 'dsa') throw misfit(key, algorithm)
  // FIPS 186-4 §4.6: the leftmost min(N, outlen) bits
  return digestInteger(hashNamed(hashes, algorithm.hash).digest(message), q)
}

/** A DSA public key. @throws {CryptoError} `INVALID_KEY` */
export function importDsaPublicKey(data: DsaPublicData, hashes: Hashes): PublicKey {
  const { p, q, g } = domainOf(data)
  const y = bytesToInteger(data.y)
  if (y < 2n || y >= p - 1n || modPow(y, q, p) !== 1n) {
    throw new CryptoError('INVALID_KEY', 'DSA public value must be in the subgroup of order q')
  }
  const info = { type: 'dsa', bits: bitLength(p) } as const
  return {
    ...info,
    data,
    verify(algorithm, message, signature) {
      const z = messageInteger(info, algorithm, message, q, hashes)
      const rs = decodeSignature(signature)
      if (!rs || rs.r === 0n || rs.r >= q || rs.s === 0n || rs.s >= q) return false
      const w = modInverse(rs.s, q)
      const v = (modPow(g, (z * w) % q, p) * modPow(y, (rs.r * w) % q, p)) % p
      return v % q === rs.r
    },
  }
}

/** A DSA private key. @throws {CryptoError} `INVALID_KEY` */
export function importDsaPrivateKey(data: DsaPrivateData, hashes: Hashes): PrivateKey {
  const { p, q, g } = domainOf(data)
  const x = bytesToInteger(data.x)
  if (x === 0n || x >= q) throw new CryptoError('INVALID_KEY', 'DSA private value must be in [1, q - 1]')
  const y = integerToBytes(modPow(g, x, p), byteLength(p))
  if (data.y && bytesToInteger(data.y) !== bytesToInteger(y)) {
    throw new CryptoError('INVALID_KEY', 'DSA public value does not belong to the private one')
  }
  const info = { type: 'dsa', bits: bitLength(p) } as const
  const length = byteLength(q)
  return {
    ...info,
    data: { ...data, y },
    publicKey: { type: 'dsa', p: data.p, q: data.q, g: data.g, y },
    sign(algorithm, message) {
      const z = messageInteger(info, algorithm, message, q, hashes)
      for (;;) {
        const k = randomInteger(1n, q)
        const blind = randomInteger(1n, q)
        const r = modPow(g, k, p) % q
        // The inverse is taken of a blinded nonce, and the key is blinded too: BigInt is not constant-time.
        const s = (modInverse((k * blind) % q, q) * ((blind * z + ((blind * x) % q) * r) % q)) % q
        if (r === 0n || s === 0n) continue
        const rs = new Uint8Array(2 * length)
        rs.set(integerToBytes(r, length))
        rs.set(integerToBytes(s, length), length)
        return encodeSignature(rs)
      }
    },
  }
}

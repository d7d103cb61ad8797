import type { CurveName, PrivateKeyData, PublicKeyData } from '@x/crypto-primitives'
import { must } from '@x/crypto-primitives/options'
import { bitLength, concatBytes, fromBase64Url, padInteger, toBase64Url, toHex } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { argument } from '../rules.ts'
import { CURVES } from './curve-names.ts'
import { scalarLength } from './curves.ts'
import { withPublicHalf } from './public-half.ts'

/** A JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037, RFC 9964 for ML-DSA). */
export interface Jwk {
  readonly kty: string
  readonly [member: string]: unknown
}

const aJwk = /* @__PURE__ */ (() =>
  must<Jwk>('an object with kty', (value) => typeof value === 'object' && value !== null))()

const OKP = { Ed25519: ['ed25519', 32], Ed448: ['ed448', 57], X25519: ['x25519', 32], X448: ['x448', 56] } as const
const ML_DSA = { 'ML-DSA-44': 'ml-dsa-44', 'ML-DSA-65': 'ml-dsa-65', 'ML-DSA-87': 'ml-dsa-87' } as const

function member(jwk: Jwk, name: string): Uint8Array {
  const value = jwk[name]
  const bytes = typeof value === 'string' ? fromBase64Url(value) : null
  if (!bytes) throw new X509Error('INVALID_STRUCTURE', `JWK.${name}: must be base64url text`, { path: `JWK.${name}` })
  return bytes
}

/** A coordinate or scalar, at its full length (RFC 7518 §6.2). */
function fixed(jwk: Jwk, name: string, length: number): Uint8Array {
  const bytes = member(jwk, name)
  if (bytes.length !== length)
    throw new X509Error('INVALID_STRUCTURE', `JWK.${name}: must be ${length} bytes, found ${bytes.length}`, {
      path: `JWK.${name}`,
    })
  return bytes
}

function curveOf(jwk: Jwk): CurveName {
  const found = Object.entries(CURVES).find(([, entry]) => entry.jwk !== undefined && entry.jwk === jwk.crv)
  if (!found)
    throw new X509Error('UNSUPPORTED', `JWK.crv: unknown curve ${JSON.stringify(jwk.crv)}`, { path: 'JWK.crv' })
  return found[0] as CurveName
}

/** The public key of a JWK, also of a private one. @throws {X509Error} */
export function publicKeyFromJwk(jwk: Jwk): PublicKeyData {
  argument('JWK', aJwk, jwk)
  switch (jwk.kty) {
    case 'RSA':
      return { type: 'rsa', n: member(jwk, 'n'), e: member(jwk, 'e') }
    case 'EC': {
      const curve = curveOf(jwk)
      const length = scalarLength(curve)
      const point = concatBytes([Uint8Array.of(4), fixed(jwk, 'x', length), fixed(jwk, 'y', length)])
      return { type: 'ec', curve, point }
    }
    case 'OKP': {
      const [type, length] = okp(jwk)
      return { type, bytes: fixed(jwk, 'x', length) }
    }
    case 'AKP':
      return { type: mlDsa(jwk), bytes: member(jwk, 'pub') }
    default:
      throw unknownType(jwk)
  }
}

/** The private key of a JWK. RSA keys need their primes (RFC 7518 §6.3.2.2 allows leaving them out). @throws {X509Error} */
export function privateKeyFromJwk(jwk: Jwk): PrivateKeyData {
  argument('JWK', aJwk, jwk)
  switch (jwk.kty) {
    case 'RSA': {
      // Whether they are of this key is for the provider to say, which computes with them.
      if (jwk.oth !== undefined)
        throw new X509Error('UNSUPPORTED', 'JWK.oth: RSA keys of several primes are read from DER and PEM')
      const [n, e, d, p, q, dp, dq, qi] = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => member(jwk, name))
      checkRsaNumbers({ n: n!, e: e!, d: d!, p: p!, q: q!, dp: dp!, dq: dq!, qi: qi! })
      return { type: 'rsa', n: n!, e: e!, d: d!, p: p!, q: q!, dp: dp!, dq: dq!, qi: qi! }
    }
    case 'EC': {
      const curve = curveOf(jwk)
      const { point } = publicKeyFromJwk(jwk) as Extract<PublicKeyData, { type: 'ec' }>
      return { type: 'ec', curve, d: fixed(jwk, 'd', scalarLength(curve)), point }
    }
    case 'OKP': {
      const [type, length] = okp(jwk)
      return withPublicHalf(
        { type, bytes: fixed(jwk, 'd', length) },
        jwk.x === undefined ? undefined : fixed(jwk, 'x', length),
      )
    }
    case 'AKP':
      return withPublicHalf(
        { type: mlDsa(jwk), seed: fixed(jwk, 'priv', 32) },
        jwk.pub === undefined ? undefined : member(jwk, 'pub'),
      )
    default:
      throw unknownType(jwk)
  }
}

/** Whether the numbers are of one key (RFC 8017 §3.2). @throws {X509Error} `KEY_MISMATCH` */
function checkRsaNumbers(numbers: Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', Uint8Array>): void {
  // Whatever is longer is refused by the provider, before anything is computed with it.
  if (bitLength(numbers.n) > 16384 || Object.values(numbers).some((one) => one.length > numbers.n.length)) return
  const value = (name: keyof typeof numbers) => BigInt(`0x${toHex(numbers[name]) || '0'}`)
  const [n, e, d, p, q] = [value('n'), value('e'), value('d'), value('p'), value('q')]
  const one = (product: bigint, modulus: bigint) => modulus > 1n && product % modulus === 1n
  const fits =
    p * q === n &&
    one(e * d, p - 1n) &&
    one(e * d, q - 1n) &&
    one(e * value('dp'), p - 1n) &&
    one(e * value('dq'), q - 1n) &&
    one(q * value('qi'), p)
  if (!fits) throw new X509Error('KEY_MISMATCH', 'JWK: the numbers of the RSA key are not those of one key')
}

function okp(jwk: Jwk) {
  const found = Object.hasOwn(OKP, String(jwk.crv)) && OKP[jwk.crv as keyof typeof OKP]
  if (!found)
    throw new X509Error('UNSUPPORTED', `JWK.crv: unknown curve ${JSON.stringify(jwk.crv)}`, { path: 'JWK.crv' })
  return found
}

function mlDsa(jwk: Jwk) {
  const found = Object.hasOwn(ML_DSA, String(jwk.alg)) && ML_DSA[jwk.alg as keyof typeof ML_DSA]
  if (!found)
    throw new X509Error('UNSUPPORTED', `JWK.alg: unknown algorithm ${JSON.stringify(jwk.alg)}`, { path: 'JWK.alg' })
  return found
}

function unknownType(jwk: Jwk): X509Error {
  return new X509Error('UNSUPPORTED', `JWK.kty: unknown key type ${JSON.stringify(jwk.kty)}`, { path: 'JWK.kty' })
}

/** The JWK of a public key. @throws {X509Error} `UNSUPPORTED` for keys that JWK has no form for */
export function publicKeyToJwk(key: PublicKeyData): Jwk {
  switch (key.type) {
    case 'rsa':
      return { kty: 'RSA', n: toBase64Url(key.n), e: toBase64Url(key.e) }
    case 'ec': {
      const { jwk } = CURVES[key.curve]
      const length = scalarLength(key.curve)
      if (!jwk || key.point[0] !== 4 || key.point.length !== 1 + 2 * length)
        throw new X509Error('UNSUPPORTED', `no JWK for this key on ${key.curve}`)
      const x = toBase64Url(key.point.subarray(1, 1 + length))
      return { kty: 'EC', crv: jwk, x, y: toBase64Url(key.point.subarray(1 + length)) }
    }
    case 'ed25519':
    case 'ed448':
    case 'x25519':
    case 'x448':
      return { kty: 'OKP', crv: okpName(key.type), x: toBase64Url(key.bytes) }
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return { kty: 'AKP', alg: key.type.toUpperCase(), pub: toBase64Url(key.bytes) }
    default:
      throw new X509Error('UNSUPPORTED', `no JWK for keys of type ${key.type}`)
  }
}

function okpName(type: 'ed25519' | 'ed448' | 'x25519' | 'x448'): string {
  return Object.entries(OKP).find(([, [name]]) => name === type)![0]
}

/**
 * The JWK of a private key.
 *
 * @param publicKey its public half, which every JWK holds
 * @throws {X509Error} `UNSUPPORTED` for keys that JWK has no form for
 */
export function privateKeyToJwk(key: PrivateKeyData, publicKey: PublicKeyData): Jwk {
  const open = publicKeyToJwk(publicKey)
  if (key.type !== publicKey.type)
    throw new X509Error('KEY_MISMATCH', `a private key of type ${key.type} with a public one of type ${publicKey.type}`)
  if ('n' in key) {
    if (key.otherPrimes?.length)
      throw new X509Error('UNSUPPORTED', 'an RSA key of several primes is written as DER and PEM')
    const numbers = { d: key.d, p: key.p, q: key.q, dp: key.dp, dq: key.dq, qi: key.qi }
    return {
      ...open,
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, toBase64Url(value)])),
    }
  }
  if (key.type === 'ec') return { ...open, d: toBase64Url(padInteger(key.d, scalarLength(key.curve))!) }
  if ('seed' in key && key.seed) return { ...open, priv: toBase64Url(key.seed) }
  if ('bytes' in key && key.bytes && !key.type.startsWith('ml-dsa')) return { ...open, d: toBase64Url(key.bytes) }
  throw new X509Error('UNSUPPORTED', `no JWK for this key of type ${key.type}`)
}

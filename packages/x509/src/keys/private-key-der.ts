import type { PrivateKeyData, RsaOtherPrime } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, RSASSA_PSS, readAlgorithmIdentifier, readPssParameters } from '../algorithm.ts'
import { padInteger } from '../bytes.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { X509Error } from '../error.ts'
import { scalarLength } from './curves.ts'
import { nameOfExplicitCurve } from './explicit-curve.ts'
import { withPublicHalf } from './public-half.ts'
import {
  DSA_KEY,
  type DsaParameters,
  EC_PUBLIC_KEY,
  RAW_KEYS,
  RSA_ENCRYPTION,
  readCurve,
  readDsaParameters,
} from './public-key.ts'

/**
 * Private keys: PKCS#1, SEC 1, PKCS#8 and OpenSSL's DSA form, in DER or the BER that a PFX may hold. The numbers are
 * copies, never views.
 */

export type RsaKey = Extract<PrivateKeyData, { type: 'rsa' | 'rsa-pss' }>
export type EcKey = Extract<PrivateKeyData, { type: 'ec' }>
export type DsaKey = Extract<PrivateKeyData, { type: 'dsa' }>
export type Numbers<Key> = Omit<Key, 'type' | 'pss'>

/** RSAPrivateKey (RFC 8017 §A.1.2). @throws {X509Error} */
export function readRsaPrivateKey(bytes: Uint8Array): Numbers<RsaKey> {
  const outer = DerReader.open(bytes, '', BER_LIMITS)
  const key = outer.sequence('RSAPrivateKey')
  const version = key.number('version')
  if (version > 1)
    key.fail('UNSUPPORTED', 'the version of an RSAPrivateKey must be 0, or 1 with further primes', 'version')
  const number = (field: string) => new Uint8Array(key.padded(field))
  const numbers = {
    n: number('modulus'),
    e: number('publicExponent'),
    d: number('privateExponent'),
    p: number('prime1'),
    q: number('prime2'),
    dp: number('exponent1'),
    dq: number('exponent2'),
    qi: number('coefficient'),
  }
  // RFC 8017 §A.1.2: present in version 1, and nowhere else.
  const otherPrimes = version === 1 ? readOtherPrimes(key.sequence('otherPrimeInfos')) : undefined
  key.finish()
  outer.finish()
  return otherPrimes ? { ...numbers, otherPrimes } : numbers
}

function readOtherPrimes(list: DerReader): RsaOtherPrime[] {
  const primes: RsaOtherPrime[] = []
  do {
    const info = list.sequence('OtherPrimeInfo')
    const number = (field: string) => new Uint8Array(info.padded(field))
    primes.push({ r: number('prime'), d: number('exponent'), t: number('coefficient') })
    info.finish()
  } while (!list.done)
  return primes
}

/**
 * ECPrivateKey (RFC 5915 §3).
 *
 * @param curve the curve that the surrounding PKCS#8 names; without it the key must name its own
 */
export function readEcPrivateKey(bytes: Uint8Array, curve?: EcKey['curve']): EcKey {
  const outer = DerReader.open(bytes, '', BER_LIMITS)
  const key = outer.sequence('ECPrivateKey')
  if (key.number('version') !== 1) key.fail('UNSUPPORTED', 'the version of an ECPrivateKey must be 1', 'version')
  const scalar = key.octetString('privateKey')
  let named = curve
  if (key.is(0xa0)) {
    const parameters = key.explicit(0, 'parameters')
    const own = readKeyCurve(parameters.raw(''))
    parameters.finish()
    if (curve && own !== curve) key.fail('INVALID_STRUCTURE', `curve ${own} inside a key of ${curve}`, 'parameters')
    named = own
  }
  let point: Uint8Array | undefined
  if (key.is(0xa1)) {
    const wrapped = key.explicit(1, 'publicKey')
    point = new Uint8Array(wrapped.bitStringBytes(''))
    wrapped.finish()
  }
  key.finish()
  outer.finish()
  if (!named) return key.fail('INVALID_STRUCTURE', 'an ECPrivateKey must name its curve', 'parameters')
  // RFC 5915 §3: as long as the order; keys of old software are shorter, and none may be longer.
  const d = padInteger(scalar, scalarLength(named))
  if (!d || scalar.length === 0)
    return key.fail('INVALID_STRUCTURE', `a scalar of ${scalar.length} bytes on ${named}`, 'privateKey')
  return { type: 'ec', curve: named, d: new Uint8Array(d), ...(point && { point }) }
}

/** A private key may spell its curve out, as OpenSSL reads it; a public one in a certificate must not. */
function readKeyCurve(parameters: Uint8Array | undefined): EcKey['curve'] {
  return parameters?.[0] === Tag.SEQUENCE ? nameOfExplicitCurve(parameters) : readCurve(parameters)
}

/** OpenSSL's DSAPrivateKey: version, p, q, g, y, x. */
export function readDsaPrivateKey(bytes: Uint8Array): DsaKey {
  const outer = DerReader.open(bytes, '', BER_LIMITS)
  const key = outer.sequence('DSAPrivateKey')
  if (key.number('version') !== 0) key.fail('UNSUPPORTED', 'the version of a DSAPrivateKey must be 0', 'version')
  const number = (field: string) => new Uint8Array(key.padded(field))
  const out: DsaKey = { type: 'dsa', p: number('p'), q: number('q'), g: number('g'), y: number('y'), x: number('x') }
  key.finish()
  outer.finish()
  return out
}

/** PrivateKeyInfo or OneAsymmetricKey (RFC 5208 §5, RFC 5958 §2). @throws {X509Error} */
export function readPkcs8(bytes: Uint8Array): PrivateKeyData {
  const outer = DerReader.open(bytes, '', BER_LIMITS)
  const info = outer.sequence('PrivateKeyInfo')
  const version = info.number('version')
  if (version > 1) info.fail('UNSUPPORTED', `version ${version}`, 'version')
  const algorithm = readAlgorithmIdentifier(info, 'privateKeyAlgorithm')
  const inner = info.octetString('privateKey')
  if (info.is(0xa0)) info.raw('attributes')
  let publicKey: Uint8Array | undefined
  if (version === 1 && info.is(0x81)) publicKey = info.bitStringBytes('publicKey', 0x81)
  else if (version === 1 && info.is(0xa1)) {
    // RFC 5958 §2 tags it implicitly; ring before 0.17 wrote it explicitly.
    const wrapped = info.explicit(1, 'publicKey')
    publicKey = wrapped.bitStringBytes('')
    wrapped.finish()
  }
  info.finish()
  outer.finish()
  return decodePrivateKey(algorithm, inner, publicKey)
}

function decodePrivateKey(
  { oid, parameters }: AlgorithmIdentifier,
  inner: Uint8Array,
  publicKey: Uint8Array | undefined,
): PrivateKeyData {
  const raw = RAW_KEYS[oid as keyof typeof RAW_KEYS]
  if (raw) {
    if (parameters) throw new X509Error('INVALID_STRUCTURE', `PrivateKeyInfo: ${raw.type} takes no parameters`)
    const key = raw.type.startsWith('ml-dsa')
      ? readMlDsa(raw.type as 'ml-dsa-44', inner)
      : readCurvePrivateKey(raw, inner)
    return withPublicHalf(key, publicKey)
  }
  switch (oid) {
    case RSA_ENCRYPTION:
      if (parameters && parameters[0] !== Tag.NULL)
        throw new X509Error('INVALID_STRUCTURE', 'PrivateKeyInfo: the parameters of rsaEncryption must be NULL')
      return { type: 'rsa', ...readRsaPrivateKey(inner) }
    case RSASSA_PSS:
      return { type: 'rsa-pss', ...readRsaPrivateKey(inner), ...(parameters && { pss: readPssParameters(parameters) }) }
    case EC_PUBLIC_KEY: {
      const key = readEcPrivateKey(inner, readKeyCurve(parameters))
      return key.point || !publicKey ? key : { ...key, point: new Uint8Array(publicKey) }
    }
    case DSA_KEY: {
      if (!parameters) throw new X509Error('INVALID_STRUCTURE', 'PrivateKeyInfo: a DSA key needs its parameters')
      const reader = DerReader.open(inner, 'PrivateKeyInfo', BER_LIMITS)
      const x = new Uint8Array(reader.padded('privateKey'))
      reader.finish()
      const { p, q, g }: DsaParameters = readDsaParameters(parameters)
      return { type: 'dsa', p: new Uint8Array(p), q: new Uint8Array(q), g: new Uint8Array(g), x }
    }
    default:
      throw new X509Error('UNSUPPORTED', `PrivateKeyInfo.privateKeyAlgorithm: unknown key algorithm ${oid}`)
  }
}

/** CurvePrivateKey (RFC 8410 §7): an OCTET STRING inside the OCTET STRING. */
function readCurvePrivateKey(
  { type, length }: (typeof RAW_KEYS)[keyof typeof RAW_KEYS],
  inner: Uint8Array,
): PrivateKeyData {
  const reader = DerReader.open(inner, 'PrivateKeyInfo', BER_LIMITS)
  const bytes = new Uint8Array(reader.octetString('privateKey'))
  reader.finish()
  if (bytes.length !== length) reader.fail('INVALID_STRUCTURE', `${type} has ${length} bytes, found ${bytes.length}`)
  return { type: type as 'ed25519', bytes }
}

/** Bytes of an expanded ML-DSA private key (FIPS 204 table 2). */
const ML_DSA_EXPANDED = { 'ml-dsa-44': 2560, 'ml-dsa-65': 4032, 'ml-dsa-87': 4896 } as const

/** ML-DSA-*-PrivateKey (RFC 9881 §6): seed, expanded key, or both. */
function readMlDsa(type: keyof typeof ML_DSA_EXPANDED, inner: Uint8Array): PrivateKeyData {
  const reader = DerReader.open(inner, 'PrivateKeyInfo.privateKey', BER_LIMITS)
  let seed: Uint8Array | undefined
  let bytes: Uint8Array | undefined
  if (reader.is(0x80)) seed = new Uint8Array(reader.value(0x80, 'seed'))
  else if (reader.is(Tag.OCTET_STRING)) bytes = new Uint8Array(reader.octetString('expandedKey'))
  else {
    const both = reader.sequence('both')
    seed = new Uint8Array(both.octetString('seed'))
    bytes = new Uint8Array(both.octetString('expandedKey'))
    both.finish()
  }
  reader.finish()
  if ((seed && seed.length !== 32) || (bytes && bytes.length !== ML_DSA_EXPANDED[type]))
    reader.fail('INVALID_STRUCTURE', `${type} has a seed of 32 or a key of ${ML_DSA_EXPANDED[type]} bytes`)
  return { type, ...(seed && { seed }), ...(bytes && { bytes }) }
}

/** DER of a key in an unencrypted form that says what it is by its shape alone. @throws {X509Error} */
export function readAnyPrivateKey(bytes: Uint8Array): PrivateKeyData {
  const outer = DerReader.open(bytes, 'PrivateKey', BER_LIMITS)
  const key = outer.sequence('')
  const version = key.number('version')
  if (key.is(Tag.SEQUENCE)) return readPkcs8(bytes)
  if (key.is(Tag.OCTET_STRING)) return readEcPrivateKey(bytes)
  if (version !== 0) key.fail('INVALID_STRUCTURE', 'neither PKCS#8, PKCS#1, SEC 1 nor DSA', '')
  let integers = 1
  for (; key.is(Tag.INTEGER); integers++) key.raw('')
  return integers === 6 ? readDsaPrivateKey(bytes) : { type: 'rsa', ...readRsaPrivateKey(bytes) }
}

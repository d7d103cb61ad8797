import type { PublicKeyData } from '@x/crypto-primitives'
import {
  type AlgorithmIdentifier,
  encodeAlgorithmIdentifier,
  encodePssParameters,
  RSASSA_PSS,
  readAlgorithmIdentifier,
  readPssParameters,
} from '../algorithm.ts'
import { bitLength } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { derOf, encodePem, firstBlock, isPem } from '../pem.ts'
import { curveBits, curveOfOid, NAMED_CURVES } from './curves.ts'

export const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
export const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
export const DSA_KEY = '1.2.840.10040.4.1'

/** Keys whose algorithm identifier has no parameters and whose bits are the key (RFC 8410, RFC 9881). */
export const RAW_KEYS = {
  '1.3.101.110': { type: 'x25519', length: 32 },
  '1.3.101.111': { type: 'x448', length: 56 },
  '1.3.101.112': { type: 'ed25519', length: 32 },
  '1.3.101.113': { type: 'ed448', length: 57 },
  '2.16.840.1.101.3.4.3.17': { type: 'ml-dsa-44', length: 1312 },
  '2.16.840.1.101.3.4.3.18': { type: 'ml-dsa-65', length: 1952 },
  '2.16.840.1.101.3.4.3.19': { type: 'ml-dsa-87', length: 2592 },
} as const

export const RAW_KEY_OIDS = /* @__PURE__ */ (() =>
  Object.fromEntries(Object.entries(RAW_KEYS).map(([oid, { type }]) => [type, oid])))() as Readonly<
  Record<(typeof RAW_KEYS)[keyof typeof RAW_KEYS]['type'], string>
>

/** DSA's domain parameters, which a certificate may leave to its issuer (RFC 3279 §2.3.2). */
export interface DsaParameters {
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly g: Uint8Array
}

/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). The structure is read at once; the key inside when `data` is asked for,
 * because a key of an unknown algorithm is no reason to refuse a certificate that nobody verifies with it.
 */
export class SubjectPublicKeyInfo {
  private decoded: PublicKeyData | undefined

  private constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    readonly algorithm: AlgorithmIdentifier,
    /** The contents of the BIT STRING: what key identifiers and OCSP hash. */
    readonly keyBytes: Uint8Array,
  ) {}

  /** @throws {X509Error} */
  static parse(bytes: Uint8Array): SubjectPublicKeyInfo {
    const reader = DerReader.open(bytes, '')
    const key = SubjectPublicKeyInfo.read(reader, 'SubjectPublicKeyInfo')
    reader.finish()
    return key
  }

  static read(reader: DerReader, field: string): SubjectPublicKeyInfo {
    const start = reader.offset
    const sequence = reader.sequence(field)
    const algorithm = readAlgorithmIdentifier(sequence, 'algorithm')
    const { bytes: keyBytes } = sequence.bitString('subjectPublicKey')
    sequence.finish()
    return new SubjectPublicKeyInfo(reader.bytes.subarray(start, reader.offset), algorithm, keyBytes)
  }

  /**
   * The key, free of its encoding: what a `CryptoProvider` imports.
   *
   * @throws {X509Error} `UNSUPPORTED` for an unknown algorithm or curve, `INVALID_STRUCTURE` for a malformed key
   */
  get data(): PublicKeyData {
    return (this.decoded ??= decodeKey(this.algorithm, this.keyBytes))
  }

  /** The key, with DSA parameters taken from the issuer where this one has none. */
  dataWith(inherited: DsaParameters | undefined): PublicKeyData {
    if (!this.lacksDsaParameters || !inherited) return this.data
    return { type: 'dsa', p: inherited.p, q: inherited.q, g: inherited.g, y: readDsaValue(this.keyBytes) }
  }

  /** True for a DSA key that inherits its parameters from its issuer. */
  get lacksDsaParameters(): boolean {
    const { oid, parameters } = this.algorithm
    return oid === DSA_KEY && (parameters === undefined || parameters[0] === Tag.NULL)
  }

  /** True for an EC key that spells out its curve's parameters (RFC 5480 §2.1.1 forbids it). */
  get hasExplicitCurve(): boolean {
    const { oid, parameters } = this.algorithm
    return oid === EC_PUBLIC_KEY && parameters?.[0] === Tag.SEQUENCE
  }

  /** The named curve of an EC key, dotted. */
  get curveOid(): string | undefined {
    const { oid, parameters } = this.algorithm
    if (oid !== EC_PUBLIC_KEY || parameters?.[0] !== Tag.OID) return undefined
    try {
      return DerReader.open(parameters, 'ECParameters').oid('namedCurve')
    } catch {
      return undefined
    }
  }

  /** Bits of the modulus, the curve's order or the usual number of the algorithm; `undefined` for unknown keys. */
  get bits(): number | undefined {
    const { curveOid } = this
    if (curveOid !== undefined) return curveBits(curveOid)
    if (this.algorithm.oid === EC_PUBLIC_KEY) return undefined
    try {
      const { data } = this
      if ('n' in data) return bitLength(data.n)
      if ('p' in data) return bitLength(data.p)
      return {
        ed25519: 256,
        x25519: 253,
        ed448: 456,
        x448: 448,
        'ml-dsa-44': 44,
        'ml-dsa-65': 65,
        'ml-dsa-87': 87,
        ec: 0,
      }[data.type]
    } catch {
      return undefined
    }
  }
}

function decodeKey(algorithm: AlgorithmIdentifier, bits: Uint8Array): PublicKeyData {
  const { oid, parameters } = algorithm
  const raw = RAW_KEYS[oid as keyof typeof RAW_KEYS]
  if (raw) {
    if (parameters) throw invalid(`${raw.type} takes no parameters (RFC 8410 §3, RFC 9881 §2)`)
    if (bits.length !== raw.length) throw invalid(`${raw.type} has ${raw.length} bytes, found ${bits.length}`)
    return { type: raw.type, bytes: bits }
  }
  switch (oid) {
    case RSA_ENCRYPTION: {
      // RFC 3279 §2.3.1: the parameters are NULL; absent ones are read too.
      if (parameters && parameters[0] !== Tag.NULL) throw invalid('the parameters of rsaEncryption must be NULL')
      return { type: 'rsa', ...readRsaKey(bits) }
    }
    case RSASSA_PSS:
      return { type: 'rsa-pss', ...readRsaKey(bits), pss: parameters && readPssParameters(parameters) }
    case EC_PUBLIC_KEY:
      return { type: 'ec', curve: readCurve(parameters), point: bits }
    case DSA_KEY: {
      if (!parameters || parameters[0] === Tag.NULL)
        throw invalid('a DSA key without parameters: they are inherited from the issuer')
      return { type: 'dsa', ...readDsaParameters(parameters), y: readDsaValue(bits) }
    }
    default:
      throw new X509Error('UNSUPPORTED', `SubjectPublicKeyInfo.algorithm: unknown key algorithm ${oid}`, {
        path: 'SubjectPublicKeyInfo.algorithm.algorithm',
      })
  }
}

function invalid(problem: string): X509Error {
  return new X509Error('INVALID_STRUCTURE', `SubjectPublicKeyInfo: ${problem}`, { path: 'SubjectPublicKeyInfo' })
}

function readRsaKey(bits: Uint8Array): { n: Uint8Array; e: Uint8Array } {
  const outer = DerReader.open(bits, 'SubjectPublicKeyInfo')
  const key = outer.sequence('RSAPublicKey')
  const n = key.unsigned('modulus')
  const e = key.unsigned('publicExponent')
  key.finish()
  outer.finish()
  return { n, e }
}

export function readDsaParameters(parameters: Uint8Array): DsaParameters {
  const outer = DerReader.open(parameters, 'SubjectPublicKeyInfo.algorithm')
  const reader = outer.sequence('Dss-Parms')
  const p = reader.unsigned('p')
  const q = reader.unsigned('q')
  const g = reader.unsigned('g')
  reader.finish()
  outer.finish()
  return { p, q, g }
}

function readDsaValue(bits: Uint8Array): Uint8Array {
  const reader = DerReader.open(bits, 'SubjectPublicKeyInfo')
  const y = reader.unsigned('DSAPublicKey')
  reader.finish()
  return y
}

/** The curve of ECParameters (RFC 5480 §2.1.1): named; explicit parameters are refused, as that RFC does. */
export function readCurve(parameters: Uint8Array | undefined) {
  if (!parameters) throw invalid('an EC key must name its curve (RFC 5480 §2.1.1)')
  const reader = DerReader.open(parameters, 'SubjectPublicKeyInfo.algorithm')
  if (!reader.is(Tag.OID)) reader.fail('UNSUPPORTED', 'only named curves are allowed (RFC 5480 §2.1.1)', 'ECParameters')
  const oid = reader.oid('namedCurve')
  reader.finish()
  const curve = curveOfOid(oid)
  if (!curve) throw new X509Error('UNSUPPORTED', `SubjectPublicKeyInfo.algorithm.namedCurve: unknown curve ${oid}`)
  return curve
}

/** DER of a SubjectPublicKeyInfo. */
export function encodeSubjectPublicKeyInfo(key: PublicKeyData): Uint8Array {
  return der.sequence(encodeKeyAlgorithm(key), der.bitString(publicKeyBits(key)))
}

/** The AlgorithmIdentifier that a key of this kind is stored with, in SPKI and in PKCS#8 alike. */
export function encodeKeyAlgorithm(
  key:
    | Pick<PublicKeyData, 'type'>
    | { type: 'ec'; curve: keyof typeof NAMED_CURVES }
    | ({ type: 'dsa' } & DsaParameters),
): Uint8Array {
  switch (key.type) {
    case 'rsa':
      return encodeAlgorithmIdentifier(RSA_ENCRYPTION, der.nullValue())
    case 'rsa-pss': {
      const { pss } = key as Extract<PublicKeyData, { type: 'rsa' | 'rsa-pss' }>
      return encodeAlgorithmIdentifier(RSASSA_PSS, pss && encodePssParameters(pss))
    }
    case 'ec':
      return encodeAlgorithmIdentifier(
        EC_PUBLIC_KEY,
        der.oid(NAMED_CURVES[(key as { curve: keyof typeof NAMED_CURVES }).curve].oid),
      )
    case 'dsa': {
      const { p, q, g } = key as DsaParameters & { type: 'dsa' }
      return encodeAlgorithmIdentifier(DSA_KEY, der.sequence(der.integer(p), der.integer(q), der.integer(g)))
    }
    default:
      return encodeAlgorithmIdentifier(RAW_KEY_OIDS[key.type])
  }
}

/** The contents of subjectPublicKey. */
export function publicKeyBits(key: PublicKeyData): Uint8Array {
  if ('n' in key) return der.sequence(der.integer(key.n), der.integer(key.e))
  if (key.type === 'ec') return key.point
  if (key.type === 'dsa') return der.integer(key.y)
  return key.bytes
}

/**
 * A public key from PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`, or the key of a `CERTIFICATE`) or DER
 * (SubjectPublicKeyInfo or PKCS#1 RSAPublicKey).
 *
 * @throws {X509Error}
 */
export function parsePublicKey(input: string | Uint8Array): PublicKeyData {
  if (typeof input === 'string' || isPem(input)) {
    const block = firstBlock(input, (label) => label.endsWith('PUBLIC KEY') || label === 'CERTIFICATE')
    if (block?.label === 'RSA PUBLIC KEY') return { type: 'rsa', ...readRsaKey(block.bytes) }
    if (block?.label === 'CERTIFICATE') return keyOfCertificate(block.bytes).data
  }
  const bytes = derOf(input, ['PUBLIC KEY'])
  const first = DerReader.open(bytes, 'SubjectPublicKeyInfo').sequence('')
  return first.is(Tag.INTEGER) ? { type: 'rsa', ...readRsaKey(bytes) } : SubjectPublicKeyInfo.parse(bytes).data
}

function keyOfCertificate(bytes: Uint8Array): SubjectPublicKeyInfo {
  const tbs = DerReader.open(bytes, 'Certificate').sequence('').sequence('tbsCertificate')
  if (tbs.is(0xa0)) tbs.raw('version')
  for (const field of ['serialNumber', 'signature', 'issuer', 'validity', 'subject']) tbs.raw(field)
  return SubjectPublicKeyInfo.read(tbs, 'subjectPublicKeyInfo')
}

/** SubjectPublicKeyInfo as DER, or as PEM labelled `PUBLIC KEY`. */
export function encodePublicKey(key: PublicKeyData, options: { format: 'pem' }): string
export function encodePublicKey(key: PublicKeyData, options?: { format?: 'der' }): Uint8Array
export function encodePublicKey(key: PublicKeyData, options: { format?: 'der' | 'pem' } = {}): Uint8Array | string {
  const bytes = encodeSubjectPublicKeyInfo(key)
  return options.format === 'pem' ? encodePem('PUBLIC KEY', bytes) : bytes
}

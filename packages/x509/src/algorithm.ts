import type { HashName, KeyType, SignatureAlgorithm } from '@x/crypto-primitives'
import { DerReader } from './der/reader.ts'
import * as Tag from './der/tag.ts'
import * as der from './der/writer.ts'
import { X509Error } from './error.ts'

/** AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly oid: string
  /** DER of the parameters; absent when there are none. */
  readonly parameters?: Uint8Array
  /** The whole DER. */
  readonly raw: Uint8Array
}

export function readAlgorithmIdentifier(reader: DerReader, field: string): AlgorithmIdentifier {
  const start = reader.offset
  const sequence = reader.sequence(field)
  const oid = sequence.oid('algorithm')
  const parameters = sequence.done ? undefined : readAny(sequence, 'parameters')
  sequence.finish()
  return { oid, parameters, raw: reader.bytes.subarray(start, reader.offset) }
}

/** An ANY, whole. What OpenSSL would not read as a value of its type is refused here too. */
function readAny(reader: DerReader, field: string): Uint8Array {
  const { tag, offset } = reader
  switch (tag) {
    case Tag.BOOLEAN:
      if (reader.value(tag, field).length !== 1) reader.fail('INVALID_DER', 'a BOOLEAN must be one byte', field)
      break
    case Tag.INTEGER:
    case Tag.ENUMERATED:
      reader.integer(field, tag)
      break
    case Tag.BIT_STRING:
      reader.bitString(field)
      break
    case Tag.NULL:
      reader.null(field)
      break
    case Tag.OID:
      reader.oid(field)
      break
    case Tag.BMP_STRING:
    case Tag.UNIVERSAL_STRING:
      if (reader.value(tag, field).length % (tag === Tag.BMP_STRING ? 2 : 4))
        reader.fail('INVALID_DER', 'a string of half a character', field)
      break
    case Tag.UTC_TIME:
    case Tag.GENERALIZED_TIME:
      if (reader.value(tag, field).length < (tag === Tag.UTC_TIME ? 13 : 15))
        reader.fail('INVALID_STRUCTURE', 'a time that is too short', field)
      break
    case Tag.SEQUENCE & ~Tag.CONSTRUCTED:
    case Tag.SET & ~Tag.CONSTRUCTED:
      return reader.fail('INVALID_DER', 'a SEQUENCE or SET must be constructed', field)
    default:
      // Every other universal type but SEQUENCE and SET is a string, in pieces where it is constructed.
      if (tag > Tag.CONSTRUCTED && tag < 0x40 && tag !== Tag.SEQUENCE && tag !== Tag.SET)
        reader.string(tag & ~Tag.CONSTRUCTED, field)
      else return reader.raw(field)
  }
  return reader.bytes.subarray(offset, reader.offset)
}

/** DER of an AlgorithmIdentifier, with parameters as DER. */
export function encodeAlgorithmIdentifier(oid: string, parameters?: Uint8Array): Uint8Array {
  return parameters ? der.sequence(der.oid(oid), parameters) : der.sequence(der.oid(oid))
}

// --- Hashes ---------------------------------------------------------------------------------------------------------

const HASH_OIDS: Partial<Record<HashName, string>> = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  'sha512-224': '2.16.840.1.101.3.4.2.5',
  'sha512-256': '2.16.840.1.101.3.4.2.6',
}

const HASHES = /* @__PURE__ */ (() =>
  new Map(Object.entries(HASH_OIDS).map(([name, oid]): [string, HashName] => [oid, name as HashName])))()

export function hashOfOid(oid: string): HashName | undefined {
  return HASHES.get(oid)
}

/** @throws {X509Error} `UNSUPPORTED` for a hash that has no OID of its own */
export function oidOfHash(hash: HashName): string {
  const oid = HASH_OIDS[hash]
  if (!oid) throw new X509Error('UNSUPPORTED', `${hash} has no object identifier`)
  return oid
}

export function encodeHashAlgorithm(hash: HashName): Uint8Array {
  return encodeAlgorithmIdentifier(oidOfHash(hash), der.nullValue())
}

/** Bytes of a digest. */
export const HASH_LENGTH: Readonly<Record<HashName, number>> = {
  md5: 16,
  sha1: 20,
  'md5-sha1': 36,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha512-224': 28,
  'sha512-256': 32,
}

// --- Signature algorithms -------------------------------------------------------------------------------------------

export const RSASSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'

/** What an OID says; `keys`: the key types that may make such a signature. */
interface SignatureEntry {
  readonly algorithm: SignatureAlgorithm
  readonly keys: readonly KeyType[]
  /** RFC 4055 §5: NULL parameters with RSA (and absent ones are read too); absent elsewhere. */
  readonly nullParameters: boolean
}

const rsa = (hash: HashName): SignatureEntry => ({
  algorithm: { name: 'rsa-pkcs1', hash },
  keys: ['rsa'],
  nullParameters: true,
})
const ecdsa = (hash: HashName): SignatureEntry => ({
  algorithm: { name: 'ecdsa', hash },
  keys: ['ec'],
  nullParameters: false,
})
const dsa = (hash: HashName): SignatureEntry => ({
  algorithm: { name: 'dsa', hash },
  keys: ['dsa'],
  nullParameters: false,
})
const pure = (name: 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'): SignatureEntry => ({
  algorithm: { name },
  keys: [name],
  nullParameters: false,
})

const SIGNATURES: Readonly<Record<string, SignatureEntry>> = /* @__PURE__ */ (() => ({
  '1.2.840.113549.1.1.4': rsa('md5'),
  '1.2.840.113549.1.1.5': rsa('sha1'),
  '1.3.14.3.2.29': rsa('sha1'),
  '1.2.840.113549.1.1.14': rsa('sha224'),
  '1.2.840.113549.1.1.11': rsa('sha256'),
  '1.2.840.113549.1.1.12': rsa('sha384'),
  '1.2.840.113549.1.1.13': rsa('sha512'),
  '1.2.840.113549.1.1.15': rsa('sha512-224'),
  '1.2.840.113549.1.1.16': rsa('sha512-256'),
  '1.2.840.10045.4.1': ecdsa('sha1'),
  '1.2.840.10045.4.3.1': ecdsa('sha224'),
  '1.2.840.10045.4.3.2': ecdsa('sha256'),
  '1.2.840.10045.4.3.3': ecdsa('sha384'),
  '1.2.840.10045.4.3.4': ecdsa('sha512'),
  '1.2.840.10040.4.3': dsa('sha1'),
  '2.16.840.1.101.3.4.3.1': dsa('sha224'),
  '2.16.840.1.101.3.4.3.2': dsa('sha256'),
  '2.16.840.1.101.3.4.3.3': dsa('sha384'),
  '2.16.840.1.101.3.4.3.4': dsa('sha512'),
  '1.3.101.112': pure('ed25519'),
  '1.3.101.113': pure('ed448'),
  '2.16.840.1.101.3.4.3.17': pure('ml-dsa-44'),
  '2.16.840.1.101.3.4.3.18': pure('ml-dsa-65'),
  '2.16.840.1.101.3.4.3.19': pure('ml-dsa-87'),
}))()

/**
 * The signature algorithm of an AlgorithmIdentifier, with all its parameters; `null` when it is not known here or its
 * parameters are not what its RFC says (3279, 4055, 5758, 8410, 9881).
 */
export function signatureAlgorithmOf(identifier: AlgorithmIdentifier): SignatureAlgorithm | null {
  if (identifier.oid === RSASSA_PSS) {
    try {
      const pss = identifier.parameters && readPssParameters(identifier.parameters)
      return pss ? { name: 'rsa-pss', ...pss } : null
    } catch {
      return null
    }
  }
  const entry = SIGNATURES[identifier.oid]
  if (!entry) return null
  const { parameters } = identifier
  if (parameters === undefined) return entry.algorithm
  const isNull = parameters.length === 2 && parameters[0] === Tag.NULL
  return isNull && entry.nullParameters ? entry.algorithm : null
}

/** True when a key of this type may have made a signature of this algorithm. */
export function keyFitsAlgorithm(type: KeyType, algorithm: SignatureAlgorithm): boolean {
  switch (algorithm.name) {
    case 'rsa-pkcs1':
      return type === 'rsa'
    case 'rsa-pss':
      return type === 'rsa' || type === 'rsa-pss'
    case 'ecdsa':
      return type === 'ec'
    default:
      return type === algorithm.name
  }
}

const OIDS_BY_ALGORITHM = /* @__PURE__ */ (() =>
  new Map(
    Object.entries(SIGNATURES)
      .filter(([oid]) => oid !== '1.3.14.3.2.29')
      .map(([oid, { algorithm }]) => [algorithmKey(algorithm), oid]),
  ))()

function algorithmKey(algorithm: SignatureAlgorithm): string {
  return 'hash' in algorithm ? `${algorithm.name}/${algorithm.hash}` : algorithm.name
}

/** DER of the AlgorithmIdentifier of a signature algorithm. @throws {X509Error} `UNSUPPORTED` */
export function encodeSignatureAlgorithm(algorithm: SignatureAlgorithm): Uint8Array {
  if (algorithm.name === 'rsa-pss') return encodeAlgorithmIdentifier(RSASSA_PSS, encodePssParameters(algorithm))
  const oid = OIDS_BY_ALGORITHM.get(algorithmKey(algorithm))
  if (!oid) throw new X509Error('UNSUPPORTED', `${algorithmKey(algorithm)} has no object identifier`)
  return encodeAlgorithmIdentifier(oid, SIGNATURES[oid]!.nullParameters ? der.nullValue() : undefined)
}

// --- RSASSA-PSS parameters (RFC 4055 §3.1) ---------------------------------------------------------------------------

export interface PssParameters {
  readonly hash: HashName
  readonly mgfHash: HashName
  /** Bytes. */
  readonly saltLength: number
}

/** @throws {X509Error} */
export function readPssParameters(parameters: Uint8Array): PssParameters {
  const outer = DerReader.open(parameters, '')
  const reader = outer.sequence('RSASSA-PSS-params')
  outer.finish()
  let hash: HashName = 'sha1'
  let mgfHash: HashName = 'sha1'
  let saltLength = 20
  if (reader.is(0xa0)) hash = readHash(reader.explicit(0, 'hashAlgorithm'))
  if (reader.is(0xa1)) {
    const wrapped = reader.explicit(1, 'maskGenAlgorithm')
    const mgf = wrapped.sequence('')
    wrapped.finish()
    if (mgf.oid('algorithm') !== MGF1) mgf.fail('UNSUPPORTED', 'only MGF1 is known', 'algorithm')
    mgfHash = readHash(mgf)
  }
  if (reader.is(0xa2)) {
    const wrapped = reader.explicit(2, 'saltLength')
    saltLength = wrapped.number('')
    wrapped.finish()
  }
  if (reader.is(0xa3)) {
    const wrapped = reader.explicit(3, 'trailerField')
    if (wrapped.number('') !== 1) wrapped.fail('INVALID_STRUCTURE', 'the trailer field must be 1')
    wrapped.finish()
  }
  reader.finish()
  return { hash, mgfHash, saltLength }
}

function readHash(reader: DerReader): HashName {
  const { oid, parameters } = readAlgorithmIdentifier(reader, 'hash')
  reader.finish()
  const hash = hashOfOid(oid)
  if (!hash) reader.fail('UNSUPPORTED', `unknown hash ${oid}`)
  if (parameters && !(parameters.length === 2 && parameters[0] === Tag.NULL))
    reader.fail('INVALID_STRUCTURE', 'parameters of a hash must be NULL or absent')
  return hash
}

export function encodePssParameters({ hash, mgfHash, saltLength }: PssParameters): Uint8Array {
  const parts: Uint8Array[] = []
  // X.690 §11.5: a value equal to its DEFAULT is not written.
  if (hash !== 'sha1') parts.push(der.explicit(0, encodeHashAlgorithm(hash)))
  if (mgfHash !== 'sha1') parts.push(der.explicit(1, encodeAlgorithmIdentifier(MGF1, encodeHashAlgorithm(mgfHash))))
  if (saltLength !== 20) parts.push(der.explicit(2, der.integer(saltLength)))
  return der.sequence(...parts)
}

import { type CbcCipher, CryptoError, type HashName } from '@x/crypto-primitives'
import { cbcDecrypt, PKCS12_IV, PKCS12_KEY, pbkdf1, pkcs12Kdf, pkcs12Password, rc4 } from '@x/crypto-primitives/legacy'
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithm.ts'
import { utf8Bytes } from '../bytes.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { X509Error } from '../error.ts'
import type { KeyFileCipher, PassphraseCrypto } from './passphrase-crypto.ts'

/** Decryption with a passphrase: PBES2 and PBES1 (RFC 8018), and the schemes of PKCS#12 (RFC 7292 appendix C). */

/** A passphrase as bytes: text is UTF-8, as OpenSSL takes what a terminal gives. */
export function passphraseBytes(passphrase: string | Uint8Array): Uint8Array {
  return typeof passphrase === 'string' ? utf8Bytes(passphrase) : passphrase
}

/** A passphrase as PKCS#12 wants it: UTF-16 with a final zero. */
export function pkcs12PassphraseBytes(passphrase: string | Uint8Array): Uint8Array {
  return pkcs12Password(typeof passphrase === 'string' ? passphrase : new TextDecoder().decode(passphrase))
}

// --- Ciphers --------------------------------------------------------------------------------------------------------

const RC2_CBC = '1.2.840.113549.3.2'

/** Ciphers of PBES2, by OID, without RC2. */
export const CIPHERS: Readonly<Record<string, KeyFileCipher>> = {
  '2.16.840.1.101.3.4.1.2': 'aes-128-cbc',
  '2.16.840.1.101.3.4.1.22': 'aes-192-cbc',
  '2.16.840.1.101.3.4.1.42': 'aes-256-cbc',
  '1.2.840.113549.3.7': '3des-ede-cbc',
  '1.3.14.3.2.7': 'des-cbc',
  '1.2.392.200011.61.1.1.1.2': 'camellia-128-cbc',
  '1.2.392.200011.61.1.1.1.4': 'camellia-256-cbc',
}

interface Cipher {
  readonly algorithm: CbcCipher
  readonly iv: Uint8Array
}

function readCipher({ oid, parameters }: AlgorithmIdentifier, crypto: PassphraseCrypto): Cipher {
  const where = 'PBES2-params.encryptionScheme'
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${where}: the initialization vector is missing`)
  const reader = DerReader.open(parameters, where, BER_LIMITS)
  if (oid === RC2_CBC) {
    const rc2Parameters = reader.sequence('RC2-CBC-Parameter')
    const version = rc2Parameters.is(Tag.INTEGER) ? rc2Parameters.number('rc2ParameterVersion') : 32
    // RFC 8018 §B.2.3: the version encodes the effective bits.
    const name = new Map<number, KeyFileCipher>([
      [160, 'rc2-40-cbc'],
      [120, 'rc2-64-cbc'],
      [58, 'rc2-128-cbc'],
    ]).get(version)
    if (!name) return rc2Parameters.fail('UNSUPPORTED', `RC2 parameter version ${version}`)
    const iv = rc2Parameters.octetString('iv')
    rc2Parameters.finish()
    return checkIv({ algorithm: crypto.cipher(name, where), iv }, where)
  }
  const iv = reader.octetString('iv')
  reader.finish()
  const name = CIPHERS[oid]
  if (!name) throw new X509Error('UNSUPPORTED', `${where}: unknown cipher ${oid}`)
  return checkIv({ algorithm: crypto.cipher(name, where), iv }, where)
}

function checkIv(cipher: Cipher, where: string): Cipher {
  if (cipher.iv.length !== cipher.algorithm.blockLength)
    throw new X509Error('INVALID_STRUCTURE', `${where}: an initialization vector of ${cipher.iv.length} bytes`)
  return cipher
}

// --- PBES2 (RFC 8018 §6.2) ------------------------------------------------------------------------------------------

export const PBES2 = '1.2.840.113549.1.5.13'
export const PBKDF2 = '1.2.840.113549.1.5.12'
export const SCRYPT = '1.3.6.1.4.1.11591.4.11'

export const PRF_OIDS: Readonly<Record<string, HashName>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

/** The hash of an HMAC's OID. */
export function hashOfHmacOid(oid: string): HashName | undefined {
  return PRF_OIDS[oid]
}

/** What derives a key of a given length from a passphrase. */
type Derivation = (passphrase: Uint8Array, length: number) => Uint8Array

/** The keyDerivationFunc of PBES2 and PBMAC1. */
export function readDerivation({ oid, parameters }: AlgorithmIdentifier, crypto: PassphraseCrypto): Derivation {
  const where = 'keyDerivationFunc'
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${where}: parameters are missing`)
  const outer = DerReader.open(parameters, where, BER_LIMITS)
  if (oid === PBKDF2) {
    const reader = outer.sequence('PBKDF2-params')
    const salt = reader.octetString('salt')
    const iterations = reader.number('iterationCount')
    const stated = reader.is(Tag.INTEGER) ? reader.number('keyLength') : undefined
    const prf = reader.done ? undefined : readAlgorithmIdentifier(reader, 'prf')
    reader.finish()
    outer.finish()
    const hash = crypto.hash(prf ? PRF_OIDS[prf.oid] : 'sha1', `${where}.prf`)
    if (iterations < 1) throw new X509Error('INVALID_STRUCTURE', `${where}.iterationCount: must be at least 1`)
    return (passphrase, length) => {
      checkKeyLength(stated, length, where)
      return crypto.pbkdf2(hash, passphrase, salt, iterations, length, where)
    }
  }
  if (oid === SCRYPT) {
    // RFC 7914 §7.
    const reader = outer.sequence('scrypt-params')
    const salt = reader.octetString('salt')
    const cost = reader.number('costParameter')
    const blockSize = reader.number('blockSize')
    const parallelization = reader.number('parallelizationParameter')
    const stated = reader.is(Tag.INTEGER) ? reader.number('keyLength') : undefined
    reader.finish()
    outer.finish()
    return (passphrase, length) => {
      checkKeyLength(stated, length, where)
      try {
        return crypto.scrypt(passphrase, salt, { cost, blockSize, parallelization }, length, where)
      } catch (error) {
        if (!(error instanceof CryptoError)) throw error
        throw new X509Error('INVALID_STRUCTURE', `${where}: ${error.message}`, { cause: error })
      }
    }
  }
  throw new X509Error('UNSUPPORTED', `${where}: unknown key derivation ${oid}`)
}

function checkKeyLength(stated: number | undefined, length: number, where: string): void {
  if (stated !== undefined && stated !== length)
    throw new X509Error('INVALID_STRUCTURE', `${where}.keyLength: ${stated} bytes, the cipher takes ${length}`)
}

// --- PBES1 and PKCS#12 ----------------------------------------------------------------------------------------------

interface Pbes1Scheme {
  readonly hash: HashName
  readonly cipher: KeyFileCipher
}

/** RFC 8018 §A.3: key and IV from one PBKDF1. */
const PBES1: Readonly<Record<string, Pbes1Scheme>> = {
  '1.2.840.113549.1.5.3': { hash: 'md5', cipher: 'des-cbc' },
  '1.2.840.113549.1.5.6': { hash: 'md5', cipher: 'rc2-64-cbc' },
  '1.2.840.113549.1.5.10': { hash: 'sha1', cipher: 'des-cbc' },
  '1.2.840.113549.1.5.11': { hash: 'sha1', cipher: 'rc2-64-cbc' },
}

interface Pkcs12Scheme {
  /** Absent: RC4. */
  readonly cipher?: KeyFileCipher
  readonly keyLength: number
  /** Two-key triple DES: the first key is also the third. */
  readonly twoKeys?: boolean
}

/** RFC 7292 appendix C, all with SHA-1. */
export const PKCS12_SCHEMES: Readonly<Record<string, Pkcs12Scheme>> = {
  '1.2.840.113549.1.12.1.1': { keyLength: 16 },
  '1.2.840.113549.1.12.1.2': { keyLength: 5 },
  '1.2.840.113549.1.12.1.3': { cipher: '3des-ede-cbc', keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: '3des-ede-cbc', keyLength: 16, twoKeys: true },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2-128-cbc', keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2-40-cbc', keyLength: 5 },
}

/** PBEParameter: salt and iterations. */
function readPbeParameters({ parameters, oid }: AlgorithmIdentifier): { salt: Uint8Array; iterations: number } {
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${oid}: PBEParameter is missing`)
  const outer = DerReader.open(parameters, '', BER_LIMITS)
  const reader = outer.sequence('PBEParameter')
  const salt = reader.octetString('salt')
  const iterations = reader.number('iterationCount')
  reader.finish()
  outer.finish()
  if (iterations < 1) reader.fail('INVALID_STRUCTURE', 'must be at least 1', 'iterationCount')
  return { salt, iterations }
}

// --- Decrypting -----------------------------------------------------------------------------------------------------

/**
 * Decrypts what an AlgorithmIdentifier of PBES2, PBES1 or PKCS#12 protects.
 *
 * @param pkcs12Passphrase the passphrase as PKCS#12's own schemes take it; default: made from `passphrase`
 * @throws {X509Error} `WRONG_PASSPHRASE`, `UNSUPPORTED`, `LIMIT_EXCEEDED`, or for malformed parameters
 */
export function pbeDecrypt(
  algorithm: AlgorithmIdentifier,
  passphrase: string | Uint8Array,
  ciphertext: Uint8Array,
  crypto: PassphraseCrypto,
  pkcs12Passphrase?: Uint8Array,
): Uint8Array {
  if (algorithm.oid === PBES2) {
    const { derivation, cipher } = readPbes2(algorithm, crypto)
    const key = derivation(passphraseBytes(passphrase), cipher.algorithm.keyLength)
    return decrypt(cipher, key, ciphertext)
  }
  const pbes1 = PBES1[algorithm.oid]
  const pkcs12 = PKCS12_SCHEMES[algorithm.oid]
  if (!pbes1 && !pkcs12) throw new X509Error('UNSUPPORTED', `unknown encryption scheme ${algorithm.oid}`)
  const { salt, iterations } = readPbeParameters(algorithm)
  if (pbes1) {
    const where = 'PBEParameter'
    const hash = crypto.hash(pbes1.hash, where)
    crypto.spend(iterations, hash, where)
    const derived = pbkdf1(hash, passphraseBytes(passphrase), salt, iterations, 16)
    const cipher = { algorithm: crypto.cipher(pbes1.cipher, where), iv: derived.subarray(8, 16) }
    return decrypt(cipher, derived.subarray(0, 8), ciphertext)
  }
  const secret = pkcs12Passphrase ?? pkcs12PassphraseBytes(passphrase)
  const { key, iv } = derivePkcs12(pkcs12!, secret, salt, iterations, crypto)
  if (!pkcs12!.cipher) return rc4(key, ciphertext)
  return decrypt({ algorithm: crypto.cipher(pkcs12!.cipher, 'PBEParameter'), iv }, key, ciphertext)
}

export function derivePkcs12(
  scheme: Pkcs12Scheme,
  secret: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  crypto: PassphraseCrypto,
): { key: Uint8Array; iv: Uint8Array } {
  const sha1 = crypto.hash('sha1', 'PBEParameter')
  crypto.spend(iterations * (Math.ceil(scheme.keyLength / 20) + 1), sha1, 'PBEParameter')
  let key = pkcs12Kdf(sha1, secret, salt, PKCS12_KEY, iterations, scheme.keyLength)
  if (scheme.twoKeys) {
    const three = new Uint8Array(24)
    three.set(key)
    three.set(key.subarray(0, 8), 16)
    key = three
  }
  const iv = scheme.cipher ? pkcs12Kdf(sha1, secret, salt, PKCS12_IV, iterations, 8) : new Uint8Array(0)
  return { key, iv }
}

function readPbes2(
  algorithm: AlgorithmIdentifier,
  crypto: PassphraseCrypto,
): { derivation: Derivation; cipher: Cipher } {
  if (!algorithm.parameters) throw new X509Error('INVALID_STRUCTURE', 'PBES2-params: missing')
  const outer = DerReader.open(algorithm.parameters, '', BER_LIMITS)
  const reader = outer.sequence('PBES2-params')
  const derivation = readDerivation(readAlgorithmIdentifier(reader, 'keyDerivationFunc'), crypto)
  const cipher = readCipher(readAlgorithmIdentifier(reader, 'encryptionScheme'), crypto)
  reader.finish()
  outer.finish()
  return { derivation, cipher }
}

function decrypt(cipher: Cipher, key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  try {
    return cbcDecrypt(cipher.algorithm, key, cipher.iv, ciphertext)
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'DECRYPTION_FAILED')
      throw new X509Error('WRONG_PASSPHRASE', 'decryption failed: wrong passphrase, or damaged data')
    throw error
  } finally {
    key.fill(0)
  }
}

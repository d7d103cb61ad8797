import { CryptoError, type Hash, type HashName } from '@x/crypto-primitives'
import { aes, type BlockCipherAlgorithm, cbcDecrypt, cbcEncrypt, tripleDes } from '@x/crypto-primitives/cbc'
import { md5, sha1, sha224, sha256, sha384, sha512 } from '@x/crypto-primitives/hash'
import { pbkdf2, scrypt } from '@x/crypto-primitives/kdf'
import { des, PKCS12_IV, PKCS12_KEY, pbkdf1, pkcs12Kdf, pkcs12Password, rc2, rc4 } from '@x/crypto-primitives/legacy'
import { type AlgorithmIdentifier, encodeAlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithm.ts'
import { utf8Bytes } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'

/** Encryption with a passphrase: PBES2 and PBES1 (RFC 8018), and the schemes of PKCS#12 (RFC 7292 appendix C). */

const HASHES: Partial<Record<HashName, Hash>> = { md5, sha1, sha224, sha256, sha384, sha512 }

/** @throws {X509Error} `UNSUPPORTED` */
export function hashByName(name: HashName | undefined, where: string): Hash {
  const hash = name && HASHES[name]
  if (!hash) throw new X509Error('UNSUPPORTED', `${where}: unknown hash`)
  return hash
}

/**
 * Work that key derivation may take over one file, in blocks of SHA-1 or SHA-256: a file is not to say how long its reader
 * works. The default takes a little less than a second in JavaScript.
 */
export class DerivationBudget {
  constructor(private left = 1_000_000) {}

  /**
   * @param hashes hash computations; those of the 64-bit hashes count twice
   * @throws {X509Error} `LIMIT_EXCEEDED`
   */
  spend(hashes: number, hash: Hash | undefined, where: string): void {
    this.left -= hash && hash.blockLength > 64 ? 2 * hashes : hashes
    if (!(this.left >= 0))
      throw new X509Error(
        'LIMIT_EXCEEDED',
        `${where}: key derivation would take more work than allowed (see the option "work")`,
      )
  }
}

/** Random bytes for salts and initialization vectors, from the platform's Web Crypto. */
export function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length))
}

/** A passphrase as bytes: text is UTF-8, as OpenSSL takes what a terminal gives. */
export function passphraseBytes(passphrase: string | Uint8Array): Uint8Array {
  return typeof passphrase === 'string' ? utf8Bytes(passphrase) : passphrase
}

/** A passphrase as PKCS#12 wants it: UTF-16 with a final zero. */
export function pkcs12PassphraseBytes(passphrase: string | Uint8Array): Uint8Array {
  return pkcs12Password(typeof passphrase === 'string' ? passphrase : new TextDecoder().decode(passphrase))
}

// --- Ciphers --------------------------------------------------------------------------------------------------------

const AES_OIDS: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.2': 16,
  '2.16.840.1.101.3.4.1.22': 24,
  '2.16.840.1.101.3.4.1.42': 32,
}
const DES_EDE3_CBC = '1.2.840.113549.3.7'
const DES_CBC = '1.3.14.3.2.7'
const RC2_CBC = '1.2.840.113549.3.2'

/** The ciphers that can be written; the reader knows more. */
export const CIPHER_OIDS = {
  'aes-128-cbc': '2.16.840.1.101.3.4.1.2',
  'aes-192-cbc': '2.16.840.1.101.3.4.1.22',
  'aes-256-cbc': '2.16.840.1.101.3.4.1.42',
  'des-ede3-cbc': DES_EDE3_CBC,
} as const

export type PbeCipher = keyof typeof CIPHER_OIDS

interface Cipher {
  readonly algorithm: BlockCipherAlgorithm
  readonly keyLength: number
  readonly iv: Uint8Array
}

function readCipher({ oid, parameters }: AlgorithmIdentifier): Cipher {
  const where = 'PBES2-params.encryptionScheme'
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${where}: the initialization vector is missing`)
  const reader = DerReader.open(parameters, where)
  if (oid === RC2_CBC) {
    const rc2Parameters = reader.sequence('RC2-CBC-Parameter')
    const version = rc2Parameters.is(Tag.INTEGER) ? rc2Parameters.number('rc2ParameterVersion') : 32
    // RFC 8018 §B.2.3: the version encodes the effective bits.
    const bits = new Map([
      [160, 40],
      [120, 64],
      [58, 128],
    ]).get(version)
    if (bits === undefined) return rc2Parameters.fail('UNSUPPORTED', `RC2 parameter version ${version}`)
    const iv = rc2Parameters.octetString('iv')
    rc2Parameters.finish()
    return checkIv({ algorithm: rc2(bits), keyLength: bits / 8, iv }, where)
  }
  const iv = reader.octetString('iv')
  reader.finish()
  const aesLength = AES_OIDS[oid]
  if (aesLength) return checkIv({ algorithm: aes, keyLength: aesLength, iv }, where)
  if (oid === DES_EDE3_CBC) return checkIv({ algorithm: tripleDes, keyLength: 24, iv }, where)
  if (oid === DES_CBC) return checkIv({ algorithm: des, keyLength: 8, iv }, where)
  throw new X509Error('UNSUPPORTED', `${where}: unknown cipher ${oid}`)
}

function checkIv(cipher: Cipher, where: string): Cipher {
  if (cipher.iv.length !== cipher.algorithm.blockLength)
    throw new X509Error('INVALID_STRUCTURE', `${where}: an initialization vector of ${cipher.iv.length} bytes`)
  return cipher
}

// --- PBES2 (RFC 8018 §6.2) ------------------------------------------------------------------------------------------

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const SCRYPT = '1.3.6.1.4.1.11591.4.11'

const PRF_OIDS: Readonly<Record<string, HashName>> = {
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

/** DER of an HMAC's AlgorithmIdentifier. */
export function encodeHmacAlgorithm(hash: HashName): Uint8Array {
  const found = Object.entries(PRF_OIDS).find(([, name]) => name === hash)
  if (!found) throw new X509Error('UNSUPPORTED', `no object identifier for HMAC with ${hash}`)
  return encodeAlgorithmIdentifier(found[0], der.nullValue())
}

/** What derives a key of a given length from a passphrase. */
type Derivation = (passphrase: Uint8Array, length: number) => Uint8Array

/** The keyDerivationFunc of PBES2 and PBMAC1. */
export function readDerivation({ oid, parameters }: AlgorithmIdentifier, budget: DerivationBudget): Derivation {
  const where = 'keyDerivationFunc'
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${where}: parameters are missing`)
  const outer = DerReader.open(parameters, where)
  if (oid === PBKDF2) {
    const reader = outer.sequence('PBKDF2-params')
    const salt = reader.octetString('salt')
    const iterations = reader.number('iterationCount')
    const stated = reader.is(Tag.INTEGER) ? reader.number('keyLength') : undefined
    const prf = reader.done ? undefined : readAlgorithmIdentifier(reader, 'prf')
    reader.finish()
    outer.finish()
    const hash = hashByName(prf ? PRF_OIDS[prf.oid] : 'sha1', `${where}.prf`)
    if (iterations < 1) throw new X509Error('INVALID_STRUCTURE', `${where}.iterationCount: must be at least 1`)
    return (passphrase, length) => {
      checkKeyLength(stated, length, where)
      // An HMAC is two hashes.
      budget.spend(2 * iterations * Math.ceil(length / hash.outputLength), hash, where)
      return pbkdf2(hash, passphrase, salt, iterations, length)
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
      // Mixing 128 bytes twice costs about half as much as a hash.
      budget.spend((cost * parallelization * blockSize) / 2, undefined, where)
      try {
        return scrypt(passphrase, salt, { cost, blockSize, parallelization }, length)
      } catch (error) {
        throw new X509Error('INVALID_STRUCTURE', `${where}: ${(error as Error).message}`, { cause: error })
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
  readonly hash: Hash
  readonly cipher: () => BlockCipherAlgorithm
  readonly keyLength: number
}

/** RFC 8018 §A.3: key and IV from one PBKDF1. */
const PBES1: Readonly<Record<string, Pbes1Scheme>> = {
  '1.2.840.113549.1.5.3': { hash: md5, cipher: () => des, keyLength: 8 },
  '1.2.840.113549.1.5.6': { hash: md5, cipher: () => rc2(64), keyLength: 8 },
  '1.2.840.113549.1.5.10': { hash: sha1, cipher: () => des, keyLength: 8 },
  '1.2.840.113549.1.5.11': { hash: sha1, cipher: () => rc2(64), keyLength: 8 },
}

interface Pkcs12Scheme {
  /** Absent: RC4. */
  readonly cipher?: () => BlockCipherAlgorithm
  readonly keyLength: number
  /** Two-key triple DES: the first key is also the third. */
  readonly twoKeys?: boolean
}

/** RFC 7292 appendix C, all with SHA-1. */
const PKCS12_SCHEMES: Readonly<Record<string, Pkcs12Scheme>> = {
  '1.2.840.113549.1.12.1.1': { keyLength: 16 },
  '1.2.840.113549.1.12.1.2': { keyLength: 5 },
  '1.2.840.113549.1.12.1.3': { cipher: () => tripleDes, keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: () => tripleDes, keyLength: 16, twoKeys: true },
  '1.2.840.113549.1.12.1.5': { cipher: () => rc2(128), keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: () => rc2(40), keyLength: 5 },
}

const PKCS12_OIDS = {
  'pbe-sha1-3des': '1.2.840.113549.1.12.1.3',
  'pbe-sha1-rc2-40': '1.2.840.113549.1.12.1.6',
} as const

/** PBEParameter: salt and iterations. */
function readPbeParameters({ parameters, oid }: AlgorithmIdentifier): { salt: Uint8Array; iterations: number } {
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${oid}: PBEParameter is missing`)
  const outer = DerReader.open(parameters, '')
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
  budget: DerivationBudget,
  pkcs12Passphrase?: Uint8Array,
): Uint8Array {
  if (algorithm.oid === PBES2) {
    const { derivation, cipher } = readPbes2(algorithm, budget)
    const key = derivation(passphraseBytes(passphrase), cipher.keyLength)
    return decrypt(cipher, key, ciphertext)
  }
  const pbes1 = PBES1[algorithm.oid]
  const pkcs12 = PKCS12_SCHEMES[algorithm.oid]
  if (!pbes1 && !pkcs12) throw new X509Error('UNSUPPORTED', `unknown encryption scheme ${algorithm.oid}`)
  const { salt, iterations } = readPbeParameters(algorithm)
  if (pbes1) {
    budget.spend(iterations, pbes1.hash, 'PBEParameter')
    const derived = pbkdf1(pbes1.hash, passphraseBytes(passphrase), salt, iterations, 16)
    const cipher = { algorithm: pbes1.cipher(), keyLength: 8, iv: derived.subarray(8, 16) }
    return decrypt(cipher, derived.subarray(0, 8), ciphertext)
  }
  const secret = pkcs12Passphrase ?? pkcs12PassphraseBytes(passphrase)
  const { key, iv } = derivePkcs12(pkcs12!, secret, salt, iterations, budget)
  if (!pkcs12!.cipher) return rc4(key, ciphertext)
  return decrypt({ algorithm: pkcs12!.cipher(), keyLength: key.length, iv }, key, ciphertext)
}

function derivePkcs12(
  scheme: Pkcs12Scheme,
  secret: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  budget: DerivationBudget,
): { key: Uint8Array; iv: Uint8Array } {
  budget.spend(iterations * (Math.ceil(scheme.keyLength / 20) + 1), sha1, 'PBEParameter')
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
  budget: DerivationBudget,
): { derivation: Derivation; cipher: Cipher } {
  if (!algorithm.parameters) throw new X509Error('INVALID_STRUCTURE', 'PBES2-params: missing')
  const outer = DerReader.open(algorithm.parameters, '')
  const reader = outer.sequence('PBES2-params')
  const derivation = readDerivation(readAlgorithmIdentifier(reader, 'keyDerivationFunc'), budget)
  const cipher = readCipher(readAlgorithmIdentifier(reader, 'encryptionScheme'))
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

// --- Encrypting -----------------------------------------------------------------------------------------------------

/** How to encrypt with a passphrase. */
export type KeyEncryption =
  | {
      readonly scheme: 'pbes2'
      /** Default AES-256. */
      readonly cipher?: PbeCipher
      /** Default HMAC with SHA-256. */
      readonly prf?: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
      /** Default 100,000. */
      readonly iterations?: number
    }
  | {
      readonly scheme: 'scrypt'
      readonly cipher?: PbeCipher
      /** A power of two; default 16,384, block size 8, parallelization 1. */
      readonly cost?: number
    }
  /** Of PKCS#12, for readers of the last century. */
  | { readonly scheme: 'pbe-sha1-3des'; readonly iterations?: number }
  | { readonly scheme: 'pbe-sha1-rc2-40'; readonly iterations?: number }

/** Encrypts; returns the AlgorithmIdentifier's DER and the ciphertext. @throws {X509Error} `INVALID_ARGUMENT` */
export function pbeEncrypt(
  plaintext: Uint8Array,
  passphrase: string | Uint8Array,
  encryption: KeyEncryption = { scheme: 'pbes2' },
): { algorithm: Uint8Array; ciphertext: Uint8Array } {
  const salt = randomBytes(16)
  if (encryption.scheme === 'pbe-sha1-3des' || encryption.scheme === 'pbe-sha1-rc2-40') {
    const oid = PKCS12_OIDS[encryption.scheme]
    const scheme = PKCS12_SCHEMES[oid]!
    const iterations = encryption.iterations ?? 2048
    const short = salt.subarray(0, 8)
    const budget = new DerivationBudget(Infinity)
    const { key, iv } = derivePkcs12(scheme, pkcs12PassphraseBytes(passphrase), short, iterations, budget)
    return {
      algorithm: encodeAlgorithmIdentifier(oid, der.sequence(der.octetString(short), der.integer(iterations))),
      ciphertext: cbcEncrypt(scheme.cipher!(), key, iv, plaintext),
    }
  }
  const name = encryption.cipher ?? 'aes-256-cbc'
  const cipherOid = CIPHER_OIDS[name]
  const algorithm = name === 'des-ede3-cbc' ? tripleDes : aes
  const keyLength = name === 'des-ede3-cbc' ? 24 : AES_OIDS[cipherOid]!
  const iv = randomBytes(algorithm.blockLength)
  const secret = passphraseBytes(passphrase)
  let derivation: Uint8Array
  let key: Uint8Array
  if (encryption.scheme === 'scrypt') {
    const cost = encryption.cost ?? 16384
    key = scrypt(secret, salt, { cost, blockSize: 8, parallelization: 1 }, keyLength)
    const numbers = [cost, 8, 1].map((number) => der.integer(number))
    derivation = encodeAlgorithmIdentifier(SCRYPT, der.sequence(der.octetString(salt), ...numbers))
  } else {
    const iterations = encryption.iterations ?? 100_000
    const prf = encryption.prf ?? 'sha256'
    key = pbkdf2(hashByName(prf, 'prf'), secret, salt, iterations, keyLength)
    derivation = encodePbkdf2(salt, iterations, prf)
  }
  const ciphertext = cbcEncrypt(algorithm, key, iv, plaintext)
  key.fill(0)
  const scheme = encodeAlgorithmIdentifier(cipherOid, der.octetString(iv))
  return { algorithm: encodeAlgorithmIdentifier(PBES2, der.sequence(derivation, scheme)), ciphertext }
}

/** DER of PBKDF2's AlgorithmIdentifier; the default PRF, HMAC with SHA-1, is not written. */
export function encodePbkdf2(salt: Uint8Array, iterations: number, prf: HashName, keyLength?: number): Uint8Array {
  const parts = [der.octetString(salt), der.integer(iterations)]
  if (keyLength !== undefined) parts.push(der.integer(keyLength))
  if (prf !== 'sha1') parts.push(encodeHmacAlgorithm(prf))
  return encodeAlgorithmIdentifier(PBKDF2, der.sequence(...parts))
}

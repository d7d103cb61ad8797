import type { CryptoProvider, HashName } from '@x/crypto-primitives'
import { cbcEncrypt } from '@x/crypto-primitives/legacy'
import { anyOf, group, must, oneOf, type Rule, required } from '@x/crypto-primitives/options'
import { encodeAlgorithmIdentifier } from '../algorithm.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { PassphraseCrypto } from './passphrase-crypto.ts'
import { someIterations } from './passphrase-options.ts'
import {
  CIPHERS,
  derivePkcs12,
  PBES2,
  PBKDF2,
  PKCS12_SCHEMES,
  PRF_OIDS,
  passphraseBytes,
  pkcs12PassphraseBytes,
  SCRYPT,
} from './pbe.ts'

/** Encryption with a passphrase: PBES2 (RFC 8018 §6.2), and two schemes of PKCS#12 (RFC 7292 appendix C). */

/** The ciphers that can be written; the reader knows more. */
const CIPHER_OIDS = {
  'aes-128-cbc': '2.16.840.1.101.3.4.1.2',
  'aes-192-cbc': '2.16.840.1.101.3.4.1.22',
  'aes-256-cbc': '2.16.840.1.101.3.4.1.42',
  'des-ede3-cbc': '1.2.840.113549.3.7',
} as const

type PbeCipher = keyof typeof CIPHER_OIDS

const PKCS12_OIDS = {
  'pbe-sha1-3des': '1.2.840.113549.1.12.1.3',
  'pbe-sha1-rc2-40': '1.2.840.113549.1.12.1.6',
} as const

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

/** The rule for it. */
export const anEncryption: Rule<KeyEncryption> = /* @__PURE__ */ (() => {
  const cipher = oneOf(...(Object.keys(CIPHER_OIDS) as PbeCipher[]))
  return anyOf<unknown>(
    group({
      scheme: required(oneOf('pbes2')),
      cipher,
      prf: oneOf('sha1', 'sha224', 'sha256', 'sha384', 'sha512'),
      iterations: someIterations,
    }),
    group({
      scheme: required(oneOf('scrypt')),
      cipher,
      // RFC 7914 §2.
      cost: must(
        'a power of two above 1',
        (value) => Number.isInteger(value) && (value as number) > 1 && Number.isInteger(Math.log2(value as number)),
      ),
    }),
    group({ scheme: required(oneOf('pbe-sha1-3des', 'pbe-sha1-rc2-40')), iterations: someIterations }),
  ) as Rule<KeyEncryption>
})()

/** Encrypts; returns the AlgorithmIdentifier's DER and the ciphertext. @throws {X509Error} `UNSUPPORTED` */
export function pbeEncrypt(
  plaintext: Uint8Array,
  passphrase: string | Uint8Array,
  provider: CryptoProvider,
  encryption: KeyEncryption = { scheme: 'pbes2' },
): { algorithm: Uint8Array; ciphertext: Uint8Array } {
  const crypto = new PassphraseCrypto(provider, Infinity)
  const salt = provider.randomBytes(16)
  if (encryption.scheme === 'pbe-sha1-3des' || encryption.scheme === 'pbe-sha1-rc2-40') {
    const oid = PKCS12_OIDS[encryption.scheme]
    const scheme = PKCS12_SCHEMES[oid]!
    const iterations = encryption.iterations ?? 2048
    const short = salt.subarray(0, 8)
    const { key, iv } = derivePkcs12(scheme, pkcs12PassphraseBytes(passphrase), short, iterations, crypto)
    return {
      algorithm: encodeAlgorithmIdentifier(oid, der.sequence(der.octetString(short), der.integer(iterations))),
      ciphertext: cbcEncrypt(crypto.cipher(scheme.cipher!, encryption.scheme), key, iv, plaintext),
    }
  }
  const cipherOid = CIPHER_OIDS[encryption.cipher ?? 'aes-256-cbc']
  const cipher = crypto.cipher(CIPHERS[cipherOid]!, 'PBES2')
  const { keyLength } = cipher
  const iv = provider.randomBytes(cipher.blockLength)
  const secret = passphraseBytes(passphrase)
  let derivation: Uint8Array
  let key: Uint8Array
  if (encryption.scheme === 'scrypt') {
    const cost = encryption.cost ?? 16384
    key = crypto.scrypt(secret, salt, { cost, blockSize: 8, parallelization: 1 }, keyLength, 'PBES2')
    const numbers = [cost, 8, 1].map((number) => der.integer(number))
    derivation = encodeAlgorithmIdentifier(SCRYPT, der.sequence(der.octetString(salt), ...numbers))
  } else {
    const iterations = encryption.iterations ?? 100_000
    const prf = encryption.prf ?? 'sha256'
    key = crypto.pbkdf2(crypto.hash(prf, 'prf'), secret, salt, iterations, keyLength, 'PBES2')
    derivation = encodePbkdf2(salt, iterations, prf)
  }
  const ciphertext = cbcEncrypt(cipher, key, iv, plaintext)
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

/** DER of an HMAC's AlgorithmIdentifier. */
export function encodeHmacAlgorithm(hash: HashName): Uint8Array {
  const found = Object.entries(PRF_OIDS).find(([, name]) => name === hash)
  if (!found) throw new X509Error('UNSUPPORTED', `no object identifier for HMAC with ${hash}`)
  return encodeAlgorithmIdentifier(found[0], der.nullValue())
}

/** DER of an EncryptedPrivateKeyInfo. */
export function encryptPkcs8(
  privateKeyInfo: Uint8Array,
  passphrase: string | Uint8Array,
  provider: CryptoProvider,
  encryption?: KeyEncryption,
): Uint8Array {
  const { algorithm, ciphertext } = pbeEncrypt(privateKeyInfo, passphrase, provider, encryption)
  return der.sequence(algorithm, der.octetString(ciphertext))
}

/** The algorithms under test, as the vectors ask for them: one provider, and what the package has beside providers. */

import type {
  Aead,
  CryptoProvider,
  CurveName,
  HashName,
  PrivateKeyData,
  PublicKeyData,
  SignatureAlgorithm,
} from '@x/crypto-primitives'
import type { AeadCipher, AeadParameters } from '@x/crypto-primitives/aead'
import { aes, cbcDecrypt, cbcEncrypt } from '@x/crypto-primitives/cbc'
import { p1363ToDer } from '@x/crypto-primitives/ecdsa'
import { hkdf, pbkdf2 } from '@x/crypto-primitives/kdf'
import { importMlDsaPrivateKey, type MlDsaName, mlDsaSign, mlDsaVerify } from '@x/crypto-primitives/mldsa'
import { type Kem, mlKem512, mlKem768, mlKem1024 } from '@x/crypto-primitives/mlkem'
import { isProbablePrime, rsaPkcs1Decrypt } from '@x/crypto-primitives/rsa'
import { parsePrivateKey, parsePublicKey } from '@x/x509'

/** What a subject lacks counts as skipped, not as failed. */
export class Missing extends Error {}

const KEMS: Readonly<Record<string, Kem>> = { 'ML-KEM-512': mlKem512, 'ML-KEM-768': mlKem768, 'ML-KEM-1024': mlKem1024 }

/** Bytes of a private key, and of each half of a signature. */
const SCALAR_LENGTH: Readonly<Record<CurveName | 'x25519' | 'x448', number>> = {
  secp224r1: 28,
  secp256r1: 32,
  secp384r1: 48,
  secp521r1: 66,
  secp256k1: 32,
  brainpoolP256r1: 32,
  brainpoolP384r1: 48,
  brainpoolP512r1: 64,
  x25519: 32,
  x448: 56,
}

export class Subject {
  constructor(
    readonly provider: CryptoProvider,
    private readonly createAead: (cipher: AeadCipher, key: Uint8Array, parameters: AeadParameters) => Aead,
  ) {}

  hash(name: string) {
    const hash = this.provider.hashes[hashName(name)]
    if (!hash) throw new Missing(`hash ${name}`)
    return hash
  }

  seal(cipher: string, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tagLength: number) {
    const aead = this.#aead(cipher, key, nonce, tagLength)
    const buffer = new Uint8Array(text.length + tagLength)
    buffer.set(text)
    aead.seal(nonce, aad, buffer, 0, text.length)
    return buffer
  }

  open(cipher: string, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, tagLength: number) {
    return this.#aead(cipher, key, nonce, tagLength).open(nonce, aad, sealed.slice(), 0, sealed.length)
  }

  #aead(cipher: string, key: Uint8Array, nonce: Uint8Array, tagLength: number): Aead {
    return this.createAead(cipher as AeadCipher, key, { nonceLength: nonce.length, tagLength })
  }

  readonly cbcEncrypt = (key: Uint8Array, iv: Uint8Array, text: Uint8Array) => cbcEncrypt(aes, key, iv, text)
  readonly cbcDecrypt = (key: Uint8Array, iv: Uint8Array, text: Uint8Array) => cbcDecrypt(aes, key, iv, text)

  hkdf(hash: string, ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) {
    return hkdf(this.hash(hash), ikm, salt, info, length)
  }

  pbkdf2(hash: string, password: Uint8Array, salt: Uint8Array, iterations: number, length: number) {
    return pbkdf2(this.hash(hash), password, salt, iterations, length)
  }

  async verify(key: PublicKeyData, algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array) {
    return await this.provider.importPublicKey(key).verify(algorithm, message, signature)
  }

  /** ECDSA with r ‖ s: another length is refused before it is turned into DER. */
  async verifyP1363(key: PublicKeyData & { type: 'ec' }, hash: HashName, message: Uint8Array, signature: Uint8Array) {
    const scalarLength = SCALAR_LENGTH[key.curve]
    if (signature.length !== 2 * scalarLength) return false
    return await this.verify(key, { name: 'ecdsa', hash }, message, p1363ToDer(signature, scalarLength))
  }

  async sign(key: PrivateKeyData, algorithm: SignatureAlgorithm, message: Uint8Array) {
    return await this.provider.importPrivateKey(key).sign(algorithm, message)
  }

  rsaPkcs1Decrypt(key: PrivateKeyData, ciphertext: Uint8Array) {
    if (key.type !== 'rsa') throw new Error('not an RSA key')
    return rsaPkcs1Decrypt(key, ciphertext, this.provider.hashes)
  }

  /** @param scalar as the vectors have it: a signed integer, so of any length */
  agree(group: CurveName | 'x25519' | 'x448', scalar: Uint8Array, share: Uint8Array) {
    const agreeWith = this.provider.groups[group]?.agreeWith
    if (!agreeWith) throw new Missing(group)
    return agreeWith(exactly(scalar, SCALAR_LENGTH[group]), share)
  }

  readonly publicKey = (spki: Uint8Array) => parsePublicKey(spki)
  readonly privateKey = (pkcs8: Uint8Array) => parsePrivateKey(pkcs8)

  kem(set: string): Kem {
    const kem = KEMS[set]
    if (!kem) throw new Missing(set)
    return kem
  }

  mlDsaVerify(set: string, key: Uint8Array, message: Uint8Array, context: Uint8Array, signature: Uint8Array) {
    return mlDsaVerify(set.toLowerCase() as MlDsaName, key, message, signature, context)
  }

  mlDsaSign(
    set: string,
    key: { seed?: Uint8Array; bytes?: Uint8Array },
    message: Uint8Array,
    context: Uint8Array,
    random: Uint8Array | undefined,
  ) {
    const type = set.toLowerCase() as MlDsaName
    const data = importMlDsaPrivateKey(type, key).data as { bytes: Uint8Array }
    return mlDsaSign(type, data.bytes, message, { context, random })
  }

  readonly isPrime = (value: bigint) => isProbablePrime(value)
}

/** `SHA-512/256` as our names have it: `sha512-256`. */
export function hashName(name: string): HashName {
  return name.toLowerCase().replace('sha-', 'sha').replace('/', '-') as HashName
}

/** A big-endian integer as exactly `length` bytes, where it fits. */
function exactly(bytes: Uint8Array, length: number): Uint8Array {
  let from = 0
  while (from < bytes.length - length && bytes[from] === 0) from++
  const out = new Uint8Array(Math.max(length, bytes.length - from))
  out.set(bytes.subarray(from), out.length - (bytes.length - from))
  return out
}

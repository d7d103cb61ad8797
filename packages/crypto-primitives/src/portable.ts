/** The provider that runs everywhere JavaScript does. */
import { aeadAlgorithm } from './aead/specification.ts'
import { isLittleEndian } from './aead/workspace.ts'
import {
  aes128Ccm,
  aes128Ccm8,
  aes128Gcm,
  aes256Ccm,
  aes256Ccm8,
  aes256Gcm,
  chacha20Poly1305,
  createAead,
} from './aead.ts'
import { CURVES } from './curves/by-name.ts'
import * as groups from './groups.ts'
import { md5, md5Sha1, sha1, sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from './hash.ts'
import { pbkdf2With } from './kdf/pbkdf2.ts'
import { scrypt } from './kdf/scrypt.ts'
import { cbc, cbcHmac } from './portable/cbc-hmac.ts'
import { composeProvider } from './portable/compose.ts'
import { dsaKeys, ecKeys, ed448Keys, ed25519Keys, mlDsaKeys, rsaKeys, xdhKeys } from './portable/key-families.ts'
import type { AeadAlgorithm, CryptoProvider } from './provider.ts'

const hashes = {
  md5,
  sha1,
  'md5-sha1': md5Sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  'sha512-224': sha512_224,
  'sha512-256': sha512_256,
}

/** Ours; on big-endian machines, where without WebAssembly they do not run, noble's. */
function everywhere(algorithm: AeadAlgorithm, cipher: 'aes-gcm' | 'chacha20-poly1305'): AeadAlgorithm {
  return isLittleEndian ? algorithm : aeadAlgorithm(algorithm.name, (key) => createAead(cipher, key))
}

/** Every algorithm, in JavaScript: noble's where noble has it, ours where it has not. */
export const portableProvider: CryptoProvider = /* @__PURE__ */ composeProvider({
  name: 'portable',
  hashes,
  aeads: {
    'aes-128-gcm': everywhere(aes128Gcm, 'aes-gcm'),
    'aes-256-gcm': everywhere(aes256Gcm, 'aes-gcm'),
    'chacha20-poly1305': everywhere(chacha20Poly1305, 'chacha20-poly1305'),
    'aes-128-ccm': aes128Ccm,
    'aes-256-ccm': aes256Ccm,
    'aes-128-ccm-8': aes128Ccm8,
    'aes-256-ccm-8': aes256Ccm8,
  },
  cbcHmac: (cipher, hash) => cbcHmac(hashes, cipher, hash),
  cbc,
  pbkdf2: pbkdf2With(hashes),
  scrypt,
  groups: {
    x25519: groups.x25519,
    x448: groups.x448,
    secp224r1: groups.secp224r1,
    secp256r1: groups.secp256r1,
    secp384r1: groups.secp384r1,
    secp521r1: groups.secp521r1,
    secp256k1: groups.secp256k1,
    brainpoolP256r1: groups.brainpoolP256r1,
    brainpoolP384r1: groups.brainpoolP384r1,
    brainpoolP512r1: groups.brainpoolP512r1,
    ffdhe2048: groups.ffdhe2048,
    ffdhe3072: groups.ffdhe3072,
    ffdhe4096: groups.ffdhe4096,
    ffdhe6144: groups.ffdhe6144,
    ffdhe8192: groups.ffdhe8192,
    MLKEM512: groups.mlKem512,
    MLKEM768: groups.mlKem768,
    MLKEM1024: groups.mlKem1024,
    X25519MLKEM768: groups.x25519MlKem768,
    SecP256r1MLKEM768: groups.secp256r1MlKem768,
    SecP384r1MLKEM1024: groups.secp384r1MlKem1024,
  },
  dhGroup: groups.dhGroup,
  keys: [rsaKeys, ecKeys(...Object.values(CURVES)), ed25519Keys, ed448Keys, xdhKeys, mlDsaKeys, dsaKeys],
})

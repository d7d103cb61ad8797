/** How each kind of vector is checked, and which files belong to which family. */
import type { CurveName, HashName, PublicKeyData } from '@x/crypto-primitives'
import { hashName, Missing, type Subject } from './wycheproof-subject.ts'

/** A vector's fields; which of them are there depends on the kind. Bytes are hexadecimal. */
export interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags?: readonly string[]
  readonly comment?: string
  readonly iterationCount: number
  readonly dkLen: number
  readonly size: number
  readonly iv?: string
  readonly [field: string]: unknown
}

export interface VectorGroup {
  readonly type: string
  readonly tests: readonly Vector[]
  readonly tagSize: number
  readonly sLen: number
  readonly [field: string]: unknown
}

export interface VectorFile {
  readonly algorithm: string
  readonly testGroups: readonly VectorGroup[]
}

type Check = (subject: Subject, group: VectorGroup, test: Vector, file: VectorFile) => Promise<boolean> | boolean

const unhex = (value: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(value ?? ''), 'hex'))
const same = (a: Uint8Array | null, b: Uint8Array) => a !== null && a.length === b.length && Buffer.compare(a, b) === 0
const field = (value: unknown, name: string): unknown => (value as Record<string, unknown>)[name]

const rsaKey = (group: VectorGroup): PublicKeyData => ({
  type: 'rsa',
  n: unhex(field(group.publicKey, 'modulus')),
  e: unhex(field(group.publicKey, 'publicExponent')),
})

const ecKey = (group: VectorGroup): PublicKeyData & { type: 'ec' } => ({
  type: 'ec',
  curve: field(group.publicKey, 'curve') as CurveName,
  point: unhex(field(group.publicKey, 'uncompressed')),
})

const pss = (group: VectorGroup) =>
  ({
    name: 'rsa-pss',
    hash: hashName(String(group.sha)),
    mgfHash: hashName(String(group.mgfSha)),
    saltLength: group.sLen,
  }) as const

const known = (subject: Subject, hash: HashName): HashName => {
  if (!subject.provider.hashes[hash]) throw new Missing(hash)
  return hash
}

export const CHECKS: Readonly<Record<string, Check>> = {
  AeadTest(subject, group, test, file) {
    const cipher = file.algorithm.toLowerCase()
    const [key, nonce, aad, text] = [test.key, test.iv, test.aad, test.msg].map(unhex)
    const tagLength = group.tagSize / 8
    const sealed = unhex(`${test.ct}${test.tag}`)
    if (!same(subject.open(cipher, key, nonce, aad, sealed, tagLength), text)) return false
    return same(subject.seal(cipher, key, nonce, aad, text, tagLength), sealed)
  },
  IndCpaTest(subject, _group, test) {
    const [key, iv, text, ciphertext] = [test.key, test.iv, test.msg, test.ct].map(unhex)
    return same(subject.cbcDecrypt(key, iv, ciphertext), text) && same(subject.cbcEncrypt(key, iv, text), ciphertext)
  },
  MacTest(subject, group, test, file) {
    const hash = subject.hash(file.algorithm.replace(/^HMAC/, ''))
    const mac = hash.hmac(unhex(test.key)).mac(unhex(test.msg))
    return same(mac.subarray(0, group.tagSize / 8), unhex(test.tag))
  },
  HkdfTest(subject, _group, test, file) {
    const hash = file.algorithm.replace('HKDF-', '')
    return same(subject.hkdf(hash, unhex(test.ikm), unhex(test.salt), unhex(test.info), test.size), unhex(test.okm))
  },
  PbkdfTest(subject, _group, test, file) {
    const hash = file.algorithm.replace('PBKDF2-HMAC', '')
    const [password, salt] = [test.password, test.salt].map(unhex)
    return same(subject.pbkdf2(hash, password, salt, test.iterationCount, test.dkLen), unhex(test.dk))
  },
  PbeTest(subject, _group, test, file) {
    const [, bits, keyBits] = /HmacSha(\d+)AndAes_(\d+)/.exec(file.algorithm)!
    const [password, salt] = [test.password, test.salt].map(unhex)
    const key = subject.pbkdf2(`sha${bits}`, password, salt, test.iterationCount, Number(keyBits) / 8)
    return same(subject.cbcDecrypt(key, unhex(test.iv), unhex(test.ct)), unhex(test.msg))
  },
  EcdsaVerify: (subject, group, test) =>
    subject.verify(
      ecKey(group),
      { name: 'ecdsa', hash: known(subject, hashName(String(group.sha))) },
      unhex(test.msg),
      unhex(test.sig),
    ),
  EcdsaP1363Verify: (subject, group, test) =>
    subject.verifyP1363(ecKey(group), known(subject, hashName(String(group.sha))), unhex(test.msg), unhex(test.sig)),
  DsaVerify(subject, group, test) {
    const [p, q, g, y] = ['p', 'q', 'g', 'y'].map((name) => unhex(field(group.publicKey, name)))
    const hash = known(subject, hashName(String(group.sha)))
    return subject.verify({ type: 'dsa', p, q, g, y }, { name: 'dsa', hash }, unhex(test.msg), unhex(test.sig))
  },
  EddsaVerify(subject, group, test) {
    const name = field(group.publicKey, 'curve') === 'edwards25519' ? 'ed25519' : 'ed448'
    const key: PublicKeyData = { type: name, bytes: unhex(field(group.publicKey, 'pk')) }
    return subject.verify(key, { name }, unhex(test.msg), unhex(test.sig))
  },
  RsassaPkcs1Verify(subject, group, test) {
    const hash = known(subject, hashName(String(group.sha)))
    return subject.verify(rsaKey(group), { name: 'rsa-pkcs1', hash }, unhex(test.msg), unhex(test.sig))
  },
  async RsassaPkcs1Generate(subject, group, test) {
    const hash = known(subject, hashName(String(group.sha)))
    const key = subject.privateKey(unhex(group.privateKeyPkcs8))
    return same(await subject.sign(key, { name: 'rsa-pkcs1', hash }, unhex(test.msg)), unhex(test.sig))
  },
  RsassaPssVerify(subject, group, test) {
    const algorithm = pss(group)
    known(subject, algorithm.hash)
    known(subject, algorithm.mgfHash)
    return subject.verify(rsaKey(group), algorithm, unhex(test.msg), unhex(test.sig))
  },
  /** The key itself carries the parameters (id-RSASSA-PSS), so it is read from its DER. */
  RsassaPssWithParametersVerify(subject, group, test) {
    const key = subject.publicKey(unhex(group.publicKeyDer))
    if (key.type !== 'rsa-pss' || !key.pss) throw new Error('the key lost its parameters')
    const { hash, mgfHash, saltLength } = key.pss
    const wanted = pss(group)
    const fits = hash === wanted.hash && mgfHash === wanted.mgfHash && saltLength === wanted.saltLength
    if (!fits) throw new Error('the key has other parameters')
    return subject.verify(key, wanted, unhex(test.msg), unhex(test.sig))
  },
  RsaesPkcs1Decrypt: (subject, group, test) =>
    same(subject.rsaPkcs1Decrypt(subject.privateKey(unhex(group.privateKeyPkcs8)), unhex(test.ct)), unhex(test.msg)),
  EcdhTest(subject, group, test) {
    const key = subject.publicKey(unhex(test.public))
    if (key.type !== 'ec' || key.curve !== group.curve) throw new Error('the key is of another curve')
    // Compressed points, which key exchange does not take, are acceptable in these files, not valid.
    return same(subject.agree(key.curve, unhex(test.private), key.point), unhex(test.shared))
  },
  EcdhEcpointTest: (subject, group, test) =>
    same(subject.agree(group.curve as CurveName, unhex(test.private), unhex(test.public)), unhex(test.shared)),
  XdhComp(subject, group, test) {
    const name = group.curve === 'curve25519' ? 'x25519' : 'x448'
    return same(subject.agree(name, unhex(test.private), unhex(test.public)), unhex(test.shared))
  },
  XdhAsnComp(subject, group, test) {
    const name = group.curve === 'curve25519' ? 'x25519' : 'x448'
    const publicKey = subject.publicKey(unhex(test.public))
    const privateKey = subject.privateKey(unhex(test.private))
    if (publicKey.type !== name || privateKey.type !== name) throw new Error('the key is of another curve')
    return same(subject.agree(name, privateKey.bytes, publicKey.bytes), unhex(test.shared))
  },
  MLKEMKeyGen(subject, group, test) {
    const key = subject.kem(String(group.parameterSet)).generate(unhex(test.seed))
    return same(key.encapsulationKey, unhex(test.ek)) && same(key.decapsulationKey ?? null, unhex(test.dk))
  },
  MLKEMTest(subject, group, test) {
    const key = subject.kem(String(group.parameterSet)).generate(unhex(test.seed))
    if (test.ek && !same(key.encapsulationKey, unhex(test.ek))) return false
    return same(key.decapsulate(unhex(test.c)), unhex(test.K))
  },
  MLKEMEncapsTest(subject, group, test) {
    const { ciphertext, secret } = subject.kem(String(group.parameterSet)).encapsulate(unhex(test.ek), unhex(test.m))
    return same(ciphertext, unhex(test.c)) && same(secret, unhex(test.K))
  },
  MLKEMDecapsValidationTest(subject, group, test) {
    const key = subject.kem(String(group.parameterSet)).fromDecapsulationKey(unhex(test.dk))
    return same(key.decapsulate(unhex(test.c)), unhex(test.K))
  },
  MlDsaVerify: (subject, group, test, file) =>
    subject.mlDsaVerify(file.algorithm, unhex(group.publicKey), unhex(test.msg), unhex(test.ctx), unhex(test.sig)),
  MlDsaSign(subject, group, test, file) {
    const key = group.privateSeed ? { seed: unhex(group.privateSeed) } : { bytes: unhex(group.privateKey) }
    const random = test.rnd ? unhex(test.rnd) : undefined
    const signature = subject.mlDsaSign(file.algorithm, key, unhex(test.msg), unhex(test.ctx), random)
    return same(signature, unhex(test.sig))
  },
  /** The values are written in two's complement. */
  PrimalityTest(subject, _group, test) {
    const text = String(test.value)
    return subject.isPrime(BigInt.asIntN(text.length * 4, BigInt(`0x${text}`)))
  },
}

/** Tier, family and files: `tls` is what TLS 1.2 and 1.3 negotiate, `keys` what reading keys needs, `legacy` old suites. */
export const FAMILIES: readonly (readonly [tier: string, family: string, files: RegExp])[] = [
  ['tls', 'AES-GCM', /^aes_gcm_test/],
  ['tls', 'ChaCha20-Poly1305', /^chacha20_poly1305_test/],
  ['tls', 'AES-CCM', /^aes_ccm_test/],
  ['tls', 'AES-CBC (PKCS#7)', /^aes_cbc_pkcs5_test/],
  ['tls', 'HMAC SHA-1/2', /^hmac_sha(1|224|256|384|512)_test/],
  ['tls', 'HKDF', /^hkdf_sha/],
  ['tls', 'ECDSA NIST, SHA-2, DER', /^ecdsa_secp(256|384|521)r1_sha(256|384|512)_test/],
  ['tls', 'ECDSA NIST, SHA-2, P1363', /^ecdsa_secp(256|384|521)r1_sha(256|384|512)_p1363_test/],
  ['tls', 'Ed25519', /^ed25519_test/],
  ['tls', 'Ed448', /^ed448_test/],
  ['tls', 'RSA PKCS#1 verify SHA-2', /^rsa_signature_\d+_sha(224|256|384|512)_test/],
  ['tls', 'RSA PKCS#1 sign', /^rsa_pkcs1_\d+_sig_gen/],
  ['tls', 'RSA-PSS verify SHA-1/2', /^rsa_pss_(\d+_sha\d+(_\d+)?_mgf1(sha\d+)?_\d+|misc)_test/],
  ['tls', 'RSA-PSS keys with parameters', /^rsa_pss_.*_params_test/],
  ['tls', 'ECDH NIST, point', /^ecdh_secp(256|384|521)r1_ecpoint/],
  ['tls', 'X25519', /^x25519_test/],
  ['tls', 'X448', /^x448_test/],
  ['tls', 'ML-KEM', /^mlkem_/],
  ['tls', 'ML-DSA verify', /^mldsa_\d+_verify/],
  ['tls', 'ML-DSA sign', /^mldsa_\d+_sign/],
  ['keys', 'ECDH NIST, SPKI', /^ecdh_secp(256|384|521)r1_test/],
  ['keys', 'X25519/X448, SPKI and PKCS#8', /^x(25519|448)_asn/],
  ['keys', 'PBKDF2', /^pbkdf2_/],
  ['keys', 'PBES2', /^pbes2_/],
  ['keys', 'primality', /^primality/],
  ['legacy', 'RSA PKCS#1 decrypt', /^rsa_pkcs1_\d+_test/],
  ['legacy', 'DSA verify', /^dsa_\d+_\d+_sha\d+_test/],
  [
    'legacy',
    'ECDSA P-224/k1/brainpool, SHA-2',
    /^ecdsa_(secp224r1|secp256k1|brainpoolP(256|384|512)r1)_sha(224|256|384|512)_test/,
  ],
  ['legacy', 'ECDH P-224/k1/brainpool, SPKI', /^ecdh_(secp224r1|secp256k1|brainpoolP(256|384|512)r1)_test/],
]

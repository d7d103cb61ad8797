/**
 * Writes packages/crypto-primitives/src/conformance/vectors.ts: known answers computed by OpenSSL through node:crypto,
 * without any code of ours. Keys are fresh each time; everything else follows from fixed patterns.
 *
 *   tsx src/make-provider-vectors.ts > ../../packages/crypto-primitives/src/conformance/vectors.ts
 */
import {
  constants,
  createCipheriv,
  createDiffieHellman,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  getDiffieHellman,
  type KeyObject,
  sign,
} from 'node:crypto'

const pattern = (length: number, seed: number) => Buffer.from(Array.from({ length }, (_, i) => (seed + 7 * i) & 255))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const hashes = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'].map((name) => ({
  name,
  digest: hex(createHash(name).update(pattern(200, 3)).digest()),
  hmac: hex(createHmac(name, pattern(20, 5)).update(pattern(200, 3)).digest()),
  hmacLongKey: hex(createHmac(name, pattern(200, 9)).update(pattern(50, 3)).digest()),
}))

const aeads = [
  ['aes-128-gcm', 'aes-128-gcm', 16, 16],
  ['aes-256-gcm', 'aes-256-gcm', 32, 16],
  ['chacha20-poly1305', 'chacha20-poly1305', 32, 16],
  ['aes-128-ccm', 'aes-128-ccm', 16, 16],
  ['aes-256-ccm', 'aes-256-ccm', 32, 16],
  ['aes-128-ccm-8', 'aes-128-ccm', 16, 8],
  ['aes-256-ccm-8', 'aes-256-ccm', 32, 8],
].map(([name, cipher, keyLength, authTagLength]) => {
  const c = createCipheriv(cipher as 'aes-128-ccm', pattern(keyLength as number, 11), pattern(12, 13), {
    authTagLength: authTagLength as number,
  })
  c.setAAD(pattern(13, 17), { plaintextLength: 77 })
  const text = c.update(pattern(77, 19))
  c.final()
  return { name, sealed: hex(Buffer.concat([text, c.getAuthTag()])) }
})

const u16 = (n: number) => Buffer.from([n >>> 8, n & 255])

/** A record of 50 bytes under an implicit IV: MAC-then-encrypt and encrypt-then-MAC. */
const cbc = [
  ['aes-128-cbc', 'aes-128-cbc', 16, 16],
  ['aes-256-cbc', 'aes-256-cbc', 32, 16],
  ['3des-ede-cbc', 'des-ede3-cbc', 24, 8],
].flatMap(([name, cipher, keyLength, block]) =>
  ['sha1', 'sha256', 'sha384'].map((hash) => {
    const macKey = pattern(createHash(hash).digest().length, 23)
    const header = pattern(11, 29)
    const text = pattern(50, 31)
    const encrypt = (bytes: Buffer) => {
      const c = createCipheriv(cipher as string, pattern(keyLength as number, 37), pattern(block as number, 41))
      c.setAutoPadding(false)
      const padding = (block as number) - (bytes.length % (block as number))
      return c.update(Buffer.concat([bytes, Buffer.alloc(padding, padding - 1)]))
    }
    const mac = (...parts: Buffer[]) => createHmac(hash, macKey).update(Buffer.concat(parts)).digest()
    const macFirst = encrypt(Buffer.concat([text, mac(header, u16(text.length), text)]))
    const sealed = encrypt(text)
    const encryptFirst = Buffer.concat([sealed, mac(header, u16(sealed.length), sealed)])
    return { cipher: name, hash, macThenEncrypt: hex(macFirst), encryptThenMac: hex(encryptFirst) }
  }),
)

const weierstrass = [
  ['secp224r1', 28],
  ['secp256r1', 32],
  ['secp384r1', 48],
  ['secp521r1', 66],
  ['secp256k1', 32],
  ['brainpoolP256r1', 32],
  ['brainpoolP384r1', 48],
  ['brainpoolP512r1', 64],
].map(([name, length]) => {
  const [a, b] = [1, 2].map((seed) => {
    const ecdh = createECDH(name === 'secp256r1' ? 'prime256v1' : (name as string))
    const scalar = pattern(length as number, seed)
    // Small enough for every order
    scalar[0] = name === 'secp521r1' ? 0 : seed
    ecdh.setPrivateKey(scalar)
    return ecdh
  })
  return {
    name,
    privateValue: hex(a.getPrivateKey()),
    share: hex(b.getPublicKey()),
    secret: hex(a.computeSecret(b.getPublicKey())),
  }
})

const montgomery = [
  ['x25519', '302e020100300506032b656e04220420', 32],
  ['x448', '3046020100300506032b656f043a0438', 56],
].map(([name, prefix, length]) => {
  const key = (seed: number): KeyObject =>
    createPrivateKey({
      key: Buffer.concat([Buffer.from(prefix as string, 'hex'), pattern(length as number, seed)]),
      format: 'der',
      type: 'pkcs8',
    })
  const share = createPublicKey(key(2)).export({ format: 'jwk' }).x!
  return {
    name,
    privateValue: hex(pattern(length as number, 1)),
    share: hex(Buffer.from(share, 'base64url')),
    secret: hex(diffieHellman({ privateKey: key(1), publicKey: createPublicKey(key(2)) })),
  }
})

/** RFC 3526's groups, which OpenSSL knows and this package takes as given parameters. */
const dh = ['modp5', 'modp14'].map((name) => {
  const prime = getDiffieHellman(name).getPrime()
  const [a, b] = [1, 2].map((seed) => {
    const side = createDiffieHellman(prime, 2)
    side.setPrivateKey(pattern(32, seed))
    side.generateKeys()
    return side
  })
  const secret = a.computeSecret(b.getPublicKey())
  return { prime: hex(prime), privateValue: hex(a.getPrivateKey()), share: hex(b.getPublicKey()), secret: hex(secret) }
})

const message = pattern(99, 43)
const base64 = (text: string | undefined) => hex(Buffer.from(text!, 'base64url'))

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 1024 })
const rsaJwk = rsaKey.privateKey.export({ format: 'jwk' })
const rsa = {
  key: Object.fromEntries(['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((f) => [f, base64(rsaJwk[f] as string)])),
  pkcs1: ['md5-sha1', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map((hash) => ({
    hash,
    signature: hex(sign(hash, message, { key: rsaKey.privateKey, padding: constants.RSA_PKCS1_PADDING })),
  })),
  pss: [
    ['sha1', 20],
    ['sha256', 32],
    ['sha256', 0],
    ['sha384', 48],
    ['sha512', 62],
  ].map(([hash, saltLength]) => ({
    hash,
    saltLength,
    signature: hex(
      sign(hash as string, message, {
        key: rsaKey.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: saltLength as number,
      }),
    ),
  })),
}

const ecdsa = [
  ['secp256r1', 'P-256', 'sha256'],
  ['secp256r1', 'P-256', 'sha512'],
  ['secp384r1', 'P-384', 'sha384'],
  ['secp521r1', 'P-521', 'sha512'],
  ['secp521r1', 'P-521', 'sha1'],
  ['secp256k1', 'secp256k1', 'sha256'],
].map(([curve, namedCurve, hash]) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  const jwk = publicKey.export({ format: 'jwk' })
  const point = `04${base64(jwk.x)}${base64(jwk.y)}`
  return { curve, hash, point, signature: hex(sign(hash, message, privateKey)) }
})

const edwards = ['ed25519', 'ed448'].map((name) => {
  const { privateKey } = generateKeyPairSync(name as 'ed25519')
  const jwk = privateKey.export({ format: 'jwk' })
  return { name, seed: base64(jwk.d), publicKey: base64(jwk.x), signature: hex(sign(null, message, privateKey)) }
})

console.log(`/**
 * Known answers that OpenSSL computed. Made by tools/conformance/src/make-provider-vectors.ts: do not edit.
 * Inputs follow from \`pattern(length, seed)\`: byte i is seed + 7i.
 */
export const vectors = ${JSON.stringify({ hashes, aeads, cbc, weierstrass, montgomery, dh, rsa, ecdsa, edwards }, null, 2)} as const`)

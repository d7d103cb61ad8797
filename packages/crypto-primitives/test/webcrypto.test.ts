import { describe, expect, it } from 'vitest'
import { derToP1363 } from '../src/ecdsa.ts'
import { portableProvider } from '../src/portable.ts'
import type { PublicKeyData, SignatureAlgorithm } from '../src/provider.ts'
import { remoteSigner, signerFromCryptoKey } from '../src/webcrypto.ts'
import { utf8 } from './hex.ts'

const { subtle } = globalThis.crypto
const message = utf8('what the handshake signs')

const bytes = (text: string | undefined) => Uint8Array.from(Buffer.from(text!, 'base64url'))

async function publicData(key: CryptoKey): Promise<PublicKeyData> {
  const jwk = await subtle.exportKey('jwk', key)
  if (jwk.kty === 'RSA') return { type: 'rsa', n: bytes(jwk.n), e: bytes(jwk.e) }
  if (jwk.kty === 'OKP') return { type: 'ed25519', bytes: bytes(jwk.x) }
  const curve = ({ 'P-256': 'secp256r1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const)[jwk.crv as 'P-256']
  return { type: 'ec', curve, point: Uint8Array.of(4, ...bytes(jwk.x), ...bytes(jwk.y)) }
}

const pair = async (algorithm: object) =>
  (await subtle.generateKey(algorithm as EcKeyGenParams, false, ['sign', 'verify'])) as CryptoKeyPair

const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }

describe('a signer from a non-extractable CryptoKey', () => {
  it.each<[string, object, SignatureAlgorithm]>([
    ['P-256', { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ecdsa', hash: 'sha256' }],
    ['P-521', { name: 'ECDSA', namedCurve: 'P-521' }, { name: 'ecdsa', hash: 'sha512' }],
    ['RSA-PSS', { name: 'RSA-PSS', ...rsa }, { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 }],
    ['PKCS#1', { name: 'RSASSA-PKCS1-v1_5', ...rsa }, { name: 'rsa-pkcs1', hash: 'sha256' }],
    ['Ed25519', { name: 'Ed25519' }, { name: 'ed25519' }],
  ])('%s', async (_, parameters, algorithm) => {
    const { privateKey, publicKey } = await pair(parameters)
    const data = await publicData(publicKey)
    const signer = signerFromCryptoKey(privateKey, { publicKey: data })
    expect(privateKey.extractable).toBe(false)
    const verifier = portableProvider.importPublicKey(data)
    expect({ type: signer.type, bits: signer.bits, curve: signer.curve }).toEqual({
      type: verifier.type,
      bits: verifier.bits,
      curve: verifier.curve,
    })
    expect(portableProvider.supportsSignature(algorithm, signer)).toBe(true)
    expect(verifier.verify(algorithm, message, await signer.sign(algorithm, message))).toBe(true)
  })

  it('says what it cannot do', async () => {
    const { privateKey, publicKey } = await pair({ name: 'RSA-PSS', ...rsa })
    const signer = signerFromCryptoKey(privateKey)
    for (const algorithm of [
      { name: 'rsa-pkcs1', hash: 'sha256' },
      { name: 'rsa-pss', hash: 'sha384', mgfHash: 'sha384', saltLength: 48 },
      { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha1', saltLength: 32 },
      { name: 'ed25519' },
    ] as const) {
      expect(portableProvider.supportsSignature(algorithm, signer)).toBe(false)
      await expect(signer.sign(algorithm, message)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    }
    expect(() => signerFromCryptoKey(publicKey)).toThrow(/private/)
    const { privateKey: ecdh } = (await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, [
      'deriveBits',
    ])) as CryptoKeyPair
    expect(() => signerFromCryptoKey(ecdh)).toThrow(/usage "sign"/)
  })
})

describe('a remote signer', () => {
  const key = portableProvider.generateKey({ type: 'ec', curve: 'secp384r1' })
  const algorithm = { name: 'ecdsa', hash: 'sha384' } as const

  it('passes DER on and turns r ‖ s into DER', async () => {
    const verifier = portableProvider.importPublicKey(key.publicKey)
    const der = remoteSigner({ publicKey: key.publicKey, sign: async (a, m) => await key.sign(a, m) })
    const raw = remoteSigner({
      publicKey: key.publicKey,
      ecdsaEncoding: 'p1363',
      sign: async (a, m) => derToP1363(await key.sign(a, m), 48),
    })
    for (const signer of [der, raw]) {
      expect(signer).toMatchObject({ type: 'ec', curve: 'secp384r1', bits: 384 })
      expect(verifier.verify(algorithm, message, await signer.sign(algorithm, message))).toBe(true)
    }
  })

  it('turns what goes wrong into one error', async () => {
    const failing = remoteSigner({
      publicKey: key.publicKey,
      sign: () => Promise.reject(new Error('the token is gone')),
    })
    await expect(failing.sign(algorithm, message)).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    const empty = remoteSigner({ publicKey: key.publicKey, sign: () => new Uint8Array(0) })
    await expect(empty.sign(algorithm, message)).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    const picky = remoteSigner({ publicKey: key.publicKey, sign: () => new Uint8Array(1), canSign: () => false })
    expect(portableProvider.supportsSignature(algorithm, picky)).toBe(false)
    await expect(picky.sign(algorithm, message)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

/** What the modern provider has, and that all else is refused. */
import { describe, expect, it } from 'vitest'
import { composeProvider, ecKeys } from '../src/compose.ts'
import { secp256r1 } from '../src/curves.ts'
import { sha256 } from '../src/hash.ts'
import { modernProvider as provider } from '../src/modern.ts'
import { portableProvider } from '../src/portable.ts'
import type { KeySpec, PublicKeyData, SignatureAlgorithm } from '../src/provider.ts'

const unsupported = expect.objectContaining({ name: 'CryptoError', code: 'UNSUPPORTED' })

const SPECS: readonly KeySpec[] = [
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp384r1' },
  { type: 'ed25519' },
  { type: 'rsa', bits: 1024 },
  { type: 'ec', curve: 'secp224r1' },
  { type: 'ec', curve: 'secp521r1' },
  { type: 'ec', curve: 'secp256k1' },
  { type: 'ec', curve: 'brainpoolP256r1' },
  { type: 'ec', curve: 'brainpoolP384r1' },
  { type: 'ec', curve: 'brainpoolP512r1' },
  { type: 'ed448' },
  { type: 'x25519' },
  { type: 'x448' },
  { type: 'ml-dsa-44' },
  { type: 'ml-dsa-65' },
  { type: 'ml-dsa-87' },
]
const OFFERED = 4
const label = (spec: KeySpec) => ('curve' in spec ? spec.curve : spec.type)

it('lists what TLS of today negotiates', () => {
  expect(Object.keys(provider.hashes)).toEqual(['sha256', 'sha384', 'sha512'])
  expect(Object.keys(provider.aeads)).toEqual(['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'])
  expect(Object.keys(provider.groups)).toEqual(['x25519', 'secp256r1', 'secp384r1'])
})

describe('keys', () => {
  it.each(SPECS.slice(0, OFFERED).map((spec) => [label(spec), spec] as const))('%s is offered', (_, spec) => {
    const key = portableProvider.generateKey(spec)
    expect(provider.importPublicKey(key.publicKey).type).toBe(spec.type)
    expect(provider.importPrivateKey(key.data).publicKey).toEqual(key.publicKey)
  })

  it.each(SPECS.slice(OFFERED).map((spec) => [label(spec), spec] as const))('%s is refused', (_, spec) => {
    const key = portableProvider.generateKey(spec)
    expect(() => provider.importPublicKey(key.publicKey)).toThrow(unsupported)
    expect(() => provider.importPrivateKey(key.data)).toThrow(unsupported)
    expect(() => provider.generateKey(spec)).toThrow(unsupported)
    const name = spec.type === 'ec' ? 'ecdsa' : spec.type
    const algorithm = { name, hash: 'sha256' } as SignatureAlgorithm
    expect(provider.supportsSignature(algorithm, key)).toBe(false)
    expect(provider.supportsSignature(algorithm)).toBe(name === 'ecdsa')
  })

  it('DSA, and types that do not exist, are refused', () => {
    const one = Uint8Array.of(1)
    expect(() => provider.importPublicKey({ type: 'dsa', p: one, q: one, g: one, y: one })).toThrow(unsupported)
    expect(() => provider.importPrivateKey({ type: 'dsa', p: one, q: one, g: one, x: one })).toThrow(unsupported)
    for (const type of ['', 'constructor', '__proto__']) {
      expect(() => provider.importPublicKey({ type, bytes: one } as unknown as PublicKeyData)).toThrow(unsupported)
      expect(() => provider.generateKey({ type } as unknown as KeySpec)).toThrow(unsupported)
    }
    expect(provider.supportsSignature({ name: 'dsa', hash: 'sha256' })).toBe(false)
  })

  it('RSA keys sign and verify, and are neither made nor used for encryption', async () => {
    const key = portableProvider.generateKey({ type: 'rsa', bits: 1024 })
    const [own, publicKey] = [provider.importPrivateKey(key.data), provider.importPublicKey(key.publicKey)]
    const message = Uint8Array.of(1, 2, 3)
    for (const algorithm of [
      { name: 'rsa-pkcs1', hash: 'sha256' },
      { name: 'rsa-pss', hash: 'sha384', mgfHash: 'sha384', saltLength: 48 },
    ] as const) {
      const signature = await own.sign(algorithm, message)
      expect(await publicKey.verify(algorithm, message, signature)).toBe(true)
      expect(await publicKey.verify(algorithm, message.subarray(1), signature)).toBe(false)
    }
    expect(publicKey.encrypt).toBeUndefined()
    expect(own.decryptPremaster).toBeUndefined()
    expect(() => provider.generateKey({ type: 'rsa', bits: 2048 })).toThrow(unsupported)
  })
})

it('old hashes are refused in signatures', () => {
  const key = portableProvider.generateKey({ type: 'rsa', bits: 1024 })
  for (const hash of ['md5', 'sha1', 'md5-sha1', 'sha224', 'sha512-224', 'sha512-256'] as const) {
    const algorithm = { name: 'rsa-pkcs1', hash } as const
    expect(provider.supportsSignature(algorithm)).toBe(false)
    expect(() =>
      provider.importPublicKey(key.publicKey).verify(algorithm, new Uint8Array(1), new Uint8Array(128)),
    ).toThrow(unsupported)
    expect(() => provider.importPrivateKey(key.data).sign(algorithm, new Uint8Array(1))).toThrow(unsupported)
  }
})

it('CBC and finite-field groups are refused', () => {
  expect(provider.cbcHmac('aes-128-cbc', 'sha256')).toBeUndefined()
  expect(provider.cbcHmac('null', 'sha256')).toBeUndefined()
  expect(() => provider.dhGroup(new Uint8Array(256).fill(255), Uint8Array.of(2))).toThrow(unsupported)
})

it('a composed provider has what it was given and no more', () => {
  const own = composeProvider({ name: 'own', hashes: { sha256 }, aeads: {}, groups: {}, keys: [ecKeys(secp256r1)] })
  expect(own.generateKey({ type: 'ec', curve: 'secp256r1' }).curve).toBe('secp256r1')
  expect(() => own.generateKey({ type: 'ec', curve: 'secp384r1' })).toThrow(unsupported)
  expect(own.supportsSignature({ name: 'ecdsa', hash: 'sha256' })).toBe(true)
  expect(own.supportsSignature({ name: 'ecdsa', hash: 'sha384' })).toBe(false)
  expect(own.supportsSignature({ name: 'ecdsa', hash: 'sha256' }, { type: 'ec', curve: 'secp384r1', bits: 384 })).toBe(
    false,
  )
  expect(own.supportsSignature({ name: 'ed25519' })).toBe(false)
  expect(own.prefers).toBe('chacha20')
})

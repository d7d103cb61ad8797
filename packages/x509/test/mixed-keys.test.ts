/** A key with the public half of another is refused, whatever form it comes in. */
import type { KeySpec } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import * as der from '../src/der.ts'
import { encodePrivateKey, parsePrivateKey, privateKeyFromJwk, privateKeyToJwk } from '../src/index.ts'

const SPECS: readonly (readonly [string, KeySpec, string])[] = [
  ['RSA', { type: 'rsa', bits: 1024 }, 'd'],
  ['RSA primes', { type: 'rsa', bits: 1024 }, 'p'],
  ['EC', { type: 'ec', curve: 'secp256r1' }, 'd'],
  ['Ed25519', { type: 'ed25519' }, 'd'],
  ['Ed448', { type: 'ed448' }, 'd'],
  ['X25519', { type: 'x25519' }, 'd'],
  ['ML-DSA', { type: 'ml-dsa-44' }, 'priv'],
]
const made = (spec: KeySpec) => {
  const key = portableProvider.generateKey(spec)
  return privateKeyToJwk(key.data, key.publicKey)
}

describe.each([nodeProvider, portableProvider])('$name', (provider) => {
  test.each(SPECS)('JWK, %s', (_, spec, secret) => {
    const own = made(spec)
    if (provider === nodeProvider && spec.type === 'ml-dsa-44' && !provider.supportsSignature({ name: 'ml-dsa-44' }))
      return
    expect(provider.importPrivateKey(privateKeyFromJwk(own))).toBeDefined()
    const mixed = { ...own, [secret]: (made(spec) as unknown as Record<string, string>)[secret] }
    expect(() => provider.importPrivateKey(privateKeyFromJwk(mixed))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/INVALID_KEY|KEY_MISMATCH/) }),
    )
  })

  test('PKCS#8 of version 2', () => {
    const [a, b] = [0, 1].map(() => portableProvider.generateKey({ type: 'ed25519' }))
    const { bytes: inside } = a!.data as { bytes: Uint8Array }
    const file = (publicKey: Uint8Array) =>
      der.sequence(
        der.integer(1),
        der.sequence(der.oid('1.3.101.112')),
        der.octetString(der.octetString(inside)),
        der.bitString(publicKey, 0, 0x81),
      )
    const half = (key: typeof a) => (key!.publicKey as { bytes: Uint8Array }).bytes
    expect(provider.importPrivateKey(parsePrivateKey(file(half(a))))).toBeDefined()
    expect(() => provider.importPrivateKey(parsePrivateKey(file(half(b))))).toThrow(
      expect.objectContaining({ code: 'INVALID_KEY' }),
    )
    expect(encodePrivateKey(a!.data)).toContain('PRIVATE KEY')
  })
})

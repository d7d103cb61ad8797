import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import type { CryptoProvider, KeySpec, PrivateKey } from '../src/provider.ts'
import { webCryptoProvider } from '../src/webcrypto.ts'

const specs: readonly KeySpec[] = [
  { type: 'rsa', bits: 1024 },
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp256k1' },
  { type: 'ed25519' },
  { type: 'ed448' },
  { type: 'x25519' },
  { type: 'ml-dsa-44' },
]
const providers: readonly CryptoProvider[] = [nodeProvider, portableProvider, webCryptoProvider(portableProvider)]
/** Fields of a private key's data that are secret. */
const SECRET = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'seed', 'bytes'] as const

/** What a person, a log or a copy sees of a key. */
function seen(key: PrivateKey): string[] {
  const thrown = Object.assign(new Error('wrong'), { key })
  return [
    inspect(key, { depth: 9 }),
    inspect(thrown, { depth: 9 }),
    JSON.stringify({ key }),
    inspect({ ...key }, { depth: 9 }),
  ]
}

const forms = (bytes: Uint8Array): string[] => [
  inspect(bytes).slice(-40),
  JSON.stringify(bytes).slice(1, 60),
  Buffer.from(bytes).toString('hex').slice(0, 20),
]

describe.each(providers)('$name shows no private key', (provider) => {
  test.each(specs)('%j', async (spec) => {
    const made = provider.generateKey(spec)
    const { data } = made
    const secrets = SECRET.flatMap((name) => {
      const value = (data as Partial<Record<string, unknown>>)[name]
      // The expanded form of ML-DSA begins with 32 bytes that are in the public key, too.
      return value instanceof Uint8Array ? [value.length > 1000 ? value.slice(32, 64) : value] : []
    })
    expect(secrets.length).toBeGreaterThan(0)
    for (const key of [made, provider.importPrivateKey(data)]) {
      expect(key.data).toEqual(data)
      for (const text of seen(key))
        for (const secret of secrets) for (const form of forms(secret)) expect(text.includes(form)).toBe(false)
    }
  })
})

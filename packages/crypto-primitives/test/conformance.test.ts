import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aes128GcmPlain, aes256GcmPlain, chacha20Poly1305Plain } from '../src/aead.ts'
import { conformanceCases } from '../src/conformance.ts'
import * as curves from '../src/curves.ts'
import { x25519Plain } from '../src/groups.ts'
import { mlKem512, mlKem768, mlKem1024 } from '../src/mlkem.ts'
import { modernProvider } from '../src/modern.ts'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import type { Aead, CryptoProvider, CurveName } from '../src/provider.ts'
import { webCryptoProvider } from '../src/webcrypto.ts'

const kems = { MLKEM512: mlKem512, MLKEM768: mlKem768, MLKEM1024: mlKem1024 }

describe.each([portableProvider, nodeProvider, webCryptoProvider(portableProvider, { kems })])(
  'the $name provider keeps the contract',
  (provider) => {
    for (const { name, run } of conformanceCases(provider)) it(name, async () => await run(), 60_000)

    it('offers everything that the contract names', () => {
      expect(Object.keys(provider.hashes)).toHaveLength(9)
      expect(Object.keys(provider.aeads)).toHaveLength(7)
      expect(Object.keys(provider.groups)).toHaveLength(21)
      expect(provider.dhGroup(new Uint8Array(64).fill(255), Uint8Array.of(2)).name).toBe('dh')
      for (const curve of Object.keys(curves)) {
        expect(provider.generateKey({ type: 'ec', curve: curve as CurveName }).curve).toBe(curve)
      }
      for (const type of ['ed25519', 'ed448', 'x25519', 'x448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const) {
        const key = provider.generateKey({ type })
        expect(provider.importPrivateKey(key.data).publicKey).toEqual(key.publicKey)
        expect(provider.importPublicKey(key.publicKey).type).toBe(type)
        expect(() => provider.importPublicKey({ type, bytes: new Uint8Array(3) })).toThrow(
          expect.objectContaining({ code: 'INVALID_KEY' }),
        )
      }
      for (const type of ['rsa', 'rsa-pss'] as const) {
        expect(provider.generateKey({ type, bits: 1024 }).type).toBe(type)
        expect(() => provider.generateKey({ type, bits: 0 })).toThrow(
          expect.objectContaining({ code: 'INVALID_PARAMETER' }),
        )
      }
    })
  },
)

const withoutWebAssembly: CryptoProvider = {
  ...portableProvider,
  name: 'without WebAssembly',
  aeads: { 'aes-128-gcm': aes128GcmPlain, 'aes-256-gcm': aes256GcmPlain, 'chacha20-poly1305': chacha20Poly1305Plain },
  groups: { x25519: x25519Plain },
}

describe.each([modernProvider, withoutWebAssembly])('the $name provider keeps the contract', (provider) => {
  for (const { name, run } of conformanceCases(provider)) it(name, async () => await run(), 60_000)
})

describe('keys of passphrases are the same from OpenSSL and in JavaScript', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  const length = fc.integer({ min: 1, max: 200 })

  it('PBKDF2', () => {
    const hash = fc.constantFrom('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256')
    fc.assert(
      fc.property(hash, bytes, bytes, fc.integer({ min: 1, max: 20 }), length, (...args) => {
        expect(nodeProvider.pbkdf2!(...args)).toEqual(portableProvider.pbkdf2!(...args))
      }),
      { numRuns: 200, seed: 8018 },
    )
  })

  it('scrypt', () => {
    const parameters = fc.record({
      cost: fc.integer({ min: 1, max: 8 }).map((log) => 2 ** log),
      blockSize: fc.integer({ min: 1, max: 10 }),
      parallelization: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(bytes, bytes, parameters, length, (...args) => {
        expect(nodeProvider.scrypt!(...args)).toEqual(portableProvider.scrypt!(...args))
      }),
      { numRuns: 100, seed: 7914 },
    )
  })

  it('and not offered by providers that were not given them', () => {
    expect([modernProvider.pbkdf2, modernProvider.scrypt, modernProvider.cbc]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

/** The suite has to catch what is broken. */
async function failures(provider: CryptoProvider, only: RegExp): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of conformanceCases(provider)) {
    if (!only.test(name)) continue
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

describe('the suite catches a provider that', () => {
  it('opens forged records', async () => {
    const good = portableProvider.aeads['aes-128-gcm']!
    const create = (key: Uint8Array): Aead => {
      const aead = good.create(key)
      return Object.assign(Object.create(aead), {
        seal: aead.seal.bind(aead),
        open: (n: Uint8Array, a: Uint8Array, b: Uint8Array, o: number, l: number) =>
          aead.open(n, a, b, o, l) ?? b.subarray(o, o + l - 16),
      })
    }
    const provider = { ...portableProvider, aeads: { 'aes-128-gcm': { ...good, create } } }
    expect(await failures(provider, /^aes-128-gcm/)).toContain('aes-128-gcm: nothing forged is opened')
  })

  it('takes points of low order', async () => {
    const good = portableProvider.groups.x25519!
    const lax = {
      ...good,
      respond: () => ({ share: new Uint8Array(32), secret: new Uint8Array(32) }),
    }
    const provider = { ...portableProvider, groups: { x25519: lax } }
    expect(await failures(provider, /^x25519/)).toContain('x25519: points of low order are refused')
  })

  it('says yes to every signature', async () => {
    const lax = {
      ...portableProvider,
      importPublicKey: (data: Parameters<CryptoProvider['importPublicKey']>[0]) => ({
        ...portableProvider.importPublicKey(data),
        verify: () => true,
      }),
    }
    expect((await failures(lax, /known signature|known key/)).length).toBeGreaterThan(5)
  })
})

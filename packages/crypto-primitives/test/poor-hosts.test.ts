import * as crypto from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'

type Crypto = typeof crypto

/** What other runtimes lack, or have wrong, in their `node:crypto`; each is put in the place of this Node's. */
const HOSTS: Record<string, { answer: Partial<Record<keyof Crypto, unknown>>; cases: RegExp }> = {
  'no ChaCha20-Poly1305, no CCM': {
    answer: {
      createCipheriv(name: string, ...rest: unknown[]) {
        if (/ccm|chacha/.test(name)) throw new Error('Unknown cipher')
        return Reflect.apply(crypto.createCipheriv, undefined, [name, ...rest])
      },
    },
    cases: /ccm|chacha/,
  },
  'CCM that computes something else': {
    answer: {
      createCipheriv(name: string, key: unknown, nonce: Uint8Array, ...rest: unknown[]) {
        const other = Buffer.from(nonce)
        if (name.includes('ccm')) other[0]! ^= 1
        return Reflect.apply(crypto.createCipheriv, undefined, [name, key, other, ...rest])
      },
    },
    cases: /ccm/,
  },
  'curves that are listed and refused': {
    answer: {
      createECDH(name: string) {
        if (name === 'secp521r1' || name.startsWith('brainpool')) throw new Error('invalid curve')
        return crypto.createECDH(name)
      },
    },
    cases: /521|brainpool/,
  },
  'no secp256k1, no curve 448': {
    answer: {
      createPublicKey(given: { key?: { crv?: string } }) {
        if (/secp256k1|448/.test(given.key?.crv ?? '')) throw new Error('Invalid JWK data')
        return crypto.createPublicKey(given as never)
      },
      createPrivateKey(given: { key?: unknown }) {
        if (Buffer.isBuffer(given.key) && /2b656[f]|2b6571/.test(given.key.toString('hex'))) throw new Error('no')
        return crypto.createPrivateKey(given as never)
      },
    },
    cases: /secp256k1|448/,
  },
  'signatures with some hashes called false': {
    answer: {
      verify: (hash: string | null, ...rest: unknown[]) =>
        hash !== 'sha1' && hash !== 'sha224' && Reflect.apply(crypto.verify, undefined, [hash, ...rest]),
      sign(hash: string | null, ...rest: unknown[]) {
        if (hash === 'sha1' || hash === 'sha224') throw new Error('failed to sign digest')
        return Reflect.apply(crypto.sign, undefined, [hash, ...rest])
      },
    },
    cases: /ecdsa|points off/,
  },
}

describe('where node:crypto lacks an algorithm, or has it wrong, ours takes its place', () => {
  afterEach(() => {
    vi.doUnmock('node:crypto')
    vi.resetModules()
  })

  it.each(Object.entries(HOSTS))('%s', async (_name, { answer, cases }) => {
    vi.resetModules()
    vi.doMock('node:crypto', () => ({ ...crypto, default: { ...crypto, ...answer }, ...answer }))
    // Its CryptoError is this provider's.
    const { conformanceCases } = await import('../src/conformance.ts')
    const { nodeProvider } = await import('../src/node.ts')
    let count = 0
    for (const { name, run } of conformanceCases(nodeProvider)) {
      if (cases.test(name)) {
        count++
        await run()
      }
    }
    expect(count).toBeGreaterThan(0)
  })
})

describe('a host is asked once', () => {
  it('and no more with the algorithms that it has', async () => {
    vi.resetModules()
    let made = 0
    vi.doMock('node:crypto', () => ({
      ...crypto,
      createCipheriv(...given: unknown[]) {
        made++
        return Reflect.apply(crypto.createCipheriv, undefined, given)
      },
    }))
    const { nodeProvider } = await import('../src/node.ts')
    expect(made).toBe(0)
    const algorithm = nodeProvider.aeads['aes-128-gcm']!
    for (let i = 0; i < 5; i++) algorithm.create(new Uint8Array(16))
    expect(made).toBe(1)
    vi.doUnmock('node:crypto')
  })
})

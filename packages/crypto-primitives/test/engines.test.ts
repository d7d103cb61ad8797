/** Each of the engines behind the AEADs and X25519 against another implementation, on random inputs. */
import { readFileSync } from 'node:fs'
import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type AeadCipher, type AeadEngine, createAead } from '../src/aead.ts'
import { expandKeyConstantTime } from '../src/aes/constant-time.ts'
import { expandKey } from '../src/aes/key-schedule.ts'
import { PLAIN_X25519_FUNCTION } from '../src/groups/x25519.ts'
import { x25519Kernel } from '../src/groups/x25519-wasm.ts'
import { nodeProvider } from '../src/node.ts'
import { createAead as createNativeAead } from '../src/node-aead.ts'
import { hex } from './hex.ts'

const random = nodeProvider.randomBytes
const CIPHERS: readonly [AeadCipher, number][] = [
  ['aes-gcm', 16],
  ['aes-gcm', 24],
  ['aes-gcm', 32],
  ['chacha20-poly1305', 32],
]
const ENGINES: readonly AeadEngine[] = ['webassembly', 'javascript', 'noble']

describe.each(CIPHERS)('%s with a key of %d bytes', (cipher, keyLength) => {
  it.each(ENGINES)('%s seals and opens as OpenSSL does', (engine) => {
    for (let round = 0; round < 40; round++) {
      const key = random(keyLength)
      const ours = createAead(cipher, key, { engine })
      const native = createNativeAead(cipher, key)
      // Beyond the kernels' memory too, and beyond one chunk of the plain ciphers
      for (const length of [
        round,
        16 * round,
        500 + round,
        2000 + 37 * round,
        16384,
        ...(round === 0 ? [20481, 70001] : []),
      ]) {
        const nonce = random(12)
        const aad = random(round === 1 ? 2000 : (round * 3) % 50)
        const text = round % 5 === 0 ? new Uint8Array(length).fill(255) : random(length)
        const [a, b] = [new Uint8Array(length + 21), new Uint8Array(length + 16)]
        a.set(text, 5)
        b.set(text)
        ours.seal(nonce, aad, a, 5, length)
        native.seal(nonce, aad, b, 0, length)
        expect(hex(a.subarray(5))).toBe(hex(b))
        expect(Buffer.compare(ours.open(nonce, aad, b, 0, b.length)!, text)).toBe(0)
        const forged = a.slice()
        forged[5 + (round % (length + 16))] ^= 1 << (round % 8)
        expect(ours.open(nonce, aad, forged, 5, length + 16)).toBeNull()
      }
    }
  })

  it('many keys share one kernel', () => {
    const keys = Array.from({ length: 6 }, () => random(keyLength))
    const ours = keys.map((key) => createAead(cipher, key, { engine: 'webassembly' }))
    const native = keys.map((key) => createNativeAead(cipher, key))
    const [nonce, aad] = [random(12), random(5)]
    for (let i = 0; i < 60; i++) {
      const which = (i * 7) % keys.length
      const length = [20, 700, 16384][i % 3]
      const [a, b] = [new Uint8Array(length + 16), new Uint8Array(length + 16)]
      ours[which].seal(nonce, aad, a, 0, length)
      native[which].seal(nonce, aad, b, 0, length)
      expect(Buffer.compare(a, b)).toBe(0)
      if (i === 30) ours.splice(0, 1, createAead(cipher, keys[0], { engine: 'webassembly' }))[0].destroy()
    }
  })
})

describe('AES key expansion in constant time', () => {
  it.each([16, 24, 32])('equals the one by tables for %d bytes', (length) => {
    for (let i = 0; i < 200; i++) {
      const key = i === 0 ? new Uint8Array(length) : i === 1 ? new Uint8Array(length).fill(255) : random(length)
      expect(expandKeyConstantTime(key)).toEqual(expandKey(key))
    }
  })
})

describe('X25519 in WebAssembly', () => {
  const kernel = x25519Kernel()!
  it('equals noble and OpenSSL', () => {
    for (let i = 0; i < 300; i++) {
      const scalar = random(32)
      const u = i % 3 === 0 ? new Uint8Array(32).fill(255, i % 32) : random(32)
      const ours = hex(kernel(scalar, u))
      if (i < 40 && !/^0*$/.test(ours)) expect(ours).toBe(hex(nobleX25519.scalarMult(scalar, u)))
      if (!/^0*$/.test(ours)) expect(ours).toBe(hex(nodeProvider.groups.x25519!.agreeWith!(scalar, u)))
      else expect(() => nodeProvider.groups.x25519!.agreeWith!(scalar, u)).toThrow()
    }
  })

  it('equals the plain one', () => {
    for (let i = 0; i < 40; i++) {
      const [scalar, u] = [random(32), random(32)]
      expect(hex(PLAIN_X25519_FUNCTION.multiply(scalar, u))).toBe(hex(kernel(scalar, u)))
    }
  })

  it('gives zeros for points of low order', () => {
    const p = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xed : i === 31 ? 0x7f : 0xff))
    for (const u of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, i) => Number(i === 0)), p]) {
      expect(hex(kernel(random(32), u))).toBe('00'.repeat(32))
    }
  })

  it('comes to RFC 7748 §5.2 after a thousand iterations', () => {
    let k: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0))
    let u = k
    for (let i = 0; i < 1000; i++) {
      const next = kernel(k, u)
      u = k
      k = next
    }
    expect(hex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51')
  })
})

describe('where WebAssembly is forbidden', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
    vi.resetModules()
  })

  it('plain JavaScript takes over, with one warning', async () => {
    vi.resetModules()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubGlobal('WebAssembly', undefined)
    const { portableProvider } = await import('../src/portable.ts')
    const [nonce, aad] = [random(12), random(5)]
    for (const name of ['aes-128-gcm', 'chacha20-poly1305'] as const) {
      const key = random(portableProvider.aeads[name]!.keyLength)
      const [a, b] = [new Uint8Array(1016), new Uint8Array(1016)]
      portableProvider.aeads[name]!.create(key).seal(nonce, aad, a, 0, 1000)
      nodeProvider.aeads[name]!.create(key).seal(nonce, aad, b, 0, 1000)
      expect(Buffer.compare(a, b)).toBe(0)
    }
    const { x25519 } = portableProvider.groups
    const agreement = x25519!.initiate()
    const answer = await nodeProvider.groups.x25519!.respond(agreement.share)
    expect(hex(await agreement.complete(answer.share))).toBe(hex(answer.secret))
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0][0]).toMatch(/plain JavaScript/)
  })
})

describe('the committed WebAssembly', () => {
  it('is what its source compiles to', async () => {
    const { MODULES, compile, sourceOf } = await import('../wasm/build.mjs')
    for (const name of MODULES) {
      const committed = readFileSync(new URL(`../src/generated/${name}.ts`, import.meta.url), 'utf8')
      expect(committed === sourceOf(name, await compile(name)), `${name}: run node wasm/build.mjs`).toBe(true)
    }
  }, 60_000)
})

/** Rows of short records: no cipher object of OpenSSL is made for each of thousands. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeProvider } from '../src/node.ts'
import { createAead } from '../src/node-aead.ts'
import type { Aead, AeadName } from '../src/provider.ts'

const random = nodeProvider.randomBytes
const { createCipheriv, createDecipheriv } = crypto
let made = 0

beforeEach(() => {
  const counted =
    <A extends unknown[], R>(make: (...args: A) => R) =>
    (...args: A): R => {
      made++
      return make(...args)
    }
  crypto.createCipheriv = counted(createCipheriv as () => never) as typeof createCipheriv
  crypto.createDecipheriv = counted(createDecipheriv as () => never) as typeof createDecipheriv
  syncBuiltinESMExports()
})

afterEach(() => {
  Object.assign(crypto, { createCipheriv, createDecipheriv })
  syncBuiltinESMExports()
  vi.unstubAllGlobals()
})

/** One that seals and one that opens, as the two directions of a connection, and OpenSSL's word for both. */
class Pair {
  readonly key: Uint8Array
  readonly sealing: Aead
  readonly opening: Aead

  constructor(readonly name: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305' | 'aes-128-ccm') {
    const { keyLength, create } = nodeProvider.aeads[name as AeadName]!
    this.key = random(keyLength)
    this.sealing = create(this.key)
    this.opening = create(this.key)
  }

  /** Seals texts of these lengths in both ways, and opens each after a forgery of it; returns the cipher objects made. */
  run(lengths: readonly number[]): { sealing: number; opening: number } {
    const count = { sealing: 0, opening: 0 }
    for (const length of lengths) {
      const [nonce, aad, text] = [random(12), random(5), random(length)]
      const cipher = createCipheriv(this.name as 'aes-128-gcm', this.key, nonce, { authTagLength: 16 })
      cipher.setAAD(aad, { plaintextLength: length })
      const right = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
      made = 0
      expect(Buffer.concat(this.sealing.sealChunks!(nonce, aad, text))).toEqual(right)
      const buffer = new Uint8Array(length + 16)
      buffer.set(text)
      this.sealing.seal(nonce, aad, buffer, 0, length)
      expect(Buffer.compare(buffer, right)).toBe(0)
      count.sealing += made
      made = 0
      const forged = buffer.slice()
      forged[length % forged.length] ^= 1
      expect(this.opening.open(nonce, aad, forged, 0, forged.length)).toBeNull()
      expect(Buffer.compare(this.opening.open(nonce, aad, buffer, 0, buffer.length)!, text)).toBe(0)
      count.opening += made
    }
    return count
  }
}

const times = (count: number, ...lengths: readonly number[]): number[] => Array(count).fill(lengths).flat()

describe.each(['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const)('%s', (name) => {
  it.each([[2], [17], [64], [0], [257], [512]])('a thousand texts of %d bytes take few cipher objects', (length) => {
    const { sealing, opening } = new Pair(name).run(times(1000, length))
    expect(sealing).toBeLessThan(20)
    expect(opening).toBeLessThan(20)
  })

  it('long texts, and short ones between them, are OpenSSL’s', () => {
    expect(new Pair(name).run(times(100, 513))).toEqual({ sealing: 200, opening: 200 })
    expect(new Pair(name).run(times(100, 2, 500, 600))).toEqual({ sealing: 600, opening: 600 })
  })

  it('after a row of short ones too', () => {
    const pair = new Pair(name)
    pair.run(times(100, 2))
    expect(pair.run(times(100, 1000))).toEqual({ sealing: 200, opening: 200 })
    expect(pair.run(times(100, 2)).opening).toBeLessThan(20)
  })

  it('two keys do not mix', () => {
    const pairs = [new Pair(name), new Pair(name)]
    for (let i = 0; i < 40; i++) for (const pair of pairs) pair.run([1, 300])
  })

  it('a key that was destroyed opens and seals nothing', () => {
    const pair = new Pair(name)
    pair.run(times(50, 2))
    const { sealing, opening } = pair
    for (const aead of [sealing, opening]) aead.destroy()
    expect(() => opening.open(random(12), random(5), random(18), 0, 18)).toThrow('destroyed')
    expect(() => sealing.seal(random(12), random(5), random(18), 0, 2)).toThrow('destroyed')
    expect(() => sealing.sealChunks!(random(12), random(5), random(2))).toThrow('destroyed')
  })

  it('where WebAssembly is missing, OpenSSL goes on, without a warning', () => {
    const warn = vi.spyOn(console, 'warn')
    vi.stubGlobal('WebAssembly', undefined)
    expect(new Pair(name).run(times(50, 2))).toEqual({ sealing: 100, opening: 100 })
    expect(warn).not.toHaveBeenCalled()
  })
})

it('what ours has not is OpenSSL’s: CCM, and nonces of another length', () => {
  expect(new Pair('aes-128-ccm').run(times(50, 2))).toEqual({ sealing: 100, opening: 100 })
  const aead = createAead('aes-gcm', random(16), { nonceLength: 8 })
  const nonce = random(8)
  const sealed = new Uint8Array(18)
  aead.seal(nonce, random(0), sealed, 0, 2)
  for (let i = 0; i < 50; i++) expect(aead.open(nonce, random(0), sealed, 0, 18)).not.toBeNull()
})

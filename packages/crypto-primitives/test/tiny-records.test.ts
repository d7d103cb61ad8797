/** Records of a byte each: no cipher object of OpenSSL is made for each of thousands. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeProvider } from '../src/node.ts'
import { createAead } from '../src/node-aead.ts'
import type { Aead } from '../src/provider.ts'

const random = nodeProvider.randomBytes
const original = crypto.createDecipheriv
let made = 0

beforeEach(() => {
  made = 0
  crypto.createDecipheriv = ((...args: Parameters<typeof original>) => {
    made++
    return original(...args)
  }) as typeof original
  syncBuiltinESMExports()
})

afterEach(() => {
  crypto.createDecipheriv = original
  syncBuiltinESMExports()
  vi.unstubAllGlobals()
})

/** Opens texts of these lengths, each sealed by OpenSSL; returns the cipher objects made for that. */
function open(aead: Aead, lengths: readonly number[]): number {
  made = 0
  for (const length of lengths) {
    const [nonce, aad, text] = [random(12), random(5), random(length)]
    const buffer = new Uint8Array(length + aead.tagLength)
    buffer.set(text)
    aead.seal(nonce, aad, buffer, 0, length)
    const forged = buffer.slice()
    forged[length % forged.length] ^= 1
    expect(aead.open(nonce, aad, forged, 0, forged.length)).toBeNull()
    expect(Buffer.compare(aead.open(nonce, aad, buffer, 0, buffer.length)!, text)).toBe(0)
  }
  return made
}

const times = (count: number, ...lengths: readonly number[]): number[] => Array(count).fill(lengths).flat()

describe.each(['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const)('%s', (name) => {
  const { keyLength } = nodeProvider.aeads[name]!
  const key = () => random(keyLength)

  it.each([[2], [17], [64], [0]])('a thousand texts of %d bytes take few cipher objects', (length) => {
    expect(open(nodeProvider.aeads[name]!.create(key()), times(1000, length))).toBeLessThan(20)
  })

  it('ordinary texts, and tiny ones between them, are OpenSSL’s', () => {
    // Each is opened twice.
    expect(open(nodeProvider.aeads[name]!.create(key()), times(100, 65))).toBe(200)
    expect(open(nodeProvider.aeads[name]!.create(key()), times(100, 2, 2, 500))).toBe(600)
  })

  it('after a flood too', () => {
    const aead = nodeProvider.aeads[name]!.create(key())
    open(aead, times(100, 2))
    expect(open(aead, times(100, 1000))).toBe(200)
    expect(open(aead, times(100, 2))).toBeLessThan(20)
  })

  it('two keys do not mix', () => {
    const [a, b] = [nodeProvider.aeads[name]!.create(key()), nodeProvider.aeads[name]!.create(key())]
    for (let i = 0; i < 40; i++) for (const aead of [a, b]) open(aead, [1])
  })

  it('a key that was destroyed opens nothing', () => {
    const aead = nodeProvider.aeads[name]!.create(key())
    open(aead, times(50, 2))
    aead.destroy()
    expect(() => aead.open(random(12), random(5), random(18), 0, 18)).toThrow('destroyed')
  })

  it('where WebAssembly is missing, OpenSSL goes on, without a warning', () => {
    const warn = vi.spyOn(console, 'warn')
    vi.stubGlobal('WebAssembly', undefined)
    expect(open(nodeProvider.aeads[name]!.create(key()), times(50, 2))).toBe(100)
    expect(warn).not.toHaveBeenCalled()
  })
})

it('what ours has not is OpenSSL’s: CCM, and nonces of another length', () => {
  expect(open(nodeProvider.aeads['aes-128-ccm']!.create(random(16)), times(50, 2))).toBe(100)
  const aead = createAead('aes-gcm', random(16), { nonceLength: 8 })
  const nonce = random(8)
  const sealed = new Uint8Array(18)
  aead.seal(nonce, random(0), sealed, 0, 2)
  for (let i = 0; i < 50; i++) expect(aead.open(nonce, random(0), sealed, 0, 18)).not.toBeNull()
})

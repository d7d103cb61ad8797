import { ecdsa } from '@noble/curves/abstract/weierstrass.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secp224r1, secp256k1, secp256r1, secp384r1, secp521r1 } from '../src/curves.ts'
import { SeenKey } from '../src/signatures/seen-keys.ts'

describe('a key verifies as noble does, by tables once it was seen often', () => {
  test.each([secp224r1, secp256r1, secp384r1, secp521r1, secp256k1])('$name', (curve) => {
    const engine = ecdsa(curve.points(), sha256, { lowS: false })
    const { n } = engine.Point.CURVE()
    const secret = new Uint8Array(curve.scalarLength).fill(7)
    secret[0] = 0
    const point = engine.getPublicKey(secret, false)
    const decoded = engine.Point.fromBytes(point)
    const key = new SeenKey(curve, decoded)
    let uses = 1
    while (!key.hasTable()) uses++
    expect(uses).toBe(16)
    const options = { prehash: false, lowS: false, format: 'compact' } as const
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 64 }),
        fc.constantFrom('valid', 'digest', 'r', 's', 'high s'),
        fc.integer({ min: 1, max: 255 }),
        (digest, change, by) => {
          const signature = engine.sign(digest, secret, { ...options, extraEntropy: false })
          const half = curve.scalarLength
          let r = BigInt(`0x${Buffer.from(signature.subarray(0, half)).toString('hex')}`)
          let s = BigInt(`0x${Buffer.from(signature.subarray(half)).toString('hex')}`)
          if (change === 'digest') digest[0]! ^= by
          if (change === 'r') r = ((r + BigInt(by)) % (n - 1n)) + 1n
          if (change === 's') s = ((s + BigInt(by)) % (n - 1n)) + 1n
          if (change === 'high s') s = n - s
          const compact = Buffer.from([r, s].map((value) => value.toString(16).padStart(2 * half, '0')).join(''), 'hex')
          const expected = engine.verify(new Uint8Array(compact), digest, point, options)
          expect(key.verify(digest, { r, s })).toBe(expected)
          expect(new SeenKey(curve, decoded).verify(digest, { r, s })).toBe(expected)
          expect(expected).toBe(change === 'valid' || change === 'high s')
        },
      ),
      { numRuns: 15 },
    )
  })

  test('numbers out of range are no signature', () => {
    const { BASE, CURVE } = secp256r1.points()
    const key = new SeenKey(secp256r1, BASE)
    for (const number of [0n, CURVE().n, CURVE().n + 1n, 1n << 300n]) {
      expect(key.verify(new Uint8Array(32), { r: number, s: 1n })).toBe(false)
      expect(key.verify(new Uint8Array(32), { r: 1n, s: number })).toBe(false)
    }
  })

  test('only so many keys have tables', () => {
    const keys = Array.from({ length: 17 }, (_, i) => {
      const key = new SeenKey(secp256r1, secp256r1.points().BASE.multiply(BigInt(i + 2)))
      while (!key.hasTable());
      return key
    })
    expect(keys[0]!.hasTable()).toBe(false)
    expect(keys[16]!.hasTable()).toBe(true)
  })
})

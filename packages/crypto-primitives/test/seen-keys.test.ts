import { ecdsa } from '@noble/curves/abstract/weierstrass.js'
import { createHmacDrbg } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii } from '../src/bytes.ts'
import { secp224r1, secp256k1, secp256r1, secp384r1, secp521r1 } from '../src/curves.ts'
import * as portable from '../src/hash.ts'
import { digestInteger, nonces } from '../src/signatures/nonce.ts'
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

describe('secret numbers of RFC 6979', () => {
  const none = new Uint8Array(0)
  // Appendix A.2.5 (P-256), A.2.7 (P-521, where the digest is shorter than the order)
  test.each([
    [
      secp256r1,
      portable.sha256,
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      'a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60',
    ],
    [
      secp256r1,
      portable.sha512,
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      '5fa81c63109badb88c1f367b47da606da28cad69aa22c4fe6ad7df73a7173aa5',
    ],
    [
      secp521r1,
      portable.sha256,
      'fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
      'edf38afcaaecab4383358b34d67c9f2216c8382aaea44a3dad5fdc9c32575761793fef24eb0fc276dfc4f6e3ec476752f043cf01415387470bcbd8678ed2c7e1a0',
    ],
  ])('$name', (curve, hash, d, k) => {
    const { n } = curve.points().CURVE()
    const z = digestInteger(hash.digest(ascii('sample')), n)
    const [first] = nonces(hash, BigInt(`0x${d}`), z, n, none)
    expect(first!.toString(16)).toBe(k)
    const [hedged] = nonces(hash, BigInt(`0x${d}`), z, n, new Uint8Array(32))
    expect(hedged).not.toBe(first)
  })

  test('the ones after a refused one are those of noble', () => {
    // An order just above a power of two: most candidates are too large.
    const order = (1n << 255n) + 95n
    const candidates = nonces(portable.sha256, 5n, 7n, order, none)
    const first = candidates.next().value!
    const second = candidates.next().value!
    const drbg = createHmacDrbg<bigint>(32, 32, (key: Uint8Array, message: Uint8Array) =>
      portable.sha256.hmac(key).mac(message),
    )
    const seed = new Uint8Array(64)
    seed[31] = 5
    seed[63] = 7
    const found: bigint[] = []
    drbg(seed, (bytes) => {
      const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
      if (value > 0n && value < order) found.push(value)
      return found.length === 2 ? value : undefined
    })
    expect([first, second]).toEqual(found)
  })
})

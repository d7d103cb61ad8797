/** Curves that are put together here from noble's parts, against noble's own. */
import { ed448 as nobleEd448, x448 as nobleX448 } from '@noble/curves/ed448.js'
import { ed25519 as nobleEd25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ed448, x448 } from '../src/curves/edwards448.ts'
import { ed25519 } from '../src/curves/edwards25519.ts'
import { hex } from './hex.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

describe.each([
  ['Ed25519', ed25519(), nobleEd25519, 32],
  ['Ed448', ed448(), nobleEd448, 57],
] as const)('%s', (_, ours, noble, length) => {
  test('has the same curve', () => {
    expect(ours.Point.CURVE()).toEqual(noble.Point.CURVE())
    expect(ours.lengths).toEqual(noble.lengths)
  })

  test('makes the same keys and signatures, and verifies the same', () => {
    fc.assert(
      fc.property(bytes(length), fc.uint8Array({ maxLength: 200 }), fc.nat(), (seed, message, at) => {
        const key = ours.getPublicKey(seed)
        expect(hex(key)).toBe(hex(noble.getPublicKey(seed)))
        const signature = ours.sign(message, seed)
        expect(hex(signature)).toBe(hex(noble.sign(message, seed)))
        expect(ours.verify(signature, message, key, { zip215: false })).toBe(true)
        const changed = signature.slice()
        changed[at % changed.length]! ^= 1 << (at % 8)
        expect(ours.verify(changed, message, key, { zip215: false })).toBe(false)
      }),
      { numRuns: 12 },
    )
  })

  test('takes the same bytes for points', () => {
    const p = noble.Point.CURVE().p
    const encoded = (y: bigint, sign: 0 | 1) => {
      const out = Uint8Array.from({ length }, (_byte, i) => Number((y >> BigInt(8 * i)) & 255n))
      out[length - 1]! |= sign << 7
      return out
    }
    const edges = [0n, 1n, 2n, p - 2n, p - 1n, p, p + 1n].flatMap((y) => [encoded(y, 0), encoded(y, 1)])
    const taken = edges.map((edge) => ours.utils.isValidPublicKey(edge, false))
    expect(taken).toEqual(edges.map((edge) => noble.utils.isValidPublicKey(edge, false)))
    expect(taken).toContain(true)
    expect(taken).toContain(false)
    fc.assert(
      fc.property(bytes(length), (noise) => {
        expect(ours.utils.isValidPublicKey(noise, false)).toBe(noble.utils.isValidPublicKey(noise, false))
      }),
      { numRuns: 60 },
    )
  })
})

test('X448 is noble’s', () => {
  fc.assert(
    fc.property(bytes(56), bytes(56), (scalar, u) => {
      expect(hex(x448().scalarMult(scalar, u))).toBe(hex(nobleX448.scalarMult(scalar, u)))
      expect(hex(x448().scalarMultBase(scalar))).toBe(hex(nobleX448.scalarMultBase(scalar)))
    }),
    { numRuns: 15 },
  )
})

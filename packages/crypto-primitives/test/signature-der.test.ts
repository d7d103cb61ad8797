import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derToP1363, p1363ToDer } from '../src/ecdsa.ts'
import { portableProvider } from '../src/portable.ts'
import { decodeSignature } from '../src/signatures/der.ts'
import { unhex } from './hex.ts'

const halves = fc
  .integer({ min: 1, max: 70 })
  .chain((half) => fc.uint8Array({ minLength: 2 * half, maxLength: 2 * half }))

describe('signatures in DER', () => {
  it('decoding undoes encoding', () => {
    fc.assert(
      fc.property(halves, (rs) => {
        expect(derToP1363(p1363ToDer(rs, rs.length / 2), rs.length / 2)).toEqual(rs)
      }),
    )
  })

  it('what decodes is the one encoding of its numbers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        const der = Uint8Array.of(0x30, noise.length, ...noise)
        const rs = decodeSignature(der)
        if (rs) expect(p1363ToDer(derToP1363(der, 40), 40)).toEqual(der)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['nothing', ''],
    ['a length beyond the end', '30060201010201'],
    ['a byte behind', '300602010102010100'],
    ['a byte inside', '30080201010201010500'],
    ['an indefinite length', '3080020101020101'],
    ['a long length', '308106020101020101'],
    ['a negative number', '3006020181020101'],
    ['a needless zero', '300702020001020101'],
    ['an empty number', '30050200020101'],
    ['a set', '3106020101020101'],
    ['one number', '3003020101'],
    ['another tag', '3006030101020101'],
  ])('refuses %s', (_, der) => {
    expect(decodeSignature(unhex(der))).toBeUndefined()
  })
})

describe('no input makes a decoder throw anything but a CryptoError', () => {
  const key = portableProvider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const verifier = portableProvider.importPublicKey(key.publicKey)
  it('signatures', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(verifier.verify({ name: 'ecdsa', hash: 'sha256' }, noise, noise)).toBe(false)
      }),
    )
  })
  it('points, moduli and shares', () => {
    const names = Object.keys(portableProvider.groups) as (keyof typeof portableProvider.groups)[]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), fc.constantFrom(...names), (noise, name) => {
        for (const run of [
          () => portableProvider.importPublicKey({ type: 'ec', curve: 'secp384r1', point: noise }),
          () => portableProvider.importPublicKey({ type: 'rsa', n: noise, e: noise.subarray(0, 3) }),
          () => portableProvider.importPublicKey({ type: 'dsa', p: noise, q: noise, g: noise, y: noise }),
          () => portableProvider.importPublicKey({ type: 'ed25519', bytes: noise }),
          () => portableProvider.groups[name]!.respond(noise),
          () => portableProvider.dhGroup(noise, noise.subarray(0, 9)),
        ]) {
          try {
            run()
          } catch (error) {
            expect(error).toMatchObject({ name: 'CryptoError' })
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

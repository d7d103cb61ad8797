import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import { unpadPremaster } from '../src/rsa/encryption.ts'
import { rsaPublicNumbers } from '../src/rsa/key.ts'
import { hex } from './hex.ts'

/** An odd number of so many bits. */
function number(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8)).fill(0xff)
  bytes[0] = 0xff >> (8 * bytes.length - bits)
  return bytes
}
const e = Uint8Array.of(1, 0, 1)

describe('the numbers of an RSA key', () => {
  test.each([512, 513, 1024, 16384])('a modulus of %i bits', (bits) => {
    expect(rsaPublicNumbers({ n: number(bits), e }).bits).toBe(bits)
  })

  test.each([8, 511, 16385, 20000])('not one of %i', (bits) => {
    expect(() => rsaPublicNumbers({ n: number(bits), e })).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }))
  })

  test('not one that is even', () => {
    const even = number(1024)
    even[127] = 0xfe
    expect(() => rsaPublicNumbers({ n: even, e })).toThrow(/odd/)
  })

  test.each([
    ['even', Uint8Array.of(1, 0, 2)],
    ['one', Uint8Array.of(1)],
    ['zero', new Uint8Array(0)],
    ['as large as the modulus', number(1024)],
  ])('not an exponent that is %s', (_name, exponent) => {
    expect(() => rsaPublicNumbers({ n: number(1024), e: exponent })).toThrow(/exponent/)
  })

  test('a long exponent with a long modulus is work for whoever sends it', () => {
    const long = number(65)
    expect(rsaPublicNumbers({ n: number(3072), e: long }).bits).toBe(3072)
    expect(() => rsaPublicNumbers({ n: number(3073), e: long })).toThrow(/at most 64 bits/)
  })
})

describe('a premaster secret that is wrong (RFC 5246 §7.4.7.1)', () => {
  const synthetic = new Uint8Array(48).fill(7)
  /** 00 02, padding, 00, and so many bytes of a message. */
  const block = (length: number) => {
    const em = new Uint8Array(128).fill(9)
    em.set([0, 2])
    em[127 - length] = 0
    em.fill(5, 128 - length)
    return em
  }
  const spoilt = (at: number, value: number) => {
    const em = block(48)
    em[at] = value
    return em
  }

  test('is what it says only where everything is right', () => {
    expect([...unpadPremaster(block(48), synthetic)]).toEqual([...new Uint8Array(48).fill(5)])
    const wrong = [block(47), block(49), spoilt(0, 1), spoilt(1, 1), spoilt(2, 0), spoilt(50, 0), spoilt(79, 1)]
    for (const em of wrong) expect([...unpadPremaster(em, synthetic)]).toEqual([...synthetic])
  })

  test.each([nodeProvider, portableProvider])(
    '$name: one ciphertext, one secret, and no two alike',
    async (provider) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
      const jwk = privateKey.export({ format: 'jwk' })
      const part = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi') =>
        new Uint8Array(Buffer.from(jwk[name]!, 'base64url'))
      const [n, d, p, q, dp, dq, qi] = (['n', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const).map(part) as Uint8Array[]
      const key = provider.importPrivateKey({
        type: 'rsa',
        n: n!,
        e: part('e'),
        d: d!,
        p: p!,
        q: q!,
        dp: dp!,
        dq: dq!,
        qi: qi!,
      })
      const encrypted = (message: Uint8Array) =>
        new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, message))
      const secret = new Uint8Array(48).fill(3)
      expect(hex(await key.decryptPremaster!(encrypted(secret)))).toBe(hex(secret))
      const short = [encrypted(new Uint8Array(47)), encrypted(new Uint8Array(49)), encrypted(new Uint8Array(0))]
      const [once, again] = [[], []] as string[][]
      for (const seen of [once, again])
        for (const ciphertext of short) seen!.push(hex(await key.decryptPremaster!(ciphertext.slice())))
      expect(again).toEqual(once)
      expect(new Set(once).size).toBe(3)
      for (const answer of once!) expect(answer).toHaveLength(96)
    },
  )
})

import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '../src/hash.ts'
import { hex } from './hex.ts'

const pieces = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 900, maxLength: 1200, size: 'max' })),
  { maxLength: 6 },
)

describe.each([sha224, sha256, sha384, sha512, sha512_224, sha512_256])('$name is OpenSSL’s', (hash) => {
  const native = (...parts: Uint8Array[]) => createHash(hash.name).update(Buffer.concat(parts)).digest('hex')

  test('every length about the ends of blocks', () => {
    for (let length = 0; length < 300; length++) {
      const message = new Uint8Array(length).fill(length)
      expect(hex(hash.digest(message))).toBe(native(message))
      expect(hex(hash.create().update(message).digest())).toBe(native(message))
    }
  })

  test('messages in pieces, digests on the way, and copies that go on by themselves', () => {
    fc.assert(
      fc.property(pieces, pieces, (first, second) => {
        expect(hex(hash.digest(...first))).toBe(native(...first))
        const state = hash.create()
        first.forEach((part, i) => {
          state.update(part)
          expect(hex(state.digest())).toBe(native(...first.slice(0, i + 1)))
        })
        const copy = state.copy()
        for (const part of second) copy.update(part)
        state.update(Uint8Array.of(1))
        expect(hex(copy.digest())).toBe(native(...first, ...second))
        expect(hex(state.digest())).toBe(native(...first, Uint8Array.of(1)))
      }),
      { numRuns: 40 },
    )
  })

  test('HMAC, with keys of every length, used again and in turn with another', () => {
    const nativeMac = (secret: Uint8Array, parts: Uint8Array[]) =>
      createHmac(hash.name, secret).update(Buffer.concat(parts)).digest('hex')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), pieces, pieces, (secret, first, second) => {
        const hmac = hash.hmac(secret)
        const other = hash.hmac(Uint8Array.of(1, 2, 3))
        expect(hex(hmac.mac(...first))).toBe(nativeMac(secret, first))
        expect(hex(other.mac(...second))).toBe(nativeMac(Uint8Array.of(1, 2, 3), second))
        expect(hex(hmac.mac(...second))).toBe(nativeMac(secret, second))
      }),
      { numRuns: 40 },
    )
  })

  test('a message of more than 2^29 bits', () => {
    const [state, openssl] = [hash.create(), createHash(hash.name)]
    const megabyte = new Uint8Array(1 << 20).fill(7)
    for (let i = 0; i < 65; i++) {
      state.update(megabyte)
      openssl.update(megabyte)
    }
    expect(hex(state.digest())).toBe(openssl.digest('hex'))
  }, 60_000)
})

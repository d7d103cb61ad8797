import { describe, expect, it, test } from 'vitest'
import { constantTimeEqual } from '../src/bytes.ts'
import { aes, cbcDecrypt, cbcEncrypt } from '../src/cbc.ts'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import { hex } from './hex.ts'

/** A Buffer's `slice` is a view, where a Uint8Array's is a copy: who hands us Buffers must see none of the difference. */

const bytes = (length: number, from: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => from + 3 * i))

describe.each([
  ['Node', nodeProvider],
  ['portable', portableProvider],
])('%s provider', (_, provider) => {
  it.each(Object.values(provider.aeads).map((aead) => [aead!.name, aead!] as const))(
    '%s keeps its own key',
    (_name, aead) => {
      const key = bytes(aead.keyLength, 1)
      const nonce = bytes(aead.nonceLength, 2)
      const sealed = (from: Uint8Array) => {
        const cipher = aead.create(from)
        key.fill(0)
        const record = new Uint8Array(40 + aead.tagLength)
        cipher.seal(nonce, nonce, record, 0, 40)
        return hex(record)
      }
      const expected = sealed(new Uint8Array(key))
      key.set(bytes(aead.keyLength, 1))
      expect(sealed(key)).toBe(expected)
    },
  )

  it('HMAC keeps its own key', () => {
    const { sha256 } = provider.hashes
    const key = bytes(32, 1)
    const expected = hex(sha256!.hmac(new Uint8Array(key)).mac(key))
    const hmac = sha256!.hmac(key)
    const message = new Uint8Array(key)
    key.fill(0)
    expect(hex(hmac.mac(message))).toBe(expected)
  })
})

it('CBC leaves the IV and the text that it is given alone', () => {
  const [key, iv, text] = [bytes(16, 1), bytes(16, 2), bytes(50, 3)]
  const sealed = Buffer.from(cbcEncrypt(aes, key, iv, text))
  const copy = Buffer.from(sealed)
  expect(Buffer.from(cbcDecrypt(aes, key, iv, sealed)).equals(text)).toBe(true)
  expect(sealed.equals(copy)).toBe(true)
  expect(iv.equals(bytes(16, 2))).toBe(true)
  expect(
    Buffer.from(cbcDecrypt(aes, new Uint8Array(key), new Uint8Array(iv), new Uint8Array(sealed))).equals(text),
  ).toBe(true)
})

describe.each([nodeProvider, portableProvider])('$name: no length is no length', (provider) => {
  test.each([Number.NaN, undefined, null, 1.5, -1, '5', Infinity])('random bytes, %s of them', (length) => {
    const refusal = expect.objectContaining({ code: 'INVALID_PARAMETER' })
    expect(() => provider.randomBytes(length as never)).toThrow(refusal)
    if (provider.randomNonce) expect(() => provider.randomNonce?.(length as never)).toThrow(refusal)
    // What comes after is random.
    expect(new Set((provider.randomNonce ?? provider.randomBytes)(32)).size).toBeGreaterThan(8)
  })
})

test('constantTimeEqual compares bytes, and two texts are none', () => {
  for (const [a, b] of [
    ['a', 'b'],
    ['', ''],
    [[1], [2]],
    [{ length: 1 }, { length: 1 }],
  ])
    expect(() => constantTimeEqual(a as never, b as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER' }),
    )
})

import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAYS_AFTER } from '../src/hash/wasm-sha2.ts'
import { hashes } from '../src/node/hash.ts'

const pieces = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 900, maxLength: 1200, size: 'max' })),
  { maxLength: 6 },
)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

// The first in this file: what it counts happens once in a process.
test('is compiled when there have been many messages, and what was begun before stays right', () => {
  const { Module } = WebAssembly
  let compiled = 0
  WebAssembly.Module = class extends Module {
    constructor(bytes: BufferSource) {
      super(bytes)
      compiled++
    }
  } as typeof Module
  const message = Uint8Array.of(1, 2, 3)
  const mac = hashes.sha256.hmac(message)
  const running = hashes.sha256.create().update(message)
  const first = [hashes.sha384.digest(message), hashes.sha256.hmacOnce!(message, message), mac.mac(message)]
  for (let asked = 4; asked < PAYS_AFTER - 1; asked++) hashes.sha512.digest(message)
  expect(compiled).toBe(0)
  for (let i = 0; i < 3; i++) hashes.sha512.digest(message)
  expect(compiled).toBe(1)
  WebAssembly.Module = Module
  const later = [hashes.sha384.digest(message), hashes.sha256.hmacOnce!(message, message), mac.mac(message)]
  expect(later.map(hex)).toEqual(first.map(hex))
  expect(hex(later[0]!)).toBe(createHash('sha384').update(message).digest('hex'))
  expect(hex(running.copy().update(message).digest())).toBe(hex(hashes.sha256.digest(message, message)))
})

describe.each(['sha256', 'sha384', 'sha512'] as const)('%s in WebAssembly is OpenSSL’s', (name) => {
  const native = (parts: readonly Uint8Array[]) => createHash(name).update(Buffer.concat(parts)).digest('hex')
  const hash = hashes[name]

  test('every length about the ends of blocks and of the input', () => {
    for (let length = 0; length < 300; length++) {
      const message = new Uint8Array(length).fill(length)
      expect(hex(hash.digest(message))).toBe(native([message]))
      expect(hex(hash.create().update(message).digest())).toBe(native([message]))
    }
    for (let length = 880; length < 1060; length++) {
      const message = new Uint8Array(length).fill(length)
      expect(hex(hash.digest(message))).toBe(native([message]))
      expect(hex(hash.hmac(message).mac(message))).toBe(createHmac(name, message).update(message).digest('hex'))
    }
  })

  test('messages in pieces', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(hex(hash.digest(...parts))).toBe(native(parts))
      }),
      { numRuns: 60 },
    )
  })

  test('running hashes, their digests on the way, and copies that go on by themselves', () => {
    fc.assert(
      fc.property(pieces, pieces, (first, second) => {
        const state = hash.create()
        first.forEach((part, i) => {
          state.update(part)
          expect(hex(state.digest())).toBe(native(first.slice(0, i + 1)))
        })
        const copy = state.copy()
        for (const part of second) copy.update(part)
        state.update(Uint8Array.of(1))
        expect(hex(copy.digest())).toBe(native([...first, ...second]))
        expect(hex(state.digest())).toBe(native([...first, Uint8Array.of(1)]))
      }),
      { numRuns: 40 },
    )
  })

  test('HMAC, with keys of every length, used again and in turn with others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), pieces, pieces, (key, first, second) => {
        const hmac = hash.hmac(key)
        const other = hash.hmac(Uint8Array.of(1, 2, 3))
        const expected = (parts: Uint8Array[]) => createHmac(name, key).update(Buffer.concat(parts)).digest('hex')
        expect(hex(hmac.mac(...first))).toBe(expected(first))
        expect(hex(hash.hmacOnce!(key, ...first))).toBe(expected(first))
        other.mac(...second)
        expect(hex(hmac.mac(...second))).toBe(expected(second))
        expect(hex(hmac.mac(...first))).toBe(expected(first))
      }),
      { numRuns: 60 },
    )
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { constantTimeEqual, wipe } from '../src/bytes.ts'
import { cbcEncryptInPlace } from '../src/cbc/cbc.ts'
import { aes } from '../src/cbc.ts'
import { sha1, sha256, sha384 } from '../src/hash.ts'
import { cbcHmac } from '../src/portable/cbc-hmac.ts'
import type { Hash, HashState } from '../src/provider.ts'

/** A hash that counts the calls of its compression function, from the lengths that it is given. */
function counting(hash: Hash): { hash: Hash; calls: () => number; reset: () => void } {
  let calls = 0
  const lengthField = hash.blockLength === 128 ? 16 : 8
  const finished = (bytes: number) => Math.floor((bytes + lengthField) / hash.blockLength) + 1
  const lengthOf = (parts: Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0)
  const state = (inner: HashState, bytes: number): HashState => ({
    update(part) {
      const before = Math.floor(bytes / hash.blockLength)
      bytes += part.length
      calls += Math.floor(bytes / hash.blockLength) - before
      inner.update(part)
      return this
    },
    digest: () => inner.digest(),
    copy: () => state(inner.copy(), bytes),
  })
  return {
    calls: () => calls,
    reset: () => {
      calls = 0
    },
    hash: {
      ...hash,
      create: () => state(hash.create(), 0),
      digest(...parts) {
        calls += finished(lengthOf(parts))
        return hash.digest(...parts)
      },
      hmac(key) {
        const inner = hash.hmac(key)
        return {
          outputLength: inner.outputLength,
          destroy: () => inner.destroy(),
          mac(...parts) {
            calls += finished(lengthOf(parts))
            return inner.mac(...parts)
          },
        }
      },
    },
  }
}

describe.each([sha1, sha256, sha384])('opening a CBC record with $name', (hash) => {
  const header = new Uint8Array(11)
  const key = new Uint8Array(16).fill(1)
  const iv = new Uint8Array(16).fill(2)
  const macKey = new Uint8Array(hash.outputLength)

  /** A record that decrypts to these bytes. */
  function encrypted(plain: Uint8Array): Uint8Array {
    const record = plain.slice()
    cbcEncryptInPlace(aes.create(key), iv.slice(), record, 0, record.length)
    return record
  }

  it('RFC 5246 §6.2.3.2 #6: calls the compression function as often whatever the padding says', () => {
    for (const length of [96, 256, 320, 512, 1024]) {
      const seen = new Set<number>()
      for (let padding = 0; padding < 256; padding++) {
        for (const spoilt of [false, true]) {
          const plain = new Uint8Array(length)
          plain.fill(padding, Math.max(0, length - padding - 1))
          if (spoilt) plain[Math.max(0, length - 2)] ^= 1
          const counted = counting(hash)
          const algorithm = cbcHmac({ [hash.name]: counted.hash }, 'aes-128-cbc', hash.name)!
          const record = algorithm.create({ key, macKey, iv, randomBytes: (n) => new Uint8Array(n) })
          counted.reset()
          expect(record.open(header, encrypted(plain), 0, length)).toBeNull()
          seen.add(counted.calls())
        }
      }
      expect(seen.size).toBe(1)
    }
  })

  it('RFC 5246 §6.2.3.2 #1: draws an IV for each record', () => {
    const algorithm = cbcHmac({ [hash.name]: hash }, 'aes-128-cbc', hash.name)!
    let drawn = 0
    const randomBytes = (length: number) => new Uint8Array(length).fill(++drawn)
    const record = algorithm.create({ key, macKey, randomBytes })
    const prefixes = [1, 2, 3].map(() => {
      const buffer = new Uint8Array(200)
      record.seal(header, buffer, 0, 10)
      return buffer[0]
    })
    expect(prefixes).toEqual([1, 2, 3])
  })

  it('RFC 5246 §6.2.3.2 #3, #4: takes every padding that is right, and none with one byte wrong', () => {
    const algorithm = cbcHmac({ [hash.name]: hash }, 'aes-128-cbc', hash.name)!
    const content = new Uint8Array(10).fill(7)
    const mac = hash.hmac(macKey).mac(header, Uint8Array.of(0, content.length), content)
    const open = (plain: Uint8Array) =>
      algorithm
        .create({ key, macKey, iv, randomBytes: (n) => new Uint8Array(n) })
        .open(header, encrypted(plain), 0, plain.length)
    const least = 15 - ((content.length + mac.length) % 16)
    for (let padding = least; padding < 256; padding += 16) {
      const plain = new Uint8Array(content.length + mac.length + padding + 1).fill(padding)
      plain.set(content)
      plain.set(mac, content.length)
      expect(open(plain)).toEqual(content)
      for (let at = content.length + mac.length; at < plain.length; at++) {
        const wrong = plain.slice()
        wrong[at] ^= 1
        expect(open(wrong)).toBeNull()
      }
    }
  })
})

describe.each(['sha1', 'sha256', 'sha384'] as const)('opening a CBC record with OpenSSL’s %s', (name) => {
  const lengthField = name === 'sha384' ? 16 : 8
  const blockLength = 8 * lengthField
  const macLength = { sha1: 20, sha256: 32, sha384: 48 }[name]
  let compressions = 0

  afterEach(() => {
    vi.doUnmock('node:crypto')
    vi.resetModules()
  })

  /** The Node provider on an OpenSSL whose hashes tell how often they compress, by what they are given. */
  async function counted() {
    vi.resetModules()
    vi.doMock('node:crypto', async (original) => {
      const crypto = await original<typeof import('node:crypto')>()
      const counting = <T extends { update(part: Uint8Array): unknown; digest(): Uint8Array }>(hash: T): T => {
        let bytes = 0
        const { update, digest } = hash
        hash.update = (part: Uint8Array) => {
          bytes += part.length
          update.call(hash, part)
          return hash
        }
        hash.digest = () => {
          compressions += Math.floor((bytes + lengthField) / blockLength) + 1
          return digest.call(hash)
        }
        return hash
      }
      return {
        ...crypto,
        createHash: (algorithm: string) => counting(crypto.createHash(algorithm)),
        createHmac: (algorithm: string, key: never) => counting(crypto.createHmac(algorithm, key)),
      }
    })
    const { nodeProvider } = await import('../src/node.ts')
    return nodeProvider
  }

  it.each([
    ['aes-128-cbc', 'TLS 1.0', 16],
    ['aes-256-cbc', 'TLS 1.1 and 1.2', 32],
    ['3des-ede-cbc', 'TLS 1.1 and 1.2', 24],
  ] as const)('%s, %s: compresses as often whatever the padding says', async (cipher, version, keyLength) => {
    const provider = await counted()
    const algorithm = provider.cbcHmac(cipher, name)!
    const { blockLength: block } = algorithm
    const key = new Uint8Array(keyLength).map((_, i) => i)
    const iv = new Uint8Array(block).fill(2)
    const chained = version === 'TLS 1.0'
    const header = new Uint8Array(11)
    const record = () =>
      algorithm.create({
        key,
        macKey: new Uint8Array(macLength),
        ...(chained && { iv }),
        randomBytes: (length) => new Uint8Array(length),
      })
    for (const length of [96, 320, 1024]) {
      const seen = new Set<number>()
      for (let padding = 0; padding < 256; padding++) {
        const plain = new Uint8Array(length).fill(padding, Math.max(0, length - padding - 1))
        provider.cbc!(cipher)!.create(key).encrypt(iv.slice(), plain, 0, length)
        const wire = chained ? plain : Uint8Array.of(...iv, ...plain)
        compressions = 0
        expect(record().open(header, wire, 0, wire.length)).toBeNull()
        seen.add(compressions)
      }
      expect([...seen]).toHaveLength(1)
      expect([...seen][0]).toBeGreaterThan(length / blockLength)
    }
  })
})

describe('small tools', () => {
  it('compare whole contents and lengths', () => {
    const a = Uint8Array.of(1, 2, 3)
    expect(constantTimeEqual(a, Uint8Array.of(1, 2, 3))).toBe(true)
    expect(constantTimeEqual(a, Uint8Array.of(1, 2, 4))).toBe(false)
    expect(constantTimeEqual(a, Uint8Array.of(1, 2))).toBe(false)
    expect(constantTimeEqual(new Uint8Array(0), new Uint8Array(0))).toBe(true)
  })

  it('wipe', () => {
    const secret = Uint8Array.of(1, 2, 3)
    wipe(secret, undefined)
    expect(secret).toEqual(new Uint8Array(3))
  })
})

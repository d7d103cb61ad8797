import { execFileSync } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { aes, cbc, cbcDecrypt, cbcEncrypt, des, tripleDes } from '../src/cbc.ts'
import { md5, sha1, sha256 } from '../src/hash.ts'
import { evpBytesToKey, pbkdf1, pkcs12Kdf, pkcs12Password, rc2, rc4 } from '../src/legacy.ts'
import { nodeProvider } from '../src/node.ts'
import { randomBytes } from '../src/random.ts'
import { hex, unhex, utf8 } from './hex.ts'
import { openssl, opensslLegacy } from './openssl.ts'

const text = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) & 255)

describe('block ciphers in CBC', () => {
  it.each([
    ['aes-128-cbc', aes, 16],
    ['aes-192-cbc', aes, 24],
    ['aes-256-cbc', aes, 32],
    ['des-ede3-cbc', tripleDes, 24],
    ['des-ede-cbc', tripleDes, 16],
  ] as const)('%s equals OpenSSL at every length up to five blocks', (name, cipher, keyLength) => {
    for (let length = 0; length <= 5 * cipher.blockLength; length++) {
      const key = randomBytes(keyLength)
      const iv = randomBytes(cipher.blockLength)
      const native = createCipheriv(name, key, iv)
      const expected = Buffer.concat([native.update(text(length)), native.final()])
      const ciphertext = cbcEncrypt(cipher, key, iv, text(length))
      expect(hex(ciphertext)).toBe(hex(expected))
      expect(cbcDecrypt(cipher, key, iv, ciphertext)).toEqual(text(length))
    }
  })

  it.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', '3des-ede-cbc'] as const)(
    '%s of a provider reads what ours wrote, and the other way round',
    (name) => {
      const native = nodeProvider.cbc!(name)!
      const ours = cbc(name)!
      const [key, iv] = [randomBytes(native.keyLength), randomBytes(native.blockLength)]
      for (const length of [0, 7, 16, 100]) {
        const ciphertext = cbcEncrypt(native, key, iv, text(length))
        expect(ciphertext).toEqual(cbcEncrypt(ours, key, iv, text(length)))
        expect(cbcDecrypt(native, key, iv, ciphertext)).toEqual(text(length))
        expect(cbcDecrypt(ours, key, iv, ciphertext)).toEqual(text(length))
      }
      for (const cipher of [native, ours]) {
        expect(() => cbcEncrypt(cipher, key.subarray(1), iv, text(3))).toThrow(`not ${key.length - 1}`)
        expect(() => cbcEncrypt(cipher, key, iv.subarray(1), text(3))).toThrow(`not ${iv.length - 1}`)
        expect(() => cbcDecrypt(cipher, key, iv, text(17))).toThrow('decryption failed')
      }
    },
  )

  it('refuses wrong keys, IVs, lengths and padding, by name', () => {
    const iv = new Uint8Array(16)
    expect(() => cbcEncrypt(aes, new Uint8Array(15), iv, text(3))).toThrow('AES key must be 16, 24 or 32 bytes, not 15')
    expect(() => cbcEncrypt(aes, new Uint8Array(16), new Uint8Array(8), text(3))).toThrow('IV must be 16 bytes, not 8')
    for (const length of [0, 1, 15, 17, 31]) {
      expect(() => cbcDecrypt(aes, new Uint8Array(16), iv, text(length))).toThrow('decryption failed')
    }
    let refused = 0
    for (let i = 0; i < 64; i++) {
      try {
        cbcDecrypt(aes, randomBytes(16), iv, text(32))
      } catch {
        refused++
      }
    }
    expect(refused).toBeGreaterThan(50)
  })
})

/** `openssl enc` of stdin. */
const enc = (cipher: string, key: Uint8Array, iv: Uint8Array | undefined, data: Uint8Array): Buffer =>
  execFileSync(
    'openssl',
    [
      'enc',
      '-provider',
      'legacy',
      '-provider',
      'default',
      `-${cipher}`,
      '-K',
      hex(key),
      ...(iv ? ['-iv', hex(iv)] : []),
    ],
    { input: data },
  )

describe.skipIf(!opensslLegacy)(`legacy ciphers against ${openssl ?? 'openssl (absent)'}`, () => {
  it.each([
    ['des-cbc', des, 8],
    ['rc2-40-cbc', rc2(40), 5],
    ['rc2-64-cbc', rc2(64), 8],
    ['rc2-cbc', rc2(128), 16],
  ] as const)('%s', (name, cipher, keyLength) => {
    for (const length of [0, 7, 8, 100]) {
      const [key, iv] = [randomBytes(keyLength), randomBytes(8)]
      const ciphertext = cbcEncrypt(cipher, key, iv, text(length))
      expect(hex(ciphertext)).toBe(hex(enc(name, key, iv, text(length))))
      expect(cbcDecrypt(cipher, key, iv, ciphertext)).toEqual(text(length))
    }
  })

  it.each([
    ['rc4', 16],
    ['rc4-40', 5],
  ] as const)('%s', (name, keyLength) => {
    const key = randomBytes(keyLength)
    expect(hex(rc4(key, text(300)))).toBe(hex(enc(name, key, undefined, text(300))))
  })

  it.each(['sha1', 'sha256'] as const)('PKCS#12 KDF with %s', (name) => {
    const hash = { sha1, sha256 }[name]
    for (const [id, iterations, length, password] of [
      [1, 1, 24, 'smeg'],
      [2, 3, 8, 'queeg'],
      [3, 1000, 20, 'äö€'],
      [1, 2048, 100, 'a longer password than one block of sixty-four bytes'],
    ] as const) {
      const salt = randomBytes(8)
      const pass = pkcs12Password(password)
      const expected = execFileSync('openssl', [
        'kdf',
        '-provider',
        'legacy',
        '-provider',
        'default',
        '-binary',
        '-keylen',
        String(length),
        '-kdfopt',
        `digest:${name}`,
        '-kdfopt',
        `hexpass:${hex(pass)}`,
        '-kdfopt',
        `hexsalt:${hex(salt)}`,
        '-kdfopt',
        `iter:${iterations}`,
        '-kdfopt',
        `id:${id}`,
        'PKCS12KDF',
      ])
      expect(hex(pkcs12Kdf(hash, pass, salt, id, iterations, length))).toBe(hex(expected))
    }
  })
})

describe('password derivations', () => {
  it('PBKDF1 is an iterated hash', () => {
    const once = md5.digest(utf8('password'), unhex('78578e5a5d63cb06'))
    expect(pbkdf1(md5, utf8('password'), unhex('78578e5a5d63cb06'), 2, 16)).toEqual(md5.digest(once))
    // RFC 8018 prints no vectors; this one is widely published.
    const key = pbkdf1(sha1, utf8('password'), unhex('78578e5a5d63cb06'), 1000, 16)
    expect(hex(key)).toBe('dc19847e05c64d2faf10ebfb4a3d2a20')
  })

  it.skipIf(!openssl)('EVP_BytesToKey as `openssl enc -p` prints it', () => {
    const printed = execFileSync(
      'openssl',
      ['enc', '-aes-256-cbc', '-md', 'md5', '-k', 'secret', '-S', '0102030405060708', '-P'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    ).toString()
    const key = /key=([0-9A-F]+)/.exec(printed)![1]
    const iv = /iv ?=([0-9A-F]+)/.exec(printed)![1]
    const ours = evpBytesToKey(md5, utf8('secret'), unhex('0102030405060708'), 1, 48)
    expect(hex(ours).toUpperCase()).toBe(key + iv)
  })

  it('refuse counts and lengths that make no sense', () => {
    const [p, s] = [utf8('p'), utf8('s')]
    expect(() => pkcs12Kdf(sha1, p, s, 1, 0, 20)).toThrow(/iterations/)
    expect(() => pkcs12Kdf(sha1, p, s, 1, 1, 0)).toThrow(/1 to 1024 bytes/)
    expect(() => pbkdf1(md5, p, s, 1, 17)).toThrow(/1 to 16 bytes/)
    expect(() => evpBytesToKey(md5, p, s, 1e9, 17)).toThrow(/iterations/)
    expect(() => rc2(0)).toThrow(/effective bits/)
    expect(() => rc4(new Uint8Array(4), s)).toThrow(/RC4 key/)
  })
})

import { describe, expect, it } from 'vitest'
import { md5Sha1, sha1, sha256, sha384 } from '../src/hash.ts'
import { deriveSecret, hkdf, hkdfExpandLabel, hkdfExtract, pbkdf2, scrypt, tlsPrf } from '../src/kdf.ts'
import { nodeProvider } from '../src/node.ts'
import { hex, unhex, utf8 } from './hex.ts'

describe('HKDF', () => {
  it('matches RFC 5869 A.1', () => {
    const okm = hkdf(
      sha256,
      unhex('0b'.repeat(22)),
      unhex('000102030405060708090a0b0c'),
      unhex('f0f1f2f3f4f5f6f7f8f9'),
      42,
    )
    expect(hex(okm)).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865')
  })

  it('matches the key schedule of RFC 8448 §3 with either provider', () => {
    for (const hash of [sha256, nodeProvider.hashes.sha256!]) {
      const early = hkdfExtract(hash, new Uint8Array(0), new Uint8Array(32))
      expect(hex(early)).toBe('33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a')
      const derived = deriveSecret(hash, early, 'derived', hash.digest())
      expect(hex(derived)).toBe('6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba')
      const handshake = unhex('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')
      expect(hex(hkdfExpandLabel(hash, handshake, 'key', new Uint8Array(0), 16))).toBe(
        '3fce516009c21727d0f2e4e86ee403bc',
      )
    }
  })

  it('names what is too long', () => {
    expect(() => hkdf(sha256, utf8('k'), utf8('s'), utf8('i'), 255 * 32 + 1)).toThrow(/0 to 8160 bytes, not 8161/)
    expect(() => hkdfExpandLabel(sha256, new Uint8Array(32), 'x'.repeat(250), new Uint8Array(0), 32)).toThrow(/label/)
    expect(() => hkdfExpandLabel(sha256, new Uint8Array(32), 'x', new Uint8Array(256), 32)).toThrow(/context/)
  })
})

describe('the TLS PRFs', () => {
  it('matches the published vector of TLS 1.2 with SHA-256', () => {
    const out = tlsPrf(
      sha256,
      unhex('9bbe436ba940f017b17652849a71db35'),
      'test label',
      unhex('a0ba9f936cda311827a6f796ffd5198c'),
      100,
    )
    expect(hex(out)).toBe(
      'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66',
    )
  })

  it('matches the published vector of TLS 1.2 with SHA-384', () => {
    const out = tlsPrf(
      sha384,
      unhex('b80b733d6ceefcdc71566ea48e5567df'),
      'test label',
      unhex('cd665cf6a8447dd6ff8b27555edb7465'),
      148,
    )
    expect(hex(out).slice(0, 64)).toBe('7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd')
  })
})

describe('PBKDF2', () => {
  it('matches RFC 6070', () => {
    expect(hex(pbkdf2(sha1, utf8('password'), utf8('salt'), 4096, 20))).toBe('4b007901b765489abead49d926f721d065a429c1')
  })
  it('refuses what makes no sense', () => {
    for (const iterations of [0, -1, 1.5, 1e9]) {
      expect(() => pbkdf2(sha1, utf8('p'), utf8('s'), iterations, 20)).toThrow(/iterations/)
    }
  })
})

describe('scrypt', () => {
  it('matches RFC 7914 §12', () => {
    const out = scrypt(utf8('password'), utf8('NaCl'), { cost: 1024, blockSize: 8, parallelization: 16 }, 64)
    expect(hex(out).slice(0, 32)).toBe('fdbabe1c9d3472007856e7190d01e9fe')
  })
  it('refuses parameters that take the machine down', () => {
    for (const cost of [2 ** 30, 3, 1, 0]) {
      expect(() => scrypt(utf8('p'), utf8('s'), { cost, blockSize: 8, parallelization: 1 }, 32)).toThrow(/scrypt/)
    }
  })
})

it('splits an odd secret with a shared middle byte for TLS 1.0', () => {
  // RFC 4346 §5: S1 and S2 overlap when the length is odd; both providers agree with each other and with openssl.
  const secret = utf8('odd')
  const ours = tlsPrf(md5Sha1, secret, 'label', utf8('seed'), 64)
  expect(hex(ours)).toBe(hex(tlsPrf(nodeProvider.hashes['md5-sha1']!, secret, 'label', utf8('seed'), 64)))
})

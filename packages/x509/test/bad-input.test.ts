/** Bad input: a typed error that names the place, never another. What reading it costs is counted where it is not plain. */
import { modernProvider } from '@x/crypto-primitives/modern'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import * as der from '../src/der.ts'
import {
  Certificate,
  CertificateRequest,
  CertificateRevocationList,
  createAuthority,
  createName,
  encodePem,
  encodePfx,
  encodePrivateKey,
  Name,
  parseCertificates,
  parseDhParameters,
  parseOcspRequest,
  parseOcspResponse,
  parsePem,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
  parsePublicKey,
  parseSctList,
  privateKeyFromJwk,
  publicKeyFromJwk,
  verifyChainSync,
  X509Error,
} from '../src/index.ts'
import { isPem } from '../src/tls.ts'

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  certificate: (bytes) => Certificate.parse(bytes),
  certificates: parseCertificates,
  CRL: (bytes) => CertificateRevocationList.parse(bytes),
  CSR: (bytes) => CertificateRequest.parse(bytes),
  'OCSP request': parseOcspRequest,
  'OCSP response': parseOcspResponse,
  'PKCS#7': parsePkcs7,
  PFX: (bytes) => parsePfx(bytes, { passphrase: '', provider }),
  'private key': (bytes) => parsePrivateKey(bytes, { passphrase: '', provider }),
  'public key': parsePublicKey,
  'DH parameters': parseDhParameters,
  name: (bytes) => Name.parse(bytes),
  SCTs: parseSctList,
}

function refused(decode: () => unknown): X509Error {
  let error: unknown
  try {
    decode()
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(X509Error)
  return error as X509Error
}

describe.each(Object.entries(DECODERS))('%s', (_, decode) => {
  const million = 1 << 20
  test.each<[string, () => Uint8Array]>([
    ['nothing', () => new Uint8Array(0)],
    ['one byte', () => Uint8Array.of(0x30)],
    ['10 MB of zeros', () => new Uint8Array(10 * million)],
    ['10 MB of 0x30', () => new Uint8Array(10 * million).fill(0x30)],
    ['10 MB of FF', () => new Uint8Array(10 * million).fill(0xff)],
    ['10 MB of dashes', () => new Uint8Array(10 * million).fill(0x2d)],
    ['10 MB inside a sequence', () => der.sequence(new Uint8Array(10 * million))],
    ['a million empty elements', () => der.sequence(new Uint8Array(2 * million).map((_byte, i) => (i % 2 ? 0 : 0x30)))],
    [
      'a sequence in a sequence, 20,000 deep',
      () => {
        const bytes = new Uint8Array(60_000)
        for (let i = 0, left = 60_000; left > 4; i += 4, left -= 4)
          bytes.set([0x30, 0x82, (left - 4) >> 8, (left - 4) & 0xff], i)
        return bytes
      },
    ],
    ['an indefinite length', () => Uint8Array.of(0x30, 0x80, 0, 0)],
    ['a length of four gigabytes', () => Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)],
    ['PEM without an end', () => new TextEncoder().encode('-----BEGIN CERTIFICATE-----\nAAAA\n')],
    [
      'PEM that is no base64',
      () => new TextEncoder().encode('-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n'),
    ],
    ['many PEM beginnings', () => new TextEncoder().encode('-----BEGIN CERTIFICATE-----\n'.repeat(100_000))],
  ])('%s', (name, make) => {
    const bytes = make()
    // A text without any block is an empty list.
    if (decode === parseCertificates && (bytes.length === 0 || name.includes('dashes'))) return
    refused(() => decode(bytes))
  })
})

describe('what is no PEM costs a look a byte', () => {
  const length = 10_000
  test.each([
    ['dashes', '-'],
    ['beginnings of boundaries', '-----BEGIN'],
    ['spaces', ' '],
    ['dashes with a word between', '-----B-----E'],
  ])('%s', (_, text) => {
    let reads = 0
    const bytes = new TextEncoder().encode(text.repeat(length / text.length))
    const counted = new Proxy(bytes, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    expect(isPem(counted)).toBe(false)
    expect(reads).toBeLessThanOrEqual(length + 1)
  })

  test.each(['-----BEGIN A-----', '--------BEGIN A-----', '----BEG-----BEGIN A', 'x\n-----BEGI-----BEGIN A'])(
    '%j is PEM still',
    (text) => expect(isPem(new TextEncoder().encode(text))).toBe(true),
  )
})

describe('certificates', () => {
  const ca = createAuthority({ provider })
  const { raw } = ca.issue('a.test').certificate

  test('every truncation', () => {
    for (let length = 0; length < raw.length; length++) {
      const error = refused(() => Certificate.parse(raw.subarray(0, length)))
      if (raw[0] === 0x30 && length > 0) expect(error.offset).toBeTypeOf('number')
    }
  })

  test('one byte more', () => {
    expect(refused(() => Certificate.parse(Uint8Array.of(...raw, 0)))).toMatchObject({
      code: 'INVALID_DER',
      offset: raw.length,
    })
  })

  test('a serial number of 100 kB is read, and refused by the strict profile', () => {
    const huge = ca.issue('a.test', { serialNumber: 1 }).certificate
    const tbs = der.sequence(
      der.explicit(0, der.integer(2)),
      der.integer(new Uint8Array(100_000).fill(1)),
      huge.tbs.subarray(12),
    )
    const certificate = Certificate.parse(der.sequence(tbs, huge.raw.subarray(4 + huge.tbs.length)))
    expect(certificate.serialNumberHex).toHaveLength(200_000)
    expect(verifyChainSync({ leaf: certificate, anchors: [ca.certificate], provider })).toMatchObject({ ok: false })
  })

  test('a version that there is not is read, as OpenSSL reads it, and refused by the strict profile', () => {
    const bytes = raw.slice()
    bytes[12] = 9
    const leaf = Certificate.parse(bytes)
    expect(leaf.version).toBe(10)
    expect(
      verifyChainSync({ leaf, anchors: [ca.certificate], provider, name: 'a.test' }).problems.map(({ code }) => code),
    ).toContain('EXTENSIONS_REQUIRE_VERSION_3')
  })

  test('a certificate where another thing is wanted', () => {
    for (const [name, decode] of Object.entries(DECODERS))
      if (!name.startsWith('certificate')) refused(() => decode(raw))
  })
})

describe('passphrases', () => {
  const { privateKey, certificate } = createAuthority({ provider }).issue('a.test')
  const { data } = privateKey!

  test('missing and wrong ones', () => {
    const forms = [
      encodePrivateKey(data, { passphrase: 'right', provider }),
      encodePrivateKey(data, { passphrase: 'right', provider, encryption: { scheme: 'scrypt' } }),
      encodePrivateKey(data, { passphrase: 'right', provider, type: 'traditional' }),
    ]
    for (const pem of forms) {
      expect(refused(() => parsePrivateKey(pem)).code).toBe('PASSPHRASE_REQUIRED')
      expect(refused(() => parsePrivateKey(pem, { passphrase: 'wrong', provider })).code).toBe('WRONG_PASSPHRASE')
    }
    const pfx = encodePfx({ keys: [{ key: data }], certificates: [certificate], passphrase: 'right', provider })
    expect(refused(() => parsePfx(pfx, { provider })).code).toBe('WRONG_PASSPHRASE')
    expect(refused(() => parsePfx(pfx, { passphrase: 'wrong', provider })).code).toBe('WRONG_PASSPHRASE')
    expect(parsePfx(encodePfx({ keys: [{ key: data }], passphrase: '', provider }), { provider }).keys).toHaveLength(1)
  })

  test('`legacyCiphers: false`: RC2 and single DES are not read, triple DES is', () => {
    const common = { passphrase: 'x', provider, iterations: 10 }
    const read = (pfx: Uint8Array) => parsePfx(pfx, { passphrase: 'x', provider, legacyCiphers: false })
    // Certificates under RC2-40.
    const pfx = encodePfx({ keys: [{ key: data }], certificates: [certificate], protection: 'legacy', ...common })
    expect(parsePfx(pfx, { passphrase: 'x', provider }).certificates).toHaveLength(1)
    expect(refused(() => read(pfx)).code).toBe('UNSUPPORTED')
    // A wrong passphrase is told first, as by OpenSSL.
    expect(refused(() => parsePfx(pfx, { passphrase: 'y', provider, legacyCiphers: false })).code).toBe(
      'WRONG_PASSPHRASE',
    )
    // The key alone: triple DES.
    expect(read(encodePfx({ keys: [{ key: data }], protection: 'legacy', ...common })).keys).toHaveLength(1)
    expect(read(encodePfx({ keys: [{ key: data }], certificates: [certificate], ...common })).keys).toHaveLength(1)
    expect(refused(() => parsePfx(pfx, { passphrase: 'x', provider, legacyCiphers: 0 as never })).code).toBe(
      'INVALID_ARGUMENT',
    )
  })

  test('no provider, or one that lacks what the file asks for', () => {
    const encrypted = encodePrivateKey(data, { passphrase: 'x', provider })
    const traditional = encodePrivateKey(data, { passphrase: 'x', provider, type: 'traditional' })
    const pfx = encodePfx({ keys: [{ key: data }], passphrase: 'x', provider })
    for (const run of [
      () => parsePrivateKey(encrypted, { passphrase: 'x' }),
      () => parsePrivateKey(traditional, { passphrase: 'x' }),
      () => parsePfx(pfx, { passphrase: 'x' }),
      () => encodePrivateKey(data, { passphrase: 'x' }),
      () => encodePrivateKey(data, { passphrase: 'x', type: 'traditional' }),
      () => encodePfx({ keys: [{ key: data }], passphrase: 'x' } as never),
    ]) {
      const error = refused(run)
      expect([error.code, error.message]).toEqual(['PROVIDER_REQUIRED', expect.stringContaining('option "provider"')])
    }
    for (const [pem, lacking, missing] of [
      [encrypted, modernProvider, 'aes-256-cbc'],
      [encrypted, { ...modernProvider, cbc: provider.cbc }, 'PBKDF2'],
      [encrypted, { ...provider, hashes: {} }, 'sha256'],
      [
        encodePrivateKey(data, { passphrase: 'x', provider, encryption: { scheme: 'scrypt', cost: 2 } }),
        { ...provider, scrypt: undefined },
        'scrypt',
      ],
      [traditional, { ...modernProvider, cbc: provider.cbc }, 'md5'],
    ] as const) {
      const error = refused(() => parsePrivateKey(pem, { passphrase: 'x', provider: lacking }))
      expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringContaining(`has no ${missing}`)])
    }
  })

  describe('what a file may ask for', () => {
    // It counts the iterations, and does one.
    let asked: number[] = []
    const counting = {
      ...provider,
      pbkdf2: (...[hash, passphrase, salt, iterations, length]: Parameters<NonNullable<typeof provider.pbkdf2>>) => {
        asked.push(iterations)
        return provider.pbkdf2!(hash, passphrase, salt, 1, length)
      },
    }
    const options = { passphrase: 'x', provider: counting }
    const keyUnder = (iterations: number, prf?: 'sha256' | 'sha512') =>
      encodePrivateKey(data, { ...options, encryption: { scheme: 'pbes2', iterations, prf } })

    test.each(['sha256', 'sha512'] as const)('a key under 600,000 iterations of %s is read', (prf) => {
      expect(parsePrivateKey(keyUnder(600_000, prf), options)).toEqual(data)
    })

    test('a PFX whose every part is under 600,000 is read', () => {
      const { certificate } = createAuthority({ provider }).issue('a.test')
      const pfx = encodePfx({
        keys: [{ key: data }],
        certificates: [certificate],
        iterations: 600_000,
        protection: 'pbmac1',
        ...options,
      })
      asked = []
      expect(parsePfx(pfx, options).keys).toHaveLength(1)
      expect(asked).toEqual([600_000, 600_000, 600_000])
    })

    test('a key under scrypt with N = 2^17 is read', () => {
      const key = encodePrivateKey(data, { ...options, encryption: { scheme: 'scrypt', cost: 1 << 17 } })
      expect(parsePrivateKey(key, options)).toEqual(data)
    })

    test.each([10_000_000, 1_000_000_000])(
      '%i iterations are refused before the first, saying what to do',
      (iterations) => {
        const key = keyUnder(iterations)
        asked = []
        expect(refused(() => parsePrivateKey(key, options))).toMatchObject({
          code: 'LIMIT_EXCEEDED',
          message: expect.stringMatching(
            new RegExp(`${2 * iterations} hashes, more than .* 10000000 .*: give a greater "work"`),
          ),
        })
        expect(asked).toEqual([])
        expect(parsePrivateKey(key, { ...options, work: 2 * iterations })).toEqual(data)
      },
    )

    test('what is refused takes nothing of what is left', () => {
      expect(refused(() => parsePrivateKey(keyUnder(1000), { ...options, work: 1999 })).code).toBe('LIMIT_EXCEEDED')
      expect(parsePrivateKey(keyUnder(1000), { ...options, work: 2000 })).toEqual(data)
    })
  })

  test('a file that asks for a billion iterations', () => {
    const huge = { key: data }
    const pfx = encodePfx({ keys: [huge], passphrase: 'x', provider, iterations: 1000 })
    const at = Buffer.from(pfx).lastIndexOf(Buffer.from([2, 2, 3, 0xe8]))
    const bytes = pfx.slice()
    bytes.set([2, 2, 0x7f, 0xff], at)
    refused(() => parsePfx(bytes, { passphrase: 'x', provider, work: 30_000 }))
    const scrypt = encodePrivateKey(data, {
      passphrase: 'x',
      provider,
      format: 'der',
      encryption: { scheme: 'scrypt', cost: 2 },
    })
    const where = Buffer.from(scrypt).indexOf(Buffer.from([2, 1, 2, 2, 1, 8, 2, 1, 1]))
    for (const [offset, value] of [
      [2, 3],
      [5, 0],
      [8, 0],
      [5, 127],
      [8, 127],
    ] as const) {
      const damaged = scrypt.slice()
      damaged[where + offset] = value
      refused(() => parsePrivateKey(damaged, { passphrase: 'x', provider }))
    }
  })

  test('ciphers and headers that are not known', () => {
    const pem = encodePrivateKey(data, { passphrase: 'x', provider, type: 'traditional' })
    expect(
      refused(() => parsePrivateKey(pem.replace('AES-256-CBC', 'IDEA-CBC'), { passphrase: 'x', provider })).code,
    ).toBe('UNSUPPORTED')
    expect(refused(() => parsePrivateKey(pem.replace(/CBC,\w+/, 'CBC,00'), { passphrase: 'x', provider })).code).toBe(
      'INVALID_PEM',
    )
    expect(refused(() => parsePrivateKey('no key here')).code).toBe('INVALID_PEM')
    expect(refused(() => parsePrivateKey(encodePem('PUBLIC KEY', new Uint8Array(3)))).code).toBe('INVALID_PEM')
  })
})

test('JWKs', () => {
  for (const jwk of [
    { kty: 'oct' },
    { kty: 'RSA' },
    { kty: 'RSA', n: 5, e: 'AQAB' },
    { kty: 'EC', crv: 'P-192' },
    { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    { kty: 'OKP', crv: 'Ed25519', x: '!' },
    { kty: 'AKP', alg: 'x' },
  ]) {
    refused(() => publicKeyFromJwk(jwk))
    refused(() => privateKeyFromJwk(jwk))
  }
})

test('arguments', () => {
  refused(() => der.oid('not an oid'))
  refused(() => der.integer(-1))
  refused(() => der.ia5String('ü'))
  refused(() => der.time(Number.NaN))
  refused(() => createName([['nonsense', 'x']]))
  refused(() => createName([['DC', 'ü']]))
  expect(parsePem('')).toEqual([])
})

describe('what is no input at all: INVALID_ARGUMENT, and what came', () => {
  const wrong: readonly [string, unknown][] = [
    ['undefined', undefined],
    ['number', 5],
    ['Null', null],
    ['ArrayBuffer', new ArrayBuffer(8)],
    ['Int8Array', new Int8Array(8)],
    ['Object', { length: 3 }],
  ]
  for (const [name, decode] of Object.entries(DECODERS))
    test(name, () => {
      for (const [type, input] of wrong) {
        const error = refused(() => decode(input as never))
        expect(error.code).toBe('INVALID_ARGUMENT')
        expect(error.message).toContain(`not ${type}`)
      }
    })

  test('an extension by a name that is none', () => {
    const { certificate } = createAuthority({ provider })
    for (const name of ['nope', 'toString', '__proto__', undefined])
      expect(refused(() => certificate.extension(name as never)).code).toBe('INVALID_ARGUMENT')
  })

  test('a key where the kind of a key to make is asked for', () => {
    const key = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    for (const given of [key, key.data, key.publicKey, Object.create({ type: 'ec', curve: 'secp256r1' })])
      expect(refused(() => createAuthority({ provider, key: given as never })).code).toBe('INVALID_ARGUMENT')
  })
})

/** Against the openssl command: an implementation, and an encoding of every input, that shares nothing with ours. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffdheField } from '../src/groups/ffdhe.ts'
import { md5Sha1, sha1, sha256, sha384 } from '../src/hash.ts'
import { hkdfExpandLabel, hkdfExtract, pbkdf2, scrypt, tlsPrf } from '../src/kdf.ts'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import type { PrivateKeyData, SignatureAlgorithm } from '../src/provider.ts'
import { rsaOaepDecrypt, rsaOaepEncrypt } from '../src/rsa.ts'
import { hex, unhex, utf8 } from './hex.ts'
import { openssl } from './openssl.ts'

const run = (args: string[], input?: Uint8Array): Buffer =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 24 })

const kdf = (name: string, length: number, options: Record<string, string>): string =>
  hex(
    run([
      'kdf',
      '-binary',
      '-keylen',
      String(length),
      ...Object.entries(options).flatMap(([key, value]) => ['-kdfopt', `${key}:${value}`]),
      name,
    ]),
  )

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

describe.skipIf(!openssl)(`against ${openssl ?? 'openssl (absent: skipped)'}`, () => {
  let folder: string
  const file = (name: string, content?: string | Uint8Array): string => {
    const path = join(folder, name)
    if (content !== undefined) writeFileSync(path, content)
    return path
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crypto-primitives-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([2048, 3072, 4096, 6144, 8192] as const)('ffdhe%d is the group of RFC 7919', (bits) => {
    const text = run(['genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', `group:ffdhe${bits}`]).toString()
    const parameters = run(['asn1parse'], utf8(text)).toString()
    // OpenSSL writes named groups by their numbers: p is the first INTEGER.
    const p = /INTEGER\s*:([0-9A-F]+)/.exec(parameters)![1]
    expect(ffdheField(bits)().p.toString(16).toUpperCase()).toBe(p)
  })

  it('the PRFs of TLS 1.0 and 1.2, secrets of every parity', () => {
    for (const length of [1, 2, 31, 48, 49, 200]) {
      const secret = portableProvider.randomBytes(length)
      for (const [hash, digest] of [
        [md5Sha1, 'MD5-SHA1'],
        [sha256, 'SHA256'],
        [sha384, 'SHA384'],
      ] as const) {
        const seed = utf8('key expansionand a seed')
        const expected = kdf('TLS1-PRF', 104, { digest, hexsecret: hex(secret), hexseed: hex(seed) })
        expect(hex(tlsPrf(hash, secret, 'key expansion', utf8('and a seed'), 104))).toBe(expected)
      }
    }
  })

  it('HKDF-Extract and HKDF-Expand-Label', () => {
    const secret = portableProvider.randomBytes(32)
    const extracted = kdf('HKDF', 32, { digest: 'SHA256', mode: 'EXTRACT_ONLY', hexkey: hex(secret), hexsalt: '0102' })
    expect(hex(hkdfExtract(sha256, Uint8Array.of(1, 2), secret))).toBe(extracted)
    for (const length of [12, 16, 32, 48, 100]) {
      const label = utf8('tls13 traffic upd')
      const info = Uint8Array.of(0, length, label.length, ...label, 3, 7, 8, 9)
      const expected = kdf('HKDF', length, {
        digest: 'SHA256',
        mode: 'EXPAND_ONLY',
        hexkey: hex(secret),
        hexinfo: hex(info),
      })
      expect(hex(hkdfExpandLabel(sha256, secret, 'traffic upd', Uint8Array.of(7, 8, 9), length))).toBe(expected)
    }
  })

  it('PBKDF2 and scrypt', () => {
    const options = { hexpass: hex(utf8('pässword')), hexsalt: '0102030405060708' }
    for (const hash of [sha1, sha256, nodeProvider.hashes.sha384!]) {
      const expected = kdf('PBKDF2', 70, { digest: hash.name, iter: '1234', ...options })
      expect(hex(pbkdf2(hash, utf8('pässword'), unhex('0102030405060708'), 1234, 70))).toBe(expected)
    }
    const expected = kdf('SCRYPT', 40, { n: '2048', r: '8', p: '2', ...options })
    const parameters = { cost: 2048, blockSize: 8, parallelization: 2 }
    expect(hex(scrypt(utf8('pässword'), unhex('0102030405060708'), parameters, 40))).toBe(expected)
  })

  const message = utf8('signed on one side, verified on the other')

  function pems(data: PrivateKeyData) {
    let jwk: JsonWebKey
    if (data.type === 'rsa' || data.type === 'rsa-pss') {
      const part = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi') => [name, base64url(data[name])]
      jwk = { kty: 'RSA', ...Object.fromEntries((['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const).map(part)) }
    } else if (data.type === 'ec') {
      const half = (data.point!.length - 1) / 2
      const crv = { secp256r1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[data.curve as 'secp256r1']
      const [x, y] = [data.point!.subarray(1, 1 + half), data.point!.subarray(1 + half)].map(base64url)
      jwk = { kty: 'EC', crv, x, y, d: base64url(data.d) }
    } else throw new Error('not needed here')
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    return {
      priv: file('key.pem', key.export({ type: 'pkcs8', format: 'pem' }) as string),
      pub: file('pub.pem', createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string),
    }
  }

  it.each<[string, Parameters<typeof portableProvider.generateKey>[0], SignatureAlgorithm, string[]]>([
    ['RSA PKCS#1', { type: 'rsa', bits: 2048 }, { name: 'rsa-pkcs1', hash: 'sha256' }, ['-sha256']],
    [
      'RSA-PSS',
      { type: 'rsa', bits: 2048 },
      { name: 'rsa-pss', hash: 'sha384', mgfHash: 'sha384', saltLength: 48 },
      ['-sha384', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:48'],
    ],
    [
      'RSA-PSS with another mask hash',
      { type: 'rsa', bits: 1024 },
      { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha1', saltLength: 11 },
      ['-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:11', '-sigopt', 'rsa_mgf1_md:sha1'],
    ],
    ['ECDSA P-256', { type: 'ec', curve: 'secp256r1' }, { name: 'ecdsa', hash: 'sha256' }, ['-sha256']],
    ['ECDSA P-521', { type: 'ec', curve: 'secp521r1' }, { name: 'ecdsa', hash: 'sha512' }, ['-sha512']],
  ])('%s in both directions', async (_, spec, algorithm, options) => {
    for (const provider of [portableProvider, nodeProvider]) {
      const key = provider.generateKey(spec)
      const { priv, pub } = pems(key.data)
      const signature = file('signature', await key.sign(algorithm, message))
      expect(run(['dgst', ...options, '-verify', pub, '-signature', signature], message).toString()).toMatch(/OK/)
      const theirs = run(['dgst', ...options, '-sign', priv], message)
      expect(await provider.importPublicKey(key.publicKey).verify(algorithm, message, theirs)).toBe(true)
    }
  })

  it('RSA key transport and OAEP in both directions', async () => {
    const key = portableProvider.generateKey({ type: 'rsa', bits: 2048 })
    const data = key.data as Extract<PrivateKeyData, { type: 'rsa' | 'rsa-pss' }>
    const { priv, pub } = pems(data)
    const premaster = portableProvider.randomBytes(48)
    const encrypted = run(['pkeyutl', '-encrypt', '-pubin', '-inkey', pub], premaster)
    expect(await key.decryptPremaster!(encrypted)).toEqual(premaster)
    const ours = portableProvider.importPublicKey(key.publicKey).encrypt!(premaster)
    expect(hex(run(['pkeyutl', '-decrypt', '-inkey', priv], ours))).toBe(hex(premaster))

    const oaep = ['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', 'rsa_oaep_md:sha256', '-pkeyopt', 'rsa_mgf1_md:sha1']
    const parameters = { hash: sha256, mgfHash: sha1 }
    const publicData = key.publicKey as { type: 'rsa'; n: Uint8Array; e: Uint8Array }
    const theirs = run(['pkeyutl', '-encrypt', '-pubin', '-inkey', pub, ...oaep], message)
    expect(rsaOaepDecrypt(data, parameters, theirs)).toEqual(message)
    const sealed = rsaOaepEncrypt(publicData, parameters, message)
    expect(hex(run(['pkeyutl', '-decrypt', '-inkey', priv, ...oaep], sealed))).toBe(hex(message))
    sealed[9] ^= 1
    expect(() => rsaOaepDecrypt(data, parameters, sealed)).toThrow('RSA-OAEP decryption failed')
  })

  it('verifies DSA signatures, and its own verify there', async () => {
    const priv = file('dsa.pem')
    const parameters = file('dsa-parameters.pem')
    run(['dsaparam', '-out', parameters, '1024'])
    run(['gendsa', '-out', priv, parameters])
    const text = run(['dsa', '-in', priv, '-text', '-noout']).toString()
    const number = (name: string) => {
      const block = new RegExp(`${name}:\\s*\\n?((?:\\s+[0-9a-f:]+\\n)+)`, 'i').exec(text)![1]
      return unhex(block.replace(/[\s:]/g, ''))
    }
    const [x, y, p, q, g] = ['priv', 'pub', 'P', 'Q', 'G'].map(number)
    const algorithm = { name: 'dsa', hash: 'sha256' } as const
    const signature = run(['dgst', '-sha256', '-sign', priv], message)
    const key = portableProvider.importPublicKey({ type: 'dsa', p, q, g, y })
    expect(key.verify(algorithm, message, signature)).toBe(true)
    expect(key.verify(algorithm, utf8('another'), signature)).toBe(false)
    const ours = await portableProvider.importPrivateKey({ type: 'dsa', p, q, g, x, y }).sign(algorithm, message)
    const pub = file('dsa-pub.pem', run(['dsa', '-in', priv, '-pubout']))
    const given = file('dsa-signature', ours)
    expect(run(['dgst', '-sha256', '-verify', pub, '-signature', given], message).toString()).toMatch(/OK/)
  })
})

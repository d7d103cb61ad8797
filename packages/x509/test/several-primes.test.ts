/** RSA keys of more than two primes (RFC 8017 §3.2), read, written and used; OpenSSL makes and checks them. */
import { createPrivateKey, sign as nativeSign } from 'node:crypto'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import {
  createAuthority,
  encodePfx,
  encodePrivateKey,
  parsePfx,
  parsePrivateKey,
  privateKeyToJwk,
  verifyChainSync,
} from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const message = new TextEncoder().encode('message')

const keys = [3, 4].map((primes) => {
  openssl.run(
    `genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${primes === 3 ? 2048 : 4096} -pkeyopt rsa_keygen_primes:${primes} -out ${primes}.pem`,
  )
  return { primes, pem: openssl.text(`${primes}.pem`) }
})

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('%s', (_, provider) => {
  test.each(keys)('$primes primes: signs as OpenSSL does, decrypts, and is written as it came', ({ primes, pem }) => {
    const data = parsePrivateKey(pem)
    if (data.type !== 'rsa') throw new Error('no RSA key')
    expect(data.otherPrimes).toHaveLength(primes - 2)
    const key = provider.importPrivateKey(data)
    expect(key.sign({ name: 'rsa-pkcs1', hash: 'sha256' }, message)).toEqual(
      new Uint8Array(nativeSign('sha256', message, createPrivateKey(pem))),
    )
    const publicKey = provider.importPublicKey(key.publicKey)
    const pss = { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 } as const
    expect(publicKey.verify(pss, message, key.sign(pss, message) as Uint8Array)).toBe(true)
    const premaster = new Uint8Array(48).fill(7)
    expect(key.decryptPremaster!(publicKey.encrypt!(premaster))).toEqual(premaster)
    expect(encodePrivateKey(data)).toBe(pem)
    openssl.write('traditional.pem', encodePrivateKey(data, { type: 'traditional' }))
    expect(openssl.run('rsa -in traditional.pem -noout -check')).toContain('RSA key ok')
  })

  test('in a PFX, and as an authority', () => {
    const data = parsePrivateKey(keys[0]!.pem)
    const pfx = encodePfx({ keys: [{ key: data }], passphrase: 'x', provider })
    expect(parsePfx(pfx, { passphrase: 'x', provider }).keys[0]!.key).toEqual(data)
    const ca = createAuthority({ provider, signer: provider.importPrivateKey(data) })
    const leaf = ca.issue('a.test').certificate
    expect(verifyChainSync({ leaf, anchors: [ca.certificate], provider, name: 'a.test' }).ok).toBe(true)
  })

  test('numbers that are not of one key are refused: they would give it away', () => {
    const data = parsePrivateKey(keys[0]!.pem)
    if (data.type !== 'rsa') throw new Error('no RSA key')
    const [other] = data.otherPrimes!
    const wrong = (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 2 : byte))
    for (const otherPrimes of [
      [],
      undefined,
      [{ ...other!, r: wrong(other!.r) }],
      [{ ...other!, d: wrong(other!.d) }],
      [{ ...other!, t: wrong(other!.t) }],
      [other!, other!],
      [{ ...other!, r: Uint8Array.of(1) }],
      [{ ...other!, r: new Uint8Array(100_000).fill(255) }],
      new Array(10).fill(other!),
    ])
      expect(() => provider.importPrivateKey({ ...data, otherPrimes })).toThrow(
        expect.objectContaining({ code: 'INVALID_KEY' }),
      )
  })
})

test('JWK has no form for them that others read', () => {
  const key = nodeProvider.importPrivateKey(parsePrivateKey(keys[0]!.pem))
  expect(() => privateKeyToJwk(key.data, key.publicKey)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
})

test('version 1 without further primes, version 0 with some, and version 2 are refused', () => {
  const der = encodePrivateKey(parsePrivateKey(keys[0]!.pem), { type: 'traditional', format: 'der' })
  const version = der.findIndex((byte, at) => byte === 2 && der[at + 1] === 1) + 2
  for (const other of [0, 2]) {
    const changed = der.slice()
    changed[version] = other
    expect(() => parsePrivateKey(changed)).toThrow()
  }
  const two = encodePrivateKey(nodeProvider.generateKey({ type: 'rsa', bits: 1024 }).data, {
    type: 'traditional',
    format: 'der',
  })
  two[two.findIndex((byte, at) => byte === 2 && two[at + 1] === 1) + 2] = 1
  expect(() => parsePrivateKey(two)).toThrow()
})

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, it, test } from 'vitest'
import {
  Certificate,
  createAuthority,
  encodePem,
  encodePfx,
  encodePkcs7,
  parsePem,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
} from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

/** What others write, or wrote, and is no DER, or no form that one would choose today. */
const openssl = new OpenSsl()
const authority = createAuthority({ provider: nodeProvider, subject: 'Old forms' })
const leaf = authority.issue('a.test')

/** The same in BER as NSS writes it: indefinite lengths, and octet strings in pieces. */
function toBer(der: Uint8Array): Uint8Array {
  const parts: number[] = []
  for (let at = 0; at < der.length; ) {
    const tag = der[at]!
    let header = 2
    let length = der[at + 1]!
    if (length >= 0x80) {
      header += length & 0x7f
      length = der.subarray(at + 2, at + header).reduce((sum, byte) => sum * 256 + byte, 0)
    }
    const whole = der.subarray(at, at + header + length)
    const contents = whole.subarray(header)
    at += whole.length
    // Certificates and CRLs stay what was signed; only the containers around them are BER.
    if (tag & 0x20 && !isSigned(whole)) parts.push(tag, 0x80, ...toBer(contents), 0, 0)
    else if ((tag === 4 || tag === 0x80) && length > 8)
      parts.push(tag | 0x20, 0x80, 4, 5, ...contents.subarray(0, 5), ...long(4, contents.subarray(5)), 0, 0)
    else parts.push(...whole)
  }
  return Uint8Array.from(parts)
}
const long = (tag: number, contents: Uint8Array) => [
  tag,
  0x83,
  0,
  contents.length >> 8,
  contents.length & 255,
  ...contents,
]
function isSigned(der: Uint8Array): boolean {
  try {
    return Certificate.parse(der) !== undefined
  } catch {
    return false
  }
}

describe('containers in BER (RFC 7292 §4, RFC 5652 §1)', () => {
  test.each(['modern', 'legacy', 'pbmac1'] as const)('a PFX, %s', (protection) => {
    for (const provider of [nodeProvider, portableProvider]) {
      const pfx = encodePfx({
        keys: [{ key: leaf.privateKey!.data }],
        certificates: leaf.chain,
        passphrase: 'x',
        provider,
        protection,
        iterations: 2,
      })
      const ber = toBer(pfx)
      expect(ber).not.toEqual(pfx)
      const read = (bytes: Uint8Array) => parsePfx(bytes, { passphrase: 'x', provider })
      expect(read(ber).keys).toEqual(read(pfx).keys)
      expect(read(ber).certificates[0]!.certificate.raw).toEqual(leaf.certificate.raw)
      expect(() => read(ber.subarray(0, -2))).toThrow(expect.objectContaining({ code: 'INVALID_DER' }))
      const damaged = Uint8Array.from(ber)
      damaged[damaged.length >> 1]! ^= 1
      expect(() => read(damaged)).toThrow()
    }
  })

  it.each(['CAMELLIA-128-CBC', 'CAMELLIA-256-CBC'])('a PFX under %s, where the provider has it', (cipher) => {
    openssl.write('c.pem', leaf.cert)
    openssl.write('k.pem', leaf.key)
    openssl.run(`pkcs12 -export -in c.pem -inkey k.pem -passout pass:x -keypbe ${cipher} -certpbe ${cipher} -out c.p12`)
    const pfx = openssl.read('c.p12')
    expect(parsePfx(pfx, { passphrase: 'x', provider: nodeProvider }).certificates).toHaveLength(1)
    expect(() => parsePfx(pfx, { passphrase: 'x', provider: portableProvider })).toThrow(/no camellia-/)
  })

  it('a bag of certificates; what is signed stays DER', () => {
    const bag = encodePkcs7({ certificates: [leaf.certificate, authority.certificate] })
    expect(
      parsePkcs7(toBer(bag))
        .certificates.map(({ raw }) => raw)
        .sort(),
    ).toEqual(
      parsePkcs7(bag)
        .certificates.map(({ raw }) => raw)
        .sort(),
    )
  })

  it('a signed message that was streamed', () => {
    openssl.write('c.pem', leaf.cert)
    openssl.write('k.pem', leaf.key)
    openssl.write('m', 'hello')
    openssl.run('cms -sign -in m -signer c.pem -inkey k.pem -stream -outform DER -nodetach -out s.p7m')
    expect(parsePkcs7(openssl.read('s.p7m')).certificates.map(({ raw }) => raw)).toEqual([leaf.certificate.raw])
  })

  it('lengths nested as deep as they go end in an error', () => {
    const deep = new Uint8Array(100_000).fill(0x80)
    for (let i = 0; i < deep.length; i += 2) deep[i] = 0x30
    expect(() => parsePfx(deep)).toThrow(expect.objectContaining({ code: 'INVALID_DER' }))
    expect(() => parsePkcs7(deep)).toThrow(expect.objectContaining({ code: 'INVALID_DER' }))
  })
})

it('what an anchor is trusted for is its own: nothing comes from Object.prototype', () => {
  expect(Object.hasOwn(leaf.certificate, 'trust')).toBe(true)
  expect(leaf.certificate.trust).toBeUndefined()
})

describe('private keys', () => {
  const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

  it("ring's Ed25519 keys, whose public key has an explicit tag", () => {
    const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
    const [seed, point] = [d, x].map((text) => Buffer.from(text!, 'base64url').toString('hex'))
    const ring = `3053020101300506032b657004220420${seed}a123032100${point}`
    const key = parsePrivateKey(hex(ring))
    expect(nodeProvider.importPrivateKey(key).publicKey).toMatchObject({ bytes: hex(point!) })
    // Another's public key with it is no key.
    const other = `${ring.slice(0, -2)}${ring.endsWith('00') ? '01' : '00'}`
    expect(() => nodeProvider.importPrivateKey(parsePrivateKey(hex(other)))).toThrow()
    expect(() => parsePrivateKey(hex(`${ring.replace('3053', '3054')}00`))).toThrow()
  })

  describe('EC keys that spell out their curve', () => {
    const curves = [
      'secp224r1',
      'prime256v1',
      'secp384r1',
      'secp521r1',
      'secp256k1',
      'brainpoolP256r1',
      'brainpoolP384r1',
      'brainpoolP512r1',
    ]
    const make = (curve: string, form: string) =>
      openssl.run(`ecparam -name ${curve} -genkey -noout -param_enc explicit -conv_form ${form}`)

    it.each(curves)('%s', (curve) => {
      for (const form of ['uncompressed', 'compressed', 'hybrid']) {
        const pem = make(curve, form)
        const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' })
        const key = parsePrivateKey(pem)
        expect(key).toMatchObject({ type: 'ec', curve: curve === 'prime256v1' ? 'secp256r1' : curve })
        const { point } = nodeProvider.importPrivateKey(key).publicKey as { point: Uint8Array }
        expect(spki.includes(Buffer.from(point.subarray(1, 1 + (point.length >> 1))))).toBe(true)
        openssl.write('explicit.pem', pem)
        const pkcs8 = openssl.run('pkcs8 -topk8 -nocrypt -in explicit.pem')
        expect(parsePrivateKey(pkcs8)).toMatchObject({ type: 'ec', d: (key as { d: Uint8Array }).d })
      }
    })

    it('any other number makes it another curve: each is compared', () => {
      const { bytes } = parsePem(make('prime256v1', 'uncompressed'))[0]!
      const parameters = bytes.subarray(44)
      // The last byte of p, a, b, x, y and of the order, and the cofactor.
      const numbers = {
        p: 'FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF',
        a: 'FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC',
        b: '5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B',
        x: '6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296',
        y: '4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5',
        n: 'FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551',
      }
      for (const number of Object.values(numbers)) {
        const at = Buffer.from(parameters).indexOf(Buffer.from(number, 'hex'))
        const changed = Uint8Array.from(bytes)
        changed[44 + at + 31]! ^= 2
        expect(at).toBeGreaterThan(0)
        expect(() => parsePrivateKey(changed)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
      }
    })
  })

  it('numbers with zero bytes before them, as old versions of node-forge wrote them', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const der = privateKey.export({ format: 'der', type: 'pkcs1' })
    // SEQUENCE, version, then the modulus with one zero byte more.
    const modulus = der.subarray(7, 7 + 3 + 129)
    const padded = Buffer.concat([Buffer.from([2, 0x81, 130, 0]), modulus.subarray(3)])
    const body = Buffer.concat([der.subarray(4, 7), padded, der.subarray(7 + modulus.length)])
    const whole = Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 255]), body])
    expect(createPrivateKey({ key: whole, format: 'der', type: 'pkcs1' }).equals(privateKey)).toBe(true)
    expect(parsePrivateKey(whole)).toEqual(parsePrivateKey(der))
    const negative = Buffer.from(whole)
    negative[11] = 0x80
    negative.copy(negative, 11, 12)
    expect(() => parsePrivateKey(encodePem('RSA PRIVATE KEY', negative.subarray(0, 4)))).toThrow()
  })

  it.each(['aes-128-cfb', 'aes-256-cfb', 'aes-128-ofb', 'aes-256-ofb', 'des-ede3-cfb', 'des-ede3-ofb'])(
    'DEK-Info with %s',
    (cipher) => {
      openssl.write('plain.pem', leaf.key)
      openssl.run(`ec -in plain.pem -${cipher} -passout pass:secret -out locked.pem`)
      const pem = openssl.text('locked.pem')
      expect(pem).toContain(cipher.toUpperCase())
      for (const provider of [nodeProvider, portableProvider]) {
        expect(parsePrivateKey(pem, { passphrase: 'secret', provider })).toMatchObject({
          d: (leaf.privateKey!.data as { d: Uint8Array }).d,
        })
        expect(() => parsePrivateKey(pem, { passphrase: 'wrong', provider })).toThrow(
          expect.objectContaining({ code: 'WRONG_PASSPHRASE' }),
        )
      }
    },
  )

  it('a mode that is not known is named', () => {
    const text = encodePem('RSA PRIVATE KEY', new Uint8Array(32), {
      'Proc-Type': '4,ENCRYPTED',
      'DEK-Info': `AES-128-CFB8,${'00'.repeat(16)}`,
    })
    expect(() => parsePrivateKey(text, { passphrase: 'x', provider: nodeProvider })).toThrow(/"AES-128-CFB8"/)
  })
})

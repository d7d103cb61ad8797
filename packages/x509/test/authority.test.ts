/** What an authority makes of requests, renewals and revocations. */
import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import type { KeySpec } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import * as x509 from '../src/index.ts'

const EC: KeySpec = { type: 'ec', curve: 'secp256r1' }

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('%s', (_, provider) => {
  const ca = x509.createAuthority({ provider, subject: 'CA' })
  const key = provider.generateKey(EC)
  const request = (input: Partial<x509.RequestInput> = {}) =>
    x509.createRequestSync({ subject: { O: 'Example', CN: 'a.test' }, signer: key, ...input })

  const refusal = (run: () => unknown): { code: string; message: string } => {
    try {
      run()
    } catch (error) {
      expect(error).toBeInstanceOf(x509.X509Error)
      return error as x509.X509Error
    }
    return { code: 'none', message: '' }
  }

  describe('issue({ request })', () => {
    test('keeps what was asked for', async () => {
      const custom = { oid: '1.3.6.1.4.1.55555.9', critical: false, value: Uint8Array.of(5, 0) }
      const asked = request({
        names: ['a.test', '*.b.test', '127.0.0.1', 'ops@a.test'],
        extensions: [
          { name: 'keyUsage', critical: true, value: ['digitalSignature', 'keyAgreement'] },
          { name: 'extKeyUsage', value: ['serverAuth'] },
          { name: 'tlsFeature', value: [5] },
          custom,
        ],
      })
      const { certificate, key: none, chain } = ca.issue({ request: asked })
      expect(certificate.subject.toString()).toBe('CN=a.test,O=Example')
      expect(certificate.extension('subjectAltName')).toEqual(asked.extension('subjectAltName'))
      expect(certificate.extension('keyUsage')).toEqual(['digitalSignature', 'keyAgreement'])
      expect(certificate.extension('extKeyUsage')).toEqual(['1.3.6.1.5.5.7.3.1'])
      expect(certificate.extension('tlsFeature')).toEqual([5])
      expect(certificate.extensions.find(custom.oid)).toEqual(custom)
      expect(certificate.extension('basicConstraints')?.ca).toBe(false)
      expect(certificate.publicKey).toEqual(key.publicKey)
      expect(none).toBe('')
      expect(chain).toEqual([certificate])
      const anchors = [ca.certificate]
      const verdict = await x509.verifyChain({
        leaf: certificate,
        intermediates: [],
        anchors,
        provider,
        name: 'x.b.test',
      })
      expect(verdict.ok).toBe(true)
    })

    test('as PEM and DER; the common name where it is a host and no other name is asked for', () => {
      for (const input of [request().toPem(), request().raw])
        expect(ca.issue({ request: input }).certificate.extension('subjectAltName')).toEqual([
          { type: 'dns', value: 'a.test' },
        ])
      const person = ca.issue({ request: request({ subject: 'Alice Example' }) })
      expect(person.certificate.extension('subjectAltName')).toBeUndefined()
    })

    test('a signature that is not the key’s', () => {
      const forged = request().raw.slice()
      forged[forged.length - 1]! ^= 1
      expect(refusal(() => ca.issue({ request: forged })).code).toBe('REFUSED')
      const policy = () => true as const
      expect(refusal(() => ca.issue({ request: forged, policy })).code).toBe('REFUSED')
    })

    test('nothing that makes an authority, unless it is allowed by name', () => {
      for (const extensions of [
        [{ name: 'basicConstraints', critical: true, value: { ca: true } }],
        [{ name: 'keyUsage', critical: true, value: ['digitalSignature', 'keyCertSign'] }],
        [{ name: 'keyUsage', critical: true, value: ['cRLSign'] }],
        [{ name: 'extKeyUsage', value: ['OCSPSigning'] }],
        [{ name: 'extKeyUsage', value: ['any'] }],
      ] as x509.ExtensionInput[][]) {
        const asked = request({ extensions })
        expect(refusal(() => ca.issue({ request: asked }))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining("allow: ['authority']"),
        })
        expect(refusal(() => ca.issue({ request: asked, policy: () => true })).code).toBe('INVALID_ARGUMENT')
        expect(ca.issue({ request: asked, allow: ['authority'] }).certificate).toBeDefined()
      }
    })

    test('nothing in which an issuer speaks', () => {
      const extensions: x509.ExtensionInput[] = [{ name: 'certificatePolicies', value: [{ policy: '1.2.3' }] }]
      const asked = request({ extensions })
      expect(refusal(() => ca.issue({ request: asked })).code).toBe('REFUSED')
      const { certificate } = ca.issue({ request: asked, policy: () => ({ extensions: [] }), extensions })
      expect(certificate.extension('certificatePolicies')).toEqual([{ policy: '1.2.3', qualifiers: undefined }])
    })

    test('names are looked at as if they were typed in', () => {
      for (const name of [
        { type: 'dns', value: 'a.test\0.evil.test' },
        { type: 'dns', value: 'a test' },
        { type: 'uri', value: 'no uri' },
        { type: 'otherName', oid: '1.2.3', value: Uint8Array.of(5, 0) },
        { type: 'registeredID', value: '1.2.3' },
      ] as x509.GeneralName[])
        expect(refusal(() => ca.issue({ request: request({ names: [name] }) })).code).toBe('INVALID_ARGUMENT')
      const subject: [string, string][] = [['CN', 'a.test\n']]
      expect(refusal(() => ca.issue({ request: request({ subject }) })).code).toBe('INVALID_ARGUMENT')
    })

    test('the policy says yes, no, or what is changed', async () => {
      const asked = request({ names: ['a.test', 'b.test'] })
      const { certificate } = ca.issue({
        request: asked,
        policy: ({ subject }) => ({
          subject: { CN: subject.get('CN')! },
          names: ['a.test'],
          extKeyUsage: ['clientAuth'],
        }),
      })
      expect(certificate.subject.toString()).toBe('CN=a.test')
      expect(certificate.extension('subjectAltName')).toEqual([{ type: 'dns', value: 'a.test' }])
      expect(certificate.extension('extKeyUsage')).toEqual(['1.3.6.1.5.5.7.3.2'])
      for (const no of [false, undefined, null, 0, 1, 'yes', ''])
        expect(refusal(() => ca.issue({ request: asked, policy: () => no as never })).code).toBe('REFUSED')
      for (const wrong of [{ name: ['a.test'] }, { names: 'a.test' }, {}, new Error('no'), { notAfter: Number.NaN }])
        expect(['INVALID_ARGUMENT', 'REFUSED']).toContain(
          refusal(() => ca.issue({ request: asked, policy: () => wrong as never })).code,
        )
      const later = { request: asked, policy: async () => ({ names: ['b.test'] }) }
      expect(refusal(() => ca.issue(later)).code).toBe('ASYNCHRONOUS')
      const issued = await ca.issueAsync(later)
      expect(issued.certificate.extension('subjectAltName')).toEqual([{ type: 'dns', value: 'b.test' }])
      await expect(ca.issueAsync({ request: asked, policy: async () => false })).rejects.toThrow(/policy refused/)
      const thrown = new Error('no such customer')
      expect(() =>
        ca.issue({
          request: asked,
          policy: () => {
            throw thrown
          },
        }),
      ).toThrow(thrown)
    })

    test('options that make no sense', () => {
      const asked = request()
      for (const wrong of [
        {},
        { request: asked, names: ['b.test'] },
        { request: 5 },
        { request: asked, polcy: () => false },
      ])
        expect(refusal(() => ca.issue(wrong as never)).code).toBe('INVALID_ARGUMENT')
      expect(refusal(() => ca.issue({ request: asked, policy: true as never })).code).toBe('INVALID_ARGUMENT')
    })
  })

  describe('renew', () => {
    test('the same again, for as long', () => {
      const first = ca.issue('a.test', { names: ['b.test'], notBefore: Date.now() - 86_400_000 * 200 })
      const again = ca.renew(first.certificate)
      for (const name of ['subjectAltName', 'keyUsage', 'extKeyUsage', 'subjectKeyIdentifier'] as const)
        expect(again.certificate.extension(name)).toEqual(first.certificate.extension(name))
      expect(again.certificate.publicKey).toEqual(first.certificate.publicKey)
      expect(again.certificate.serialNumberHex).not.toBe(first.certificate.serialNumberHex)
      expect(again.certificate.notAfter - again.certificate.notBefore).toBe(
        first.certificate.notAfter - first.certificate.notBefore,
      )
      expect(again.certificate.notAfter).toBeGreaterThan(first.certificate.notAfter)
      const rekeyed = ca.renew(first.certificate, { key: EC })
      expect(rekeyed.certificate.publicKey).toEqual(rekeyed.privateKey!.publicKey)
      expect(rekeyed.certificate.extension('subjectKeyIdentifier')).not.toEqual(
        first.certificate.extension('subjectKeyIdentifier'),
      )
    })

    test('none of another’s, and no authority unless allowed by name', () => {
      const other = x509.createAuthority({ provider, subject: 'CA' })
      expect(refusal(() => ca.renew(other.issue('a.test').certificate)).message).toContain(
        'none that this authority issued',
      )
      const below = ca.createIntermediate()
      expect(refusal(() => ca.renew(below.certificate)).code).toBe('INVALID_ARGUMENT')
      expect(ca.renew(below.certificate, { allow: ['authority'] }).certificate.extension('basicConstraints')?.ca).toBe(
        true,
      )
      expect(refusal(() => ca.renew('pem' as never)).code).toBe('INVALID_ARGUMENT')
      expect(refusal(() => ca.renew(ca.issue('a.test').certificate, { key: EC, publicKey: key.publicKey })).code).toBe(
        'INVALID_ARGUMENT',
      )
    })
  })

  test('createCrl: of certificates and numbers, and verifyChain heeds it', async () => {
    const [bad, good] = [ca.issue('a.test'), ca.issue('a.test')]
    const crl = ca.createCrl({
      revoked: [
        bad.certificate,
        { certificate: ca.issue('c.test').certificate, reason: 'superseded' },
        { serialNumber: 5 },
      ],
    })
    expect(crl.entries).toHaveLength(3)
    expect(crl.find(bad.certificate)).toBeDefined()
    const verdict = (leaf: x509.Certificate) =>
      x509.verifyChain({ leaf, intermediates: [], anchors: [ca.certificate], provider, name: 'a.test', crls: [crl] })
    expect((await verdict(bad.certificate)).code).toBe('CERT_REVOKED')
    expect((await verdict(good.certificate)).ok).toBe(true)
    const later = x509.createAuthority({ provider, subject: 'other' })
    expect(refusal(() => ca.createCrl({ revoked: [{ certificate: later.certificate }] })).code).toBe('INVALID_ARGUMENT')
    expect(refusal(() => ca.createCrl({ revoked: [later.issue('a.test').certificate] })).code).toBe('INVALID_ARGUMENT')
    expect(refusal(() => ca.createCrl({ revoked: [null] as never })).code).toBe('INVALID_ARGUMENT')
  })

  test('key: what is needed to make the authority again', () => {
    const again = x509.authorityFrom(ca.certificate, provider.importPrivateKey(x509.parsePrivateKey(ca.key)), provider)
    expect(again.issue('a.test').certificate.issuer.toString()).toBe('CN=CA')
    const { publicKey, type, bits, curve } = key
    const remote = x509.createAuthority({
      provider,
      signer: { publicKey, type, bits, curve, sign: key.sign.bind(key) },
    })
    expect(remote.key).toBe('')
  })
})

test.each([
  ['a KeyObject', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['a CryptoKey’s description', () => ({ type: 'public', algorithm: { name: 'ECDSA' } })],
  ['a type alone', () => ({ type: 'ec' })],
  ['a PEM', () => '-----BEGIN PUBLIC KEY-----'],
])('a public key that is %s is refused in words', (_what, publicKey) => {
  const ca = x509.createAuthority({ provider: nodeProvider })
  expect(() => ca.issue('a.test', { publicKey: publicKey() as never })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('publicKey must be a public key, as parsePublicKey gives it, not '),
    }),
  )
})

test('what is logged is a summary, and no private key', () => {
  const ca = x509.createAuthority({ provider: nodeProvider, subject: 'CA' })
  const issued = ca.issue('a.test', { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2026, 11, 1) })
  expect(String(issued.certificate)).toBe('certificate of CN=a.test, by CN=CA, from 2026-01-01 to 2026-12-01')
  expect(inspect(issued)).toBe(`${issued.certificate}, with its private key`)
  expect(inspect({ ca, issued }, { depth: 9 })).not.toMatch(/PRIVATE KEY|seed|bytes/)
  expect(inspect(ca)).toBe('authority CN=CA')
  expect(Object.keys(issued)).toEqual(['certificate', 'chain', 'cert', 'key', 'privateKey'])
  const request = x509.createRequestSync({ subject: [['CN', 'a\n\u001b[31m']], signer: issued.privateKey! })
  expect(String(request)).toBe('signing request of CN=a\\0a\\1b[31m')
  const crl = ca.createCrl({
    revoked: [issued.certificate],
    thisUpdate: Date.UTC(2026, 0, 2),
    nextUpdate: Date.UTC(2026, 1, 2),
  })
  expect(String(crl)).toBe('revocation list of CN=CA, 1 entries, from 2026-01-02')
})

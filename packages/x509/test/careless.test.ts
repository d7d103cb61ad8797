/** An authority does not issue what a careless caller lets through, and does what is asked for by its name. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import {
  authorityFrom,
  createAuthority,
  createCertificateSync,
  createCrlSync,
  createName,
  createRequestSync,
  type ExtensionInput,
  type IssueOptions,
} from '../src/index.ts'

const ca = createAuthority({ provider })
const refused = expect.objectContaining({ name: 'X509Error', code: 'INVALID_ARGUMENT' })
const key = () => provider.generateKey({ type: 'ec', curve: 'secp256r1' })
const ec = { type: 'ec', curve: 'secp256r1' } as const

const CARELESS = [
  'good.example\0.evil.example',
  'a.example\nDNS:bank.example',
  'a.example\r',
  'a\u0085.example',
  'a.example, DNS:bank.example',
  'IP:10.0.0.1',
  'ip address:10.0.0.1',
  'email:ceo@bank.example',
  'URI:https://bank.example/',
  'RID:1.2.3',
  'dns:bank.example',
  '*',
  '*.',
  '**.example',
  'a.*.example',
  '',
  ' ',
  '.',
  '/relative/path',
  '//a.example/relative',
  '.example',
  'a..example',
  ' bank.example',
  'bank.example ',
  '\tbank.example',
  'bank.example/',
  '-----BEGIN CERTIFICATE-----',
  'münchen.example',
  'a@b@c.example ',
  'ceo@bank.example\n',
  'https://bank.example/ x',
  'https://bank.example/\0',
  `${'a'.repeat(64)}.example`,
]

describe('names as text', () => {
  test.each(CARELESS)('RFC 5280 §4.2.1.6 #12, #13, #16, #24: %j is refused', (name) => {
    expect(() => ca.issue(name)).toThrow(refused)
    expect(() => ca.issue('a.example', { names: [name] })).toThrow(refused)
    expect(() => createRequestSync({ subject: 'a.example', signer: key(), names: [name] })).toThrow(refused)
  })

  test.each([
    ['a.example', 'dns'],
    ['*.a.example', 'dns'],
    ['localhost', 'dns'],
    ['a_b.example', 'dns'],
    ['xn--mnchen-3ya.example', 'dns'],
    ['10.0.0.1', 'ip'],
    ['::1', 'ip'],
    ['fe80::1', 'ip'],
    ['a@b.example', 'email'],
    ['https://a.example/x', 'uri'],
    ['spiffe://a.example/x', 'uri'],
  ])('RFC 5280 §4.2.1.6 #2, #7, #11, #14, #15, #17: %s is meant: %s', (name, type) => {
    const { certificate } = ca.issue(name)
    expect(certificate.extension('subjectAltName')).toMatchObject([{ type }])
  })

  test('whatever is asked for by its type is written', () => {
    const names = [
      { type: 'dns', value: '*' },
      { type: 'dns', value: 'IP:10.0.0.1' },
    ] as const
    expect(ca.issue('a.example', { names }).certificate.extension('subjectAltName')).toMatchObject([{}, ...names])
  })

  test('common names', () => {
    for (const subject of ['a\nb', ' a', 'a\0'])
      for (const make of [
        () => createAuthority({ provider, subject }),
        () => ca.createIntermediate({ subject }),
        () => ca.issue('a.example', { subject }),
        () => createRequestSync({ subject, signer: key() }),
      ])
        expect(make).toThrow(refused)
    const meant = createName([['CN', ' a\n']])
    expect(ca.issue('a.example', { subject: meant }).certificate.subject.get('CN')).toBe(' a\n')
  })
})

describe('extensions', () => {
  const usage: ExtensionInput = { name: 'extKeyUsage', value: ['serverAuth'] }
  test('RFC 5280 §4.2 #3: twice', () => {
    const twice = { extensions: [usage, { ...usage, value: ['clientAuth'] }] } as const
    expect(() => ca.issue('a.example', twice)).toThrow(refused)
    expect(() => ca.createIntermediate(twice)).toThrow(refused)
    expect(() => createAuthority({ provider, ...twice })).toThrow(refused)
    expect(() => createRequestSync({ subject: 'a', signer: key(), ...twice })).toThrow(refused)
    expect(() =>
      createRequestSync({
        subject: 'a',
        signer: key(),
        names: ['a.example'],
        extensions: [{ name: 'subjectAltName', value: [] }],
      }),
    ).toThrow(refused)
    expect(() =>
      createCrlSync({
        issuer: ca.certificate.subject,
        signer: ca.signer,
        extensions: [{ name: 'cRLNumber', value: Uint8Array.of(2) }],
      }),
    ).toThrow(refused)
    const exact = {
      subject: 'a',
      issuer: 'b',
      publicKey: key().publicKey,
      signer: ca.signer,
      serialNumber: 1,
      notBefore: 0,
      notAfter: 1e12,
    }
    expect(() => createCertificateSync({ ...exact, ...twice })).toThrow(refused)
    expect(createCertificateSync({ ...exact, ...twice, allow: ['duplicate-extensions'] }).extensions.all).toHaveLength(
      2,
    )
  })

  const request = (names: string[], extensions: ExtensionInput[] = []) =>
    createRequestSync({ subject: 'a.example', signer: key(), names, extensions })

  test.each<[string, ExtensionInput[], IssueOptions['allow']]>([
    ['an authority', [{ name: 'basicConstraints', critical: true, value: { ca: true } }], ['authority']],
    ['a key that signs certificates', [{ name: 'keyUsage', critical: true, value: ['keyCertSign'] }], ['authority']],
    ['a key that signs CRLs', [{ name: 'keyUsage', value: ['digitalSignature', 'cRLSign'] }], ['authority']],
    [
      'names',
      [{ name: 'subjectAltName', value: [{ type: 'dns', value: 'bank.example' }] }],
      ['encoded-names', 'fewer-names'],
    ],
  ])('%s out of a request', (_, extensions, allow) => {
    const { publicKey, extensions: wanted } = request([], extensions)
    expect(() => ca.issue('a.example', { publicKey, extensions: wanted.all })).toThrow(refused)
    expect(
      ca.issue('a.example', { publicKey, extensions: wanted.all, allow }).certificate.extensions.all.length,
    ).toBeGreaterThan(4)
  })

  test('names as DER, whoever has the key and whatever else is allowed', () => {
    const names = (value: Extract<ExtensionInput, { name: 'subjectAltName' }>['value']) =>
      request([], [{ name: 'subjectAltName', value }]).extensions.all.filter(({ oid }) => oid === '2.5.29.17')
    const { publicKey } = request([])
    for (const extensions of [
      names([{ type: 'dns', value: 'bank.example' }]),
      names([{ type: 'ip', value: Uint8Array.of(10, 0, 0, 1) }]),
      names([{ type: 'email', value: 'ceo@bank.example' }]),
    ]) {
      const encoded = expect.objectContaining({ message: expect.stringContaining('encoded-names') })
      expect(() => ca.issue('a.example', { extensions })).toThrow(encoded)
      expect(() => ca.issue('a.example', { publicKey, extensions, allow: ['fewer-names', 'authority'] })).toThrow(
        encoded,
      )
    }
  })

  test('names that a request asks for are not dropped without a word', () => {
    const { publicKey } = request(['bank.example', '10.0.0.1'])
    expect(() => ca.issue('a.example', { publicKey })).toThrow(/bank\.example/)
    expect(() => ca.issue('a.example', { publicKey, names: ['bank.example'] })).toThrow(refused)
    expect(ca.issue('bank.example', { publicKey, names: ['10.0.0.1'] }).key).toBe('')
    expect(
      ca.issue('a.example', { publicKey, allow: ['fewer-names'] }).certificate.extension('subjectAltName'),
    ).toHaveLength(1)
  })
})

describe('keys', () => {
  test('another key than the certificate’s', () => {
    expect(() => authorityFrom(ca.certificate, key(), provider)).toThrow(refused)
    expect(() => authorityFrom(ca.certificate, { sign: () => new Uint8Array() } as never, provider)).toThrow(refused)
    expect(authorityFrom(ca.certificate, ca.signer, provider).issue('a.example').certificate).toBeDefined()
  })

  test('a certificate whose key may not sign', () => {
    const own = createAuthority({
      provider,
      extensions: [{ name: 'keyUsage', critical: true, value: ['digitalSignature'] }],
    })
    expect(() => authorityFrom(own.certificate, own.signer, provider)).toThrow(refused)
  })

  test('a key that is there is the signer, and no kind of key', () => {
    expect(() => createAuthority({ provider, key: key() as never })).toThrow(/signer/)
    expect(() => ca.createIntermediate({ key: key() as never })).toThrow(/signer/)
    expect(() => createAuthority({ provider, key: ec, signer: key() })).toThrow(refused)
    const signer = key()
    expect(createAuthority({ provider, signer }).signer).toBe(signer)
  })
})

test('options are read whole', () => {
  const bad: object[] = [
    { notBefore: new Date('x') },
    { notAfter: Number.NaN },
    { notAfter: '2030-01-01' },
    { serialNumber: 1.5 },
    { serialNumber: new Uint8Array(0) },
    { altNames: [] },
    { extensions: 'x' },
    { allow: ['everything'] },
  ]
  for (const options of bad) {
    expect(() => ca.issue('a.example', options)).toThrow(refused)
    expect(() => ca.createIntermediate(options)).toThrow(refused)
    expect(() => createAuthority({ provider, ...options })).toThrow(refused)
  }
  for (const options of [
    { nextUpdate: new Date('x') },
    { revoked: [{ serial: 1 }] },
    { revoked: [{ serialNumber: 1, reason: 'x' }] },
  ])
    expect(() => createCrlSync({ issuer: 'a', signer: ca.signer, ...options } as never)).toThrow(refused)
})

describe('extensions with a part that is misspelt or of another type are refused: it would be written as nothing', () => {
  const authority = createAuthority({ provider })
  const uri = { type: 'uri', value: 'http://a.test/' }
  test.each([
    ['cRLDistributionPoints', [{ distributionPoint: { fullName: [uri] } }]],
    ['cRLDistributionPoints', [{ name: { fulName: [uri] } }]],
    ['cRLDistributionPoints', []],
    ['freshestCRL', [{ name: { fullName: [uri] }, reason: 1 }]],
    ['authorityInfoAccess', [{ accessMethod: '1.3.6.1.5.5.7.48.1', location: uri }]],
    ['authorityInfoAccess', [{ method: '1.3.6.1.5.5.7.48.1', location: 'http://a.test/' }]],
    ['certificatePolicies', ['1.2.3']],
    ['certificatePolicies', [{ policy: '1.2.3', qualifier: [] }]],
    ['policyMappings', [{ issuerDomainPolicy: '1.2.3', subjectPolicy: '1.2.4' }]],
    ['tlsFeature', ['status_request']],
    ['issuingDistributionPoint', { onlyUserCerts: true }],
    ['issuingDistributionPoint', { indirectCRL: 'no' }],
  ])('%s %j', (name, value) => {
    const extensions = [{ name, value }] as unknown as ExtensionInput[]
    expect(() => authority.issue('a.test', { extensions })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  test('a CRL that would cover more than was meant', () => {
    const point = { indirectCRL: false, distributionPoint: { fullName: [uri] } }
    expect(() => authority.createCrl({ issuingDistributionPoint: point as never })).toThrow(/distributionPoint/)
  })
})

/** RFC 5280 §4.2: what certificates may say, sentence by sentence, where no other test has it. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { EXTENSION_CODECS } from '../src/extensions/registry.ts'
import {
  type Authority,
  createAuthority,
  createCertificateSync,
  createCrlSync,
  createName,
  createRequestSync,
  createTrustStore,
  type ExtensionInput,
  type GeneralName,
  type NameLike,
  type VerifyOptions,
  verifyChainSync,
} from '../src/index.ts'

const root = createAuthority({ provider, subject: 'Root' })
const ca = root.createIntermediate({ subject: 'Intermediate' })
const anchors = createTrustStore([root.certificate])
const refused = expect.objectContaining({ name: 'X509Error', code: 'INVALID_ARGUMENT' })
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

/** The problems of a leaf under its authority. */
function codes(
  extensions: readonly ExtensionInput[],
  { under = ca, subject, ...given }: Partial<VerifyOptions> & { under?: Authority; subject?: NameLike } = {},
): string[] {
  const { certificate: leaf } = under.issue('a.test', { extensions, subject })
  const result = verifyChainSync({ leaf, intermediates: under.chain, anchors, provider, name: false, ...given })
  expect(result.ok).toBe(result.problems.length === 0)
  return result.problems.map(({ code }) => code)
}

/** An authority with exactly these extensions, besides its identifiers. */
function authority(extensions: readonly ExtensionInput[], withIdentifier = true): Authority {
  const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const whole = root.createIntermediate({ subject: 'Bare', signer })
  const certificate = createCertificateSync({
    subject: 'Bare',
    issuer: root.certificate.subject,
    publicKey: signer.publicKey,
    signer: root.signer,
    serialNumber: 77,
    notBefore: Date.now() - 1e6,
    notAfter: Date.now() + 1e9,
    extensions: [
      ...whole.certificate.extensions.all.filter(
        ({ oid }) => oid === '2.5.29.35' || (withIdentifier && oid === '2.5.29.14'),
      ),
      ...extensions,
    ],
  })
  return { ...whole, certificate, chain: [certificate], issue: whole.issue } as Authority
}

const CA: ExtensionInput = { name: 'basicConstraints', critical: true, value: { ca: true } }
const SIGNS: ExtensionInput = { name: 'keyUsage', critical: true, value: ['keyCertSign', 'cRLSign'] }
const uri = { type: 'uri', value: 'http://a.test/' } as const

test('all is well with what these tests begin with', () => {
  expect(codes([])).toEqual([])
  expect(codes([], { under: authority([CA, SIGNS]) })).toEqual([])
})

test('RFC 5280 §4.2 #8: every extension of the list may be critical', () => {
  const policies = [{ policy: '1.2.3' }]
  const under = root.createIntermediate({
    subject: 'Critical',
    extensions: [
      { name: 'certificatePolicies', critical: true, value: policies },
      {
        name: 'nameConstraints',
        critical: true,
        value: { permitted: [{ base: { type: 'dns', value: 'test' }, minimum: 0 }] },
      },
      { name: 'policyConstraints', critical: true, value: { requireExplicitPolicy: 0 } },
      { name: 'inhibitAnyPolicy', critical: true, value: 0 },
    ],
  })
  const leaf: ExtensionInput[] = [
    { name: 'certificatePolicies', critical: true, value: policies },
    { name: 'extKeyUsage', critical: true, value: ['serverAuth'] },
  ]
  expect(under.certificate.extensions.find('2.5.29.15')?.critical).toBe(true)
  expect(codes(leaf, { under, subject: '', profile: 'node', policy: {} })).toEqual([])
})

describe('what is marked critical, or is not', () => {
  const points = [{ name: { fullName: [uri] } }]
  const access = [{ method: '1.3.6.1.5.5.7.48.1', location: uri }]
  test.each<[string, ExtensionInput, string]>([
    [
      'RFC 5280 §4.2.1.1 #6: authorityKeyIdentifier',
      {
        name: 'authorityKeyIdentifier',
        value: { keyIdentifier: ca.certificate.extension('subjectKeyIdentifier')! },
      },
      'AUTHORITY_KEY_IDENTIFIER_CRITICAL',
    ],
    [
      'RFC 5280 §4.2.1.2 #7: subjectKeyIdentifier',
      { name: 'subjectKeyIdentifier', value: bytes('0102') },
      'SUBJECT_KEY_IDENTIFIER_CRITICAL',
    ],
    [
      'RFC 5280 §4.2.1.8 #1: subjectDirectoryAttributes',
      { name: 'subjectDirectoryAttributes', value: [{ oid: '1.2.3', values: [bytes('0500')] }] },
      'UNHANDLED_CRITICAL_EXTENSION',
    ],
    ['RFC 5280 §4.2.1.15 #1: freshestCRL', { name: 'freshestCRL', value: points }, 'INVALID_EXTENSION'],
    ['RFC 5280 §4.2.2.1 #1: authorityInfoAccess', { name: 'authorityInfoAccess', value: access }, 'INVALID_EXTENSION'],
    ['RFC 5280 §4.2.2.2 #1: subjectInfoAccess', { name: 'subjectInfoAccess', value: access }, 'INVALID_EXTENSION'],
  ])('%s is not critical', (_, extension, code) => {
    expect(codes([extension])).toEqual([])
    expect(codes([{ ...extension, critical: true } as ExtensionInput])).toContain(code)
  })

  test.each<[string, ExtensionInput]>([
    ['RFC 5280 §4.2.1.11 #6: policyConstraints', { name: 'policyConstraints', value: { inhibitPolicyMapping: 0 } }],
    ['RFC 5280 §4.2.1.14 #1: inhibitAnyPolicy', { name: 'inhibitAnyPolicy', value: 0 }],
  ])('%s is critical', (_, extension) => {
    const under = (one: ExtensionInput) => root.createIntermediate({ subject: 'C', extensions: [one] })
    expect(codes([], { under: under(extension) })).toEqual([])
    expect(codes([], { under: under({ ...extension, critical: false } as ExtensionInput) })).toContain(
      'INVALID_EXTENSION',
    )
  })

  test('RFC 5280 §4.2.1.10 #2: name constraints are issued critical', () => {
    const value = { permitted: [{ base: { type: 'dns', value: 'test' } as const, minimum: 0 }] }
    const critical = (given: object) =>
      root
        .createIntermediate({ extensions: [{ name: 'nameConstraints', value, ...given }] })
        .certificate.extensions.find('2.5.29.30')?.critical
    expect(critical({})).toBe(true)
    expect(critical({ critical: false })).toBe(false)
  })
})

describe('identifiers', () => {
  test('RFC 5280 §4.2.1.1 #2: the issuer’s key identifier is there', () => {
    expect(codes([{ name: 'authorityKeyIdentifier', value: {} }])).toContain('MISSING_AUTHORITY_KEY_IDENTIFIER')
    expect(codes([{ oid: '2.5.29.35', critical: false, value: bytes('3000') }], { profile: 'node' })).toEqual([])
  })

  test('RFC 5280 §4.2.1.2 #1: an authority’s own is there', () => {
    expect(codes([], { under: authority([CA, SIGNS], false) })).toContain('MISSING_SUBJECT_KEY_IDENTIFIER')
  })

  test('RFC 5280 §4.2.1.1 #2, RFC 5280 §4.2.1.2 #2: that of the issuer is what it issues', () => {
    const own = bytes('010203')
    const under = root.createIntermediate({ extensions: [{ name: 'subjectKeyIdentifier', value: own }] })
    const { certificate } = under.issue('a.test')
    expect(certificate.extension('authorityKeyIdentifier')?.keyIdentifier).toEqual(own)
    expect(codes([], { under })).toEqual([])
  })
})

test('RFC 5280 §4.2 #4, RFC 5280 §4.2.1.2 #1, RFC 5280 §4.2.1.3 #1, RFC 5280 §4.2.1.9 #4: what an authority is issued with', () => {
  const { certificate } = ca.createIntermediate({
    pathLength: 1,
    extensions: [{ name: 'certificatePolicies', value: [{ policy: '1.2.3' }] }],
  })
  expect(certificate.extensions.find('2.5.29.19')?.critical).toBe(true)
  expect(certificate.extension('basicConstraints')).toEqual({ ca: true, pathLength: 1 })
  expect(certificate.extension('keyUsage')).toEqual(expect.arrayContaining(['keyCertSign', 'cRLSign']))
  expect(certificate.extension('subjectKeyIdentifier')).toHaveLength(20)
  expect(certificate.extension('authorityKeyIdentifier')?.keyIdentifier).toHaveLength(20)
  expect(certificate.extension('certificatePolicies')).toMatchObject([{ policy: '1.2.3' }])
})

describe('usages', () => {
  test('RFC 5280 §4.2.1.3 #4: a CRL by a key that is not for CRLs', () => {
    const under = root.createIntermediate({
      subject: 'No CRLs',
      extensions: [{ name: 'keyUsage', critical: true, value: ['keyCertSign'] }],
    })
    expect(codes([], { under, crls: [root.createCrl(), under.createCrl()] })).toContain('KEYUSAGE_NO_CRL_SIGN')
  })

  test('RFC 5280 §4.2.1.3 #7: a key usage without a use', () => {
    const none: ExtensionInput = { oid: '2.5.29.15', critical: true, value: bytes('030100') }
    for (const profile of ['node', 'webpki'] as const) expect(codes([none], { profile })).not.toEqual([])
  })

  test('RFC 5280 §4.2.1.12 #7, #8: no purpose that both usages have', () => {
    const usages: ExtensionInput[] = [
      { name: 'keyUsage', value: ['cRLSign'] },
      { name: 'extKeyUsage', value: ['serverAuth', 'clientAuth'] },
    ]
    for (const purpose of ['serverAuth', 'clientAuth'] as const) {
      expect(codes(usages, { purpose })).toContain('INVALID_PURPOSE')
      expect(codes([{ name: 'extKeyUsage', value: ['emailProtection'] }], { purpose })).toContain('INVALID_PURPOSE')
      expect(codes(usages.slice(1), { purpose })).toEqual([])
    }
  })
})

describe('basic constraints', () => {
  test('RFC 5280 §4.2.1.9 #2: without them, and without cA, nobody issues', () => {
    for (const profile of ['node', 'webpki'] as const) {
      expect(codes([], { under: authority([SIGNS]), profile })).toContain('INVALID_CA')
      expect(
        codes([], { under: authority([{ name: 'basicConstraints', value: { ca: false } }, SIGNS]), profile }),
      ).toContain('INVALID_CA')
    }
  })

  test('RFC 5280 §4.2.1.9 #3: no limit below zero', () => {
    expect(() => EXTENSION_CODECS.basicConstraints.decode(bytes('30060101ff0201ff'))).toThrow('pathLenConstraint')
    expect(() => root.createIntermediate({ pathLength: -1 })).toThrow(refused)
  })

  test('RFC 5280 §4.2.1.9 #4: critical', () => {
    expect(codes([], { under: authority([{ ...CA, critical: false } as ExtensionInput, SIGNS]) })).toEqual([
      'CA_BCONS_NOT_CRITICAL',
    ])
  })

  test('RFC 5280 §4.2.1.9 #7: a limit only of who issues', () => {
    expect(codes([{ name: 'basicConstraints', value: { ca: false, pathLength: 0 } }])).toEqual([
      'PATHLEN_INVALID_FOR_NON_CA',
    ])
    const under = authority([
      { name: 'basicConstraints', critical: true, value: { ca: true, pathLength: 0 } },
      { name: 'keyUsage', critical: true, value: ['cRLSign'] },
    ])
    expect(codes([], { under })).toContain('PATHLEN_WITHOUT_KU_KEY_CERT_SIGN')
  })
})

describe('policies', () => {
  const ANY = '2.5.29.32.0'
  const policies = (...given: string[]): ExtensionInput => ({
    name: 'certificatePolicies',
    value: given.map((policy) => ({ policy })),
  })

  test('RFC 5280 §4.2.1.4 #2: none twice', () => {
    expect(() => ca.issue('a.test', { extensions: [policies('1.2.3', '1.2.3')] })).toThrow(refused)
    const twice = bytes('300c300406022a03300406022a03')
    expect(codes([{ oid: '2.5.29.32', critical: false, value: twice }])).toContain('INVALID_EXTENSION')
  })

  test.each([
    [ANY, '1.2.4'],
    ['1.2.3', ANY],
  ])('RFC 5280 §4.2.1.5 #2: %s is not mapped to %s', (issuerDomainPolicy, subjectDomainPolicy) => {
    const value = [{ issuerDomainPolicy, subjectDomainPolicy }]
    const under = root.createIntermediate({ subject: 'M', extensions: [{ name: 'policyMappings', value }] })
    expect(codes([], { under })).toContain('INVALID_POLICY_EXTENSION')
  })

  test('RFC 5280 §4.2.1.11 #1, #2: mappings hold until they are inhibited', () => {
    const above = (inhibitPolicyMapping: number) =>
      root.createIntermediate({
        subject: 'Above',
        extensions: [
          policies('1.2.3'),
          { name: 'policyConstraints', value: { requireExplicitPolicy: 0, inhibitPolicyMapping } },
        ],
      })
    const mapping: ExtensionInput[] = [
      policies('1.2.3'),
      { name: 'policyMappings', value: [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.9' }] },
    ]
    const mapped = (inhibit: number) =>
      codes([policies('1.2.9')], { under: above(inhibit).createIntermediate({ subject: 'Maps', extensions: mapping }) })
    expect(mapped(1)).toEqual([])
    expect(mapped(0)).toEqual(['NO_EXPLICIT_POLICY'])
  })

  test('RFC 5280 §4.2.1.10 #3, #4, RFC 5280 §4.2.1.11 #4, #5: empty constraints are neither issued nor read', () => {
    for (const name of ['nameConstraints', 'policyConstraints'] as const) {
      expect(() => root.createIntermediate({ extensions: [{ name, value: {} }] })).toThrow(refused)
      const { oid } = EXTENSION_CODECS[name]
      const under = root.createIntermediate({
        subject: 'Empty',
        extensions: [{ oid, critical: true, value: bytes('3000') }],
      })
      expect(codes([], { under })).not.toEqual([])
    }
  })
})

test('RFC 5280 §4.2.1.4 #4: a critical policy with a qualifier that is not known', () => {
  const policies = (critical: boolean, oid: string): ExtensionInput[] => [
    {
      name: 'certificatePolicies',
      critical,
      value: [{ policy: '1.2.3', qualifiers: [{ oid, value: bytes('1600') }] }],
    },
  ]
  expect(codes(policies(true, '1.2.3.4'))).toEqual(['INVALID_EXTENSION'])
  expect(codes(policies(false, '1.2.3.4'))).toEqual([])
  expect(codes(policies(true, '1.3.6.1.5.5.7.2.1'))).toEqual([])
})

test('RFC 5280 §4.2.1.4 #5: anyPolicy has no qualifiers but those of the RFC', () => {
  const issue = (policy: string, oid: string) =>
    ca.issue('a.test', {
      extensions: [{ name: 'certificatePolicies', value: [{ policy, qualifiers: [{ oid, value: bytes('1600') }] }] }],
    })
  expect(() => issue('2.5.29.32.0', '1.2.3.4')).toThrow(refused)
  expect(issue('2.5.29.32.0', '1.3.6.1.5.5.7.2.1').cert).toContain('BEGIN')
  expect(issue('1.2.3', '1.2.3.4').cert).toContain('BEGIN')
})

test('RFC 5280 §4.2.1.13 #2, #11: distribution points of reasons alone, and names relative to two', () => {
  const directory = (CN: string): GeneralName => ({ type: 'directoryName', value: createName({ CN }) })
  const issue = (point: object) =>
    ca.issue('a.test', { extensions: [{ name: 'cRLDistributionPoints', value: [point] }] })
  const name = { relativeName: bytes('300806035504030c0178') }
  expect(() => issue({ reasons: 2 })).toThrow(refused)
  expect(() => issue({ name, crlIssuer: [directory('a'), directory('b')] })).toThrow(refused)
  expect(issue({ name, crlIssuer: [directory('a')] }).cert).toContain('BEGIN')
  expect(issue({ reasons: 2, crlIssuer: [directory('a')] }).cert).toContain('BEGIN')
})

describe('alternative names', () => {
  test.each(['http:///a', 'http://', 'http://@/', 'http://-/a', 'http://[::1/', 'http://[1.2.3.4]/', 'ftp://:21/'])(
    'RFC 5280 §4.2.1.6 #18: %s has an authority and no host',
    (name) => {
      expect(() => ca.issue(name)).toThrow(refused)
    },
  )

  test.each(['http://a.test', 'http://me@10.0.0.1:80/@', 'spiffe://a.test/x', 'http://[::1]:80?a#b'])(
    'RFC 5280 §4.2.1.6 #18: %s has a host',
    (name) => {
      expect(ca.issue(name).certificate.extension('subjectAltName')).toEqual([{ type: 'uri', value: name }])
    },
  )

  test('RFC 5280 §4.2.1.6 #8, #9, #10: addresses are their bytes in network order', () => {
    const { certificate } = ca.issue('10.1.2.3', { names: ['2001:db8::1:2'] })
    expect(certificate.extension('subjectAltName')).toEqual([
      { type: 'ip', value: bytes('0a010203') },
      { type: 'ip', value: bytes('20010db8000000000000000000010002') },
    ])
    const names = (value: Uint8Array): ExtensionInput => ({ name: 'subjectAltName', value: [{ type: 'ip', value }] })
    expect(codes([names(new Uint8Array(8))])).toContain('UNSUPPORTED_NAME_SYNTAX')
    expect(codes([names(new Uint8Array(32))])).toContain('UNSUPPORTED_NAME_SYNTAX')
    expect(codes([names(new Uint8Array(4))])).toEqual([])
  })

  test.each(['', ' ', 'a_b.test', '-a.test', 'a..test'])('RFC 5280 §4.2.1.6 #12, #13: %j is no host', (value) => {
    expect(codes([{ name: 'subjectAltName', value: [{ type: 'dns', value }] }])).toContain('UNSUPPORTED_NAME_SYNTAX')
  })

  test('RFC 5280 §4.2 #5, RFC 5280 §4.2.1.6 #4, #5: without a subject they are there, and critical', () => {
    const { certificate } = ca.issue('a.test', { subject: '' })
    expect(certificate.subject.isEmpty).toBe(true)
    expect(certificate.extensions.find('2.5.29.17')?.critical).toBe(true)
    const names: ExtensionInput = { name: 'subjectAltName', value: [{ type: 'dns', value: 'a.test' }] }
    expect(() => ca.issue('a.test', { subject: '', extensions: [names] })).toThrow(refused)
    const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    expect(() => ca.issue({ request: createRequestSync({ subject: '', signer }) })).toThrow(refused)
    const made = (extensions: ExtensionInput[]) => {
      const leaf = createCertificateSync({
        subject: '',
        issuer: ca.certificate.subject,
        publicKey: signer.publicKey,
        signer: ca.signer,
        serialNumber: 5,
        notBefore: Date.now() - 1e6,
        notAfter: Date.now() + 1e9,
        extensions: [
          {
            name: 'authorityKeyIdentifier',
            value: { keyIdentifier: ca.certificate.extension('subjectKeyIdentifier')! },
          },
          ...extensions,
        ],
      })
      return verifyChainSync({
        leaf,
        intermediates: ca.chain,
        anchors,
        provider,
        name: false,
        purpose: 'clientAuth',
      }).problems.map(({ code }) => code)
    }
    expect(made([])).toEqual(['HOSTNAME_MISMATCH'])
    expect(made([names])).toEqual(['EMPTY_SUBJECT_SAN_NOT_CRITICAL'])
    expect(made([{ ...names, critical: true } as ExtensionInput])).toEqual([])
  })

  test('RFC 5280 §4.2.1.6 #23: at least one', () => {
    expect(codes([{ oid: '2.5.29.17', critical: false, value: bytes('3000') }])).toContain('EMPTY_SUBJECT_ALT_NAME')
  })

  test('RFC 5280 §4.2.1.7 #1: the issuer’s are read and written as the subject’s', () => {
    const value: GeneralName[] = [{ type: 'dns', value: 'a.test' }, uri]
    const { certificate } = ca.issue('a.test', { extensions: [{ name: 'issuerAltName', value }] })
    expect(certificate.extension('issuerAltName')).toEqual(value)
    expect(certificate.extensions.find('2.5.29.18')?.value).toEqual(EXTENSION_CODECS.subjectAltName.encode(value))
    expect(codes([{ oid: '2.5.29.18', critical: false, value: bytes('3003890161') }])).toContain('INVALID_EXTENSION')
  })
})

describe('name constraints', () => {
  const within = (base: GeneralName, kind: 'permitted' | 'excluded' = 'permitted') =>
    root.createIntermediate({
      subject: 'Constrained',
      extensions: [{ name: 'nameConstraints', value: { [kind]: [{ base, minimum: 0 }] } }],
    })
  const named = (...value: GeneralName[]): ExtensionInput[] => [{ name: 'subjectAltName', value }]
  const profile = 'node'
  const host = { type: 'dns', value: 'a.test' } as const

  test('RFC 5280 §4.2.1.10 #5, #14, #16, #17: of directories, on subject and alternative names', () => {
    const under = within({
      type: 'directoryName',
      value: createName([
        ['C', 'DE'],
        ['O', 'Some  Org'],
      ]),
    })
    const inside = createName([
      ['C', 'DE'],
      ['O', 'sOME oRG '],
      ['CN', 'a.test'],
    ])
    const outside = createName([
      ['C', 'DE'],
      ['O', 'Other'],
      ['CN', 'a.test'],
    ])
    expect(codes([], { under, profile, subject: inside })).toEqual([])
    expect(codes([], { under, profile, subject: outside })).toEqual(['PERMITTED_VIOLATION'])
    expect(codes([], { under, profile, subject: '' })).toEqual([])
    const alternative = (value: typeof inside) => named(host, { type: 'directoryName', value })
    expect(codes(alternative(inside), { under, profile, subject: inside })).toEqual([])
    expect(codes(alternative(outside), { under, profile, subject: inside })).toEqual(['PERMITTED_VIOLATION'])
  })

  test.each<[string, GeneralName, GeneralName]>([
    ['registered identifiers', { type: 'registeredID', value: '1.2.3' }, { type: 'registeredID', value: '1.2.3' }],
    [
      'X.400 addresses',
      { type: 'x400Address', value: bytes('a3023000') },
      { type: 'x400Address', value: bytes('a3023000') },
    ],
  ])('RFC 5280 §4.2.1.10 #6, #15: of %s, which are not processed', (_, base, name) => {
    for (const kind of ['permitted', 'excluded'] as const) {
      expect(codes(named(host, name), { under: within(base, kind), profile })).toEqual([
        'UNSUPPORTED_CONSTRAINT_SYNTAX',
      ])
      expect(codes(named(host), { under: within(base, kind), profile })).toEqual([])
    }
  })

  test.each<[string, GeneralName, GeneralName]>([
    ['#9: a host is no pattern', { type: 'dns', value: '*.test' }, host],
    ['#9: the host of a URI is one', { type: 'uri', value: 'http://a.test/' }, uri],
    [
      '#20, #21: an address of four bytes',
      { type: 'ip', value: new Uint8Array(4) },
      { type: 'ip', value: new Uint8Array(4) },
    ],
    [
      '#20, #22: an address of sixteen bytes',
      { type: 'ip', value: new Uint8Array(16) },
      { type: 'ip', value: new Uint8Array(16) },
    ],
    [
      '#20, #21: a mask with holes',
      { type: 'ip', value: bytes('0a000000ff00ff00') },
      { type: 'ip', value: bytes('0a000001') },
    ],
  ])('RFC 5280 §4.2.1.10 %s', (_, base, name) => {
    expect(codes(named(name), { under: within(base), profile })).toEqual(['UNSUPPORTED_CONSTRAINT_SYNTAX'])
  })

  test('RFC 5280 §4.2.1.10 #9, RFC 5280 §4.2.1.10 #20, #21, #22: hosts and ranges', () => {
    const ip = (hex: string): GeneralName => ({ type: 'ip', value: bytes(hex) })
    const six = (last: string) => ip(`20010db8${'0'.repeat(22)}${last}`)
    const range = ip(`20010db8${'0'.repeat(24)}ffffffff${'0'.repeat(24)}`)
    expect(codes(named(ip('0a010203')), { under: within(ip('0a000000ff000000')), profile })).toEqual([])
    expect(codes(named(ip('0b010203')), { under: within(ip('0a000000ff000000')), profile })).toEqual([
      'PERMITTED_VIOLATION',
    ])
    expect(codes(named(six('01')), { under: within(range), profile })).toEqual([])
    expect(codes(named(six('01')), { under: within(range, 'excluded'), profile })).toEqual(['EXCLUDED_VIOLATION'])
    expect(codes(named(host), { under: within({ type: 'dns', value: 'test' }), profile })).toEqual([])
  })

  test.each(['urn:a:b', 'http://10.0.0.1/', 'http:/a', 'http://[::1]/'])(
    'RFC 5280 §4.2.1.10 #11: %s has no host to hold a constraint against',
    (value) => {
      for (const kind of ['permitted', 'excluded'] as const)
        expect(
          codes(named({ type: 'uri', value }), { under: within({ type: 'uri', value: '.test' }, kind), profile }),
        ).toEqual(['UNSUPPORTED_NAME_SYNTAX'])
    },
  )

  test('RFC 5280 §4.2.1.10 #13: mail in the subject', () => {
    const under = within({ type: 'email', value: 'a.test' })
    const subject = (address: string) =>
      createName([
        ['CN', 'x'],
        ['emailAddress', address],
      ])
    expect(codes([], { under, profile, subject: subject('me@a.test') })).toEqual([])
    expect(codes([], { under, profile, subject: subject('me@b.test') })).toEqual(['PERMITTED_VIOLATION'])
  })
})

test('RFC 5280 §4.2.1.13 #3: a CRL of another issuer counts where the certificate names him', () => {
  const other = root.createIntermediate({ subject: 'Lists' })
  const indirect = createCrlSync({
    issuer: other.certificate.subject,
    signer: other.signer,
    keyIdentifier: other.certificate.extension('subjectKeyIdentifier'),
    issuingDistributionPoint: {
      name: { fullName: [uri] },
      onlyContainsUserCerts: false,
      onlyContainsCACerts: false,
      indirectCRL: true,
      onlyContainsAttributeCerts: false,
    },
  })
  const verdict = (crlIssuer?: GeneralName[]) =>
    codes([{ name: 'cRLDistributionPoints', value: [{ name: { fullName: [uri] }, crlIssuer }] }], {
      intermediates: [...ca.chain, other.certificate],
      crls: [root.createCrl(), indirect],
    })
  expect(verdict([{ type: 'directoryName', value: other.certificate.subject }])).toEqual([])
  expect(verdict()).toContain('UNABLE_TO_GET_CRL')
})

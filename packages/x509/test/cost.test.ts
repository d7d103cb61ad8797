/** What a stranger's certificates may cost: counted in operations with public keys and in units of the budget. */
import type { CryptoProvider, PublicKey } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import {
  type Authority,
  Certificate,
  createAuthority,
  createCertificateSync,
  createName,
  createOcspResponseSync,
  DerReader,
  der,
  encodePublicKey,
  encodeSctList,
  type GeneralName,
  verifyChainSync,
  verifyOcspResponseSync,
  verifySctsSync,
} from '../src/index.ts'

const provider = nodeProvider
let serial = 1
const root = createAuthority({ provider, subject: 'Root' })

/** A provider that counts signature checks. */
function counting(): { provider: CryptoProvider; checks: () => number } {
  let checks = 0
  return {
    checks: () => checks,
    provider: {
      ...nodeProvider,
      importPublicKey(data) {
        const key = nodeProvider.importPublicKey(data)
        const verify: PublicKey['verify'] = (...parts) => {
          checks++
          return key.verify(...parts)
        }
        return Object.create(key, { verify: { value: verify } }) as PublicKey
      },
    },
  }
}

const names = (count: number, suffix = ''): GeneralName[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'dns', value: `h${i}${suffix}` }))

function constrained(parent: Authority, bases: readonly GeneralName[], kind: 'permitted' | 'excluded'): Authority {
  return parent.createIntermediate({
    extensions: [
      { name: 'nameConstraints', critical: true, value: { [kind]: bases.map((base) => ({ base, minimum: 0 })) } },
    ],
  })
}

const withNames = (issuer: Authority, own: readonly GeneralName[]) =>
  issuer.issue('a.example', { extensions: [{ name: 'subjectAltName', value: own }] }).certificate

/** Certificates of nobody's, each issued by the next in name and key. */
function strangers(length: number): Certificate[] {
  let authority = createAuthority({ provider, subject: 'Stranger' })
  const chain: Certificate[] = []
  for (let i = 0; i < length; i++) {
    authority = constrained(authority, names(50), 'excluded')
    chain.unshift(authority.certificate)
  }
  return [withNames(authority, names(50)), ...chain]
}

/** A certificate of this subject and issuer with a new key, signed by that key alone. */
function lookAlike(subject: string, issuer: string): Certificate {
  const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  return Certificate.parse(
    createCertificateSync({
      subject: createName({ CN: subject }),
      issuer: createName({ CN: issuer }),
      serialNumber: serial++,
      publicKey: signer.publicKey,
      signer,
      notBefore: Date.now() - 1e6,
      notAfter: Date.now() + 1e9,
      extensions: [
        { name: 'basicConstraints', critical: true, value: { ca: true } },
        { name: 'keyUsage', critical: true, value: ['keyCertSign'] },
      ],
    }).raw,
  )
}

describe.each(['node', 'webpki'] as const)('%s', (profile) => {
  test('a chain without an anchor: no search, and no more signatures than it has links', () => {
    const [leaf, ...intermediates] = strangers(10)
    const { provider: counted, checks } = counting()
    const result = verifyChainSync({
      leaf: leaf!,
      intermediates,
      anchors: [root.certificate],
      provider: counted,
      profile,
    })
    expect(result).toMatchObject({ ok: false, exhausted: false })
    expect(result.paths).toHaveLength(1)
    expect(checks()).toBeLessThanOrEqual(10)
  })

  test.each(['permitted', 'excluded'] as const)('1,000 names under 1,000 %s subtrees cost their sum', (kind) => {
    const bases = names(1000, kind === 'permitted' ? '.example' : '.other')
    const authority = constrained(root, bases, kind)
    const options = {
      leaf: withNames(authority, names(1000, '.example')),
      intermediates: [authority.certificate],
      anchors: [root.certificate],
      provider,
      profile,
    }
    expect(verifyChainSync({ ...options, budget: { work: 10_000 } })).toMatchObject({ ok: true })
    expect(verifyChainSync({ ...options, budget: { work: 1000 } })).toMatchObject({ ok: false, exhausted: true })
  })

  test('a name outside is found, among e-mail addresses, addresses and directory names too', () => {
    const under: GeneralName[] = [
      { type: 'email', value: 'x.example' },
      { type: 'ip', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
      { type: 'directoryName', value: createName({ O: 'Own' }) },
      { type: 'uri', value: '.x.example' },
    ]
    const authority = constrained(root, under, 'permitted')
    const codes = (...own: GeneralName[]) =>
      verifyChainSync({
        leaf: authority.issue('a.example', {
          subject: createName([['O', 'Own']]),
          extensions: [{ name: 'subjectAltName', value: own }],
        }).certificate,
        intermediates: [authority.certificate],
        anchors: [root.certificate],
        provider,
        profile: 'node',
      }).code
    expect(codes({ type: 'email', value: 'a@x.example' }, { type: 'uri', value: 'https://a.x.example/' })).toBe('OK')
    expect(codes({ type: 'ip', value: Uint8Array.of(10, 1, 2, 3) })).toBe('OK')
    expect(codes({ type: 'email', value: 'a@b.x.example' })).toBe('PERMITTED_VIOLATION')
    expect(codes({ type: 'uri', value: 'https://x.example/' })).toBe('PERMITTED_VIOLATION')
    expect(codes({ type: 'ip', value: Uint8Array.of(11, 1, 2, 3) })).toBe('PERMITTED_VIOLATION')
    expect(codes({ type: 'directoryName', value: createName({ O: 'Other' }) })).toBe('PERMITTED_VIOLATION')
  })

  test('a thousand certificates of one name lead nowhere', () => {
    const many = Array.from({ length: 300 }, () => lookAlike('Same', 'Same'))
    const { provider: counted, checks } = counting()
    const result = verifyChainSync({
      leaf: lookAlike('leaf', 'Same'),
      intermediates: many,
      anchors: [root.certificate],
      provider: counted,
      profile,
    })
    expect(result.ok).toBe(false)
    expect(result.paths).toHaveLength(1)
    expect(checks()).toBeLessThanOrEqual(2)
  })
})

test('node: the first wrong signature ends the matter, however many look-alikes name an anchor', () => {
  const many = Array.from({ length: 100 }, () => lookAlike('Same', 'Root'))
  const { provider: counted, checks } = counting()
  const result = verifyChainSync({
    leaf: lookAlike('leaf', 'Same'),
    intermediates: many,
    anchors: [root.certificate],
    provider: counted,
    profile: 'node',
  })
  expect(result).toMatchObject({ ok: false, code: 'CERT_SIGNATURE_FAILURE' })
  expect(checks()).toBeLessThanOrEqual(2)
})

// Each of these took minutes where a regular expression went back over the text.
describe('a megabyte of one character', () => {
  test.each([
    ['spaces', ' '],
    ['tabs in the middle', '\t'],
  ])('%s', (_, character) => {
    const name = createName([['CN', `a${character.repeat(900_000)}b`]])
    expect(name.canonical).toEqual(['2.5.4.3=a b'])
    const behind = createName([['CN', `${character.repeat(450_000)}A B${character.repeat(450_000)}`]])
    expect(behind.equals(createName([['CN', 'a b']]))).toBe(true)
  })

  test('a common name that is nearly a host', () => {
    const leaf = root.issue('a.example', { subject: createName([['CN', 'é'.repeat(200_000)]]) }).certificate
    expect(verifyChainSync({ leaf, anchors: [root.certificate], provider, name: 'a.example' }).ok).toBe(true)
  })
})

// Each of these was a RangeError: an argument of a call for every byte, or every extension.
describe('more than a call has arguments', () => {
  const issued = (extensions: readonly Uint8Array[]): Certificate => {
    const { certificate } = root.issue('a.example')
    const tbs = DerReader.open(certificate.raw, '').sequence('').sequence('')
    const fields: Uint8Array[] = []
    while (!tbs.done && !tbs.is(0xa3)) fields.push(tbs.raw(''))
    const list = der.explicit(3, der.element(0x30, new Uint8Array(Buffer.concat(extensions))))
    return Certificate.parse(
      der.sequence(
        der.sequence(...fields, list),
        certificate.signatureIdentifier.raw,
        der.bitString(certificate.signature),
      ),
    )
  }
  const extension = (oid: string, value: Uint8Array) => der.sequence(der.oid(oid), der.octetString(value))

  test('a comment of 900,000 bytes', () => {
    const comment = 'x'.repeat(900_000)
    const certificate = issued([extension('2.16.840.1.113730.1.13', der.ia5String(comment))])
    expect(certificate.extension('netscapeComment')).toBe(comment)
  })

  test('80,000 extensions beside an SCT', () => {
    const log = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    const logId = provider.hashes.sha256!.digest(encodePublicKey(log.publicKey!))
    const raw = Uint8Array.of(0, ...logId, ...new Uint8Array(8), 0, 0, 4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1)
    const scts = extension('1.3.6.1.4.1.11129.2.4.2', der.octetString(encodeSctList([{ raw }])))
    const certificate = issued([...Array(80_000).fill(extension('1.2.3', new Uint8Array(0))), scts])
    const options = {
      scts: certificate.extension('signedCertificateTimestampList')!,
      origin: 'embedded' as const,
      certificate,
      issuer: root.certificate,
      logs: [{ publicKey: log.publicKey! }],
      provider,
    }
    expect(verifySctsSync(options).map(({ status }) => status)).toEqual(['invalid'])
  })
})

test('control characters of a certificate never reach a reason', () => {
  const leaf = root.issue('a.example', {
    subject: createName([['CN', 'bank\n2026-11-28 all is well\u001b[2J\u202e\u2028']]),
    extensions: [{ name: 'subjectAltName', value: [{ type: 'dns', value: 'x\r\nlog: ok\u0000' }] }],
  }).certificate
  const stranger = createAuthority({ provider, subject: createName([['CN', 'evil\u0007\n']]) }).issue(
    'b.example',
  ).certificate
  for (const profile of ['node', 'webpki'] as const)
    for (const certificate of [leaf, stranger]) {
      const result = verifyChainSync({
        leaf: certificate,
        anchors: [root.certificate],
        provider,
        profile,
        name: 'b.example',
        time: 0,
      })
      expect(result.ok).toBe(false)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(result.reason).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028-\u202e]/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(`${certificate.subject}`).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]/)
    }
})

test('a reason shows the beginning of a long name', () => {
  const long = createName([['CN', `bank\n${'é'.repeat(100_000)}`]])
  expect(long.toBriefString().length).toBeLessThan(300)
  expect(
    createName([
      ['C', 'DE'],
      ['CN', 'a.example'],
    ]).toBriefString(),
  ).toBe('CN=a.example,C=DE')
  const leaf = root.issue('a.example', { subject: long }).certificate
  const { reason } = verifyChainSync({ leaf, anchors: [root.certificate], provider, time: 0 })
  expect(reason.length).toBeLessThan(1000)
})

describe('OCSP responses and SCTs ask the budget too', () => {
  const { certificate } = root.issue('a.example')
  const answer = { certificate, issuer: root.certificate, status: 'good' } as const

  test('OCSP', () => {
    const { provider: counted, checks } = counting()
    const response = createOcspResponseSync({
      provider,
      signer: root.signer,
      responder: root.certificate,
      answers: Array.from({ length: 5000 }, () => ({ ...answer, certId: undefined })),
    })
    const options = { response, certificate, issuer: root.certificate, provider: counted }
    expect(verifyOcspResponseSync(options).status).toBe('good')
    expect(checks()).toBe(1)
    for (const budget of [{ signatures: 0 }, { work: 0 }, { candidates: 0 }])
      expect(verifyOcspResponseSync({ ...options, budget })).toMatchObject({
        status: 'invalid',
        reason: expect.stringContaining('budget'),
      })
    expect(checks()).toBe(1)
  })

  test('SCTs', () => {
    const { provider: counted, checks } = counting()
    const log = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    const sct = {
      raw: new Uint8Array(0),
      version: 0,
      logId: provider.hashes.sha256!.digest(encodePublicKey(log.publicKey!)),
      timestamp: Date.now() - 1000,
      extensions: new Uint8Array(0),
      hashAlgorithm: 4,
      signatureAlgorithm: 3,
      signature: Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1),
    }
    const options = {
      scts: Array.from({ length: 530 }, () => sct),
      certificate,
      logs: [{ publicKey: log.publicKey! }],
      provider: counted,
      origin: 'separate' as const,
    }
    const verdicts = verifySctsSync(options).map(({ status }) => status)
    expect(checks()).toBe(20)
    expect(verdicts.slice(0, 20)).toEqual(Array(20).fill('invalid'))
    expect(new Set(verdicts.slice(20))).toEqual(new Set(['unchecked']))
    expect(
      verifySctsSync({ ...options, budget: { signatures: 3 } }).filter(({ status }) => status === 'invalid'),
    ).toHaveLength(3)
  })
})

import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { encodeSignatureAlgorithm } from '../src/algorithm.ts'
import { DerReader } from '../src/der/reader.ts'
import * as der from '../src/der/writer.ts'
import { Certificate, createAuthority, createCertificateSync, createName, verifyChainSync } from '../src/index.ts'

const root = createAuthority({ provider, subject: 'Root' })
const good = root.issue('a.test').certificate
const algorithm = { name: 'ecdsa', hash: 'sha256' } as const
const FIELDS = ['version', 'serialNumber', 'signature', 'issuer', 'validity', 'subject', 'key', 'extensions'] as const

const fieldsOf = ({ tbs }: Certificate) => {
  const reader = DerReader.open(tbs, '').sequence('')
  return Object.fromEntries(FIELDS.map((field) => [field, reader.raw(field)])) as Record<
    (typeof FIELDS)[number],
    Uint8Array
  >
}

/** The good certificate with other fields, signed anew. */
function certificateWith(fields: Partial<Record<(typeof FIELDS)[number], Uint8Array>>) {
  const all = { ...fieldsOf(good), ...fields }
  const tbs = der.sequence(...FIELDS.map((field) => all[field]))
  const signature = root.signer.sign(algorithm, tbs) as Uint8Array
  return Certificate.parse(der.sequence(tbs, encodeSignatureAlgorithm(algorithm), der.bitString(signature)))
}

const verify = (leaf: Certificate, anchors = [root.certificate]) =>
  verifyChainSync({ leaf, anchors, provider, name: 'a.test' })
const codes = (leaf: Certificate) => verify(leaf).problems.map(({ code }) => code)

const NONE = new Uint8Array(0)
const UTC = 0x17
const GENERALIZED = 0x18
const time = (tag: number, text: string) => der.element(tag, new TextEncoder().encode(text))
const bitString = (tag: number) => der.element(tag, Uint8Array.of(0, 1))

describe('certificates that are read', () => {
  test('the good one is good', () => {
    expect(codes(good)).toEqual([])
    expect(codes(certificateWith({}))).toEqual([])
  })

  test.each<[string, Parameters<typeof certificateWith>[0], string]>([
    [
      'RFC 5280 §4.1 #2, RFC 5280 §4.1.2.1 #1, #5, RFC 5280 §4.1.2.9 #1: extensions in version 1',
      { version: NONE },
      'EXTENSIONS_REQUIRE_VERSION_3',
    ],
    [
      'RFC 5280 §4.1.2.1 #1: extensions in version 2',
      { version: der.explicit(0, der.integer(1)) },
      'EXTENSIONS_REQUIRE_VERSION_3',
    ],
    [
      'RFC 5280 §4.1 #1, RFC 5280 §4.1.2.8 #1, #2: a unique identifier in version 1',
      { version: NONE, extensions: bitString(0x81) },
      'EXTENSIONS_REQUIRE_VERSION_3',
    ],
    [
      'RFC 5280 §4.1.2.2 #1, #3: a negative serial number',
      { serialNumber: der.element(2, Uint8Array.of(0x80)) },
      'UNSPECIFIED',
    ],
    [
      'RFC 5280 §4.1.2.2 #5: a serial number of 21 bytes',
      { serialNumber: der.element(2, new Uint8Array(21).fill(1)) },
      'UNSPECIFIED',
    ],
    [
      'RFC 5280 §4.1.1.2 #3, RFC 5280 §4.1.2.3 #1: inside, another algorithm than outside',
      { signature: encodeSignatureAlgorithm({ name: 'ecdsa', hash: 'sha384' }) },
      'SIGNATURE_ALGORITHM_INCONSISTENCY',
    ],
    ['RFC 5280 §4.1.2.4 #1: an empty issuer', { issuer: der.sequence() }, 'ISSUER_NAME_EMPTY'],
    [
      'RFC 5280 §4.1.2.5 #1: a year before 2050 as GeneralizedTime',
      { validity: der.sequence(time(GENERALIZED, '20260101000000Z'), time(UTC, '491231235959Z')) },
      'UNSPECIFIED',
    ],
  ])('%s: refused by the strict profile', (_, fields, code) => {
    expect(codes(certificateWith(fields))).toContain(code)
  })

  test('RFC 5280 §4.1.2.2 #4: a serial number of 20 bytes', () => {
    expect(codes(certificateWith({ serialNumber: der.element(2, new Uint8Array(20).fill(1)) }))).toEqual([])
  })

  test('RFC 5280 §4.1.2.5 #2, RFC 5280 §4.1.2.5.1 #2, #3, #4: dates of both kinds, and years of two digits', () => {
    const between = (one: Uint8Array, other: Uint8Array) => certificateWith({ validity: der.sequence(one, other) })
    const utc = between(time(UTC, '500101000000Z'), time(UTC, '491231235959Z'))
    expect(utc).toMatchObject({ notBefore: Date.UTC(1950, 0, 1), notAfter: Date.UTC(2049, 11, 31, 23, 59, 59) })
    expect(codes(utc)).toEqual([])
    const late = between(time(UTC, '260101000000Z'), time(GENERALIZED, '20500101000000Z'))
    expect(late.notAfter).toBe(Date.UTC(2050, 0, 1))
    expect(codes(late)).toEqual([])
  })

  test.each([
    ['RFC 5280 §4.1.2.5.1 #1: without seconds', UTC, '4901010000Z'],
    ['RFC 5280 §4.1.2.5.1 #1: of another zone', UTC, '490101000000+0100'],
    ['RFC 5280 §4.1.2.5.2 #1: without seconds', GENERALIZED, '205001010000Z'],
    ['RFC 5280 §4.1.2.5.2 #1: of another zone', GENERALIZED, '20500101000000+0100'],
    ['RFC 5280 §4.1.2.5.2 #2: with a fraction', GENERALIZED, '20500101000000.5Z'],
  ])('a date %s: refused', (_, tag, text) => {
    const verdict = () =>
      verify(certificateWith({ validity: der.sequence(time(UTC, '260101000000Z'), time(tag, text)) }))
    let ok = false
    try {
      ok = verdict().ok
    } catch {}
    expect(ok).toBe(false)
  })

  test('RFC 5280 §4.1.2.4 #5, #6, #8, #9, RFC 5280 §4.1.2.6 #8: names of every attribute chain', () => {
    const subject = createName([
      ['C', 'DE'],
      ['O', 'Organization'],
      ['OU', 'Unit'],
      ['2.5.4.46', 'Qualifier'],
      ['ST', 'State'],
      ['CN', 'Common'],
      ['2.5.4.5', '12345'],
      ['DC', 'test'],
    ])
    const authority = createAuthority({ provider, subject })
    const { certificate } = authority.issue('a.test')
    expect(certificate.issuer.equals(subject)).toBe(true)
    expect(verify(certificate, [authority.certificate])).toMatchObject({ ok: true })
    expect(verify(certificate, [createAuthority({ provider, subject: 'Common' }).certificate]).ok).toBe(false)
  })
})

describe('certificates that are made', () => {
  const terms = {
    subject: createName({ CN: 'a.test' }),
    issuer: root.certificate.subject,
    publicKey: good.publicKey,
    signer: root.signer,
    notBefore: Date.UTC(2049, 11, 31),
    notAfter: Date.UTC(2050, 0, 1),
    extensions: [],
  }

  test('RFC 5280 §4.1.2.2 #1, #3, #5: serial numbers are positive, and no longer than 20 bytes', () => {
    for (const serialNumber of [0, 2n ** 160n, new Uint8Array(21).fill(1)])
      expect(() => createCertificateSync({ ...terms, serialNumber })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    const { serialNumber } = createCertificateSync({ ...terms, serialNumber: Uint8Array.of(0x80) })
    expect(serialNumber).toEqual(Uint8Array.of(0, 0x80))
  })

  test('RFC 5280 §4.1.2.2 #2: no two of an authority have the same', () => {
    const serials = Array.from({ length: 20 }, () => root.issue('a.test').certificate.serialNumberHex)
    expect(new Set(serials).size).toBe(20)
    for (const serial of serials) expect(serial.length).toBeGreaterThanOrEqual(16)
  })

  test('RFC 5280 §4.1.2.5 #1: UTCTime through 2049, then GeneralizedTime', () => {
    const tbs = DerReader.open(createCertificateSync({ ...terms, serialNumber: 1 }).tbs, '').sequence('')
    for (const field of ['serialNumber', 'signature', 'issuer']) tbs.raw(field)
    const validity = tbs.sequence('validity')
    expect(validity.raw('')[0]).toBe(UTC)
    expect(validity.raw('')[0]).toBe(GENERALIZED)
  })

  test('RFC 5280 §4.1.2.3 #1, RFC 5280 §4.1.2.8 #3: one algorithm twice, and no unique identifiers', () => {
    const { version, signature } = fieldsOf(good)
    expect(version).toEqual(der.explicit(0, der.integer(2)))
    expect(signature).toEqual(good.signatureIdentifier.raw)
    const tbs = DerReader.open(good.tbs, '').sequence('')
    for (const field of FIELDS) tbs.raw(field)
    tbs.finish()
  })

  test('RFC 5280 §4.1.2.4 #2, RFC 5280 §4.1.2.6 #5, #11: names are DNs of PrintableString and UTF8String', () => {
    const tagOf = (value: string) => {
      const rdn = DerReader.open(createName({ CN: value }).raw, '')
        .sequence('')
        .set('')
      const attribute = rdn.sequence('')
      attribute.oid('')
      return attribute.raw('')[0]
    }
    expect([0x0c, 0x13]).toContain(tagOf('Root'))
    expect(tagOf('Wörter *')).toBe(0x0c)
  })

  test('RFC 5280 §4.1.2.6 #2, #3, #12, #13, #14: an authority has a name, and signs with it as it is encoded', () => {
    expect(() => createAuthority({ provider, subject: createName({}) })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    expect(root.certificate.subject.isEmpty).toBe(false)
    expect(good.issuer.raw).toEqual(root.certificate.subject.raw)
    expect(root.createCrl().issuer.raw).toEqual(root.certificate.subject.raw)
  })

  test('RFC 5280 §4.1.2.6 #4: without a subject the alternative name is critical', () => {
    const { certificate } = root.issue('a.test', { subject: createName({}) })
    expect(certificate.subject.isEmpty).toBe(true)
    expect(certificate.extensions.find('2.5.29.17')).toMatchObject({ critical: true })
    expect(codes(certificate)).toEqual([])
  })

  test('RFC 5280 §4.1.2.6 #18: an e-mail address is an rfc822Name', () => {
    expect(root.issue('u@a.test').certificate.extension('subjectAltName')).toEqual([
      { type: 'email', value: 'u@a.test' },
    ])
  })
})

import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { encodeSignatureAlgorithm } from '../src/algorithm.ts'
import { DerReader } from '../src/der/reader.ts'
import * as der from '../src/der/writer.ts'
import {
  type AuthorityCrl,
  CertificateRevocationList,
  type CrlInput,
  createAuthority,
  createCrlSync,
  type ExtensionInput,
  verifyChainSync,
} from '../src/index.ts'

const root = createAuthority({ provider, subject: 'Root' })
const leaf = root.issue('a.test').certificate
const subjectKeyIdentifier = root.certificate.extension('subjectKeyIdentifier')!
const algorithm = { name: 'ecdsa', hash: 'sha256' } as const
const POINT = {
  onlyContainsUserCerts: false,
  onlyContainsCACerts: false,
  indirectCRL: false,
  onlyContainsAttributeCerts: false,
}

const crlOf = (options: Partial<CrlInput> = {}) =>
  createCrlSync({
    issuer: root.certificate.subject,
    signer: root.signer,
    keyIdentifier: subjectKeyIdentifier,
    ...options,
  })

/** A CRL whose signed part is put together here. */
function crlWith(parts: readonly Uint8Array[], outer = algorithm as Parameters<typeof encodeSignatureAlgorithm>[0]) {
  const tbs = der.sequence(...parts)
  const signature = root.signer.sign(algorithm, tbs) as Uint8Array
  return CertificateRevocationList.parse(der.sequence(tbs, encodeSignatureAlgorithm(outer), der.bitString(signature)))
}

const verdict = (...crls: CertificateRevocationList[]) =>
  verifyChainSync({ leaf, anchors: [root.certificate], provider, profile: 'node', name: 'a.test', crls }).code

/** The tags of what a CRL signs, and of its first entry. */
function tagsOf(crl: CertificateRevocationList) {
  const tagsIn = (bytes: Uint8Array) => {
    const reader = DerReader.open(bytes, '').sequence('')
    const tags: number[] = []
    const elements: Uint8Array[] = []
    while (!reader.done) {
      const element = reader.raw('')
      tags.push(element[0]!)
      elements.push(element)
    }
    return { tags, elements }
  }
  const { tags, elements } = tagsIn(crl.tbs)
  const list = elements[5] && tags[5] === 0x30 ? tagsIn(elements[5]) : undefined
  return { tags, entry: list && tagsIn(list.elements[0]!).tags }
}

const UTC = 0x17
const GENERALIZED = 0x18
const YEAR_2049 = Date.UTC(2049, 11, 31, 23, 59, 59)
const YEAR_2050 = Date.UTC(2050, 0, 1)

describe('CRLs that are made', () => {
  test('RFC 5280 §5 #4, RFC 5280 §5.1.2.1 #1, RFC 5280 §5.1.2.5 #2, RFC 5280 §5.2 #2, RFC 5280 §5.2.1 #1, RFC 5280 §5.2.3 #1: version 2, with nextUpdate, number and key identifier', () => {
    const crl = root.createCrl()
    expect(crl.version).toBe(2)
    expect(crl.nextUpdate).toBeGreaterThan(Date.now())
    expect(crl.extension('cRLNumber')).toBeDefined()
    expect(crl.extensions.find('2.5.29.20')!.critical).toBe(false)
    expect(crl.extension('authorityKeyIdentifier')).toMatchObject({ keyIdentifier: subjectKeyIdentifier })
  })

  test('RFC 5280 §5.1.2.6 #1: without revocations there is no list of them', () => {
    expect(tagsOf(crlOf()).tags).toEqual([2, 0x30, 0x30, UTC, UTC, 0xa0])
    expect(tagsOf(crlOf({ revoked: [{ serialNumber: 1 }] })).tags).toEqual([2, 0x30, 0x30, UTC, UTC, 0x30, 0xa0])
  })

  test('RFC 5280 §5.1.2.4 #1, #2, RFC 5280 §5.1.2.5 #4, #5, RFC 5280 §5.1.2.6 #2: UTCTime through 2049, then GeneralizedTime', () => {
    const { tags, entry } = tagsOf(
      crlOf({
        thisUpdate: YEAR_2049,
        nextUpdate: YEAR_2050,
        revoked: [{ serialNumber: 1, revocationDate: YEAR_2050 }],
      }),
    )
    expect(tags).toEqual([2, 0x30, 0x30, UTC, GENERALIZED, 0x30, 0xa0])
    expect(entry).toEqual([2, GENERALIZED])
    const other = tagsOf(
      crlOf({
        thisUpdate: YEAR_2050,
        nextUpdate: YEAR_2050,
        revoked: [{ serialNumber: 1, revocationDate: YEAR_2049 }],
      }),
    )
    expect(other.tags).toEqual([2, 0x30, 0x30, GENERALIZED, GENERALIZED, 0x30, 0xa0])
    expect(other.entry).toEqual([2, UTC])
  })

  test('RFC 5280 §5.2.4 #2: a delta says so, critically', () => {
    expect(crlOf({ number: 2, baseNumber: 1 }).extensions.find('2.5.29.27')).toMatchObject({ critical: true })
  })

  test('RFC 5280 §5.3.3 #1, #2, #3: whose certificate it is, critically, as it is encoded there', () => {
    const other = createAuthority({ provider, subject: 'Another' }).certificate.subject
    const point = { ...POINT, indirectCRL: true }
    const crl = crlOf({ issuingDistributionPoint: point, revoked: [{ serialNumber: 1, issuer: other }] })
    expect(crl.entries[0]!.issuer.raw).toEqual(other.raw)
    expect(crl.hasUnknownCriticalEntry).toBe(false)
    // certificateIssuer, TRUE.
    expect(Buffer.from(crl.tbs).toString('hex')).toContain('0603551d1d0101ff')
  })

  test.each<[string, AuthorityCrl, RegExp]>([
    ['RFC 5280 §5.2.3 #8: a number of 21 bytes', { number: new Uint8Array(21).fill(1) }, /longer than 20/],
    // Its sign takes a byte more.
    ['RFC 5280 §5.2.3 #8: a number of 160 bits', { number: new Uint8Array(20).fill(0xff) }, /longer than 20/],
    ['RFC 5280 §5.2.3 #8: a number of 2^160', { number: 2n ** 160n }, /longer than 20/],
    [
      'RFC 5280 §5.2.5 #8, #9: a certificate of another issuer',
      { revoked: [{ serialNumber: 1, issuer: 'Another' }] },
      /not indirect/,
    ],
    [
      'RFC 5280 §5.2.5 #13: for attribute certificates',
      { issuingDistributionPoint: { ...POINT, onlyContainsAttributeCerts: true } },
      /attribute certificates/,
    ],
    ['RFC 5280 §5.2.5 #14, #15: a point that says nothing', { issuingDistributionPoint: POINT }, /says nothing/],
    [
      'RFC 5280 §5.2.5 #4: of some reasons, and one revoked without',
      { issuingDistributionPoint: { ...POINT, onlySomeReasons: 2 }, revoked: [{ serialNumber: 1 }] },
      /without one/,
    ],
    [
      'RFC 5280 §5.2.5 #4: of some reasons, and a certificate alone',
      { issuingDistributionPoint: { ...POINT, onlySomeReasons: 2 }, revoked: [leaf] },
      /without one/,
    ],
  ])('%s: refused', (_, options, words) => {
    expect(() => root.createCrl(options)).toThrow(words)
    expect(() => root.createCrl(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  test('numbers of 20 bytes and points that say something', () => {
    expect(root.createCrl({ number: 2n ** 159n - 1n }).extension('cRLNumber')).toHaveLength(20)
    const point = { ...POINT, onlySomeReasons: 2 }
    const revoked = [{ serialNumber: 1, reason: 'keyCompromise' as const }]
    expect(root.createCrl({ issuingDistributionPoint: point, revoked }).entries).toHaveLength(1)
    expect(
      root.createCrl({ issuingDistributionPoint: { ...POINT, onlyContainsCACerts: true }, revoked: [leaf] }).entries,
    ).toHaveLength(1)
  })
})

describe('CRLs that are read', () => {
  const name = root.certificate.subject.raw
  const signed = encodeSignatureAlgorithm(algorithm)
  const dates = [der.time(Date.now() - 1e6), der.time(Date.now() + 1e9)]
  const revoked = der.sequence(der.sequence(der.rawInteger(leaf.serialNumber), der.time(Date.now() - 1e6)))

  test('RFC 5280 §5 #5, RFC 5280 §5.1.1.3 #2: of version 1 and 2, signed with the key that signs certificates', () => {
    expect(crlWith([signed, name, ...dates]).version).toBe(1)
    expect(verdict(crlWith([signed, name, ...dates]))).toBe('OK')
    expect(verdict(crlWith([signed, name, ...dates, revoked]))).toBe('CERT_REVOKED')
    expect(verdict(crlWith([der.integer(1), signed, name, ...dates, revoked]))).toBe('CERT_REVOKED')
    expect(() => crlWith([der.integer(2), signed, name, ...dates])).toThrow(/only version 2/)
  })

  test('RFC 5280 §5.1.2.4 #3, #4, #5, RFC 5280 §5.1.2.5 #6, #7, #8: dates of both kinds, in seconds of Greenwich', () => {
    const time = (tag: number, text: string) => der.element(tag, new TextEncoder().encode(text))
    const read = (one: Uint8Array, other: Uint8Array) => {
      const { thisUpdate, nextUpdate } = crlWith([signed, name, one, other])
      return [thisUpdate, nextUpdate]
    }
    expect(read(time(UTC, '500101000000Z'), time(UTC, '491231235959Z'))).toEqual([Date.UTC(1950, 0, 1), YEAR_2049])
    expect(read(time(GENERALIZED, '20490101000000Z'), time(GENERALIZED, '20500101000000Z'))).toEqual([
      Date.UTC(2049, 0, 1),
      YEAR_2050,
    ])
    for (const bad of ['2601010000Z', '260101000000+0100', '260101000000'])
      for (const parts of [
        [time(UTC, bad), dates[1]!],
        [dates[0]!, time(UTC, bad)],
      ])
        expect(() => crlWith([signed, name, ...parts]), bad).toThrow(/YYMMDDHHMMSSZ/)
    for (const bad of ['20260101000000.5Z', '202601010000Z', '20260101000000+0100'])
      for (const parts of [
        [time(GENERALIZED, bad), dates[1]!],
        [dates[0]!, time(GENERALIZED, bad)],
      ])
        expect(() => crlWith([signed, name, ...parts]), bad).toThrow(/YYYYMMDDHHMMSSZ/)
  })

  test('RFC 5280 §5.1.1.2 #2, RFC 5280 §5.1.2.2 #1: inside and outside, one algorithm', () => {
    expect(verdict(crlWith([signed, name, ...dates]))).toBe('OK')
    const inside = encodeSignatureAlgorithm({ name: 'ecdsa', hash: 'sha384' })
    expect(verdict(crlWith([inside, name, ...dates]))).toBe('CRL_SIGNATURE_FAILURE')
  })

  test('RFC 5280 §5.2 #1, RFC 5280 §5.3 #1: with a critical extension that is not known, it proves nothing', () => {
    const unknown: ExtensionInput = { oid: '1.2.3.4', critical: true, value: der.nullValue() }
    expect(verdict(crlOf({ extensions: [unknown] }))).toBe('UNHANDLED_CRITICAL_CRL_EXTENSION')
    const extension = der.sequence(
      der.sequence(der.oid('1.2.3.4'), der.boolean(true), der.octetString(der.nullValue())),
    )
    const entry = der.sequence(der.sequence(der.integer(99), dates[0]!, extension))
    expect(verdict(crlWith([der.integer(1), signed, name, ...dates, entry]))).toBe('UNHANDLED_CRITICAL_CRL_EXTENSION')
  })

  test('RFC 5280 §5.2.3 #7: numbers of 20 bytes', () => {
    expect(verdict(crlOf({ number: 2n ** 159n - 1n }))).toBe('OK')
  })
})

/** What a peer sends as a certificate: read on arrival as OpenSSL's d2i_X509 reads it, and never thrown at later. */
import { X509Certificate } from 'node:crypto'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import * as der from '../src/der.ts'
import {
  Certificate,
  createAuthority,
  toLegacyObject,
  verifyChainSync,
  X509CertificateLike,
  X509Error,
} from '../src/index.ts'
import { rootCertificates } from '../src/roots.ts'

const ca = createAuthority({ provider })
const leaf = ca.issue('a.example').certificate

/** A certificate with one field of tbsCertificate put in the place of its own; not signed anew. */
function withField(index: number, field: Uint8Array | ((own: Uint8Array) => Uint8Array)): Uint8Array {
  const fields: Uint8Array[] = []
  const tbs = der.DerReader.open(leaf.tbs, '').sequence('')
  while (!tbs.done) fields.push(tbs.raw(''))
  fields[index] = typeof field === 'function' ? field(fields[index]!) : field
  return der.sequence(der.sequence(...fields), leaf.raw.subarray(4 + leaf.tbs.length))
}

const VERSION = 0
const SERIAL = 1
const SIGNATURE = 2
const ISSUER = 3
const VALIDITY = 4
const SUBJECT = 5
const KEY = 6
const EXTENSIONS = 7

const utc = (text: string) => der.element(0x17, new TextEncoder().encode(text))
const name = (tag: number, ...contents: number[]) =>
  der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.element(tag, Uint8Array.from(contents)))))
const extension = (...parts: Uint8Array[]) => der.explicit(3, der.sequence(der.sequence(...parts)))
const indefinite = (element: Uint8Array) =>
  Uint8Array.of(element[0]!, 0x80, ...element.subarray(element.length > 129 ? (element.length > 258 ? 4 : 3) : 2), 0, 0)
const overlong = (element: Uint8Array) => Uint8Array.of(element[0]!, 0x82, 0, ...element.subarray(1))

const TAKEN: readonly (readonly [string, Uint8Array])[] = [
  ['as it is', leaf.raw],
  ['version 5', withField(VERSION, der.explicit(0, der.integer(4)))],
  ['a negative version', withField(VERSION, der.explicit(0, der.rawInteger(Uint8Array.of(0xf0))))],
  ['a negative serial number of 9,000 bytes', withField(SERIAL, der.rawInteger(new Uint8Array(9000).fill(0x81)))],
  ['notAfter of the 31st of February', withField(VALIDITY, der.sequence(utc('260101000000Z'), utc('260231000000Z')))],
  ['notBefore that is no date', withField(VALIDITY, der.sequence(utc('not a date at all'), utc('360101000000Z')))],
  ['an empty set in a name', withField(SUBJECT, der.sequence(der.set()))],
  ['an unknown key algorithm', withField(KEY, der.sequence(der.sequence(der.oid('1.2.3.4')), der.bitString(Uint8Array.of(1))))],
  ['a curve that is an endless OID', withField(KEY, der.sequence(der.sequence(der.oid('1.2.840.10045.2.1'), der.element(6, new Uint8Array(5000).fill(0x81), Uint8Array.of(1))), der.bitString(Uint8Array.of(4, 1))))],
  ['a key of no whole number of bytes', withField(KEY, der.sequence(der.sequence(der.oid('1.2.3.4')), der.bitString(Uint8Array.of(0xff), 3)))],
  ['no extensions in their list', withField(EXTENSIONS, der.explicit(3, der.sequence()))],
  ['critical is 01', withField(EXTENSIONS, extension(der.oid('2.5.29.19'), der.element(1, Uint8Array.of(1)), der.octetString(der.sequence())))],
  ['a BER boolean inside basicConstraints', withField(EXTENSIONS, extension(der.oid('2.5.29.19'), der.octetString(der.sequence(der.element(1, Uint8Array.of(1))))))],
  ['alternative names that are no names', withField(EXTENSIONS, extension(der.oid('2.5.29.17'), der.octetString(Uint8Array.of(0x30, 5, 1))))],
  ['an extension of 5,000 bytes of OID', withField(EXTENSIONS, extension(der.element(6, new Uint8Array(5000).fill(0x2a)), der.octetString(Uint8Array.of(5, 0))))],
  ['an indefinite length', withField(ISSUER, indefinite)],
  ['an indefinite length around all', indefinite(leaf.raw)],
  ['a length that is too long', withField(ISSUER, overlong)],
  ['a value in pieces', withField(EXTENSIONS, extension(der.oid('1.2.3'), der.element(0x24, der.octetString(Uint8Array.of(5)), der.octetString(Uint8Array.of(0)))))],
  ['a signature of no whole number of bytes', der.sequence(leaf.tbs, leaf.signatureIdentifier.raw, der.bitString(Uint8Array.of(0xf0), 4))],
] // biome-ignore format: one case a line

const REFUSED: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['an empty sequence', Uint8Array.of(0x30, 0)],
  ['PEM', new TextEncoder().encode(leaf.toPem())],
  ['PEM that starts with a 0', new TextEncoder().encode(`0\n${leaf.toPem()}`)],
  ['a byte behind', Uint8Array.of(...leaf.raw, 0)],
  ['another behind', Uint8Array.of(...leaf.raw, ...leaf.raw)],
  ['cut short', leaf.raw.subarray(0, -1)],
  ['text that is no UTF-8', withField(SUBJECT, name(0x0c, 0xc3, 0x28))],
  ['half a character of BMPString', withField(ISSUER, name(0x1e, 0, 0x41, 0))],
  ['a surrogate of BMPString', withField(ISSUER, name(0x1e, 0xd8, 0x00))],
  ['an octet string in a name', withField(SUBJECT, name(0x04, 0x41))],
  ['an OID that is none', withField(EXTENSIONS, extension(der.element(6, Uint8Array.of(0x80, 1)), der.octetString(Uint8Array.of())))],
  ['a serial number without contents', withField(SERIAL, Uint8Array.of(2, 0))],
  ['a serial number padded', withField(SERIAL, Uint8Array.of(2, 2, 0, 1))],
  ['a date of no length', withField(VALIDITY, der.sequence(utc(''), utc('')))],
  ['an indefinite length without end', indefinite(leaf.raw).subarray(0, -1)],
] // biome-ignore format: one case a line

const native = (bytes: Uint8Array) => {
  try {
    // PEM and what stands behind the certificate are for the reader of a TLS message to refuse, and it does.
    return Boolean(new X509Certificate(bytes))
  } catch {
    return false
  }
}

/** Everything that can be asked of a certificate that was taken. */
function useWhole(certificate: Certificate): void {
  toLegacyObject(certificate, provider, [certificate])
  const like = new X509CertificateLike(certificate, provider)
  for (const key of Object.keys(Object.getOwnPropertyDescriptors(X509CertificateLike.prototype)))
    if (!['constructor', 'publicKey'].includes(key)) void like[key as keyof X509CertificateLike]
  like.checkHost('a.example')
  like.checkEmail('a@a.example')
  like.checkIP('10.0.0.1')
  for (const profile of ['node', 'webpki'] as const) {
    const options = { anchors: [ca.certificate], provider, profile, name: 'a.example' }
    verifyChainSync({ ...options, leaf: certificate, intermediates: [certificate] })
    verifyChainSync({ ...options, leaf, intermediates: [certificate] })
  }
}

test.each([
  ['UTCTime', utc('')],
  ['GeneralizedTime', der.element(0x18, new Uint8Array(14))],
])('parameters that are a %s too short are refused, as by OpenSSL 3.5', (_name, time) => {
  const bytes = withField(SIGNATURE, der.sequence(der.oid('1.2.840.10045.4.3.2'), time))
  expect(() => Certificate.fromDer(bytes)).toThrow('a time that is too short')
})

test('the unused bits of a key mean nothing, as in OpenSSL: where its last bit is one of them it is another key', () => {
  const odd = Array.from({ length: 20 }, () => ca.issue('a.example').certificate).find(
    ({ subjectPublicKeyInfo }) => subjectPublicKeyInfo.keyBytes.at(-1)! & 1,
  )!
  const key = der.DerReader.open(odd.subjectPublicKeyInfo.raw, '').sequence('')
  const parts = [key.raw(''), key.raw('').slice()]
  parts[1]![2] = 1
  const read = Certificate.fromDer(withField(KEY, der.sequence(...parts))).subjectPublicKeyInfo.keyBytes
  expect(read.at(-1)).toBe(odd.subjectPublicKeyInfo.keyBytes.at(-1)! & 0xfe)
})

describe('Certificate.fromDer', () => {
  test.each(TAKEN)('takes %s, as Node does, and it can be used', (_, bytes) => {
    expect(native(bytes)).toBe(true)
    useWhole(Certificate.fromDer(bytes))
  })

  // What is signed is whole in the one that is left out.
  test.each(TAKEN.slice(1).filter(([what]) => !what.endsWith('around all')))(
    '%s: no path uses it, and none minds it',
    (_, bytes) => {
      const sent = Certificate.fromDer(bytes)
      for (const profile of ['node', 'webpki'] as const) {
        const options = { anchors: [ca.certificate], provider, profile, name: 'a.example' }
        expect(verifyChainSync({ ...options, leaf: sent }).ok).toBe(false)
        expect(verifyChainSync({ ...options, leaf, intermediates: [sent] }).ok).toBe(true)
      }
    },
  )

  test.each(REFUSED)('refuses %s', (_, bytes) => {
    expect(() => Certificate.fromDer(bytes)).toThrow(X509Error)
  })

  test('and as Node does, but for text and what stands behind', () => {
    for (const [what, bytes] of REFUSED)
      if (!what.includes('PEM') && !what.includes('behind') && what !== 'a date of no length')
        expect(native(bytes), what).toBe(false)
  })

  test('PEM is for files', () => {
    expect(Certificate.parse(new TextEncoder().encode(leaf.toPem())).equals(leaf)).toBe(true)
  })

  test('a date that is none makes a certificate good at no time', () => {
    for (const [what, bytes] of TAKEN.filter(([what]) => what.startsWith('not')))
      for (const time of [0, Date.now(), 8.64e15])
        expect(
          verifyChainSync({
            leaf: Certificate.fromDer(bytes),
            anchors: [ca.certificate],
            provider,
            time,
            profile: 'node',
          })
            .problems.map(({ code }) => code)
            .join(),
          what,
        ).toMatch(/ERROR_IN_CERT_NOT_(BEFORE|AFTER)_FIELD/)
  })

  test('bytes changed at random: what Node refuses is refused, and the other way round', () => {
    const fixed = rootCertificates()[0]!
    let seed = 20261128
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return (seed >> 8) % below
    }
    for (let i = 0; i < 3000; i++) {
      const bytes = fixed.raw.slice()
      for (let n = random(3); n >= 0; n--) bytes[random(bytes.length)] = random(256)
      let own: Certificate | undefined
      try {
        own = Certificate.fromDer(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(X509Error)
        // OpenSSL does not ask of a list whether it is constructed, and before 3.2 not how long a date is.
        if (/found tag 0x1[01]|too short|more bytes/.test((error as Error).message)) continue
      }
      expect(own !== undefined, Buffer.from(bytes).toString('hex')).toBe(native(bytes))
      if (own) useWhole(own)
    }
  })
})

/** One property per codec: what is written is read back, and no bytes at all make a decoder throw anything untyped. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, fromBase64Url, fromHex, toBase64, toBase64Url, toHex } from '../src/bytes.ts'
import { decodeOid, encodeOid } from '../src/der/oid.ts'
import { DerReader } from '../src/der/reader.ts'
import * as Tag from '../src/der/tag.ts'
import * as writer from '../src/der/writer.ts'
import { REASON_FLAGS } from '../src/extensions/access.ts'
import { EXTENSION_CODECS, type ExtensionName, type ExtensionValue } from '../src/extensions/registry.ts'
import { CRL_REASONS } from '../src/extensions/revocation.ts'
import { KEY_USAGES, NETSCAPE_CERT_TYPES } from '../src/extensions/usage.ts'
import {
  Certificate,
  CertificateRequest,
  CertificateRevocationList,
  createAuthority,
  createCertificateSync,
  createCrlSync,
  createName,
  createOcspRequest,
  createOcspResponseSync,
  createRequestSync,
  encodeDhParameters,
  encodeOcspError,
  encodePem,
  encodePfx,
  encodePkcs7,
  encodePrivateKey,
  encodePublicKey,
  encodeSctList,
  formatIpAddress,
  Name,
  parseDhParameters,
  parseIpAddress,
  parseOcspRequest,
  parseOcspResponse,
  parsePem,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
  parsePublicKey,
  parseSctList,
  privateKeyFromJwk,
  privateKeyToJwk,
  X509Error,
} from '../src/index.ts'
import * as any from './arbitraries.ts'

/** A decoder given noise, or something close to right, gives a value or a typed error. */
function neverCrashes(decode: (bytes: Uint8Array) => unknown, good: Uint8Array): void {
  const close = fc
    .tuple(fc.nat(good.length), any.bytes(3), fc.nat(3))
    .map(([at, piece, cut]) => Uint8Array.from([...good.subarray(0, at), ...piece, ...good.subarray(at + cut)]))
  fc.assert(
    fc.property(fc.oneof(any.bytes(200), close), (bytes) => {
      try {
        decode(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(X509Error)
      }
    }),
    { numRuns: 200 },
  )
}

function roundTrip<T>(
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
  comparable: (value: never) => unknown = (value) => value,
): void {
  let last = Uint8Array.of(0x30, 0)
  fc.assert(
    fc.property(arbitrary, (value) => {
      last = Uint8Array.from(encode(value))
      expect(comparable(decode(last) as never)).toEqual(comparable(value as never))
    }),
  )
  neverCrashes(decode, last)
}

/** Names by their DER, so that what was decoded lazily does not count. */
function plain(value: unknown): unknown {
  if (value instanceof Name) return toHex(value.raw)
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, plain(member)]),
  )
}

describe('texts', () => {
  test('hexadecimal, base64, base64url', () => {
    fc.assert(
      fc.property(any.bytes(200), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes)
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      }),
    )
  })

  test('base64 has one text for each byte string', () => {
    for (const text of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'AA=A', 'AAAA=', 'A===', '====', 'A*AA', 'AA==AA=='])
      expect(fromBase64(text), text).toBeNull()
    expect(fromBase64(' A\nA = = ')).toEqual(Uint8Array.of(0))
  })

  test('PEM, between noise', () => {
    const label = fc.constantFrom('CERTIFICATE', 'RSA PRIVATE KEY', 'X509 CRL')
    const noise = fc.constantFrom(
      '',
      'subject=/CN=x\n',
      '-----nonsense-----\n',
      '\r\n\r\n',
      '# -----BEGIN is not a block\n',
    )
    const headers = fc.constantFrom<Record<string, string>>(
      {},
      { 'Proc-Type': '4,ENCRYPTED', 'DEK-Info': 'AES-128-CBC,00' },
    )
    fc.assert(
      fc.property(fc.array(fc.record({ label, bytes: any.bytes(100), headers, noise }), { maxLength: 4 }), (blocks) => {
        const text = blocks.map((block) => block.noise + encodePem(block.label, block.bytes, block.headers)).join('')
        const expected = blocks.map(({ label, bytes, headers }) => ({ label, bytes, headers }))
        expect(parsePem(text)).toEqual(expected)
        expect(parsePem(text.replaceAll('\n', '\r\n'))).toEqual(expected)
      }),
    )
  })

  test('IP addresses', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          any.bytes(4, 4),
          any.bytes(16, 16),
          fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 16, maxLength: 16 }).map((list) => Uint8Array.from(list)),
        ),
        (bytes) => {
          expect(parseIpAddress(formatIpAddress(bytes))).toEqual(bytes)
        },
      ),
    )
    for (const text of ['1.2.3', '1.2.3.256', '01.2.3.4', '1:2:3', '::1::', '12345::', 'g::', '1.2.3.4:1', ''])
      expect(parseIpAddress(text), text).toBeNull()
  })
})

describe('DER', () => {
  test('object identifiers', () => {
    roundTrip(
      any.oid,
      (value) => encodeOid(value)!,
      (bytes) => decodeOid(bytes),
    )
    for (const text of ['', '1', '3.1', '1.40', '1.2.', '1.02', '1.2.-3']) expect(encodeOid(text), text).toBeNull()
  })

  test('times', () => {
    roundTrip(
      any.time,
      (value) => writer.time(value),
      (bytes) => DerReader.open(bytes, '').time(''),
    )
    roundTrip(
      any.time,
      (value) => writer.generalizedTime(value),
      (bytes) => DerReader.open(bytes, '').generalizedTime(''),
    )
  })

  test('integers, bit strings, lengths', () => {
    const one =
      <T>(read: (reader: DerReader) => T) =>
      (bytes: Uint8Array) => {
        const reader = DerReader.open(bytes, 'x')
        const value = read(reader)
        reader.finish()
        return value
      }
    roundTrip(
      any.unsigned(40),
      (value) => writer.integer(value),
      one((reader) => reader.unsigned('')),
    )
    roundTrip(
      fc.nat(2 ** 32 - 1),
      (value) => writer.integer(value),
      one((reader) => reader.number('')),
    )
    roundTrip(
      fc.nat(2 ** 31 - 1),
      (value) => writer.namedBits(value),
      one((reader) => reader.namedBits('')),
    )
    roundTrip(
      any.bytes(40),
      (value) => writer.bitString(value),
      one((reader) => reader.bitStringBytes('')),
    )
    roundTrip(
      fc.uint8Array({ maxLength: 70_000, size: 'medium' }),
      (value) => writer.octetString(value),
      one((reader) => reader.octetString('')),
    )
  })

  test.each<[string, string, string]>([
    ['truncated', '3003', 'truncated'],
    ['no length', '30', 'truncated before its length'],
    ['indefinite', '30800000', 'indefinite'],
    ['overlong length', '308100', 'shortest'],
    ['length with leading zero', '3082000100', 'shortest'],
    ['length of five bytes', '30850000000001', 'four bytes'],
    ['high tag number', '1f8101', 'tag numbers'],
    ['another tag', '3100', 'expected SEQUENCE, found SET'],
    ['trailing bytes', '300000', '1 more bytes'],
    ['zeros', '00000000', 'expected SEQUENCE'],
  ])('%s', (_, hex, words) => {
    const read = () => {
      const reader = DerReader.open(fromHex(hex), 'Thing')
      reader.sequence('part').finish()
      reader.finish()
    }
    expect(read).toThrow(X509Error)
    expect(read).toThrow(words)
  })

  test.each<[string, string, (reader: DerReader) => unknown]>([
    ['INTEGER without contents', '0200', (reader) => reader.integer('')],
    ['INTEGER padded with zeros', '02020001', (reader) => reader.integer('')],
    ['INTEGER padded with ones', '0202ff80', (reader) => reader.integer('')],
    ['negative INTEGER', '0201ff', (reader) => reader.unsigned('')],
    ['INTEGER too large', '02050100000000', (reader) => reader.number('')],
    ['BOOLEAN of one', '010101', (reader) => reader.boolean('')],
    ['BOOLEAN of two bytes', '0102ffff', (reader) => reader.boolean('')],
    ['NULL with contents', '050100', (reader) => reader.null('')],
    ['BIT STRING without contents', '0300', (reader) => reader.bitString('')],
    ['BIT STRING with eight unused bits', '030208ff', (reader) => reader.bitString('')],
    ['BIT STRING with unused bits set', '030201ff', (reader) => reader.bitString('')],
    ['empty BIT STRING with unused bits', '030101', (reader) => reader.bitString('')],
    ['OID with a padded arc', '06032a8001', (reader) => reader.oid('')],
    ['OID cut short', '06022a80', (reader) => reader.oid('')],
    ['OID without arcs', '0600', (reader) => reader.oid('')],
    ['UTCTime without seconds', '170b323630313031303030305a', (reader) => reader.time('')],
    ['UTCTime of a thirteenth month', '170d3236313330313030303030305a', (reader) => reader.time('')],
    ['UTCTime of 30 February', '170d3236303233303030303030305a', (reader) => reader.time('')],
    ['UTCTime with an offset', '17113236303130313030303030302b30313030', (reader) => reader.time('')],
    ['GeneralizedTime with fractions', '181132303236303130313030303030302e315a', (reader) => reader.time('')],
  ])('%s', (_, hex, read) => {
    expect(() => read(DerReader.open(fromHex(hex), 'Thing'))).toThrow(X509Error)
  })

  test('nested beyond the budget', () => {
    let nested = Uint8Array.of(0x30, 0)
    for (let i = 0; i < 100; i++) nested = writer.sequence(nested) as typeof nested
    const dig = () => {
      let reader = DerReader.open(nested, 'Nest')
      while (!reader.done) reader = reader.sequence('inner')
    }
    expect(dig).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
  })

  test('errors name the path and the offset', () => {
    const { raw } = createAuthority({ provider }).certificate
    const damaged = raw.slice()
    const at = 4 + 4 + 5 + 1
    damaged[at - 1] = 0x05
    try {
      Certificate.parse(damaged)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        name: 'X509Error',
        path: expect.stringMatching(/^Certificate\.tbsCertificate\./),
        offset: expect.any(Number),
        expected: expect.any(String),
      })
    }
  })
})

describe('names', () => {
  test('as given, and equal to themselves in other string types and cases', () => {
    roundTrip(
      any.pairs,
      (value) => createName(value).raw,
      (bytes) => Name.parse(bytes).raw,
      (value: unknown) => (value instanceof Uint8Array ? toHex(value) : toHex(createName(value as never).raw)),
    )
    const of = (tag: number, value: string) =>
      Name.parse(
        writer.sequence(
          writer.set(
            writer.sequence(
              writer.oid('2.5.4.3'),
              writer.element(
                tag,
                tag === Tag.BMP_STRING
                  ? Uint8Array.from([...value].flatMap((c) => [0, c.charCodeAt(0)]))
                  : new TextEncoder().encode(value),
              ),
            ),
          ),
        ),
      )
    expect(of(Tag.UTF8_STRING, 'a  B').equals(of(Tag.PRINTABLE_STRING, ' A b '))).toBe(true)
    expect(of(Tag.UTF8_STRING, 'a b').equals(of(Tag.BMP_STRING, 'A B'))).toBe(true)
    expect(of(Tag.UTF8_STRING, 'a b').key).toBe(of(Tag.BMP_STRING, 'A B').key)
    expect(of(Tag.UTF8_STRING, 'ab').equals(of(Tag.UTF8_STRING, 'a b'))).toBe(false)
    expect(
      createName([
        ['CN', 'a'],
        ['O', 'b'],
      ]).equals(
        createName([
          ['O', 'b'],
          ['CN', 'a'],
        ]),
      ),
    ).toBe(false)
    expect(
      createName([
        [
          ['CN', 'a'],
          ['O', 'b'],
        ],
      ]).equals(
        createName([
          [
            ['O', 'B'],
            ['CN', 'A'],
          ],
        ]),
      ),
    ).toBe(true)
    expect(
      createName([['CN', 'a']]).equals(
        createName([
          ['CN', 'a'],
          ['CN', 'a'],
        ]),
      ),
    ).toBe(false)
  })
})

const subset = <T>(list: readonly T[], minLength = 0) => fc.subarray([...list], { minLength })
const subtree = fc.record({ base: any.generalName, minimum: fc.nat(3), maximum: any.optional(fc.nat(9)) })
const point = fc.oneof(fc.record({ fullName: any.generalNames }), fc.record({ relativeName: any.der })) as fc.Arbitrary<
  NonNullable<ExtensionValue<'issuingDistributionPoint'>['name']>
>
const reasons = any.optional(fc.nat(2 ** REASON_FLAGS.length - 1))
const distributionPoints = fc.array(
  fc.record({ name: any.optional(point), reasons, crlIssuer: any.optional(any.generalNames) }),
  { minLength: 1, maxLength: 3 },
)
const access = fc.array(fc.record({ method: any.oid, location: any.generalName }), { minLength: 1, maxLength: 3 })
const small = fc.nat(2 ** 31)
const sct = fc
  .record({
    logId: any.bytes(32, 32),
    timestamp: fc.nat(2 ** 31),
    extensions: any.bytes(9),
    hashAlgorithm: fc.nat(255),
    signatureAlgorithm: fc.nat(255),
    signature: any.bytes(80),
  })
  .map((fields) => {
    const raw = new Uint8Array(47 + fields.extensions.length + fields.signature.length)
    const view = new DataView(raw.buffer)
    raw.set(fields.logId, 1)
    view.setUint32(37, fields.timestamp)
    view.setUint16(41, fields.extensions.length)
    raw.set(fields.extensions, 43)
    const end = 43 + fields.extensions.length
    raw[end] = fields.hashAlgorithm
    raw[end + 1] = fields.signatureAlgorithm
    view.setUint16(end + 2, fields.signature.length)
    raw.set(fields.signature, end + 4)
    return { version: 0, ...fields, raw }
  })

const EXTENSIONS: { readonly [N in ExtensionName]: fc.Arbitrary<ExtensionValue<N>> } = {
  authorityKeyIdentifier: fc.record({
    keyIdentifier: any.optional(any.bytes(20)),
    authorityCertIssuer: any.optional(any.generalNames),
    authorityCertSerialNumber: any.optional(any.integer),
  }),
  subjectKeyIdentifier: any.bytes(20),
  keyUsage: subset(KEY_USAGES),
  certificatePolicies: fc.uniqueArray(
    fc.record({
      policy: any.oid,
      qualifiers: any.optional(fc.array(fc.record({ oid: any.oid, value: any.der }), { minLength: 1, maxLength: 2 })),
    }),
    { selector: ({ policy }) => policy, minLength: 1, maxLength: 4 },
  ),
  policyMappings: fc.array(fc.record({ issuerDomainPolicy: any.oid, subjectDomainPolicy: any.oid }), {
    minLength: 1,
    maxLength: 4,
  }),
  subjectAltName: any.generalNames,
  issuerAltName: any.generalNames,
  subjectDirectoryAttributes: fc.array(
    fc.record({ oid: any.oid, values: fc.array(any.der, { minLength: 1, maxLength: 1 }) }),
    { minLength: 1, maxLength: 3 },
  ),
  basicConstraints: fc.record({ ca: fc.boolean(), pathLength: any.optional(small) }),
  nameConstraints: fc.record({
    permitted: any.optional(fc.array(subtree, { minLength: 1, maxLength: 3 })),
    excluded: fc.array(subtree, { minLength: 1, maxLength: 3 }),
  }),
  policyConstraints: fc.record({ requireExplicitPolicy: small, inhibitPolicyMapping: any.optional(small) }),
  extKeyUsage: fc.array(any.oid, { maxLength: 4 }),
  cRLDistributionPoints: distributionPoints,
  inhibitAnyPolicy: small,
  freshestCRL: distributionPoints,
  authorityInfoAccess: access,
  subjectInfoAccess: access,
  cRLNumber: any.unsigned(20),
  deltaCRLIndicator: any.unsigned(20),
  issuingDistributionPoint: fc.record({
    name: any.optional(point),
    onlyContainsUserCerts: fc.boolean(),
    onlyContainsCACerts: fc.boolean(),
    onlySomeReasons: reasons,
    indirectCRL: fc.boolean(),
    onlyContainsAttributeCerts: fc.boolean(),
  }),
  cRLReason: fc.constantFrom(...CRL_REASONS.filter((reason) => reason !== undefined)),
  invalidityDate: any.time,
  certificateIssuer: any.generalNames,
  tlsFeature: fc.array(fc.nat(65535), { maxLength: 3 }),
  netscapeCertType: subset(NETSCAPE_CERT_TYPES),
  netscapeComment: any.ascii,
  ocspNoCheck: fc.constant(true),
  ctPoison: fc.constant(true),
  signedCertificateTimestampList: fc.array(sct, { minLength: 1, maxLength: 3 }),
}

describe('extensions', () => {
  test.each(Object.keys(EXTENSION_CODECS) as ExtensionName[])('%s', (name) => {
    const { encode, decode } = EXTENSION_CODECS[name] as {
      encode: (value: unknown) => Uint8Array
      decode: (bytes: Uint8Array) => unknown
    }
    roundTrip(EXTENSIONS[name] as fc.Arbitrary<unknown>, encode, decode, plain)
  })

  test('RFC 6960 §4.2.2.2.1 #2: nocheck is NULL and nothing else', () => {
    const { encode, decode } = EXTENSION_CODECS.ocspNoCheck
    expect(encode(true)).toEqual(Uint8Array.of(5, 0))
    expect(() => decode(Uint8Array.of(4, 0))).toThrow('expected NULL')
    expect(() => decode(Uint8Array.of(5, 1, 0))).toThrow('must be empty')
  })

  test('lists of SCTs', () => {
    roundTrip(EXTENSIONS.signedCertificateTimestampList, encodeSctList, parseSctList)
  })
})

describe('keys', () => {
  const specs = [
    { type: 'rsa', bits: 1024 },
    { type: 'rsa-pss', bits: 1024 },
    { type: 'ec', curve: 'secp256r1' },
    { type: 'ec', curve: 'secp521r1' },
    { type: 'ec', curve: 'brainpoolP384r1' },
    { type: 'ed25519' },
    { type: 'ed448' },
    { type: 'x25519' },
    { type: 'x448' },
    { type: 'ml-dsa-44' },
    { type: 'ml-dsa-65' },
    { type: 'ml-dsa-87' },
  ] as const

  test.each(specs)('%j', (spec) => {
    const { data, publicKey } = provider.generateKey(spec)
    const der = encodePrivateKey(data, { format: 'der' })
    expect(parsePrivateKey(der)).toEqual(data)
    neverCrashes(parsePrivateKey, der)
    const spki = encodePublicKey(publicKey)
    expect(parsePublicKey(spki)).toEqual(publicKey)
    neverCrashes(parsePublicKey, spki)
    const passphrase = 'pässword'
    for (const encryption of [
      { scheme: 'pbes2', iterations: 3 },
      { scheme: 'scrypt', cost: 4 },
      { scheme: 'pbe-sha1-3des', iterations: 2 },
      { scheme: 'pbe-sha1-rc2-40', iterations: 2 },
    ] as const) {
      const encrypted = encodePrivateKey(data, { format: 'der', passphrase, provider, encryption })
      expect(parsePrivateKey(encrypted, { passphrase, provider })).toEqual(data)
      expect(parsePrivateKey(encrypted, { passphrase, provider: portableProvider })).toEqual(data)
      const portable = encodePrivateKey(data, { format: 'der', passphrase, provider: portableProvider, encryption })
      expect(parsePrivateKey(portable, { passphrase, provider })).toEqual(data)
      expect(() => parsePrivateKey(encrypted)).toThrow(expect.objectContaining({ code: 'PASSPHRASE_REQUIRED' }))
      expect(() => parsePrivateKey(encrypted, { passphrase: 'wrong', provider })).toThrow(
        expect.objectContaining({ code: 'WRONG_PASSPHRASE' }),
      )
    }
    const hasJwk = spec.type !== 'rsa-pss' && !('curve' in spec && spec.curve.startsWith('brainpool'))
    if (hasJwk)
      expect(privateKeyFromJwk(privateKeyToJwk(data, publicKey))).toEqual(
        spec.type.startsWith('ml-dsa') ? { type: data.type, seed: (data as { seed: Uint8Array }).seed } : data,
      )
    else expect(() => privateKeyToJwk(data, publicKey)).toThrow(X509Error)
  })

  test('DH parameters', () => {
    const parameters = fc.record({ p: any.unsigned(64), g: any.unsigned(3), privateValueLength: fc.nat(4096) })
    roundTrip(parameters, (value) => encodeDhParameters(value, { format: 'der' }), parseDhParameters)
  })
})

describe('signed structures', () => {
  const ca = createAuthority({ provider })
  const leaf = ca.issue('a.test')

  test('certificates', () => {
    const input = fc.record({
      subject: any.name,
      serialNumber: any.unsigned(19),
      notBefore: any.time,
      notAfter: any.time,
      names: any.generalNames,
    })
    let last = leaf.certificate.raw
    fc.assert(
      fc.property(input, ({ names, ...fields }) => {
        const certificate = createCertificateSync({
          ...fields,
          issuer: ca.certificate.subject,
          publicKey: leaf.certificate.publicKey,
          signer: ca.signer,
          extensions: [{ name: 'subjectAltName', value: names, critical: true }],
          allow: ['never-valid', 'zero-serial'],
        })
        last = certificate.raw
        expect(certificate.subject.equals(fields.subject)).toBe(true)
        expect(certificate).toMatchObject({ notBefore: fields.notBefore, notAfter: fields.notAfter, version: 3 })
        expect(plain(certificate.extension('subjectAltName'))).toEqual(plain(names))
        expect(Certificate.parse(certificate.toPem()).equals(certificate)).toBe(true)
      }),
    )
    neverCrashes((bytes) => Certificate.parse(bytes), last)
  })

  test('requests', () => {
    const input = fc.record({
      subject: any.name,
      names: fc.array(any.generalName, { maxLength: 3 }),
      challengePassword: any.optional(fc.string({ minLength: 1 }).filter(any.wellFormed)),
    })
    fc.assert(
      fc.property(input, (fields) => {
        const request = createRequestSync({ ...fields, signer: leaf.privateKey! })
        expect(request.subject.equals(fields.subject)).toBe(true)
        expect(plain(request.extension('subjectAltName') ?? [])).toEqual(plain(fields.names))
        expect(request.challengePassword).toBe(fields.challengePassword)
        expect(request.verify(provider)).toBe(true)
      }),
      { numRuns: 40 },
    )
    neverCrashes(
      (bytes) => CertificateRequest.parse(bytes),
      createRequestSync({ subject: 'x', signer: leaf.privateKey! }).raw,
    )
  })

  test('CRLs', () => {
    const entry = fc.record({
      serialNumber: any.integer,
      revocationDate: any.time,
      reason: any.optional(EXTENSIONS.cRLReason),
      invalidityDate: any.optional(any.time),
      issuer: any.optional(any.name),
    })
    const input = fc.record({
      issuer: any.name,
      thisUpdate: any.time,
      nextUpdate: any.time,
      revoked: fc.array(entry, { maxLength: 4 }),
      number: any.unsigned(20),
      baseNumber: any.optional(any.unsigned(20)),
      issuingDistributionPoint: any.optional(EXTENSIONS.issuingDistributionPoint),
    })
    fc.assert(
      fc.property(input, ({ thisUpdate: one, nextUpdate: other, ...rest }) => {
        const fields = { ...rest, thisUpdate: Math.min(one, other), nextUpdate: Math.max(one, other) }
        const crl = createCrlSync({ ...fields, signer: ca.signer })
        expect(crl).toMatchObject({ thisUpdate: fields.thisUpdate, nextUpdate: fields.nextUpdate })
        expect(crl.extension('cRLNumber')).toEqual(fields.number)
        expect(crl.extension('deltaCRLIndicator')).toEqual(fields.baseNumber)
        expect(plain(crl.extension('issuingDistributionPoint'))).toEqual(plain(fields.issuingDistributionPoint))
        let issuer = fields.issuer
        fields.revoked.forEach((revoked, i) => {
          issuer = revoked.issuer ?? issuer
          expect(plain(crl.entries[i])).toEqual(plain({ ...revoked, issuer }))
          expect(crl.find({ serialNumber: revoked.serialNumber, issuer })).toBeDefined()
        })
      }),
      { numRuns: 60 },
    )
    neverCrashes(
      (bytes) => CertificateRevocationList.parse(bytes),
      createCrlSync({ issuer: 'x', signer: ca.signer, revoked: [{ serialNumber: 1, reason: 'superseded' }] }).raw,
    )
  })

  test('OCSP requests and responses', () => {
    const { certificate } = leaf
    fc.assert(
      fc.property(any.bytes(32, 1), fc.constantFrom('sha1', 'sha256', 'sha512' as const), (nonce, hash) => {
        const parsed = parseOcspRequest(
          createOcspRequest(certificate, ca.certificate, provider, { nonce, hash: hash as 'sha1' }),
        )
        expect(parsed.nonce).toEqual(nonce)
        expect(parsed.certIds[0]!.serialNumber).toEqual(certificate.serialNumber)
      }),
    )
    const answer = fc.record({
      status: fc.constantFrom('good', 'revoked', 'unknown' as const),
      revocationTime: any.time,
      revocationReason: any.optional(EXTENSIONS.cRLReason),
    })
    const input = fc.record({
      answers: fc.array(answer, { minLength: 1, maxLength: 3 }),
      thisUpdate: any.time,
      nextUpdate: any.time,
      nonce: any.optional(any.bytes(32, 1)),
    })
    let last = new Uint8Array(0)
    fc.assert(
      fc.property(input, ({ answers, thisUpdate: one, nextUpdate: other, ...rest }) => {
        const fields = { ...rest, thisUpdate: Math.min(one, other), nextUpdate: Math.max(one, other) }
        const response = createOcspResponseSync({
          ...fields,
          provider,
          signer: ca.signer,
          responder: ca.certificate,
          answers: answers.map((one) => ({
            ...(one.status === 'revoked' && one),
            status: one.status as 'good',
            certificate,
            issuer: ca.certificate,
          })),
        })
        last = Uint8Array.from(response)
        const { basic } = parseOcspResponse(response)
        expect(basic!.nonce).toEqual(fields.nonce)
        basic!.responses.forEach((single, i) => {
          expect(single).toMatchObject({
            status: answers[i]!.status,
            thisUpdate: fields.thisUpdate,
            nextUpdate: fields.nextUpdate,
          })
          if (single.status === 'revoked')
            expect(single).toMatchObject({
              revocationTime: answers[i]!.revocationTime,
              revocationReason: answers[i]!.revocationReason,
            })
        })
      }),
      { numRuns: 60 },
    )
    neverCrashes(parseOcspResponse, last)
    neverCrashes(parseOcspRequest, createOcspRequest(certificate, ca.certificate, provider))
    for (const status of ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const)
      expect(parseOcspResponse(encodeOcspError(status))).toEqual({ status })
  })

  test('PKCS#7 and PKCS#12', () => {
    const bag = encodePkcs7({ certificates: [leaf.certificate, ca.certificate] })
    expect(parsePkcs7(bag).certificates).toHaveLength(2)
    neverCrashes(parsePkcs7, bag)
    const input = fc.record({
      passphrase: fc
        .string({ unit: 'binary', maxLength: 12 })
        .filter((value) => any.wellFormed(value) && !value.includes('\0')),
      protection: fc.constantFrom('modern', 'legacy', 'pbmac1' as const),
      friendlyName: any.optional(fc.string({ unit: 'binary' }).filter(any.wellFormed)),
      localKeyId: any.optional(any.bytes(9, 1)),
    })
    fc.assert(
      fc.property(input, ({ passphrase, protection, ...attributes }) => {
        const pfx = encodePfx({
          keys: [{ key: leaf.privateKey!.data, ...attributes }],
          certificates: [{ certificate: leaf.certificate, ...attributes }],
          passphrase,
          provider,
          protection: protection as 'modern',
          iterations: 2,
        })
        const parsed = parsePfx(pfx, { passphrase, provider })
        expect(parsed.keys[0]!.key).toEqual(leaf.privateKey!.data)
        expect(parsed.keys[0]!.friendlyName).toBe(attributes.friendlyName)
        if (attributes.localKeyId) expect(parsed.keys[0]!.localKeyId).toEqual(attributes.localKeyId)
        expect(parsed.certificates[0]!.localKeyId).toEqual(parsed.keys[0]!.localKeyId)
        expect(parsed.certificates[0]!.certificate.equals(leaf.certificate)).toBe(true)
        expect(() => parsePfx(pfx, { passphrase: `${passphrase}x`, provider })).toThrow(
          expect.objectContaining({ code: 'WRONG_PASSPHRASE' }),
        )
      }),
      { numRuns: 60 },
    )
    neverCrashes(
      (bytes) => parsePfx(bytes, { passphrase: 'x', provider }),
      encodePfx({ keys: [{ key: leaf.privateKey!.data }], passphrase: 'x', provider, iterations: 2 }),
    )
  })
})

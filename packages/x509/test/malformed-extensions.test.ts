import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import {
  Certificate,
  type CertificateRevocationList,
  checkName,
  checkServerIdentity,
  createAuthority,
  createCrlSync,
  createName,
  createTrustStore,
  EXTENSION,
  type ExtensionInput,
  toLegacyObject,
  verifyChainSync,
  X509CertificateLike,
} from '../src/index.ts'

const provider = nodeProvider
const ca = createAuthority({ provider, subject: 'CA' })
const leaf = ca.issue('a.test').certificate
const anchors = createTrustStore([ca.certificate])

function crl(revoked: boolean, extension: ExtensionInput): CertificateRevocationList {
  return createCrlSync({
    issuer: ca.certificate.subject,
    signer: ca.signer,
    revoked: revoked ? [{ serialNumber: leaf.serialNumber }] : [],
    extensions: [extension],
  })
}

const verify = (profile: 'node' | 'webpki', ...crls: CertificateRevocationList[]) =>
  verifyChainSync({ leaf, anchors, provider, profile, name: 'a.test', crls })
const verdict = (...given: Parameters<typeof verify>) => verify(...given).code

describe.each(['node', 'webpki'] as const)('CRLs whose extensions are malformed (%s)', (profile) => {
  test('with another authorityKeyIdentifier, whom it revokes stays revoked', () => {
    const bad = crl(true, { oid: '2.5.29.35', critical: false, value: new Uint8Array(0) })
    const { ok, problems } = verify(profile, bad)
    expect(ok).toBe(false)
    expect(problems.map(({ code, depth }) => `${depth} ${code}`)).toContain('0 CERT_REVOKED')
  })

  test.each([
    ['empty', []],
    ['two of them', [0x30, 3, 0x80, 1, 1, 0x30, 3, 0x80, 1, 1]],
    ['no SEQUENCE', [0x04, 1, 1]],
  ])(
    'with an authorityKeyIdentifier that cannot be read (%s), it says of nobody that he is not revoked',
    (_name, value) => {
      const bad = crl(false, { oid: '2.5.29.35', critical: false, value: Uint8Array.from(value) })
      expect(verdict(profile, bad)).toBe('UNABLE_TO_GET_CRL')
    },
  )

  test.each([
    ['empty', [0x30, 0]],
    ['with defaults alone', [0x30, 3, 0x82, 1, 0]],
  ])('an issuing distribution point that says nothing, %s: no CRL (RFC 5280 §5.2.5)', (_name, value) => {
    const bad = crl(false, { oid: '2.5.29.28', critical: true, value: Uint8Array.from(value) })
    expect(verdict(profile, bad)).toBe('UNABLE_TO_GET_CRL')
  })
})

test('a dNSName with a final dot is permitted by no constraint, and excluded by one', () => {
  for (const [key, code] of [
    ['permitted', 'PERMITTED_VIOLATION'],
    ['excluded', 'EXCLUDED_VIOLATION'],
  ] as const) {
    const constrained = ca.createIntermediate({
      subject: 'constrained',
      extensions: [
        { name: 'nameConstraints', value: { [key]: [{ base: { type: 'dns', value: 'a.test' }, minimum: 0 }] } },
      ],
    })
    const extensions: ExtensionInput[] = [{ name: 'subjectAltName', value: [{ type: 'dns', value: 'a.test.' }] }]
    const { chain } = constrained.issue('a.test', { extensions })
    const report = verifyChainSync({
      leaf: chain[0]!,
      intermediates: chain.slice(1),
      anchors,
      provider,
      profile: 'node',
      name: false,
    })
    expect(report.code).toBe(code)
  }
})

test('a BIT STRING in a name counts its unused bits', () => {
  const subject = createName([['CN', 'xxxxxx']])
  const { raw } = createAuthority({ provider, subject }).certificate
  // UTF8String 'xxxxxx' becomes a BIT STRING with 120 unused bits.
  const bytes = Buffer.from(raw)
  const at = bytes.lastIndexOf(Buffer.from([0x0c, 6, 0x78]))
  bytes[at] = 3
  expect(() => Certificate.fromDer(new Uint8Array(bytes))).toThrow('a BIT STRING that is none')
})

describe('an extension that is malformed hides nothing of the others', () => {
  const malformed = Uint8Array.of(0x30, 5, 1)
  test.each(['extKeyUsage', 'keyUsage', 'basicConstraints', 'nameConstraints', 'authorityKeyIdentifier'] as const)(
    '%s: the names are still the names, and the common name is none',
    (name) => {
      const { certificate } = ca.issue('a.test', {
        subject: { CN: 'b.test' },
        extensions: [{ oid: EXTENSION[name], critical: false, value: malformed }],
      })
      expect(checkName(certificate, 'a.test')).toBeUndefined()
      expect(checkName(certificate, 'b.test')?.code).toBe('HOSTNAME_MISMATCH')
      const like = new X509CertificateLike(certificate, provider)
      expect([like.checkHost('a.test'), like.checkHost('b.test')]).toEqual(['a.test', undefined])
      const shown = toLegacyObject(certificate, provider)
      expect(checkServerIdentity('a.test', shown)).toBeUndefined()
      expect(checkServerIdentity('b.test', shown)?.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
      // And no chain is good with it.
      expect(verifyChainSync({ leaf: certificate, anchors, provider, name: 'a.test' }).ok).toBe(false)
    },
  )

  test('names that are malformed themselves are none, and let no common name in', () => {
    const { certificate } = ca.issue('a.test', {
      extensions: [{ oid: EXTENSION.subjectAltName, critical: false, value: malformed }],
    })
    expect(checkName(certificate, 'a.test')?.code).toBe('HOSTNAME_MISMATCH')
  })
})

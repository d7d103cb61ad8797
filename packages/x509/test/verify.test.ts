import type { CryptoProvider } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test, vi } from 'vitest'
import { DerReader } from '../src/der/reader.ts'
import * as der from '../src/der/writer.ts'
import { encodeExtensions } from '../src/extensions/read.ts'
import {
  type Authority,
  type Certificate,
  type CtLog,
  checkName,
  createAuthority,
  createAuthorityAsync,
  createCertificateSync,
  createCrlSync,
  createName,
  createOcspResponseSync,
  createTrustStore,
  type ExtensionInput,
  encodeSctList,
  matchesDnsName,
  parseOcspResponse,
  parseSctList,
  type VerifyOptions,
  type VerifyResult,
  verifyChain,
  verifyChainSync,
  verifyOcspResponse,
  verifyOcspResponseSync,
  verifySctsSync,
  X509Error,
} from '../src/index.ts'
import { encodeSubjectPublicKeyInfo } from '../src/keys/public-key.ts'

const root = createAuthority({ provider, subject: 'Root' })
const intermediate = root.createIntermediate({ subject: 'Intermediate' })
const leaf = intermediate.issue('a.test')
const store = createTrustStore([root.certificate])
const base: VerifyOptions = {
  leaf: leaf.certificate,
  intermediates: [intermediate.certificate],
  anchors: store,
  provider,
}

/** A provider whose verification answers with promises, as WebCrypto's would. */
const slow: CryptoProvider = {
  ...provider,
  importPublicKey: (data) => {
    const key = provider.importPublicKey(data)
    return { ...key, data: key.data, verify: async (...args) => key.verify(...args) }
  },
}

/** An authority of the same name and key as another, certified by someone else. */
function crossSign(subject: Authority, issuer: Authority, extensions: readonly ExtensionInput[] = []): Certificate {
  const identifier = subject.certificate.extension('subjectKeyIdentifier')!
  return createCertificateSync({
    subject: subject.certificate.subject,
    issuer: issuer.certificate.subject,
    publicKey: subject.certificate.publicKey,
    signer: issuer.signer,
    serialNumber: Uint8Array.of(1, ...provider.randomBytes(7)),
    notBefore: Date.now() - 1000,
    notAfter: Date.now() + 1e9,
    extensions: [
      { name: 'basicConstraints', critical: true, value: { ca: true } },
      { name: 'keyUsage', critical: true, value: ['keyCertSign', 'cRLSign'] },
      { name: 'subjectKeyIdentifier', value: identifier },
      {
        name: 'authorityKeyIdentifier',
        value: { keyIdentifier: issuer.certificate.extension('subjectKeyIdentifier') },
      },
      ...extensions,
    ],
  })
}

describe('synchronous and asynchronous', () => {
  test('the result is there at once when nothing waits', () => {
    const result = verifyChain(base)
    expect(result).not.toHaveProperty('then')
    expect(result).toMatchObject({ ok: true, code: 'OK', reason: '', problems: [] })
    expect((result as VerifyResult).chain).toEqual([leaf.certificate, intermediate.certificate, root.certificate])
  })

  test('a provider that answers with promises', async () => {
    const result = verifyChain({ ...base, provider: slow })
    expect(result).toHaveProperty('then')
    expect(await result).toMatchObject({ ok: true })
    expect(() => verifyChainSync({ ...base, provider: slow })).toThrow(
      expect.objectContaining({ code: 'ASYNCHRONOUS' }),
    )
    expect(
      await verifyChain({
        ...base,
        leaf: intermediate.issue('a.test', { extKeyUsage: ['clientAuth'] }).certificate,
        provider: slow,
      }),
    ).toMatchObject({ ok: false, code: 'INVALID_PURPOSE' })
  })

  test('the portable provider says the same', () => {
    expect(verifyChainSync({ ...base, provider: portableProvider })).toMatchObject({ ok: true })
  })

  test('a signer that answers with promises', async () => {
    const key = provider.generateKey({ type: 'ed25519' })
    const signer = {
      type: key.type,
      bits: key.bits,
      publicKey: key.publicKey,
      sign: async (...args: Parameters<typeof key.sign>) => key.sign(...args),
    }
    const authority = await createAuthorityAsync({ provider, signer })
    const issued = await authority.issueAsync('a.test')
    expect(verifyChainSync({ leaf: issued.certificate, anchors: [authority.certificate], provider })).toMatchObject({
      ok: true,
    })
    expect(() => authority.issue('a.test')).toThrow(expect.objectContaining({ code: 'ASYNCHRONOUS' }))
  })

  test('fetchIssuer, with a promise and without', async () => {
    const alone = { ...base, intermediates: [] }
    const fetchIssuer = vi.fn(() => [intermediate.certificate])
    expect(verifyChainSync({ ...alone, fetchIssuer })).toMatchObject({ ok: true })
    expect(fetchIssuer).toHaveBeenCalledExactlyOnceWith(leaf.certificate)
    expect(
      await verifyChain({ ...alone, fetchIssuer: async () => [root.certificate, intermediate.certificate] }),
    ).toMatchObject({ ok: true })
    expect(await verifyChain({ ...alone, fetchIssuer: async () => [] })).toMatchObject({
      ok: false,
      code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    })
    await expect(
      verifyChain({ ...alone, fetchIssuer: async () => Promise.reject(new Error('offline')) }),
    ).rejects.toThrow('offline')
  })
})

describe('paths', () => {
  test('backtracks from an authority whose path fails', () => {
    const dead = createAuthority({ provider, subject: 'Dead' })
    const bridge = createAuthority({ provider, subject: 'Bridge' })
    const end = bridge.issue('a.test')
    const crossings = [
      crossSign(bridge, dead),
      crossSign(bridge, root, [
        {
          name: 'nameConstraints',
          critical: true,
          value: { excluded: [{ base: { type: 'dns', value: 'a.test' }, minimum: 0 }] },
        },
      ]),
      crossSign(bridge, root),
    ]
    const result = verifyChainSync({ leaf: end.certificate, intermediates: crossings, anchors: store, provider })
    expect(result).toMatchObject({ ok: true })
    expect(result.chain[1]).toBe(crossings[2])
    expect(result.paths.length).toBeGreaterThan(1)
    expect(result.paths.at(-1)).toMatchObject({ problems: [] })
    expect(result.paths[0]!.problems.length).toBeGreaterThan(0)
  })

  test('RFC 5280 §6.1 #8: a ring of authorities ends', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F']
    const ring = names.map((subject) => createAuthority({ provider, subject }))
    const all = ring.flatMap((subject) => ring.map((issuer) => crossSign(subject, issuer)))
    // None of their names leads to an anchor: only the one that ends the path, which is self-signed, is checked.
    const result = verifyChainSync({
      leaf: ring[0]!.issue('a.test').certificate,
      intermediates: all,
      anchors: store,
      provider,
      budget: { signatures: 1 },
    })
    expect(result.code).toBe('SELF_SIGNED_CERT_IN_CHAIN')
  })

  test('look-alikes are cut off by the budget', () => {
    const many = Array.from({ length: 60 }, () => crossSign(createAuthority({ provider, subject: 'Same' }), root))
    const result = verifyChainSync({
      leaf: createAuthority({ provider, subject: 'Same' }).issue('a.test', {
        extensions: [{ oid: '2.5.29.35', critical: false, value: Uint8Array.of(0x30, 0) }],
      }).certificate,
      intermediates: many,
      anchors: store,
      provider,
      budget: { signatures: 30 },
    })
    expect(result).toMatchObject({ ok: false, exhausted: true })
  })

  test('a malformed extension is a refusal, not an exception', () => {
    const broken = intermediate.issue('a.test', {
      extensions: [{ oid: '2.5.29.17', critical: false, value: Uint8Array.of(1, 2, 3) }],
    })
    for (const profile of ['node', 'webpki'] as const) {
      const result = verifyChainSync({ ...base, leaf: broken.certificate, profile })
      expect(result.ok).toBe(false)
      expect(result.reason).toContain('malformed')
    }
  })

  test('RFC 5280 §4.2 #2: name constraints that are not critical constrain all the same', () => {
    for (const critical of [true, false]) {
      const value = { permitted: [{ base: { type: 'dns', value: 'a.test' }, minimum: 0 } as const] }
      const constrained = root.createIntermediate({
        subject: 'Constrained',
        extensions: [{ name: 'nameConstraints', critical, value }],
      })
      const verdict = (name: string) =>
        verifyChainSync({
          ...base,
          leaf: constrained.issue(name).certificate,
          intermediates: [constrained.certificate],
          profile: 'webpki',
          name,
        }).code
      expect(verdict('a.test')).toBe('OK')
      expect(verdict('b.test')).toBe('PERMITTED_VIOLATION')
    }
  })

  test('maxDepth counts intermediates, self-issued ones not', () => {
    const second = intermediate.createIntermediate({ subject: 'Second' })
    const deep = {
      ...base,
      leaf: second.issue('a.test').certificate,
      intermediates: [second.certificate, intermediate.certificate],
    }
    expect(verifyChainSync({ ...deep, maxDepth: 2 }).ok).toBe(true)
    expect(verifyChainSync({ ...deep, maxDepth: 1 })).toMatchObject({ ok: false, code: 'CERT_CHAIN_TOO_LONG' })
    const rekeyed = root.createIntermediate({ subject: 'Root' })
    const below = rekeyed.createIntermediate({ subject: 'Below' })
    expect(
      verifyChainSync({
        ...base,
        leaf: below.issue('a.test').certificate,
        intermediates: [below.certificate, rekeyed.certificate],
        maxDepth: 1,
      }).ok,
    ).toBe(true)
  })
})

describe('names', () => {
  test.each([
    ['a.test', 'a.test', true],
    ['A.Test', 'a.tEST', true],
    ['a.test', 'a.test.', true],
    ['*.a.test', 'x.a.test', true],
    ['*.a.test', 'a.test', false],
    ['*.a.test', 'x.y.a.test', false],
    ['f*.a.test', 'foo.a.test', false],
    ['*.test', 'a.test', false],
    ['*', 'test', false],
    ['a.*.test', 'a.b.test', false],
    ['a_b.test', 'a_b.test', false],
    ['a.test', '', false],
    ['.a.test', 'x.a.test', false],
    ['a.test', 'b.test', false],
  ])('%s for %s: %s', (pattern, host, matches) => {
    expect(matchesDnsName(pattern, host)).toBe(matches)
  })

  test('addresses, e-mail and common names', () => {
    const { certificate } = intermediate.issue('a.test', {
      names: ['10.0.0.1', '::1', 'Me@A.test'],
      subject: 'cn.test',
    })
    for (const name of ['a.test', '10.0.0.1', '0:0::1', { type: 'email', value: 'Me@a.TEST' } as const])
      expect(checkName(certificate, name)).toBeUndefined()
    expect(checkName(certificate, 'cn.test')).toMatchObject({
      code: 'HOSTNAME_MISMATCH',
      reason: expect.stringContaining('a.test'),
    })
    expect(checkName(certificate, '10.0.0.2')).toMatchObject({ code: 'IP_ADDRESS_MISMATCH' })
    expect(checkName(certificate, { type: 'email', value: 'me@a.test' })).toMatchObject({ code: 'EMAIL_MISMATCH' })
    expect(verifyChainSync({ ...base, name: ['a.test', 'b.test'] })).toMatchObject({
      ok: false,
      code: 'HOSTNAME_MISMATCH',
      reason: expect.stringContaining('b.test'),
    })
  })
})

describe('the strict profile', () => {
  const issue = (extensions: ExtensionInput[], options = {}) =>
    intermediate.issue('a.test', { extensions, ...options }).certificate
  test.each<[string, () => Certificate]>([
    [
      'no alternative name',
      () =>
        createCertificateSync({
          subject: 'a.test',
          issuer: intermediate.certificate.subject,
          publicKey: leaf.certificate.publicKey,
          signer: intermediate.signer,
          serialNumber: 1,
          notBefore: Date.now() - 1000,
          notAfter: Date.now() + 1e9,
          extensions: [{ name: 'extKeyUsage', value: ['serverAuth'] }],
        }),
    ],
    ['an authority as leaf', () => issue([{ name: 'basicConstraints', value: { ca: true } }])],
    ['any extended key usage', () => issue([], { extKeyUsage: ['serverAuth', 'any'] })],
    ['critical extended key usage', () => issue([{ name: 'extKeyUsage', critical: true, value: ['serverAuth'] }])],
    [
      'RFC 5280 §4.2.1.3 #3, RFC 5280 §4.2.1.9 #1: key usage for signing certificates',
      () => issue([{ name: 'keyUsage', value: ['digitalSignature', 'keyCertSign'] }]),
    ],
    ['serial number zero', () => issue([], { serialNumber: 0, allow: ['zero-serial'] })],
    ['weak key', () => intermediate.issue('a.test', { key: { type: 'rsa', bits: 1024 } }).certificate],
    [
      'malformed access information',
      () => issue([{ oid: '1.3.6.1.5.5.7.1.1', critical: false, value: Uint8Array.of(0x30, 1, 1) }]),
    ],
    ['RFC 5280 §4.2.1.6 #12: underscore', () => issue([], { names: ['a_b.test'] })],
    ['common name in other letters', () => issue([], { subject: 'A.test' })],
    [
      'RFC 5280 §4.2.1.10 #1: name constraints in a leaf',
      () =>
        issue([
          {
            name: 'nameConstraints',
            critical: true,
            value: { permitted: [{ base: { type: 'dns', value: '' }, minimum: 0 }] },
          },
        ]),
    ],
  ])('refuses: %s, which the node profile takes', (_, make) => {
    const certificate = make()
    expect(verifyChainSync({ ...base, leaf: certificate }).ok).toBe(false)
    expect(verifyChainSync({ ...base, leaf: certificate, profile: 'node' }).reason).toBe('')
  })

  test('RFC 5280 §4.2.1.11 #1: policies', () => {
    const policies = (value: string[]): ExtensionInput => ({
      name: 'certificatePolicies',
      value: value.map((policy) => ({ policy })),
    })
    const ca = root.createIntermediate({
      subject: 'P',
      extensions: [
        policies(['1.2.3', '1.2.4']),
        { name: 'policyMappings', value: [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.9' }] },
        { name: 'policyConstraints', critical: true, value: { requireExplicitPolicy: 0 } },
      ],
    })
    const verify = (value: string[], initialPolicySet?: string[]) =>
      verifyChainSync({
        ...base,
        leaf: ca.issue('a.test', { extensions: [policies(value)] }).certificate,
        intermediates: [ca.certificate],
        ...(initialPolicySet && { policy: { initialPolicySet } }),
      })
    expect(verify(['1.2.9'])).toMatchObject({ ok: true, policies: ['1.2.3'] })
    expect(verify(['1.2.4'])).toMatchObject({ ok: true, policies: ['1.2.4'] })
    expect(verify(['1.2.3'])).toMatchObject({ ok: false, code: 'NO_EXPLICIT_POLICY' })
    expect(verify(['1.2.9'], ['1.2.4'])).toMatchObject({ ok: false, code: 'NO_EXPLICIT_POLICY' })
  })

  test('a new CRL counts where the clock is slow, as a new certificate does', () => {
    const crls = [root, intermediate].map(({ certificate: { subject }, signer }) =>
      createCrlSync({ issuer: subject, signer }),
    )
    const at = (time: number) => verifyChainSync({ ...base, crls, time })
    expect(at(Date.now() - 30 * 60_000)).toMatchObject({ ok: true })
    expect(at(Date.now() - 2 * 3_600_000)).toMatchObject({ ok: false })
  })

  test('RFC 5280 §6.3.3 #1: who signed a CRL leads to the anchor of the path', () => {
    const other = createAuthority({ provider, subject: 'Another root' })
    const crlOf = (issuer: Authority) => {
      // Of the name of the leaf's issuer, and with a key of its own.
      const signer = issuer.createIntermediate({ subject: intermediate.certificate.subject })
      const crl = createCrlSync({
        issuer: intermediate.certificate.subject,
        signer: signer.signer,
        keyIdentifier: signer.certificate.extension('subjectKeyIdentifier'),
      })
      return verifyChainSync({
        ...base,
        anchors: [root.certificate, other.certificate],
        intermediates: [intermediate.certificate, signer.certificate],
        crls: [rootCrl, crl],
        extendedCrls: true,
      })
    }
    const rootCrl = createCrlSync({
      issuer: root.certificate.subject,
      signer: root.signer,
      keyIdentifier: root.certificate.extension('subjectKeyIdentifier'),
    })
    expect(crlOf(root)).toMatchObject({ ok: true })
    expect(crlOf(other)).toMatchObject({ ok: false, code: 'CRL_PATH_VALIDATION_ERROR' })
  })

  test('RFC 5280 §6.1.4 #1: an authority of version 1 is none', () => {
    const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    const name = createName({ CN: 'Of old' })
    const times = { notBefore: Date.now() - 1e6, notAfter: Date.now() + 1e9 }
    const made = (serialNumber: number, given: object) =>
      createCertificateSync({
        subject: name,
        issuer: root.certificate.subject,
        serialNumber,
        publicKey: signer.publicKey,
        signer: root.signer,
        extensions: [],
        ...times,
        ...given,
      })
    const authority = made(1, {})
    expect(authority.version).toBe(1)
    const old = made(2, { subject: createName({ CN: 'a.test' }), issuer: name, signer })
    const under = (anchors: readonly Certificate[]) =>
      verifyChainSync({
        leaf: old,
        intermediates: [authority],
        anchors,
        provider,
        profile: 'node',
        name: false,
        allowPartialTrustChain: true,
        purpose: 'any',
      })
    expect(under([root.certificate])).toMatchObject({ ok: false, code: 'INVALID_CA' })
  })

  test('RFC 5280 §5.2.4 #13: delta and indirect CRLs', () => {
    const crl = (options: Partial<Parameters<typeof createCrlSync>[0]>) =>
      createCrlSync({
        issuer: intermediate.certificate.subject,
        signer: intermediate.signer,
        keyIdentifier: intermediate.certificate.extension('subjectKeyIdentifier'),
        ...options,
      })
    const rootCrl = createCrlSync({
      issuer: root.certificate.subject,
      signer: root.signer,
      keyIdentifier: root.certificate.extension('subjectKeyIdentifier'),
    })
    const revoked = [{ serialNumber: leaf.certificate.serialNumber, reason: 'certificateHold' } as const]
    const freshest: ExtensionInput = {
      name: 'freshestCRL',
      value: [{ name: { fullName: [{ type: 'uri', value: 'http://x/' }] } }],
    }
    const full = crl({ number: 1, revoked, extensions: [freshest] })
    expect(verifyChainSync({ ...base, crls: [rootCrl, full] })).toMatchObject({
      ok: false,
      code: 'CERT_REVOKED',
      reason: expect.stringContaining('certificateHold'),
    })
    const removed = crl({
      number: 2,
      baseNumber: 1,
      revoked: [{ serialNumber: leaf.certificate.serialNumber, reason: 'removeFromCRL' }],
    })
    expect(verifyChainSync({ ...base, crls: [rootCrl, full, removed] })).toMatchObject({ ok: true })
    const later = crl({ number: 2, baseNumber: 1, revoked })
    expect(
      verifyChainSync({ ...base, crls: [rootCrl, crl({ number: 1, extensions: [freshest] }), later] }),
    ).toMatchObject({ ok: false, code: 'CERT_REVOKED' })
  })
})

describe('OCSP', () => {
  const { certificate } = leaf
  const answer = { certificate, issuer: intermediate.certificate, status: 'good' } as const
  const check = { certificate, issuer: intermediate.certificate, provider }
  const respond = (authority: Authority, options = {}) =>
    createOcspResponseSync({
      provider,
      signer: authority.signer,
      responder: authority.certificate,
      answers: [answer],
      ...options,
    })
  const responder = intermediate.issue('responder.test', { extKeyUsage: ['OCSPSigning'] })
  const delegated = (issued = responder) =>
    createOcspResponseSync({ provider, signer: issued.privateKey!, responder: issued.certificate, answers: [answer] })

  /** A response of the issuer with more before or behind what it signs. */
  const around = (before: readonly Uint8Array[], after: readonly Uint8Array[]) => {
    const { tbs, signatureIdentifier } = parseOcspResponse(respond(intermediate)).basic!
    const data = der.sequence(...before, DerReader.open(tbs, '').value(0x30, ''), ...after)
    const signature = intermediate.signer.sign({ name: 'ecdsa', hash: 'sha256' }, data) as Uint8Array
    const basic = der.sequence(data, signatureIdentifier.raw, der.bitString(signature))
    const typed = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic))
    return der.sequence(der.enumerated(0), der.explicit(0, typed))
  }
  const extended = (critical: boolean) =>
    around([], [der.explicit(1, encodeExtensions([{ oid: '1.2.3.4', critical, value: der.nullValue() }]))])

  test('RFC 6960 §4.1.2 #4: an extension that is not known is passed over', () => {
    expect(verifyOcspResponseSync({ ...check, response: extended(false) })).toMatchObject({ status: 'good' })
  })

  test('RFC 6960 §4.3 #1: signed with RSA and SHA-256', () => {
    const rsa = root.createIntermediate({ subject: 'Of RSA', key: { type: 'rsa', bits: 2048 } })
    const issued = rsa.issue('a.test')
    const response = createOcspResponseSync({
      provider,
      signer: rsa.signer,
      responder: rsa.certificate,
      answers: [{ certificate: issued.certificate, issuer: rsa.certificate, status: 'good' }],
      signatureAlgorithm: { name: 'rsa-pkcs1', hash: 'sha256' },
    })
    const terms = { certificate: issued.certificate, issuer: rsa.certificate, provider, response }
    expect(verifyOcspResponseSync(terms)).toMatchObject({ status: 'good' })
  })

  test('RFC 6960 §2.2 #3, RFC 6960 §4.2.2.2 #2, RFC 6960 §4.2.2.3 #2: by the issuer, and by a responder that it certified', async () => {
    expect(verifyOcspResponseSync({ ...check, response: respond(intermediate) })).toMatchObject({ status: 'good' })
    expect(verifyOcspResponseSync({ ...check, response: delegated() })).toMatchObject({ status: 'good' })
    expect(await verifyOcspResponse({ ...check, provider: slow, response: delegated() })).toMatchObject({
      status: 'good',
    })
  })

  test.each<[string, () => Uint8Array, object, string]>([
    [
      'a stranger signed',
      () =>
        createOcspResponseSync({
          provider,
          // One that does not tell its public key, with which it would be refused.
          signer: { ...root.signer, publicKey: undefined, sign: root.signer.sign.bind(root.signer) },
          responder: intermediate.certificate,
          answers: [answer],
        }),
      {},
      'signature',
    ],
    [
      'RFC 6960 §4.2.2.2 #5: another key of the issuer’s name certified the responder',
      () =>
        delegated(
          root
            .createIntermediate({ subject: intermediate.certificate.subject })
            .issue('responder.test', { extKeyUsage: ['OCSPSigning'] }),
        ),
      {},
      'was not signed by the issuer',
    ],
    ['RFC 6960 §4.1.2 #4: an unknown critical extension', () => extended(true), {}, 'critical extension 1.2.3.4'],
    [
      'RFC 6960 §4.2.2.3 #1: another version',
      () => around([der.explicit(0, der.integer(1))], []),
      {},
      'only version 1 (0) is known',
    ],
    [
      'RFC 6960 §2.6 #1, RFC 6960 §4.2.2.2 #1, #3, #8: the responder is the root',
      () => respond(root),
      {},
      'not certified by the issuer',
    ],
    [
      'RFC 6960 §4.2.2.2 #6: the responder was not certified for it',
      () => delegated(intermediate.issue('responder.test')),
      {},
      'not certified for OCSP',
    ],
    [
      'the responder’s certificate has expired',
      () =>
        delegated(intermediate.issue('responder.test', { extKeyUsage: ['OCSPSigning'], notBefore: 0, notAfter: 1e9 })),
      {},
      'expired',
    ],
    [
      'RFC 6960 §3.2 #1: another certificate',
      () => respond(intermediate, { answers: [{ ...answer, certificate: intermediate.certificate }] }),
      {},
      'not about this certificate',
    ],
    [
      'too old',
      () => respond(intermediate, { thisUpdate: Date.now() - 9e8, nextUpdate: Date.now() - 8e8 }),
      {},
      'counted until',
    ],
    ['of the future', () => respond(intermediate, { thisUpdate: Date.now() + 9e8 }), {}, 'counts from'],
    [
      'RFC 6960 §5.1 #1: signed with SHA-1',
      () => respond(intermediate, { signatureAlgorithm: { name: 'ecdsa', hash: 'sha1' } }),
      {},
      'not secure',
    ],
    [
      'RFC 6960 §5.1.2 #1: the responder has a key of 768 bits',
      () =>
        delegated(
          intermediate.issue('responder.test', { extKeyUsage: ['OCSPSigning'], key: { type: 'rsa', bits: 768 } }),
        ),
      {},
      'not secure',
    ],
    ['another nonce', () => respond(intermediate, { nonce: Uint8Array.of(1) }), { nonce: Uint8Array.of(2) }, 'nonce'],
    ['no nonce', () => respond(intermediate), { nonce: Uint8Array.of(2) }, 'nonce'],
    ['an error', () => Uint8Array.of(0x30, 3, 0x0a, 1, 3), {}, 'tryLater'],
    ['noise', () => Uint8Array.of(1, 2, 3), {}, 'expected SEQUENCE'],
  ])('proves nothing: %s', (_, response, options, words) => {
    expect(verifyOcspResponseSync({ ...check, response: response(), ...options })).toMatchObject({
      status: 'invalid',
      code: 'OCSP_VERIFY_FAILED',
      reason: expect.stringContaining(words),
    })
  })
})

describe('Certificate Transparency', () => {
  const key = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const log: CtLog = { publicKey: key.publicKey, name: 'test log' }

  /** What a log answers to a submission (RFC 6962 §3.2). */
  function stamp(entry: Uint8Array, timestamp: number) {
    const head = new Uint8Array(10)
    new DataView(head.buffer).setBigUint64(2, BigInt(timestamp))
    const signature = key.sign(
      { name: 'ecdsa', hash: 'sha256' },
      Uint8Array.from([...head, ...entry, 0, 0]),
    ) as Uint8Array
    const logId = provider.hashes.sha256!.digest(encodeSubjectPublicKeyInfo(key.publicKey))
    const raw = Uint8Array.from([
      0,
      ...logId,
      ...head.subarray(2),
      0,
      0,
      4,
      3,
      signature.length >> 8,
      signature.length & 0xff,
      ...signature,
    ])
    return parseSctList(encodeSctList([{ raw }]))[0]!
  }
  const length3 = (bytes: Uint8Array) => [0, bytes.length >> 8, bytes.length & 0xff, ...bytes]
  const now = Date.now()

  test('SCTs of TLS and OCSP', () => {
    const { certificate } = leaf
    const sct = stamp(Uint8Array.from([0, 0, ...length3(certificate.raw)]), now - 1000)
    const verify = (options = {}) =>
      verifySctsSync({ scts: [sct], certificate, logs: [log], provider, origin: 'separate', ...options })[0]
    expect(verify()).toMatchObject({ status: 'valid', log })
    expect(verify({ certificate: intermediate.certificate })).toMatchObject({ status: 'invalid' })
    expect(verify({ logs: [] })).toMatchObject({ status: 'unknown-log' })
    expect(verify({ logs: [{ ...log, until: now - 5000 }] })).toMatchObject({
      status: 'invalid',
      reason: expect.stringContaining('outside'),
    })
    expect(verify({ time: now - 5000 })).toMatchObject({ status: 'invalid', reason: expect.stringContaining('future') })
    expect(verify({ scts: [{ ...sct, version: 1 }] })).toMatchObject({ status: 'unknown-version' })
  })

  test('embedded SCTs, of the precertificate', () => {
    const serialNumber = 77
    const notBefore = now - 1000
    const fixed = { serialNumber, notBefore, notAfter: now + 1e9, publicKey: leaf.certificate.publicKey }
    const without = intermediate.issue('a.test', fixed).certificate
    const issuerHash = provider.hashes.sha256!.digest(intermediate.certificate.subjectPublicKeyInfo.raw)
    const sct = stamp(Uint8Array.from([0, 1, ...issuerHash, ...length3(without.tbs)]), now - 1000)
    const certificate = intermediate.issue('a.test', {
      ...fixed,
      extensions: [{ name: 'signedCertificateTimestampList', value: [sct] }],
    }).certificate
    const verify = (options = {}) =>
      verifySctsSync({
        scts: certificate.extension('signedCertificateTimestampList')!,
        certificate,
        issuer: intermediate.certificate,
        logs: [log],
        provider,
        origin: 'embedded',
        ...options,
      })[0]
    expect(verify()).toMatchObject({ status: 'valid' })
    expect(verify({ issuer: root.certificate })).toMatchObject({ status: 'invalid' })
    expect(() => verify({ issuer: undefined })).toThrow(X509Error)
  })
})

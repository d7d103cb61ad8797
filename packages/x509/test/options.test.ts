/** Every public options object is read whole: nothing that is asked for is passed over, and nothing comes from elsewhere. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { afterEach, describe, expect, test } from 'vitest'
import {
  checkCrls,
  checkPolicies,
  createAuthority,
  createCrlSync,
  createOcspResponseSync,
  keyIdentifier,
  verifyAsNode,
  verifyChainSync,
  verifyOcspResponseSync,
  verifySctsSync,
  X509CertificateLike,
  X509Error,
} from '../src/index.ts'
import * as small from '../src/verify.ts'

const DAY = 86_400_000
const now = Date.now()
const ca = createAuthority({ provider, notBefore: now - 900 * DAY })
const { certificate: leaf } = ca.issue('a.example', { notBefore: now - 30 * DAY })
const { certificate: old } = ca.issue('a.example', { notBefore: now - 800 * DAY, notAfter: now - 500 * DAY })
const of = {
  issuer: ca.certificate.subject,
  signer: ca.signer,
  keyIdentifier: keyIdentifier(ca.signer.publicKey!, provider),
}
const crl = createCrlSync({ ...of, revoked: [{ serialNumber: leaf.serialNumber, reason: 'keyCompromise' }] })
const response = createOcspResponseSync({
  provider,
  signer: ca.signer,
  responder: ca.certificate,
  answers: [{ certificate: leaf, issuer: ca.certificate, status: 'good' }],
})

const base = { leaf, anchors: [ca.certificate], provider }
const asked = { ...base, name: 'a.example' }

/** Each verification with some options changed. */
const DOORS: Readonly<Record<string, (options: object) => unknown>> = {
  verifyChainSync: (options) => verifyChainSync({ ...asked, ...options }),
  'verifyChainSync, node': (options) => verifyChainSync({ ...asked, profile: 'node', ...options }),
  verifyAsNode: (options) => verifyAsNode({ ...asked, ...options }),
  './verify': (options) => small.verifyChainSync({ ...asked, profile: small.webpkiProfile, ...options }),
}

const BAD: readonly (readonly [string, object])[] = [
  ['a time that is no number', { time: Number.NaN }],
  ['a Date that is none', { time: new Date('no date') }],
  ['a time in text', { time: '2026-11-28' }],
  ['the end of time', { time: Number.POSITIVE_INFINITY }],
  ['a bigint', { time: 0n }],
  ['maxDepth: NaN', { maxDepth: Number.NaN }],
  ['a negative depth', { maxDepth: -1 }],
  ['a budget that is NaN', { budget: Number.NaN }],
  ['a budget of NaN', { budget: { signatures: Number.NaN } }],
  ['a budget without end', { budget: { time: Number.POSITIVE_INFINITY } }],
  ['an unknown budget', { budget: { signature: 3 } }],
  ['name: undefined', { name: undefined }],
  ['name: null', { name: null }],
  ['name: []', { name: [] }],
  ['name: [undefined]', { name: [undefined] }],
  ['name: true', { name: true }],
  ['a name of no type', { name: { value: 'a.example' } }],
  ['host', { host: 'b.example' }],
  ['hostname', { hostname: 'b.example' }],
  ['crl', { crl: [] }],
  ['anchors: []', { anchors: [] }],
  ['a PEM leaf', { leaf: leaf.toPem() }],
  ['a PEM anchor', { anchors: [ca.cert] }],
  ['no provider', { provider: undefined }],
  ['an unknown purpose', { purpose: 'server' }],
  ['an unknown usage', { keyUsage: ['sign'] }],
  ['security level 6', { securityLevel: 6 }],
  ['security level NaN', { securityLevel: Number.NaN }],
  ['allowPartialTrustChain: 1', { allowPartialTrustChain: 1 }],
]

describe.each(Object.entries(DOORS))('%s', (door, verify) => {
  test('verifies', () => {
    expect(verify({})).toMatchObject({ ok: true })
    expect(verify({ time: undefined, maxDepth: undefined, budget: undefined })).toMatchObject({ ok: true })
    expect(verify({ name: false })).toMatchObject({ ok: true })
    expect(verify({ leaf: old })).toMatchObject({ code: 'CERT_HAS_EXPIRED' })
  })

  test.each(BAD)('refuses %s', (_, options) => {
    expect(() => verify(options)).toThrow(expect.objectContaining({ name: 'X509Error', code: 'INVALID_ARGUMENT' }))
  })

  test('refuses the way in which another door asks about revocation', () => {
    const other = door === './verify' ? { crls: [crl] } : { revocation: checkCrls({ crls: [crl] }) }
    expect(() => verify(other)).toThrow(/crls/)
    const own = door === './verify' ? { revocation: checkCrls({ crls: [crl] }) } : { crls: [crl] }
    expect(verify(own)).toMatchObject({ ok: false, code: 'CERT_REVOKED' })
  })

  test('options of a prototype are refused, not passed over', () => {
    const given = Object.assign(Object.create({ name: 'b.example' }), { ...base })
    const open = door === './verify' ? small.verifyChainSync : door === 'verifyAsNode' ? verifyAsNode : verifyChainSync
    if (door === './verify') given.profile = small.webpkiProfile
    expect(() => open(given as never)).toThrow(/name must be a property of the options themselves/)
  })
})

test('the other doors', () => {
  const ocsp = { response, certificate: leaf, issuer: ca.certificate, provider }
  expect(verifyOcspResponseSync(ocsp).status).toBe('good')
  for (const bad of [
    { time: new Date('x') },
    { clockSkew: Number.NaN },
    { clockSkew: -1 },
    { maxAge: Number.POSITIVE_INFINITY },
    { nonces: 1 },
    { nonce: 'abc' },
  ])
    expect(() => verifyOcspResponseSync({ ...ocsp, ...bad } as never)).toThrow(X509Error)
  const scts = { scts: [], certificate: leaf, logs: [], provider, origin: 'separate' as const }
  expect(verifySctsSync(scts)).toEqual([])
  for (const bad of [
    { time: Number.NaN },
    { origin: 'tls' },
    { logs: [{ publicKey: leaf.publicKey, until: Number.NaN }] },
  ])
    expect(() => verifySctsSync({ ...scts, ...bad } as never)).toThrow(X509Error)
  for (const bad of [{}, { crls: crl }, { crls: [crl], extended: true }, { crls: [crl], deltaCrls: 'yes' }])
    expect(() => checkCrls(bad as never)).toThrow(X509Error)
  for (const bad of [{ initialPolicySet: [] }, { explicit: true }, { explicitPolicy: 1 }])
    expect(() => checkPolicies(bad as never)).toThrow(X509Error)
})

describe('Object.prototype', () => {
  const stranger = createAuthority({ provider }).issue('a.example').certificate
  const pollute = (names: object) => {
    Object.assign(Object.prototype, names)
    polluted.push(...Object.keys(names))
  }
  const polluted: string[] = []
  afterEach(() => {
    for (const name of polluted.splice(0)) delete (Object.prototype as never)[name]
  })

  const revoked = { ...asked, crls: [crl] }
  test.each<[string, object]>([
    ['time', { time: now - 600 * DAY }],
    [
      'options',
      { name: false, crls: undefined, profile: 'node', policy: false, purpose: 'any', securityLevel: 0, maxDepth: 100 },
    ],
    ['a budget', { budget: { signatures: 0 }, signatures: 0, paths: 0, candidates: 0, work: 0 }],
    ['what is wrong with a path', { failure: 'CERT_CHAIN_TOO_LONG', malformed: 'x', unknownCritical: '1.2.3' }],
    ['an entry', { reason: 'removeFromCRL', delta: crl, issuer: 1 }],
    // biome-ignore lint/suspicious/noThenProperty: that it makes no promise is what is tested
    ['no promise', { then: false, value: false, done: false, next: 1 }],
    ['checks', { form: () => {}, nameConstraints: () => {}, revocation: () => {} }],
    [
      'parts of certificates',
      {
        keyUsage: 0,
        extKeyUsage: new Set(),
        netscapeTypes: [],
        critical: true,
        type: 'dns',
        value: 'b.example',
        fullName: [],
        parameters: new Uint8Array(9),
        pss: {},
      },
    ],
  ])('%s changes no verdict', (_, names) => {
    const verdicts = () =>
      [
        verifyChainSync(asked),
        verifyChainSync({ ...asked, profile: 'node' }),
        verifyChainSync({ ...asked, leaf: old }),
        verifyChainSync({ ...asked, name: 'b.example' }),
        verifyChainSync(revoked),
        verifyChainSync({ ...revoked, profile: 'node' }),
        verifyAsNode({ ...asked, leaf: old }),
        small.verifyChainSync({ ...asked, leaf: old, profile: small.plainProfile }),
        ...[asked.leaf, stranger].map((one) => {
          const verify = small.peerVerifier({ provider, anchors: asked.anchors, name: 'a.example', now: () => now })
          const judgement = verify({ side: 'client', chain: [one.raw] }) as { ok: boolean }
          return { code: String(judgement.ok) }
        }),
        verifyChainSync({ ...asked, leaf: stranger }),
      ].map((result) => (result as { code: string }).code)
    const before = verdicts()
    pollute(names)
    const after = verdicts()
    for (const name of polluted.splice(0)) delete (Object.prototype as never)[name]
    expect(after).toEqual(before)
  })
})

describe('delta CRLs', () => {
  const HOUR = 3_600_000
  const point = { name: { fullName: [{ type: 'uri' as const, value: 'http://d' }] } }
  const { certificate } = ca.issue('a.example', { extensions: [{ name: 'freshestCRL', value: [point] }] })
  const whole = createCrlSync({ ...of, number: 5, thisUpdate: now - 20 * HOUR, nextUpdate: now + 20 * HOUR })
  const delta = (
    number: number,
    from: number,
    until: number,
    revoked: boolean,
    reason: 'keyCompromise' | 'removeFromCRL' = 'keyCompromise',
  ) =>
    createCrlSync({
      ...of,
      number,
      baseNumber: 5,
      thisUpdate: now + from * HOUR,
      nextUpdate: now + until * HOUR,
      revoked: revoked ? [{ serialNumber: certificate.serialNumber, reason }] : [],
    })
  const code = (crls: (typeof whole)[], profile: 'node' | 'webpki') =>
    verifyChainSync({
      ...asked,
      leaf: certificate,
      profile,
      crls,
      extendedCrls: true,
      deltaCrls: true,
      allowPartialTrustChain: false,
    }).problems.map((problem) => problem.code)

  test.each(['node', 'webpki'] as const)('%s: one that ran out and revokes is heeded', (profile) => {
    expect(code([whole, delta(6, -9, -1, true)], profile)).toContain('CERT_REVOKED')
    expect(code([whole, delta(6, -9, -1, true), delta(7, -8, 8, true)], profile)).toContain('CERT_REVOKED')
    expect(code([whole, delta(6, -9, 1, true)], profile)).toContain('CERT_REVOKED')
    expect(code([whole, delta(7, -8, 8, false), delta(6, -9, -1, false)], profile)).not.toContain('CERT_REVOKED')
  })

  test('RFC 5280 §5.2.4 #3, #4, #5, #6: one of another scope or key belongs to another base', () => {
    const given = { ...of, number: 6, baseNumber: 5, revoked: [{ serialNumber: certificate.serialNumber }] }
    const point = {
      onlyContainsUserCerts: true,
      onlyContainsCACerts: false,
      indirectCRL: false,
      onlyContainsAttributeCerts: false,
    }
    const times = { thisUpdate: now - HOUR, nextUpdate: now + HOUR }
    const heeded = (options: object) => code([whole, createCrlSync({ ...given, ...times, ...options })], 'node')
    expect(heeded({})).toContain('CERT_REVOKED')
    expect(heeded({ issuingDistributionPoint: point })).toEqual([])
    expect(heeded({ keyIdentifier: Uint8Array.of(1) })).toEqual([])
  })

  test('node, where deltas are not combined: what a newer one revokes is revoked, and it says of nobody that he is not', () => {
    const codeOf = (...crls: (typeof whole)[]) =>
      verifyChainSync({ ...asked, leaf: certificate, profile: 'node', crls }).problems.map((problem) => problem.code)
    expect(codeOf(whole)).toEqual([])
    expect(codeOf(whole, delta(6, -9, 9, true))).toContain('CERT_REVOKED')
    expect(codeOf(delta(6, -9, 9, true), whole)).toContain('CERT_REVOKED')
    expect(codeOf(delta(6, -9, 9, false))).toContain('UNABLE_TO_GET_CRL')
    expect(codeOf(delta(6, -9, 9, true, 'removeFromCRL'))).toContain('UNABLE_TO_GET_CRL')
  })

  test('one that ran out keeps no old base alive', () => {
    const stale = createCrlSync({ ...of, number: 5, thisUpdate: now - 20 * HOUR, nextUpdate: now - 10 * HOUR })
    expect(code([stale, delta(6, -9, -1, false)], 'webpki')).toContain('CRL_HAS_EXPIRED')
    expect(code([stale, delta(6, -9, 9, false)], 'webpki')).not.toContain('CRL_HAS_EXPIRED')
  })
})

test('a malformed sibling does not let the common name in', () => {
  const { certificate } = ca.issue('a.example', {
    subject: 'bank.example',
    extensions: [{ oid: '2.5.29.15', critical: false, value: Uint8Array.of(1, 1, 1) }],
  })
  const like = new X509CertificateLike(certificate, provider)
  expect(like.checkHost('bank.example')).toBeUndefined()
  expect(like.checkHost('a.example')).toBe('a.example')
  const broken = ca.issue('a.example', {
    subject: 'bank.example',
    extensions: [{ oid: '2.5.29.17', critical: false, value: Uint8Array.of(0x30, 2, 0x82, 9) }],
  })
  expect(new X509CertificateLike(broken.certificate, provider).checkHost('bank.example')).toBeUndefined()
})

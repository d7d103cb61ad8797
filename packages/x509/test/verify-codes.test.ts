/** Verification codes are Node's: every chain here is also held against a real handshake of the Node that runs the test. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Authority,
  Certificate,
  type CertificateRevocationList,
  createAuthority,
  createCertificateSync,
  createCrlSync,
  createTrustStore,
  type ExtensionInput,
  type Issued,
  nodeVerifyCode,
  verifyChainSync,
} from '../src/index.ts'
import { nativeVerdict } from './native-tls.ts'

interface Scenario {
  readonly leaf: Issued
  readonly sent?: readonly Certificate[]
  readonly trusted: readonly Certificate[]
  readonly crls?: readonly CertificateRevocationList[]
  readonly partial?: boolean
}

const DAY = 86_400_000
const now = Date.now()

function ours({ leaf, sent = [], trusted, crls, partial }: Scenario) {
  return verifyChainSync({
    leaf: leaf.certificate,
    intermediates: sent,
    anchors: createTrustStore(trusted),
    provider,
    profile: 'node',
    crls,
    allowPartialTrustChain: partial,
  })
}

function theirs({ leaf, sent = [], trusted, crls, partial }: Scenario): Promise<string> {
  const cert = [leaf.certificate, ...sent].map((certificate) => certificate.toPem()).join('')
  return nativeVerdict(
    { cert, key: leaf.key },
    {
      ca: trusted.map((certificate) => certificate.toPem()),
      crl: crls?.map((crl) => crl.toPem()),
      ...(partial && { allowPartialTrustChain: true }),
    },
  )
}

async function expectCode(scenario: Scenario, code: string): Promise<void> {
  const result = ours(scenario)
  expect(result.code, result.reason).toBe(code)
  expect(result.ok).toBe(code === 'OK')
  expect(result.reason === '').toBe(result.ok)
  expect(nodeVerifyCode(result.code)).toBe(await theirs(scenario))
}

const root = createAuthority({ provider, subject: 'Root' })
const intermediate = root.createIntermediate({ subject: 'Intermediate' })
const other = createAuthority({ provider, subject: 'Other' })
const leaf = intermediate.issue('a.test')

describe('RFC 5280 §6 #1, RFC 5280 §6.1 #1: where the chain ends', () => {
  test.each<[string, string, Scenario]>([
    ['all is well', 'OK', { leaf, sent: [intermediate.certificate], trusted: [root.certificate] }],
    [
      'the root is sent too',
      'OK',
      { leaf, sent: [intermediate.certificate, root.certificate], trusted: [root.certificate] },
    ],
    [
      'out of order, with strangers',
      'OK',
      {
        leaf,
        sent: [root.certificate, other.certificate, intermediate.certificate],
        trusted: [other.certificate, root.certificate],
      },
    ],
    ['the intermediate is missing', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', { leaf, trusted: [root.certificate] }],
    ['the intermediate is trusted and missing', 'OK', { leaf, trusted: [intermediate.certificate, root.certificate] }],
    [
      'the root is not trusted',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      { leaf, sent: [intermediate.certificate], trusted: [other.certificate] },
    ],
    [
      'the root is sent and not trusted',
      'SELF_SIGNED_CERT_IN_CHAIN',
      { leaf, sent: [intermediate.certificate, root.certificate], trusted: [other.certificate] },
    ],
    [
      'only the intermediate is trusted',
      'UNABLE_TO_GET_ISSUER_CERT',
      { leaf, sent: [intermediate.certificate], trusted: [intermediate.certificate] },
    ],
    [
      'only the intermediate is trusted, which is enough',
      'OK',
      { leaf, sent: [intermediate.certificate], trusted: [intermediate.certificate], partial: true },
    ],
    ['the leaf itself is trusted, which is enough', 'OK', { leaf, trusted: [leaf.certificate], partial: true }],
    [
      'the leaf itself is trusted, which is not enough',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      { leaf, trusted: [leaf.certificate] },
    ],
  ])('%s: %s', async (_, code, scenario) => {
    await expectCode(scenario, code)
  })

  test('a self-signed leaf', async () => {
    const privateKey = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    const own = createAuthority({
      provider,
      subject: 'self',
      signer: privateKey,
      extensions: [{ name: 'keyUsage', value: ['digitalSignature', 'keyCertSign'] }],
    })
    const { encodePrivateKey } = await import('../src/index.ts')
    const self: Issued = {
      certificate: own.certificate,
      chain: [own.certificate],
      cert: own.cert,
      key: encodePrivateKey(privateKey.data),
      privateKey,
    }
    await expectCode({ leaf: self, trusted: [other.certificate] }, 'DEPTH_ZERO_SELF_SIGNED_CERT')
    await expectCode({ leaf: self, trusted: [own.certificate] }, 'OK')
  })

  test('a root of the same name and another key', async () => {
    const impostor = createAuthority({ provider, subject: 'Root' })
    await expectCode({ leaf: root.issue('a.test'), trusted: [impostor.certificate] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    const bare: readonly ExtensionInput[] = [
      { name: 'authorityKeyIdentifier', value: {} },
      { oid: '2.5.29.14', critical: false, value: Uint8Array.of(4, 1, 0) },
    ]
    const one = createAuthority({ provider, subject: 'Bare', extensions: bare })
    const two = createAuthority({ provider, subject: 'Bare', extensions: bare })
    await expectCode({ leaf: one.issue('a.test'), trusted: [two.certificate] }, 'CERT_SIGNATURE_FAILURE')
  })
})

describe('what a certificate says', () => {
  const issue = (options: Parameters<Authority['issue']>[1]) => ({
    leaf: intermediate.issue('a.test', options),
    sent: [intermediate.certificate],
    trusted: [root.certificate],
  })
  const below = (options: Parameters<Authority['createIntermediate']>[0], parent = root) => {
    const authority = parent.createIntermediate({ subject: 'Below', allow: ['path-length'], ...options })
    return {
      leaf: authority.issue('a.test', { allow: ['never-valid'] }),
      sent: [authority.certificate, ...parent.chain],
      trusted: [root.certificate],
    }
  }
  test.each<[string, string, () => Scenario]>([
    ['RFC 5280 §6.1.3 #1: expired', 'CERT_HAS_EXPIRED', () => issue({ notBefore: now - 9 * DAY, notAfter: now - DAY })],
    ['not yet valid', 'CERT_NOT_YET_VALID', () => issue({ notBefore: now + DAY })],
    ['expired authority', 'CERT_HAS_EXPIRED', () => below({ notBefore: now - 9 * DAY, notAfter: now - DAY })],
    ['RFC 5280 §4.2.1.12 #3: for clients only', 'INVALID_PURPOSE', () => issue({ extKeyUsage: ['clientAuth'] })],
    ['for any purpose only', 'INVALID_PURPOSE', () => issue({ extKeyUsage: ['any'] })],
    [
      'RFC 5280 §4.2.1.12 #7: key for signing CRLs',
      'INVALID_PURPOSE',
      () => issue({ extensions: [{ name: 'keyUsage', value: ['cRLSign'] }] }),
    ],
    [
      'RFC 5280 §4.2 #1, RFC 5280 §6.1 #5: unknown critical extension',
      'UNHANDLED_CRITICAL_EXTENSION',
      () => issue({ extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
    ],
    [
      'no authority',
      'INVALID_PURPOSE',
      () => below({ extensions: [{ name: 'basicConstraints', value: { ca: false } }] }),
    ],
    [
      'RFC 5280 §4.2.1.3 #4: authority may not sign certificates',
      'KEYUSAGE_NO_CERTSIGN',
      () => below({ extensions: [{ name: 'keyUsage', value: ['cRLSign'] }] }),
    ],
    [
      'path too long',
      'PATH_LENGTH_EXCEEDED',
      () => below({}, root.createIntermediate({ subject: 'Short', pathLength: 0 })),
    ],
    [
      'RFC 5280 §6.1.2 #1: permitted subtree',
      'PERMITTED_VIOLATION',
      () =>
        below({
          extensions: [
            {
              name: 'nameConstraints',
              critical: true,
              value: { permitted: [{ base: { type: 'dns', value: 'b.test' }, minimum: 0 }] },
            },
          ],
        }),
    ],
    [
      'excluded subtree',
      'EXCLUDED_VIOLATION',
      () =>
        below({
          extensions: [
            {
              name: 'nameConstraints',
              critical: true,
              value: { excluded: [{ base: { type: 'dns', value: 'a.test' }, minimum: 0 }] },
            },
          ],
        }),
    ],
    ['SHA-1', 'CA_MD_TOO_WEAK', () => issue({ signatureAlgorithm: { name: 'ecdsa', hash: 'sha1' } })],
    [
      'authority for e-mail',
      'INVALID_PURPOSE',
      () => below({ extensions: [{ name: 'extKeyUsage', value: ['emailProtection'] }] }),
    ],
  ])('%s: %s', async (_, code, scenario) => {
    await expectCode(scenario(), code)
  })

  test('a damaged signature', async () => {
    const damaged = leaf.certificate.raw.slice()
    damaged[damaged.length - 1]! ^= 1
    const certificate = Certificate.parse(damaged)
    await expectCode(
      { leaf: { ...leaf, certificate }, sent: [intermediate.certificate], trusted: [root.certificate] },
      'CERT_SIGNATURE_FAILURE',
    )
  })
})

describe('RFC 5280 §6.3 #1: CRLs', () => {
  const sent = [intermediate.certificate]
  const trusted = [root.certificate]
  const crl = (authority: Authority, options: Partial<Parameters<typeof createCrlSync>[0]> = {}) =>
    createCrlSync({
      issuer: authority.certificate.subject,
      signer: authority.signer,
      keyIdentifier: authority.certificate.extension('subjectKeyIdentifier'),
      ...options,
    })
  const revoked = [{ serialNumber: leaf.certificate.serialNumber }]
  test.each<[string, string, () => CertificateRevocationList[]]>([
    ['good', 'OK', () => [crl(root), crl(intermediate)]],
    ['revoked', 'CERT_REVOKED', () => [crl(root), crl(intermediate, { revoked })]],
    [
      'on hold',
      'CERT_REVOKED',
      () => [crl(root), crl(intermediate, { revoked: [{ ...revoked[0]!, reason: 'certificateHold' }] })],
    ],
    [
      'authority revoked',
      'CERT_REVOKED',
      () => [crl(root, { revoked: [{ serialNumber: intermediate.certificate.serialNumber }] }), crl(intermediate)],
    ],
    ['none for the leaf', 'UNABLE_TO_GET_CRL', () => [crl(root)]],
    ['none for the authority', 'UNABLE_TO_GET_CRL', () => [crl(intermediate)]],
    [
      'expired',
      'CRL_HAS_EXPIRED',
      () => [crl(root), crl(intermediate, { thisUpdate: now - 9 * DAY, nextUpdate: now - DAY })],
    ],
    ['of the future', 'CRL_NOT_YET_VALID', () => [crl(root), crl(intermediate, { thisUpdate: now + DAY })]],
    ['signed by another', 'CRL_SIGNATURE_FAILURE', () => [crl(root), crl(intermediate, { signer: other.signer })]],
    [
      'for authorities only',
      'UNABLE_TO_GET_CRL',
      () => [
        crl(root),
        crl(intermediate, {
          issuingDistributionPoint: {
            onlyContainsUserCerts: false,
            onlyContainsCACerts: true,
            indirectCRL: false,
            onlyContainsAttributeCerts: false,
          },
        }),
      ],
    ],
    [
      'indirect, which Node does not take',
      'UNABLE_TO_GET_CRL',
      () => [
        crl(root),
        crl(intermediate, {
          issuingDistributionPoint: {
            onlyContainsUserCerts: false,
            onlyContainsCACerts: false,
            indirectCRL: true,
            onlyContainsAttributeCerts: false,
          },
        }),
      ],
    ],
    [
      'unknown critical extension',
      'UNHANDLED_CRITICAL_CRL_EXTENSION',
      () => [
        crl(root),
        crl(intermediate, { extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
      ],
    ],
    [
      'delta, which Node does not take',
      'OK',
      () => [crl(root), crl(intermediate, { number: 1 }), crl(intermediate, { number: 2, baseNumber: 1, revoked })],
    ],
  ])('%s: %s', async (_, code, crls) => {
    await expectCode({ leaf, sent, trusted, crls: crls() }, code)
  })
})

describe('several defects at once', () => {
  const dates = fc.constantFrom(
    {},
    {},
    { notBefore: now - 9 * DAY, notAfter: now - DAY },
    { notBefore: now + DAY, notAfter: now + 9 * DAY },
  )
  const authorityExtensions = fc.subarray<ExtensionInput>(
    [
      { name: 'basicConstraints', value: { ca: true, pathLength: 0 } },
      { name: 'keyUsage', value: ['cRLSign'] },
      { name: 'extKeyUsage', value: ['clientAuth'] },
      { name: 'nameConstraints', value: { excluded: [{ base: { type: 'dns', value: 'a.test' }, minimum: 0 }] } },
      { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) },
    ],
    { maxLength: 2 },
  )
  const leafExtensions = fc.subarray<ExtensionInput>(
    [
      { name: 'basicConstraints', value: { ca: true } },
      { name: 'keyUsage', value: ['keyCertSign'] },
      { name: 'extKeyUsage', value: ['clientAuth'] },
      { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) },
    ],
    { maxLength: 2 },
  )
  const chain = fc.record({
    rootDates: dates,
    middle: fc.array(fc.record({ dates, extensions: authorityExtensions }), { maxLength: 3 }),
    leafDates: dates,
    leafExtensions,
    sendRoot: fc.boolean(),
    leaveOut: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
    trust: fc.constantFrom('root', 'root', 'other', 'middle'),
    selfIssued: fc.boolean(),
    partial: fc.boolean(),
  })

  test('the code is that of Node', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(chain, async (made) => {
        const top = createAuthority({ provider, subject: 'Top', ...made.rootDates, allow: ['never-valid'] })
        let issuer = top
        made.middle.forEach(({ dates: validity, extensions }, i) => {
          issuer = issuer.createIntermediate({
            subject: made.selfIssued && i === 0 ? 'Top' : `Middle ${i}`,
            ...validity,
            extensions,
            allow: ['path-length', 'never-valid'],
          })
        })
        const issued = issuer.issue('a.test', {
          ...made.leafDates,
          extensions: made.leafExtensions,
          allow: ['path-length', 'never-valid'],
        })
        const sent = issued.chain.slice(1).filter((_, i) => i !== made.leaveOut)
        if (made.sendRoot) (sent as Certificate[]).push(top.certificate)
        const trusted =
          made.trust === 'root'
            ? [top.certificate]
            : made.trust === 'middle' && issued.chain[1]
              ? [issued.chain[1]]
              : [other.certificate]
        const scenario = { leaf: issued, sent, trusted, partial: made.partial }
        const result = ours(scenario)
        expect(nodeVerifyCode(result.code), JSON.stringify(result.problems)).toBe(await theirs(scenario))
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  })
})

test('createCertificateSync writes what it is given', () => {
  const signer = provider.generateKey({ type: 'ed25519' })
  const certificate = createCertificateSync({
    subject: 'x',
    issuer: 'y',
    publicKey: signer.publicKey,
    signer,
    serialNumber: 5,
    notBefore: 0,
    notAfter: DAY,
  })
  expect(certificate.version).toBe(1)
  expect(certificate.extensions.all).toHaveLength(0)
})

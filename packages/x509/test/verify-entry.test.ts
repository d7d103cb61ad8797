/** `@x/x509/verify` and `@x/x509/tls`: that each decides as `verifyChain` does, leaves nothing undone that it was asked for, and stays small. */
import { fileURLToPath } from 'node:url'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import * as whole from '../src/index.ts'
import { verifyAsNode } from '../src/tls.ts'
import {
  Certificate,
  createTrustStore,
  keyUsage,
  nodeProfile,
  type PathProfile,
  plainProfile,
  subjectAltName,
  verifyChain,
  verifyChainSync,
  webpkiProfile,
} from '../src/verify.ts'

const root = whole.createAuthority({ provider, subject: { O: 'Example', CN: 'Root' } })
const intermediate = root.createIntermediate({ subject: 'Intermediate' })
const leaf = intermediate.issue('a.test', { names: ['127.0.0.1'] })
const stranger = whole.createAuthority({ provider, subject: 'Stranger' })
const constrained = root.createIntermediate({
  subject: 'Constrained',
  extensions: [
    {
      name: 'nameConstraints',
      critical: true,
      value: { permitted: [{ base: { type: 'dns', value: 'b.test' }, minimum: 0 }] },
    },
  ],
})
const outside = constrained.issue('a.test')
const DAY = 86_400_000

const lean = ({ raw }: whole.Certificate) => Certificate.parse(raw)

interface Scenario {
  readonly leaf: whole.Certificate
  readonly sent: readonly whole.Certificate[]
  readonly trusted: readonly whole.Certificate[]
  readonly name?: string | false
  readonly time?: number
  readonly policy?: whole.PolicyOptions
  readonly crls?: readonly whole.CertificateRevocationList[]
}

const good: Scenario = {
  leaf: leaf.certificate,
  sent: [intermediate.certificate],
  trusted: [root.certificate],
  name: 'a.test',
}
const crlOf = ({ certificate, signer }: whole.Authority, revoked: readonly whole.Certificate[]) =>
  whole.createCrlSync({
    issuer: certificate.subject,
    signer,
    keyIdentifier: certificate.extension('subjectKeyIdentifier'),
    revoked: revoked.map(({ serialNumber }) => ({ serialNumber })),
  })
const crls = [crlOf(root, []), crlOf(intermediate, [leaf.certificate])]

const SCENARIOS: readonly (readonly [name: string, scenario: Scenario, node: string, webpki: string])[] = [
  ['a good chain', good, 'OK', 'OK'],
  ['an address', { ...good, name: '127.0.0.1' }, 'OK', 'OK'],
  ['another name', { ...good, name: 'b.test' }, 'HOSTNAME_MISMATCH', 'HOSTNAME_MISMATCH'],
  [
    'a missing intermediate',
    { ...good, sent: [] },
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  [
    'a stranger',
    { ...good, trusted: [stranger.certificate] },
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  ['the past', { ...good, time: Date.now() - 3650 * DAY }, 'CERT_NOT_YET_VALID', 'CERT_NOT_YET_VALID'],
  ['an authority as a leaf', { ...good, leaf: intermediate.certificate, sent: [], name: false }, 'OK', ''],
  [
    'a name constraint',
    { ...good, leaf: outside.certificate, sent: [constrained.certificate] },
    'PERMITTED_VIOLATION',
    'PERMITTED_VIOLATION',
  ],
  [
    'a policy that nobody asserts',
    { ...good, policy: { explicitPolicy: true, initialPolicySet: ['1.2.3'] } },
    'NO_EXPLICIT_POLICY',
    'NO_EXPLICIT_POLICY',
  ],
  ['a revoked certificate', { ...good, crls }, 'CERT_REVOKED', 'CERT_REVOKED'],
  ['no CRL for it', { ...good, crls: [] }, 'UNABLE_TO_GET_CRL', 'UNABLE_TO_GET_CRL'],
]

describe('decides as the whole package does', () => {
  for (const profile of ['node', 'webpki'] as const)
    test.each(SCENARIOS)(`%s, ${profile}`, (_, { leaf, sent, trusted, name, time, policy, crls }, node, webpki) => {
      const common = { provider, name, time }
      const { message, ...expected } = whole.verifyChainSync({
        ...common,
        leaf,
        intermediates: sent,
        anchors: whole.createTrustStore(trusted),
        profile,
        policy,
        crls,
      })
      const found = verifyChainSync({
        ...common,
        leaf: lean(leaf),
        intermediates: sent.map(lean),
        anchors: createTrustStore(trusted.map(lean)),
        profile: profile === 'node' ? nodeProfile : webpkiProfile,
        policy: policy && whole.checkPolicies(policy),
        revocation: crls && whole.checkCrls({ crls }),
      })
      const code = profile === 'node' ? node : webpki
      if (code) expect(found.code, found.reason).toBe(code)
      const plain = (result: Omit<whole.VerifyResult, 'message'> | typeof found) => ({
        ...result,
        chain: result.chain.map(({ raw }) => raw),
        paths: result.paths.map(({ certificates, problems }) => ({
          certificates: certificates.map(({ raw }) => raw),
          problems,
        })),
      })
      expect(plain(found)).toEqual(plain(expected))
      expect(message).toBe(whole.verifyMessage(found.code))
    })
})

describe('verifyAsNode', () => {
  test.each(SCENARIOS.filter(([, { policy }]) => !policy))('decides as the profile `node`: %s', (_, scenario) => {
    const options = {
      ...{ provider, name: scenario.name, time: scenario.time, crls: scenario.crls },
      leaf: scenario.leaf,
      intermediates: scenario.sent,
      anchors: scenario.trusted,
    }
    expect(verifyAsNode(options)).toEqual(whole.verifyChainSync({ ...options, profile: 'node' }))
  })

  test('does not pass over a profile or policies', () => {
    const options = { leaf: leaf.certificate, anchors: [root.certificate], provider }
    for (const more of [{ profile: 'webpki' }, { policy: {} }] as object[])
      expect(() => verifyAsNode({ ...options, ...more })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('plainProfile', () => {
  const verify = ({ leaf, sent, trusted, name, time, crls }: Scenario, profile: PathProfile) =>
    verifyChainSync({
      provider,
      name,
      time,
      leaf: lean(leaf),
      intermediates: sent.map(lean),
      anchors: createTrustStore(trusted.map(lean)),
      profile,
      revocation: crls && whole.checkCrls({ crls }),
    })

  test.each(SCENARIOS.filter(([name]) => name !== 'a name constraint'))('decides as nodeProfile: %s', (_, scenario) => {
    expect(verify(scenario, plainProfile).code).toBe(verify(scenario, nodeProfile).code)
  })

  test('refuses authorities that constrain names, whether the name is within or not', () => {
    const within = constrained.issue('b.test')
    for (const [issued, name, node] of [
      [within, 'b.test', 'OK'],
      [outside, 'a.test', 'PERMITTED_VIOLATION'],
    ] as const) {
      const scenario = { ...good, leaf: issued.certificate, sent: [constrained.certificate], name }
      expect(verify(scenario, nodeProfile).code).toBe(node)
      expect(verify(scenario, plainProfile)).toMatchObject({
        ok: false,
        code: 'UNHANDLED_CRITICAL_EXTENSION',
        depth: 1,
      })
    }
  })
})

describe('leaves nothing undone that it was asked for', () => {
  const options = {
    leaf: lean(leaf.certificate),
    intermediates: [lean(intermediate.certificate)],
    anchors: [lean(root.certificate)],
    provider,
  }

  test('CRLs without their check are an error, not a chain that was not revoked', () => {
    const withCrls = { ...options, profile: nodeProfile, crls }
    expect(() => verifyChain(withCrls)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  test('policies and revocation are checks, not options of checks', () => {
    for (const wrong of [{ policy: { explicitPolicy: true } }, { revocation: { crls } }]) {
      // @ts-expect-error They must be functions.
      expect(() => verifyChain({ ...options, profile: nodeProfile, ...wrong })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    }
  })

  test('there is no default profile', () => {
    // @ts-expect-error It must be given.
    expect(() => verifyChain(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    // @ts-expect-error A name is none.
    expect(() => verifyChainSync({ ...options, profile: 'webpki' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  test('a profile that nobody knows is an error, not the laxer one', () => {
    const misspelt = { leaf: leaf.certificate, anchors: [root.certificate], provider, profile: 'Webpki' as 'webpki' }
    for (const verify of [whole.verifyChain, whole.verifyChainSync])
      expect(() => verify(misspelt)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  test('its certificates read DER, and extensions by their decoders', () => {
    const certificate = lean(leaf.certificate)
    expect(certificate.extensions.read(subjectAltName)).toEqual(leaf.certificate.extension('subjectAltName'))
    expect(certificate.extensions.read(keyUsage)).toEqual(leaf.certificate.extension('keyUsage'))
    expect(certificate).toBeInstanceOf(Certificate)
    expect(leaf.certificate).toBeInstanceOf(Certificate)
    expect(leaf.certificate).toBeInstanceOf(whole.Certificate)
  })
})

/** Files of this package in a bundle. */
async function bundled(contents: string, treeShaking: boolean): Promise<{ files: string[]; imports: string[] }> {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const { metafile } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    treeShaking,
    write: false,
    format: 'esm',
    metafile: true,
    absWorkingDir: folder,
    external: ['@x/*'],
  })
  const { inputs, imports } = Object.values(metafile.outputs)[0]!
  const files = Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path)
  return { files, imports: imports.map(({ path }) => path) }
}

test('a bundle of `verify` holds nothing that writes, decrypts, prints or asks about revocation', async () => {
  const { files } = await bundled(
    `export { Certificate, createTrustStore, plainProfile, verifyChain } from './src/verify.ts'`,
    true,
  )
  expect(files).toContain('src/verify/check-path.ts')
  const unneeded =
    /src\/(issue|containers|node-shapes|revocation|ocsp|ct|generated)\/|\/(private-key|pbe|jwk|pem|registry|sct-list|create-name|curve-names|codes|revocation|strict|policy|name-constraints)\.ts$/
  expect(files.filter((path) => unneeded.test(path))).toEqual([])
})

test('what `tls` loads holds nothing that issues or writes key files, no strict profile, no policies, and no hashes', async () => {
  const { files, imports } = await bundled(`export * from './src/tls.ts'`, false)
  expect(files).toContain('src/containers/pkcs12.ts')
  const unneeded =
    /src\/(issue|ocsp|ct|generated)\/|\/(jwk|pkcs7|x509-certificate|create-name|write-pkcs12|pbe-encrypt|encode-private-key|peer-verifier|strict|policy|webpki-profile)\.ts$/
  expect(files.filter((path) => unneeded.test(path))).toEqual([])
  expect([...new Set(imports)].sort()).toEqual([
    '@x/crypto-primitives',
    '@x/crypto-primitives/curve-parameters',
    '@x/crypto-primitives/legacy',
    '@x/crypto-primitives/options',
  ])
})

import { nodeProvider as provider } from '@x/crypto-primitives/node'
import {
  Certificate,
  CertificateRevocationList,
  checkServerIdentity,
  createTrustStore,
  type Profile,
  type Purpose,
  type ReferenceName,
  toLegacyObject,
  verifyChainSync,
  X509Error,
} from '@x/x509'
import type { PeerName, Testcase } from './vectors.ts'

/** What one case came to. `crash`: an exception that is not this package's refusal of malformed input. */
export type Verdict = { readonly result: 'SUCCESS' | 'FAILURE' | 'SKIPPED' | 'CRASH'; readonly reason: string }

export interface Outcome extends Verdict {
  readonly testcase: Testcase
  readonly milliseconds: number
}

const NAME_TYPES = { DNS: 'dns', IP: 'ip', RFC822: 'email' } as const

/** Runs one case under a profile; `node` checks names as Node's tls does, after the chain. */
export function judge(testcase: Testcase, profile: Profile): Verdict {
  try {
    return verify(testcase, profile)
  } catch (error) {
    if (error instanceof X509Error) return { result: 'FAILURE', reason: `${error.code} ${error.message}` }
    return { result: 'CRASH', reason: String((error as Error).stack) }
  }
}

function verify(testcase: Testcase, profile: Profile): Verdict {
  const names = [testcase.expected_peer_name, ...(testcase.expected_peer_names ?? [])].filter((name) => !!name)
  const purposes = testcase.extended_key_usage ?? []
  if (purposes.length > 1) return { result: 'SKIPPED', reason: 'several extended key usages' }
  if (profile === 'node') {
    const skip = notInNode(testcase, names)
    if (skip) return { result: 'SKIPPED', reason: skip }
  }
  const isPkits = testcase.validation_kind === 'ANY'
  const leaf = Certificate.parse(testcase.peer_certificate)
  const result = verifyChainSync({
    leaf,
    intermediates: testcase.untrusted_intermediates.flatMap(parse),
    anchors: createTrustStore(testcase.trusted_certs.map((pem) => Certificate.parse(pem))),
    provider,
    profile,
    time: testcase.validation_time ? Date.parse(testcase.validation_time) : undefined,
    purpose: (purposes[0] as Purpose | undefined) ?? PURPOSES[testcase.validation_kind],
    name: profile === 'webpki' && names.length > 0 ? names.map(reference) : false,
    keyUsage: testcase.key_usage as never,
    maxDepth: testcase.max_chain_depth ?? undefined,
    crls: testcase.crls?.length ? testcase.crls.map((pem) => CertificateRevocationList.parse(pem)) : undefined,
    ...(isPkits && { policy: testcase.policy, extendedCrls: true, deltaCrls: true, securityLevel: 0 }),
  })
  if (!result.ok) return { result: 'FAILURE', reason: `${result.code} ${result.reason}` }
  const [name] = names
  if (profile === 'node' && name && testcase.validation_kind === 'SERVER') {
    const mismatch = checkServerIdentity(name.value, toLegacyObject(leaf, provider))
    if (mismatch) return { result: 'FAILURE', reason: mismatch.message }
  }
  return { result: 'SUCCESS', reason: '' }
}

/** What Node's tls has no option for. */
function notInNode(testcase: Testcase, names: readonly PeerName[]): string | undefined {
  if (testcase.validation_kind === 'CLIENT' && testcase.key_usage?.length) return 'no keyUsage option in tls'
  if (testcase.validation_kind === 'CLIENT' && names.length) return 'tls servers check no client name'
  return names.some(({ kind }) => kind === 'RFC822') ? 'e-mail name' : undefined
}

const PURPOSES: Readonly<Record<Testcase['validation_kind'], Purpose>> = {
  SERVER: 'serverAuth',
  CLIENT: 'clientAuth',
  ANY: 'any',
}

/** Untrusted certificates that are no certificates are left out, as a TLS peer's are not: the leaf decides. */
function parse(pem: string): Certificate[] {
  try {
    return [Certificate.parse(pem)]
  } catch {
    return []
  }
}

function reference({ kind, value }: PeerName): ReferenceName {
  return { type: NAME_TYPES[kind], value }
}

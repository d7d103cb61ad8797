import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkServerIdentity } from 'node:tls'
import type { Testcase } from './vectors.ts'
import type { Outcome } from './verdict.ts'

/**
 * What Node's tls decides, without a handshake: the openssl command with OpenSSL's default checks, then Node's own name
 * check. The conformance study found it equal to handshakes in every case that can be run as one.
 */

/** Differences from Node that are meant (section 2.2 of the study). */
const ARGUED: readonly RegExp[] = [
  // Refused: holes in name constraints that no honest chain needs.
  /^cve::cve-2025-61727/,
  /^rfc5280::nc::(nc-forbids-dnsname-wildcard-san|invalid-dnsname-leading-period|nc-permits-invalid-dns-san)$/,
  /^webpki::nc::intermediate-permitted-excluded-subtrees-both-/,
  // Taken: a second path, the last second, self-issued certificates not counted.
  /^rfc5280::nc::nc-forbids-(same|alternate)-chain-ica$/,
  /^rfc5280::validity::notafter-(exact|fractional)$/,
  /^pathlen::max-chain-depth-1-self-issued$/,
  /^bettertls::pathbuilding::/,
  // No provider computes on P-192.
  /^webpki::forbidden-p192-root$/,
]

const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'sslserver',
  clientAuth: 'sslclient',
  emailProtection: 'smimesign',
  SERVER: 'sslserver',
  CLIENT: 'sslclient',
}

/** Cases in which the verdict differs from Node's for no reason given here; nothing where openssl 3 is not installed. */
export function compareWithNode(outcomes: readonly Outcome[]): string[] | undefined {
  if (!/^OpenSSL 3\.0/.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'limbo-'))
  try {
    const ran = outcomes.filter(({ result }) => result !== 'SKIPPED')
    const unlike = ran.filter(({ testcase, result }) => nodeVerdict(testcase, folder) !== (result === 'SUCCESS'))
    const meant = unlike.filter(({ testcase }) => ARGUED.some((pattern) => pattern.test(testcase.id)))
    console.log(`as Node: ${ran.length - unlike.length} of ${ran.length}; otherwise for a reason: ${meant.length}`)
    return unlike
      .filter((outcome) => !meant.includes(outcome))
      .map(({ testcase, result, reason }) => `${testcase.id}: ${result}, unlike Node, for no reason given: ${reason}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function nodeVerdict(testcase: Testcase, folder: string): boolean {
  const file = (name: string, pems: readonly string[]) => {
    writeFileSync(join(folder, name), pems.join('\n'))
    return join(folder, name)
  }
  const purpose = PURPOSES[testcase.extended_key_usage?.[0] ?? testcase.validation_kind] ?? 'any'
  const line = ['verify', '-no-CApath', '-no-CAstore', '-auth_level', '1', '-purpose', purpose]
  line.push('-CAfile', file('anchors.pem', testcase.trusted_certs))
  if (testcase.untrusted_intermediates.length > 0)
    line.push('-untrusted', file('sent.pem', testcase.untrusted_intermediates))
  if (testcase.validation_time) line.push('-attime', String(Math.floor(Date.parse(testcase.validation_time) / 1000)))
  if (typeof testcase.max_chain_depth === 'number') line.push('-verify_depth', String(testcase.max_chain_depth))
  if (testcase.crls?.length) line.push('-crl_check_all', '-CRLfile', file('crls.pem', testcase.crls))
  try {
    execFileSync('openssl', [...line, file('leaf.pem', [testcase.peer_certificate])], { stdio: 'ignore' })
  } catch {
    return false
  }
  const name = testcase.expected_peer_name
  if (testcase.validation_kind !== 'SERVER' || !name) return true
  return !checkServerIdentity(name.value, new X509Certificate(testcase.peer_certificate).toLegacyObject() as never)
}

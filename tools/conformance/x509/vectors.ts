import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** One case of x509-limbo, in its own field names; PKITS is kept in the same form, with `policy`. */
export interface Testcase {
  readonly id: string
  readonly features?: readonly string[]
  readonly validation_kind: 'SERVER' | 'CLIENT' | 'ANY'
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly validation_time?: string | null
  readonly expected_peer_name?: PeerName | null
  readonly expected_peer_names?: readonly PeerName[]
  readonly key_usage?: readonly string[]
  readonly extended_key_usage?: readonly string[]
  readonly max_chain_depth?: number | null
  readonly crls?: readonly string[]
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly policy?: {
    readonly initialPolicySet: readonly string[]
    readonly explicitPolicy: boolean
    readonly inhibitMapping: boolean
    readonly inhibitAny: boolean
  }
}

export interface PeerName {
  readonly kind: 'DNS' | 'IP' | 'RFC822'
  readonly value: string
}

/** The vectors beside the repository, or where `VECTORS` says they are. */
export function vectorFolder(name: 'limbo' | 'pkits', given?: string): string {
  const root = process.env.VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url))
  return given ?? join(root, name)
}

/** The test cases of a folder with `limbo.json`, `limbo.json.gz` or `pkits.json.gz`; nothing when there are none. */
export function loadTestcases(folder: string): readonly Testcase[] | undefined {
  for (const name of ['limbo.json', 'limbo.json.gz', 'pkits.json', 'pkits.json.gz']) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    const bytes = readFileSync(path)
    const text = name.endsWith('.gz') ? gunzipSync(bytes) : bytes
    return (JSON.parse(text.toString('utf8')) as { testcases: Testcase[] }).testcases
  }
  return undefined
}

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { rootCertificates } from '../src/roots.ts'

/** Certificates and CRLs of the world, as PEM: the root store, and x509-limbo and PKITS where they lie beside the repository. */
const vectors = fileURLToPath(new URL('../../../../shared/vectors', import.meta.url))

interface Case {
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly crls?: readonly string[]
  readonly id: string
}

function cases(name: string): readonly Case[] {
  const path = `${vectors}/${name}/${name}.json.gz`
  return existsSync(path)
    ? (JSON.parse(gunzipSync(readFileSync(path)).toString()) as { testcases: Case[] }).testcases
    : []
}

/** Whether the vectors are there; without them the corpus is the root store alone. */
export const hasVectors = existsSync(`${vectors}/limbo/limbo.json.gz`)

export function certificatePems(): string[] {
  const pems = new Set(rootCertificates().map((certificate) => certificate.toPem()))
  let betterTls = 0
  for (const one of [...cases('limbo'), ...cases('pkits')]) {
    // Nine in ten of the corpus are BetterTLS's, one much like the other.
    if (one.id.startsWith('bettertls::nameconstraints') && betterTls++ % 20 !== 0) continue
    for (const pem of [...one.trusted_certs, ...one.untrusted_intermediates, one.peer_certificate]) pems.add(pem)
  }
  return [...pems]
}

export function crlPems(): string[] {
  return [...new Set([...cases('limbo'), ...cases('pkits')].flatMap(({ crls }) => crls ?? []))]
}

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { fromKramdown, fromPlainText, type Section } from './sections.ts'

/** The RFCs that are held against the code, and where their texts may lie. */
export interface Rfc {
  readonly number: number
  readonly title: string
  /** Sections that say something to an implementation of ours; absent: all. */
  readonly sections?: RegExp
}

export const RFCS: readonly Rfc[] = [
  { number: 9846, title: 'The Transport Layer Security (TLS) Protocol Version 1.3' },
  { number: 5246, title: 'The Transport Layer Security (TLS) Protocol Version 1.2' },
  { number: 5746, title: 'TLS Renegotiation Indication Extension' },
  { number: 7627, title: 'TLS Session Hash and Extended Master Secret Extension' },
  { number: 7366, title: 'Encrypt-then-MAC for TLS and DTLS' },
  { number: 6066, title: 'TLS Extensions: Extension Definitions' },
  { number: 7301, title: 'TLS Application-Layer Protocol Negotiation Extension' },
  { number: 7919, title: 'Negotiated Finite Field Diffie-Hellman Ephemeral Parameters for TLS' },
  { number: 8449, title: 'Record Size Limit Extension for TLS' },
  { number: 8879, title: 'TLS Certificate Compression' },
  { number: 5280, title: 'Internet X.509 PKI Certificate and CRL Profile', sections: /^[456](\.|$)/ },
  { number: 9525, title: 'Service Identity in TLS' },
  { number: 6960, title: 'Online Certificate Status Protocol' },
  { number: 9618, title: 'Updates to X.509 Policy Validation' },
]

const root = new URL('../../../', import.meta.url)
const PLACES = (number: number): readonly string[] => [
  new URL(`../shared/rfc/rfc${number}.md`, root).pathname,
  new URL(`tools/interop/.peers/rfc${number}.txt`, root).pathname,
  `/usr/share/doc/RFC/links/rfc${number}.txt.gz`,
]

/** The text of an RFC as sections; nothing where it does not lie on this machine. */
export function readRfc({ number, sections }: Rfc): Section[] | undefined {
  const place = PLACES(number).find((path) => existsSync(path))
  if (!place) return undefined
  const bytes = readFileSync(place)
  const text = (place.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const all = place.endsWith('.md') ? fromKramdown(text) : fromPlainText(text)
  return sections ? all.filter((section) => sections.test(section.number)) : all
}

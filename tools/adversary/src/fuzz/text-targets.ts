/** Words of OpenSSL's and Node's, as a configuration file could have them. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { parseCipherList, parseGroups, parseSignatureSchemes, parseTls13Suites } from '@x/secure-context'
import { ask, Fault, type Target } from './target.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (input: Uint8Array): string => new TextDecoder().decode(input)

export const TEXT_TARGETS: readonly Target[] = [
  {
    name: 'cipher list',
    format: 'text',
    words: ['HIGH', 'ALL', 'COMPLEMENTOFALL', '!', '+', '-', '@STRENGTH', '@SECLEVEL=', ':', ',', ' ', 'aNULL', 'kRSA'],
    seeds: () =>
      ['HIGH:!aNULL:!MD5', 'ECDHE-RSA-AES128-GCM-SHA256', 'ALL:@STRENGTH', 'DEFAULT@SECLEVEL=0', 'kDHE+AES'].map(bytes),
    // The words are compared with each suite: of those there are two hundred.
    stepsPerByte: 20_000,
    read: (input) => void parseCipherList(textOf(input)),
  },
  {
    name: 'cipher suites of TLS 1.3',
    format: 'text',
    words: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', ':'],
    seeds: () => [bytes('TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384')],
    read: (input) => void parseTls13Suites(textOf(input)),
  },
  {
    name: 'groups',
    format: 'text',
    words: ['X25519', 'P-256', 'prime256v1', ':', '*', '/', '?', '-'],
    seeds: () => [bytes('X25519:P-256:secp384r1'), bytes('auto')],
    read: (input) => void parseGroups(textOf(input), provider),
  },
  {
    name: 'signature algorithms',
    format: 'text',
    words: ['RSA+SHA256', 'ECDSA', '+', ':', 'rsa_pss_rsae_sha256', '?'],
    seeds: () => [bytes('RSA+SHA256:ecdsa_secp256r1_sha256')],
    read(input) {
      const schemes = ask(() => parseSignatureSchemes(textOf(input)))
      if (schemes?.length === 0) throw new Fault('a list of no schemes')
    },
  },
]

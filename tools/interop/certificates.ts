import type { KeySpec } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority } from '@x/x509'

/** Kinds of certificate keys, by the names in the test's titles. */
export const KEYS = {
  'RSA-2048': { type: 'rsa', bits: 2048 },
  'P-256': { type: 'ec', curve: 'secp256r1' },
  'P-384': { type: 'ec', curve: 'secp384r1' },
  'P-521': { type: 'ec', curve: 'secp521r1' },
  Ed25519: { type: 'ed25519' },
} as const satisfies Record<string, KeySpec>

export type KeyName = keyof typeof KEYS

export const authority = createAuthority({ provider: nodeProvider, subject: 'Interoperability CA' })

const issued = new Map<KeyName, { cert: string; key: string }>()

/** A leaf for localhost with this kind of key; made once. Its subject is its own: NSS tells certificates apart by that. */
export function leafFor(name: KeyName): { cert: string; key: string } {
  let leaf = issued.get(name)
  if (!leaf) {
    const { cert, key } = authority.issue(`${name.toLowerCase()}.localhost`, {
      names: ['localhost', '127.0.0.1', '::1'],
      key: KEYS[name],
    })
    issued.set(name, (leaf = { cert, key }))
  }
  return leaf
}

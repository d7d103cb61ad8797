import type { Signer } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import type { Credential } from '@x/tls-handshake'
import { createAuthority, type Issued, parsePrivateKey } from '@x/x509'

/** Who there is: one authority that everybody trusts, those whom it knows, and those whom it does not. */
export const authority = createAuthority({ provider: nodeProvider, subject: 'Trusted authority' })
const stranger = createAuthority({ provider: nodeProvider, subject: 'Unknown authority' })
const rsa = { type: 'rsa', bits: 2048 } as const
const day = 86_400_000

export const people = {
  server: authority.issue('localhost', { extKeyUsage: ['serverAuth'] }),
  serverRsa: authority.issue('localhost', { extKeyUsage: ['serverAuth'], key: rsa }),
  alice: authority.issue('alice.test', { extKeyUsage: ['clientAuth'] }),
  admin: authority.issue('admin.test', { extKeyUsage: ['clientAuth'] }),
  other: authority.issue('other.test', { extKeyUsage: ['serverAuth'] }),
  expired: authority.issue('localhost', { notBefore: Date.now() - 9 * day, notAfter: Date.now() - day }),
  mallory: stranger.issue('localhost'),
} satisfies Record<string, Issued>

export type Person = keyof typeof people

/** How somebody presents themselves in a handshake. */
export type Identity = Person | 'nobody' | `${Person} with the key of ${Person}`

const signers = new Map<Person, Credential['signer']>()

function signerOf(person: Person): Credential['signer'] {
  let signer = signers.get(person)
  if (!signer) signers.set(person, (signer = nodeProvider.importPrivateKey(parsePrivateKey(people[person].key))))
  return signer
}

/** Credentials of an identity; of a thief the chain is one person's, and the key another's. */
export function credentialsOf(identity: Identity): Credential[] {
  if (identity === 'nobody') return []
  const [shown, key = shown] = identity.split(' with the key of ') as [Person, Person?]
  return [{ chain: people[shown].chain.map(({ raw }) => raw), signer: signerOf(key) }]
}

/** A chain as it is, and a key, whether or not they fit. */
export const credentialOf = (chain: readonly Uint8Array[], signer: Signer): Credential => ({ chain, signer })

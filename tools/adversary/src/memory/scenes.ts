import { nodeProvider } from '@x/crypto-primitives/node'
import { randomTicketProtection } from '@x/tls-handshake'
import { type Identity, people } from '../identities.ts'
import { common, type Scene, STRANGERS } from '../scenes.ts'
import type { MemoryOptions } from './side.ts'

/** A situation in TLS 1.3 that programs of node:tls cannot be in. */
export interface MemoryScene extends Omit<Scene, 'options' | 'stores'> {
  readonly options: MemoryOptions
  /** The server asks for a certificate after the handshake. */
  readonly asks?: boolean
  /** The peer sends early data, or the victim does. */
  readonly early?: boolean
}

const { server: identity, alice } = people
const SERVERS: Identity[] = ['server', 'mallory', 'expired', 'server with the key of other']
const later = { postHandshakeAuth: true }

type Making = Partial<Pick<MemoryScene, 'identities' | 'asks' | 'early' | 'resumes'>> & {
  readonly options?: Partial<MemoryOptions>
  readonly peer?: object
}

const server = (name: string, { options, peer, ...more }: Making): MemoryScene => ({
  name: `server ${name}`,
  victim: 'server',
  identities: ['nobody'],
  ...more,
  options: { side: 'server', identity, ...options },
  peer: (session) => ({
    ...common(0x0304),
    serverName: 'localhost',
    ...(session && { session, earlyData: more.early }),
    ...peer,
  }),
})

function client(name: string, { options, peer, ...more }: Making): MemoryScene {
  // Tickets that outlive a conversation.
  const ticketKeys = randomTicketProtection(nodeProvider, 86_400_000, Date.now)
  return {
    name: `client ${name}`,
    victim: 'client',
    identities: ['server'],
    ...more,
    options: { side: 'client', verify: 'strict', ...options },
    peer: () => ({ ...common(0x0304), ticketKeys, ...peer }),
  }
}

const early = { early: true, resumes: true, options: { early: true } }
const takesEarlyData = { maxEarlyData: 16384, antiReplay: () => true }

export const MEMORY_SCENES: readonly MemoryScene[] = [
  server('asks later, strict', {
    asks: true,
    identities: ['alice', ...STRANGERS],
    options: { verify: 'strict', later: true },
    peer: later,
  }),
  server('asks later, lax', {
    asks: true,
    identities: ['alice', ...STRANGERS],
    options: { verify: 'lax', later: true },
    peer: later,
  }),
  server('early data', early),
  server('early data of somebody known', {
    ...early,
    identities: ['alice'],
    options: { early: true, verify: 'strict' },
  }),
  server('early data behind another share', {
    ...early,
    peer: { groups: ['secp521r1', 'x25519'], keyShares: ['secp521r1'] },
  }),
  client('asked later', { asks: true, options: { later: true, identity: alice }, peer: { requestCertificate: false } }),
  client('asked later, strangers', {
    asks: true,
    identities: SERVERS,
    options: { later: true, identity: alice, verify: 'lax' },
  }),
  client('asked later, with nothing to show', { asks: true, options: { later: true } }),
  client('early data', { ...early, peer: takesEarlyData }),
  client('early data that is turned down', { ...early, peer: { ...takesEarlyData, antiReplay: () => false } }),
]

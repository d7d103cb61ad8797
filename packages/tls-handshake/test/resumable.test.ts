import { describe, expect, test } from 'vitest'
import type { ClientConfig, PeerVerdict, PeerVerification, ServerConfig, Session } from '../src/index.ts'
import { credential, der } from './harness/credentials.ts'
import { MemoryStore } from './harness/legacy.ts'
import { clientConfig, connect, type Pair, pump, pumpAsync, serverConfig } from './harness/pair.ts'

const KINDS = [
  ['TLS 1.3', { versions: [0x0304] }, {}],
  ['TLS 1.2, a ticket', { versions: [0x0303] }, {}],
  ['TLS 1.2, an id', { versions: [0x0303] }, { tickets: false }],
] as const

interface Settings {
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
}

describe.each(KINDS)('a session lends no more than it had: %s', (_name, client, server) => {
  /** Two handshakes with one server; the second has other settings, and perhaps another session. */
  function twice(first: Settings, second: Settings, edit = (session: Session) => session): Pair {
    const sessionStore = 'tickets' in server ? new MemoryStore() : undefined
    const base = serverConfig({ ...client, ...server, sessionStore, requestCertificate: true })
    const ticketKeys = {
      seal: (session: Uint8Array) => session,
      open: (session: Uint8Array) => ({ session: session.slice(), renew: false }),
    }
    const one = connect(clientConfig({ ...client, credentials: [credential('client')], ...first.client }), {
      ...base,
      ticketKeys,
      ...first.server,
    })
    pump(one)
    const { session } = one.client.event('session')!
    for (const [id, kept] of sessionStore?.sessions ?? []) sessionStore!.sessions.set(id, edit(kept))
    const two = connect(
      clientConfig({ ...client, credentials: [credential('client')], ...second.client, session: edit(session) }),
      { ...base, ticketKeys, ...second.server },
    )
    pump(two)
    return two
  }
  const outcome = ({ client, server }: Pair) => [
    client.tls.error?.reason ?? server.tls.error?.reason,
    client.tls.resumed,
    client.tls.peerVerification?.ok,
    server.tls.peerVerification?.ok,
  ]
  const RESUMED = [undefined, true, true, true]
  const FULL = [undefined, false, true, true]
  const yes = () => ({ ok: true })
  const no = () => ({ ok: false })
  const lax = { allowUnverifiedPeer: true, verifyPeer: no }

  test('resumed under the same settings, and under those that say yes', () => {
    expect(outcome(twice({}, {}))).toEqual(RESUMED)
    expect(outcome(twice({}, { client: { verifyPeer: () => ({ ok: true }) } }))).toEqual(RESUMED)
  })

  test.each(['client', 'server'] as const)('a %s that verified is asked again, by what it holds', (side) => {
    const asked: PeerVerification[] = []
    const verifyPeer = (peer: PeerVerification): PeerVerdict => {
      asked.push(peer)
      return { ok: !peer.resumed }
    }
    expect(outcome(twice({}, { [side]: { verifyPeer } }))).toEqual(FULL)
    expect(asked.map(({ resumed }) => resumed)).toEqual([true, false])
    expect(asked[0]).toMatchObject({ side, chain: [der(side === 'client' ? 'p256' : 'client')] })
    expect(asked[0].serverName).toBe(side === 'client' ? 'localhost' : undefined)
  })

  test.each(['client', 'server'] as const)('a %s whose hook throws has a full handshake', (side) => {
    const verifyPeer = ({ resumed }: PeerVerification) => {
      if (resumed) throw new Error('no path')
      return { ok: true }
    }
    expect(outcome(twice({}, { [side]: { verifyPeer } }))).toEqual(FULL)
  })

  test.each(['client', 'server'] as const)('what was not verified never serves a strict %s', (side) => {
    expect(outcome(twice({ [side]: lax }, { [side]: { verifyPeer: yes } }))).toEqual(FULL)
    // One that goes on anyway has the verdict it had, though it would say yes today.
    const again = twice({ [side]: lax }, { [side]: { ...lax, verifyPeer: yes } })
    expect(again.client.tls.resumed).toBe(true)
    expect(again[side].tls.peerVerification).toEqual({ ok: false })
    const strict = { allowUnverifiedPeer: true, allowUnverifiedSession: false, verifyPeer: yes }
    expect(outcome(twice({ [side]: lax }, { [side]: strict }))).toEqual(FULL)
  })

  test('of a client without a certificate: where one is required, only by `allowUnverifiedSession`', () => {
    const nobody = { client: { credentials: [] } }
    const required = { requireCertificate: true, allowUnverifiedPeer: true }
    for (const server of [{}, { allowUnverifiedSession: false }]) {
      const { client } = twice(nobody, { ...nobody, server: { ...required, ...server } })
      expect(client.tls.resumed).not.toBe(true)
    }
    const { client, server } = twice(nobody, { ...nobody, server: { ...required, allowUnverifiedSession: true } })
    expect([client.tls.resumed, server.tls.resumed]).toEqual([true, true])
    // Resumed, and still nobody.
    expect([server.tls.peerVerification, server.tls.peer?.certificates ?? []]).toEqual([undefined, []])
  })

  test.each(['client', 'server'] as const)('another verifier of a %s has a full handshake', (side) => {
    expect(outcome(twice({ [side]: { verifierId: 'a' } }, { [side]: { verifierId: 'a' } }))).toEqual(RESUMED)
    for (const verifierId of ['b', undefined]) {
      expect(outcome(twice({ [side]: { verifierId: 'a' } }, { [side]: { verifierId } }))).toEqual(FULL)
    }
    expect(outcome(twice({}, { [side]: { verifierId: 'a' } }))).toEqual(FULL)
  })

  test.each([
    ['a certificate that is none', { peerCertificates: [Uint8Array.of(0x30, 0)] }],
    ['a second one that is none', { peerCertificates: [der('client'), Uint8Array.of(0x30, 0)] }],
    ['no bytes at all', { peerCertificates: ['x'] }],
    ['no secret', { secret: new Uint8Array(0) }],
    ['a secret cut short', { secret: new Uint8Array(16) }],
    ['a lifetime that is no number', { lifetime: Number.NaN }],
    ['no list of certificates', { peerCertificates: undefined }],
    ['nothing that it should have', { secret: undefined, peerCertificates: null, createdAt: 'x', lifetime: {} }],
    ['a verdict that only looks like yes', { verified: { ok: 1 } }],
  ])('a damaged one is none: %s', (_what, damage) => {
    const edit = (session: Session) => ({ ...session, ...(damage as Partial<Session>) })
    expect(outcome(twice({}, {}, edit))).toEqual(FULL)
  })
})

test('a session that verified nobody is resumed whatever the server trusts now', () => {
  const config: { verifyPeer: () => PeerVerdict } & ServerConfig = {
    ...serverConfig(),
    verifyPeer: () => ({ ok: true }),
  }
  const first = connect(clientConfig(), config)
  pump(first)
  config.verifyPeer = () => ({ ok: false })
  const pair = connect(clientConfig({ session: first.client.event('session')!.session }), config)
  pump(pair)
  expect(pair.client.tls.resumed).toBe(true)
  expect(pair.server.tls.resumed).toBe(true)
})

test('a hook that answers later holds the ClientHello back', async () => {
  const config = serverConfig()
  const first = connect(clientConfig(), config)
  pump(first)
  const { session } = first.client.event('session')!
  const verifyPeer = () => Promise.resolve({ ok: true })
  const pair = connect(clientConfig({ session, verifyPeer }), config)
  expect(pair.client.tls.takeOutput()).toEqual([])
  expect(pair.client.tls.waiting).toBe('verifyPeer')
  await pumpAsync(pair)
  expect(pair.client.tls.resumed).toBe(true)
})

/** Sessions of TLS up to 1.2 that are sound, and not good here: a full handshake, whoever would have resumed them. */
import { describe, expect, test } from 'vitest'
import type { ClientConfig, ServerConfig, Session } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import { setExtension } from '../harness/edit.ts'
import { ANY_VERSION, client12, handshake12, MemoryStore, server12 } from '../harness/legacy.ts'
import { Ext } from '../harness/names.ts'
import { clientConfig, connect, handshake, type Pair, serverConfig, utf8 } from '../harness/pair.ts'

const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }
/** Kept in tickets, and under ids. */
const KEEPS: Record<string, () => [client: Partial<ClientConfig>, server: Partial<ServerConfig>]> = {
  tickets: () => [{}, { ticketKeys: open }],
  ids: () => [{ tickets: false }, { sessionStore: new MemoryStore() }],
}
const versions = [0x0303, 0x0302] as const

describe.each(Object.entries(KEEPS))('%s', (_name, keep) => {
  /** A connection of TLS 1.2, and another that would resume it. */
  function twice(
    second: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig>; edit?: (session: Session) => Session },
    first: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig> } = {},
  ): Pair {
    const [client, server] = keep()
    const of = { versions: [...versions] }
    const made = handshake(
      { ...client12(ANY_VERSION, 0x0303), ...of, ...client, ...first.client },
      { ...server12(ANY_VERSION, 0x0303), ...of, ...server, ...first.server },
    )
    const { session } = made.client.event('session')!
    return handshake(
      {
        ...client12(ANY_VERSION, 0x0303),
        ...of,
        ...client,
        ...first.client,
        session: second.edit?.(session) ?? session,
        ...second.client,
      },
      { ...server12(ANY_VERSION, 0x0303), ...of, ...server, ...first.server, ...second.server },
    )
  }
  const resumed = (pair: Pair) => {
    expect(pair.client.event('error')?.error).toBeUndefined()
    expect(pair.server.tls.handshakeComplete).toBe(true)
    return [pair.client.tls.resumed, pair.server.tls.resumed]
  }
  const [yes, no] = [
    [true, true],
    [false, false],
  ]

  test('resumes where nothing has changed', () => {
    expect(resumed(twice({}))).toEqual(yes)
  })

  test('of another version', () => {
    expect(resumed(twice({ server: { versions: [0x0302] } }))).toEqual(no)
    const offered = twice({ client: { versions: [0x0302] }, edit: (session) => ({ ...session, version: 0x0302 }) })
    expect([offered.server.tls.version, offered.server.tls.resumed]).toEqual([0x0302, false])
  })

  test('of another name, or of none', () => {
    const other = { serverName: 'other.example' }
    expect(resumed(twice({ client: other }))).toEqual(no)
    // A client that lies about it.
    expect(resumed(twice({ client: other, edit: (session) => ({ ...session, ...other }) }))).toEqual(no)
    const rewriteClientHello = (raw: Uint8Array) =>
      setExtension(raw, Ext.server_name, Uint8Array.of(0, 4, 0, 0, 1, 120))
    expect(resumed(twice({ client: { rewriteClientHello } }))).toEqual(no)
    const nameless = { serverName: undefined }
    expect(resumed(twice({ client: nameless, edit: (session) => ({ ...session, ...nameless }) }))).toEqual(no)
    expect(resumed(twice({}, { client: nameless }))).toEqual(yes)
  })

  test('of another application’s context', () => {
    const here = { sessionIdContext: utf8('here') }
    expect(resumed(twice({}, { server: here }))).toEqual(yes)
    expect(resumed(twice({ server: { sessionIdContext: utf8('there') } }, { server: here }))).toEqual(no)
    expect(resumed(twice({ server: here }))).toEqual(no)
  })

  test('without the certificate that is required now', () => {
    const requires = { requestCertificate: true, requireCertificate: true }
    const client = { credentials: [credential('client')] }
    const anonymous = twice({ client, server: requires })
    expect(resumed(anonymous)).toEqual(no)
    expect(anonymous.server.tls.peerCertificates).toEqual(credential('client').chain)
    expect(resumed(twice({}, { client, server: requires }))).toEqual(yes)
    const refused = twice({ server: requires })
    expect(refused.server.event('error')?.error).toMatchObject({ reason: 'PEER_DID_NOT_RETURN_A_CERTIFICATE' })
  })

  test('of a suite that is no longer on', () => {
    const pair = twice({ server: { cipherSuites: [0xc014] }, client: { cipherSuites: [ANY_VERSION.id, 0xc014] } })
    expect(resumed(pair)).toEqual(no)
  })

  test('that is too old', () => {
    const pair = twice({ client: { now: () => Date.now() }, server: { now: () => Date.now() + 7_201_000 } })
    expect(resumed(pair)).toEqual(no)
  })
})

test.each([[[0x0304]], [[0x0303]]] as const)(
  'RFC 9846 §4.3.11 #4: a client does not so much as offer the session of another name (%j)',
  (versions) => {
    const of = versions[0] === 0x0304 ? {} : client12(ANY_VERSION, 0x0303)
    const { session } = handshake(of, versions[0] === 0x0304 ? {} : server12(ANY_VERSION, 0x0303)).client.event(
      'session',
    )!
    const ticket = Buffer.from(session.ticket!).toString('hex')
    const offers = (given: Partial<ClientConfig>) => {
      let hello = ''
      const onMessage: ClientConfig['onMessage'] = (_direction, _type, bytes) =>
        (hello ||= Buffer.from(bytes).toString('hex'))
      connect(clientConfig({ ...of, session, onMessage, ...given }), serverConfig())
      return hello.includes(ticket)
    }
    expect(offers({})).toBe(true)
    expect(offers({ serverName: 'other.example' })).toBe(false)
    expect(offers({ serverName: undefined })).toBe(false)
  },
)

test('a handshake12 resumes by either', () => {
  for (const keep of Object.values(KEEPS)) {
    const [client, server] = keep()
    const { session } = handshake12(client, server).client.event('session')!
    expect(handshake12({ ...client, session }, server).client.tls.resumed).toBe(true)
  }
})

import { describe, expect, test } from 'vitest'
import type { ClientConfig, ServerConfig, Session } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import {
  addExtension,
  extensionBody,
  on,
  patched,
  removeExtension,
  setExtension,
  u16,
  withBody,
} from '../harness/edit.ts'
import type { Tamper } from '../harness/evil.ts'
import { Ext, Message } from '../harness/names.ts'
import { handshake, type Pair, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, server } from '../harness/victim.ts'

const psks = [{ identity: utf8('us'), key: utf8('a secret of thirty-two bytes ...') }]
const both = { psks } as const
/** Tickets in the clear: what a test may read, it may change. */
const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }

function sessionFrom(pair: Pair): Session {
  return pair.client.event('session')!.session
}

/** A connection, and another that tries to resume it. */
function twice(
  second: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig>; edit?: (session: Session) => Session } = {},
  first: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig> } = {},
): Pair {
  const session = sessionFrom(handshake(first.client, { ticketKeys: open, ...first.server }))
  return handshake(
    { ...first.client, session: second.edit ? second.edit(session) : session, ...second.client },
    { ticketKeys: open, ...first.server, ...second.server },
  )
}

const binders = (edit: (body: Uint8Array) => Uint8Array): Tamper =>
  on(Message.client_hello, (raw) => setExtension(raw, Ext.pre_shared_key, edit(extensionBody(raw, Ext.pre_shared_key))))

describe('PSK and resumption', () => {
  rows([
    ['a PSK handshake', () => server(undefined, both, both)],
    [
      'RFC 9846 §4.3.11 #8, #9: a binder of the wrong value',
      () =>
        server(
          binders((body) => patched(body, -1, body[body.length - 1] ^ 1)),
          both,
          both,
        ),
      'decrypt_error',
      'BINDER_DOES_NOT_VERIFY',
    ],
    [
      'a binder of the wrong length',
      () =>
        server(
          binders((body) => new Uint8Array([...body.slice(0, 10), 0, 32, 31, ...body.slice(13, -1)])),
          both,
          both,
        ),
      'decrypt_error',
      'BINDER_DOES_NOT_VERIFY',
    ],
    [
      'more binders than identities',
      () =>
        server(
          binders((body) => new Uint8Array([...body.slice(0, 10), 0, 66, ...body.slice(12), ...body.slice(12)])),
          both,
          both,
        ),
      'illegal_parameter',
      'PSK_IDENTITY_BINDER_COUNT_MISMATCH',
    ],
    [
      'RFC 9846 §4.3.11 #9: no binders at all',
      () =>
        server(
          binders((body) => new Uint8Array([...body.slice(0, 10), 0, 0])),
          both,
          both,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.9 #3: no psk_key_exchange_modes',
      () =>
        server(
          on(Message.client_hello, (raw) => removeExtension(raw, Ext.psk_key_exchange_modes)),
          both,
          both,
        ),
      'missing_extension',
      'MISSING_PSK_KEX_MODES_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.11 #11, #12: selected_identity out of range',
      () =>
        client(
          on(Message.server_hello, (raw) => setExtension(raw, Ext.pre_shared_key, u16(1))),
          both,
          both,
        ),
      'illegal_parameter',
      'BAD_PSK_IDENTITY',
    ],
    [
      'a PSK selected, none offered',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, Ext.pre_shared_key, u16(0)))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.11 #11: a suite with another hash than the PSK’s',
      () =>
        client(
          on(Message.server_hello, (raw) => patched(raw, 71, 0x13, 0x02)),
          both,
          both,
        ),
      'illegal_parameter',
      'CIPHERSUITE_DIGEST_HAS_CHANGED',
    ],
    [
      'an empty ticket',
      () =>
        client(
          on(Message.new_session_ticket, (raw) =>
            withBody(raw, new Uint8Array([...raw.slice(4, 12), 1, 0, 0, 0, 0, 0])),
          ),
        ),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
  ])

  test('resumption: both sides know it, and the peer’s certificates and verdict stay', () => {
    const pair = twice(
      {},
      {
        client: {
          allowUnverifiedPeer: true,
          verifyPeer: () => ({ ok: false, result: 'not trusted' }),
          credentials: [credential('client')],
        },
        server: { requestCertificate: true },
      },
    )
    expect(pair.client.tls.resumed).toBe(true)
    expect(pair.server.tls.resumed).toBe(true)
    expect(pair.client.tls.peerCertificates).toEqual(credential('p256').chain)
    expect(pair.server.tls.peerCertificates).toEqual(credential('client').chain)
    expect(pair.client.tls.peerVerification).toEqual({ ok: false, result: 'not trusted' })
  })

  test('verification is asked again; where it says no there is a full handshake', () => {
    const asked: boolean[] = []
    const verifyPeer = ({ resumed }: { resumed: boolean }) => {
      asked.push(resumed)
      return { ok: !resumed }
    }
    const pair = twice({ client: { verifyPeer } })
    expect(asked).toEqual([true, false])
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(pair.client.tls.resumed).toBe(false)
  })

  test('a session that brings no verdict is verified', () => {
    const unjudged = (session: Session): Session => ({ ...session, verified: undefined })
    expect(twice({ edit: unjudged }).client.tls.resumed).toBe(true)
    const refused = twice({ edit: unjudged, client: { verifyPeer: ({ resumed }) => ({ ok: !resumed }) } })
    expect(refused.client.tls.resumed).toBe(false)
    const nobody = twice({ edit: unjudged, client: { verifyPeer: undefined } })
    expect(nobody.client.event('error')?.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED', blame: 'config' })
  })

  test('a server asks again, too', () => {
    const client = { credentials: [credential('client')] }
    const server = { requestCertificate: true }
    const verifyPeer = ({ resumed }: { resumed: boolean }) => ({ ok: !resumed })
    const refused = twice({ server: { verifyPeer } }, { client, server })
    expect(refused.server.tls.handshakeComplete).toBe(true)
    expect(refused.server.tls.resumed).toBe(false)
    expect(twice({}, { client, server }).server.tls.resumed).toBe(true)
  })

  test('RFC 9846 §4.3.9 #4, #5: without a common mode there is no ticket, and none is taken', () => {
    const ke = { pskModes: ['psk_ke'] } as const
    expect(handshake(ke).client.event('session')).toBeUndefined()
    expect(twice({ client: ke }).client.tls.resumed).toBe(false)
    const both = twice({}, { client: ke, server: ke })
    expect(both.client.tls.resumed).toBe(true)
    expect(both.client.tls.group).toBeUndefined()
  })

  test('RFC 9846 §4.7.1 #7, RFC 9846 §4.3.11 #5, #6: full handshake for sessions that are not good here', () => {
    const miss = (pair: Pair): void => {
      expect(pair.client.event('error')?.error).toBeUndefined()
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(pair.client.tls.resumed).toBe(false)
    }
    expect(twice().client.tls.resumed).toBe(true)
    miss(twice({ edit: (session) => ({ ...session, ticket: utf8('garbage') }) }))
    miss(twice({ edit: (session) => ({ ...session, ticket: patched(session.ticket!, 0, 99) }) }))
    miss(twice({ server: { ticketKeys: { ...open, open: () => null } } }))
    miss(twice({ server: { sessionIdContext: utf8('another') } }))
    miss(
      twice({
        client: { serverName: 'other.example' },
        edit: (session) => ({ ...session, serverName: 'other.example' }),
      }),
    )
    miss(twice({ client: { serverName: 'other.example' } }))
    miss(twice({ client: { cipherSuites: [0x1302] } }))
    miss(twice({ client: { cipherSuites: [0x1303] } }, { client: { cipherSuites: [0x1301] } }))
    miss(
      twice({
        server: { requestCertificate: true, requireCertificate: true },
        client: { credentials: [credential('client')] },
      }),
    )
  })

  test('ages in milliseconds from receipt', () => {
    let now = 1_000_000
    const clock = { now: () => now }
    const session = sessionFrom(handshake(clock, { ...clock, ticketKeys: open }))
    now += 5000
    const later = handshake({ session, now: () => now + 3000 }, { ...clock, ticketKeys: open })
    expect(later.server.tls.resumed).toBe(true)
    expect(later.server.tls.ticketAgeSkew).toBe(3)
  })

  test('RFC 9846 §4.3.11.1 #1: lifetimes are honoured, and a week is the longest', () => {
    let now = 1_000_000
    const clock = { now: () => now }
    const short = sessionFrom(handshake(clock, { ...clock, ticketKeys: open, sessionTimeout: 10 }))
    expect(short.lifetime).toBe(10)
    const long = sessionFrom(handshake(clock, { ...clock, ticketKeys: open, sessionTimeout: 10_000_000 }))
    expect(long.lifetime).toBe(604800)
    now += 10_000
    expect(handshake({ ...clock, session: short }, { ...clock, ticketKeys: open }).client.tls.resumed).toBe(false)
    // A client that holds on to it gets nothing from the server either.
    expect(handshake({ now: () => 1_000_001, session: short }, { ...clock, ticketKeys: open }).client.tls.resumed).toBe(
      false,
    )
    expect(handshake({ ...clock, session: long }, { ...clock, ticketKeys: open }).client.tls.resumed).toBe(true)
  })

  test('RFC 9846 §4.7.1 #12: a ticket with a lifetime of zero is dropped', () => {
    const { victim } = client(on(Message.new_session_ticket, (raw) => patched(raw, 4, 0, 0, 0, 0)))
    expect(victim.tls.handshakeComplete).toBe(true)
    expect(victim.event('session')).toBeUndefined()
  })

  test('RFC 9846 §4.7.1 #6, RFC 9846 §4.2.2 #13: only with a suite of the hash that it was made with', () => {
    const with256 = { client: { cipherSuites: [0x1301] } }
    expect(twice({ client: { cipherSuites: [0x1303, 0x1301] } }, with256).client.tls.resumed).toBe(true)
    // The client offers the session's suite too; the server would rather have another hash.
    const other = twice({ client: { cipherSuites: [0x1302, 0x1301] }, server: { cipherSuites: [0x1302] } }, with256)
    expect(other.client.tls.handshakeComplete).toBe(true)
    expect([other.client.tls.cipherSuite, other.client.tls.resumed]).toEqual([0x1302, false])
  })

  test('RFC 9846 §4.7.1 #19: a week after the peer was authenticated no new ticket helps', () => {
    let now = 1_000_000_000_000
    const clock = { now: () => now }
    const server = { ...clock, ticketKeys: open, sessionTimeout: 604_800 }
    let session = sessionFrom(handshake(clock, server))
    const day = 86_400_000
    const resumed: boolean[] = []
    for (let days = 1; days <= 8; days++) {
      now += day
      const pair = handshake({ ...clock, session }, server)
      resumed.push(pair.server.tls.resumed === true)
      session = sessionFrom(pair)
    }
    expect(resumed).toEqual([true, true, true, true, true, true, false, true])
  })

  test('RFC 9846 §4.3.11 #10: one binder is looked at, that of the PSK which is taken', () => {
    const two = [{ identity: utf8('unknown'), key: utf8('of which the server does not know') }, psks[0]]
    const tampered = (at: number) =>
      server(
        binders((body) => patched(body, at, body.at(at)! ^ 1)),
        { psks },
        { psks: two },
      )
    // The binders are the last 66 bytes: the first of them belongs to the one that nobody knows, and is not what ends it.
    expect(tampered(-1).victim.event('error')?.error).toMatchObject({ reason: 'BINDER_DOES_NOT_VERIFY' })
    const other = tampered(-40).victim
    expect(other.event('error')?.error?.reason).not.toBe('BINDER_DOES_NOT_VERIFY')
  })

  test('RFC 9846 §4.7.1 #9: the name that is told is that of the hello which resumes', () => {
    const named = twice()
    expect([named.server.tls.resumed, named.server.tls.serverName]).toEqual([true, 'localhost'])
    const renamed = twice({
      client: { serverName: 'other.example' },
      edit: (s) => ({ ...s, serverName: 'other.example' }),
    })
    expect([renamed.server.tls.resumed, renamed.server.tls.serverName]).toEqual([false, 'other.example'])
  })

  test('RFC 9846 §4.7.1 #11, #14: a week at most, and a nonce that is each ticket’s own', () => {
    const tickets: Uint8Array[] = []
    const onMessage: ClientConfig['onMessage'] = (direction, _type, bytes) => {
      if (direction === 'read' && bytes[0] === Message.new_session_ticket) tickets.push(bytes.slice())
    }
    handshake({ onMessage }, { ticketKeys: open, ticketCount: 5, sessionTimeout: 10_000_000 })
    expect(tickets).toHaveLength(5)
    for (const raw of tickets) expect((raw[4] << 24) | (raw[5] << 16) | (raw[6] << 8) | raw[7]).toBe(604800)
    const nonces = tickets.map((raw) => raw.slice(13, 13 + raw[12]).join())
    expect(new Set(nonces).size).toBe(5)
  })

  test('RFC 9846 §4.7.1 #3: tickets off: none issued, taken or offered', () => {
    const off = { tickets: false } as const
    expect(handshake({}, off).client.event('session')).toBeUndefined()
    expect(handshake(off).client.event('session')).toBeUndefined()
    expect(twice({ server: off }).client.tls.resumed).toBe(false)
    expect(twice({ client: off }).client.tls.resumed).toBe(false)
  })

  test('the default ticket keys live with the configuration', () => {
    const pair = handshake()
    const { session } = pair.client.event('session')!
    expect(handshake({ session }).client.tls.resumed).toBe(false)
  })
})

describe('external PSKs', () => {
  test('without certificates on either side', () => {
    const pair = handshake({ psks, verifyPeer: undefined }, { psks, credentials: [] })
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(pair.client.tls.pskIdentity).toEqual(utf8('us'))
    expect(pair.server.tls.pskIdentity).toEqual(utf8('us'))
    expect(pair.client.tls.resumed).toBe(false)
  })

  test('RFC 9846 §2.2 #2, RFC 9846 §4.3.11 #2, #3, #7: a name is needed, the hash is SHA-256 unless given, and the suite goes with it', () => {
    for (const wrong of [[{ key: psks[0].key }], [{ ...psks[0], hash: 'sha1' }]] as never[])
      expect(() => handshake({ psks: wrong })).toThrow(/psks/)
    const suite = (client: Partial<ClientConfig>) => handshake(client, { psks }).server.tls
    expect(suite({ psks }).pskIdentity).toEqual(utf8('us'))
    // AES-256-GCM would be preferred, and is of SHA-384.
    expect(suite({ psks, cipherSuites: [0x1302, 0x1301] }).cipherSuite).toBe(0x1301)
    const none = suite({ psks, cipherSuites: [0x1302] })
    expect([none.handshakeComplete, none.pskIdentity]).toEqual([true, undefined])
  })

  test('RFC 9846 §4.3.11 #1: its obfuscated_ticket_age is zero, and whatever comes is ignored', () => {
    const ages: string[] = []
    const rewriteClientHello = (raw: Uint8Array): Uint8Array => {
      const body = extensionBody(raw, Ext.pre_shared_key)
      ages.push(Buffer.from(body.subarray(6, 10)).toString('hex'))
      return setExtension(raw, Ext.pre_shared_key, patched(body, 6, 0xde, 0xad, 0xbe, 0xef))
    }
    const pair = handshake({ psks, rewriteClientHello }, { psks })
    expect(ages).toEqual(['00000000'])
    expect(pair.server.tls.pskIdentity).toEqual(utf8('us'))
  })

  test('SHA-384, and by a hook', () => {
    const external = { ...psks[0], hash: 'sha384' as const }
    const pair = handshake({ psks: [external] }, { selectPsk: (identity) => (identity.length === 2 ? external : null) })
    expect(pair.server.tls.cipherSuite).toBe(0x1302)
    expect(pair.server.tls.pskIdentity).toEqual(utf8('us'))
  })

  test('RFC 9846 §4.2.4 #11: a second hello has only those of the hash that was chosen', () => {
    const two = [
      psks[0],
      {
        identity: utf8('other'),
        key: utf8('a secret of forty-eight bytes, for SHA-384 this time'),
        hash: 'sha384' as const,
      },
    ]
    const identities: boolean[][] = []
    const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
      const text = Buffer.from(bytes)
      if (direction === 'write' && type === 22 && bytes[0] === Message.client_hello)
        identities.push([text.includes('us'), text.includes('other')])
    }
    const pair = handshake(
      { psks: two, onMessage, serverName: undefined },
      { cookie: true, cipherSuites: [0x1302], psks: [two[1]!] },
    )
    expect(pair.server.tls.pskIdentity).toEqual(utf8('other'))
    expect(identities).toEqual([
      [true, true],
      [false, true],
    ])
  })

  test('imported (RFC 9258): one secret, bound to context, version and hash', () => {
    const imported = [{ ...psks[0], importer: { context: utf8('here') } }]
    const pair = handshake({ psks: imported }, { psks: imported })
    expect(pair.client.tls.pskIdentity).toEqual(utf8('us'))
    const elsewhere = [{ ...psks[0], importer: { context: utf8('there') } }]
    expect(handshake({ psks: imported }, { psks: elsewhere }).client.tls.pskIdentity).toBeUndefined()
    expect(handshake({ psks }, { psks: imported }).client.tls.pskIdentity).toBeUndefined()
  })

  test('a client with nothing but PSKs refuses a server that takes none', () => {
    const { client: end } = handshake({ psks, verifyPeer: undefined }, { psks: [] })
    expect(end.tls.handshakeComplete).toBe(false)
    expect(end.types).toContain('error')
  })
})

import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { parseClientHello } from '../../src/hello.ts'
import { type ClientConfig, type ServerConfig, type Session, TlsConnection } from '../../src/index.ts'
import { addExtension, message, on, patched, setExtension } from '../harness/edit.ts'
import { EvilPeer, type Tamper } from '../harness/evil.ts'
import { Ext, Message, Type } from '../harness/names.ts'
import { bytewise, clientConfig, connect, End, handshake, join, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, play, type Scene } from '../harness/victim.ts'

const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }
const accepting = { ticketKeys: open, maxEarlyData: 100, antiReplay: () => true } as const
const early = { earlyData: true } as const

function freshSession(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): Session {
  return handshake(client, { ...accepting, ...server }).client.event('session')!.session
}

/** Writes `hello` early and `again` late. */
function attempt(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  deliver = undefined as typeof bytewise | undefined,
) {
  const pair = connect(
    clientConfig({ session: freshSession(), ...early, ...client }),
    serverConfig({ ...accepting, ...server }),
  )
  const taken = pair.client.tls.writeEarly(utf8('hello'))
  pair.client.tls.write(utf8('again'))
  pump(pair, deliver)
  return { ...pair, taken }
}

/** Our server against a client that sends early data and tampers with what follows. */
function serverWith(tamper?: Tamper, overrides: Partial<ServerConfig> = {}, before?: (evil: EvilPeer) => void): Scene {
  const session = freshSession()
  const evil = new EvilPeer('client', clientConfig({ session, ...early }), tamper)
  const victim = new End(TlsConnection.server(serverConfig({ ...accepting, ...overrides })))
  before?.(evil)
  play({ victim, evil })
  return { victim, evil }
}

/** Our client, with early data, against a tampering server. */
const clientWith = (tamper?: Tamper, server: Partial<ServerConfig> = {}, config: Partial<ClientConfig> = {}): Scene =>
  client(tamper, { session: freshSession(config, config as never), ...early, ...config }, { ...accepting, ...server })

const helloOf = (config: ClientConfig): Uint8Array => {
  const output = join(TlsConnection.client(config).takeOutput())
  return output.subarray(5, 9 + ((output[7] << 8) | output[8]))
}
const extended = (raw: Uint8Array): Uint8Array => addExtension(raw, Ext.early_data)
const app =
  (length: number, times = 1) =>
  (evil: EvilPeer) => {
    for (let i = 0; i < times; i++) evil.record(Type.application_data, new Uint8Array(length).fill(1))
  }

describe('early data', () => {
  test('RFC 9846 §7.5 #2: is delivered, marked as early, before the handshake is complete, and has an exporter of its own', () => {
    for (const deliver of [undefined, bytewise]) {
      const { client: us, server: them, taken } = attempt({}, {}, deliver)
      expect(taken).toBe(5)
      expect(us.event('earlyData')).toEqual({ type: 'earlyData', accepted: true })
      expect(us.tls.earlyDataReason).toBe('accepted')
      const data = them.all('data')
      expect(data.some((event) => event.early)).toBe(true)
      expect(them.types.indexOf('data')).toBeLessThan(them.types.indexOf('secure'))
      expect(them.text).toBe('helloagain')
      expect(them.tls.exportEarlyKeyingMaterial('EXPORTER-x', 16)).toEqual(
        us.tls.exportEarlyKeyingMaterial('EXPORTER-x', 16),
      )
    }
  })

  test('RFC 9846 §4.3.11.3 #1: the server’s flight, and 0.5-RTT data, go out before the client’s Finished', () => {
    const us = TlsConnection.client(clientConfig({ session: freshSession(), ...early }))
    const them = new End(TlsConnection.server(serverConfig(accepting)))
    us.writeEarly(utf8('hello'))
    for (const piece of us.takeOutput()) them.tls.receive(piece)
    them.tls.write(utf8('half'))
    const end = new End(us)
    for (const piece of them.tls.takeOutput()) us.receive(piece)
    end.drain()
    expect(them.tls.handshakeComplete).toBe(false)
    expect(end.text).toBe('half')
  })

  test('no more is taken than the ticket allows', () => {
    const tls = TlsConnection.client(clientConfig({ session: freshSession(), ...early }))
    expect(tls.earlyDataLeft).toBe(100)
    expect(tls.writeEarly(new Uint8Array(80))).toBe(80)
    expect(tls.writeEarly(new Uint8Array(80))).toBe(20)
    expect(tls.writeEarly(new Uint8Array(80))).toBe(0)
  })

  test('RFC 9846 §4.3.10 #3, #4, #5, #7, #10, RFC 9846 §8.2 #1: rejected early data is skipped, and the reason is told', () => {
    const rejected = (reason: string, client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): void => {
      const { client: us, server: them } = attempt(client, server)
      expect(them.event('error')?.error).toBeUndefined()
      expect(us.event('earlyData')).toEqual({ type: 'earlyData', accepted: false })
      expect(them.text).toBe('again')
      expect(them.all('data').some((event) => event.early)).toBe(false)
      expect(them.tls.earlyDataReason).toBe(reason)
    }
    rejected('disabled', {}, { maxEarlyData: 0 })
    rejected('replay', {}, { antiReplay: () => false })
    rejected('session_not_resumed', {}, { ticketKeys: { ...open, open: () => null } })
    rejected('hello_retry_request', {}, { cookie: true })
    rejected('hello_retry_request', { groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'] })
    rejected('alpn_mismatch', { alpnProtocols: [utf8('h2')] }, { alpnProtocols: [utf8('h2')] })
    rejected('cipher_mismatch', {}, { cipherSuites: [0x1303] })
    rejected('ticket_age_skew', {}, { now: () => Date.now() + 61_000 })
  })

  test('RFC 9846 §8 #1, #3: a ticket used twice is seen by antiReplay', () => {
    const seen = new Set<string>()
    const once = {
      antiReplay: (binder: Uint8Array) => {
        const key = Buffer.from(binder).toString('hex')
        return !seen.has(key) && !!seen.add(key)
      },
    }
    const pair = connect(clientConfig({ session: freshSession(), ...early }), serverConfig({ ...accepting, ...once }))
    pair.client.tls.writeEarly(utf8('pay'))
    const hello = Buffer.concat(pair.client.tls.takeOutput())
    const results = [0, 1].map(() => {
      const end = new End(TlsConnection.server(serverConfig({ ...accepting, ...once })))
      end.tls.receive(new Uint8Array(hello))
      end.drain()
      return end.text
    })
    expect(results).toEqual(['pay', ''])
  })

  test('RFC 9846 §4.3.10 #1, #2: it is offered together with the PSK that it is under, which comes first', () => {
    const session = freshSession()
    const psks = [{ identity: utf8('another'), key: utf8('a secret of thirty-two bytes ...') }]
    const { extensions } = parseClientHello(helloOf(clientConfig({ session, psks, ...early })))
    const bodies = new Map(extensions!.map(({ type, data }) => [type, data]))
    expect(bodies.get(Ext.early_data)).toBe('')
    const identity = Buffer.from(session.ticket!).toString('hex')
    expect(bodies.get(Ext.pre_shared_key)!.indexOf(identity)).toBe(8)
    expect(parseClientHello(helloOf(clientConfig({ ...early }))).extensions!.map(({ type }) => type)).not.toContain(
      Ext.early_data,
    )
  })

  test('RFC 9846 §4.3.10 #14, #15: what was not accepted is not sent again by us', () => {
    for (const server of [{ antiReplay: () => false }, { cookie: true }, { cipherSuites: [0x1303] }] as const) {
      const pair = connect(
        clientConfig({ session: freshSession(), ...early }),
        serverConfig({ ...accepting, ...server }),
      )
      expect(pair.client.tls.writeEarly(utf8('pay'))).toBe(3)
      pump(pair)
      expect(pair.server.tls.handshakeComplete).toBe(true)
      expect(pair.server.text).toBe('')
      expect(pair.client.tls.heldBytes).toBe(0)
    }
  })

  test('RFC 9846 §5.5 #2: no more of it than its key may protect, in however many records', () => {
    const { 'aes-128-gcm': gcm } = nodeProvider.aeads
    const provider = { ...nodeProvider, aeads: { 'aes-128-gcm': { ...gcm!, recordLimit: 7 } } }
    const tls = TlsConnection.client(
      clientConfig({ session: freshSession({ cipherSuites: [0x1301] }), provider, ...early }),
    )
    let taken = 0
    for (let i = 0; i < 20; i++) {
      taken += tls.writeEarly(utf8('x'))
      tls.takeOutput()
    }
    expect(taken).toBe(3)
    expect(tls.earlyDataLeft).toBe(0)
  })

  test('RFC 9846 §8.2 #2, RFC 9846 F.5 #4: replays are looked for by a binder that was checked, and what is early is told', () => {
    const binders: Uint8Array[] = []
    const antiReplay = (binder: Uint8Array) => {
      binders.push(binder.slice())
      return true
    }
    const { server: them } = attempt({}, { antiReplay })
    expect(binders).toHaveLength(1)
    expect(them.all('data').map(({ early: isEarly }) => isEarly)).toEqual([true, false])
    expect(them.tls.handshakeComplete).toBe(true)
    // One that is not valid never comes so far.
    const bad = serverWith(
      on(Message.client_hello, (raw) => patched(raw, -1, raw[raw.length - 1] ^ 1)),
      { antiReplay },
    )
    expect(bad.victim.event('error')?.error).toMatchObject({ reason: 'BINDER_DOES_NOT_VERIFY' })
    expect(binders).toHaveLength(1)
  })

  // The alert goes out under keys that the peer does not have, or has no more: the error alone is looked at.
  test('RFC 9846 E.3 #1: a ServerHello of TLS 1.2 ends it', () => {
    const { victim } = client(
      undefined,
      { session: freshSession(), ...early, versions: [0x0304, 0x0303] },
      { versions: [0x0303], cipherSuites: [0xc02b] },
    )
    expect(victim.event('error')?.error).toMatchObject({ reason: 'WRONG_VERSION_ON_EARLY_DATA', alert: 70 })
  })

  test('RFC 9846 §4.3.11 #13, #14: accepted with another PSK than the first', () => {
    const psks = [{ identity: utf8('us'), key: utf8('a secret of thirty-two bytes ...') }]
    const { victim } = client(
      on(Message.encrypted_extensions, extended),
      { session: freshSession(), psks, ...early },
      { ...accepting, psks, ticketKeys: { ...open, open: () => null } },
    )
    expect(victim.event('error')?.error).toMatchObject({ reason: 'BAD_EARLY_DATA', alert: 47 })
  })

  rows([
    [
      'RFC 9846 §4.3.10 #11, #12: a record that cannot be opened, where it was accepted',
      () => serverWith(undefined, {}, (evil) => evil.plain(Type.application_data, new Uint8Array(64))),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'more than 16 KiB that cannot be opened',
      () => serverWith(undefined, { maxEarlyData: 0 }, app(9000, 2)),
      'unexpected_message',
      'TOO_MUCH_SKIPPED_EARLY_DATA',
    ],
    [
      'more than 16 KiB before the second ClientHello',
      () => serverWith(undefined, { cookie: true }, app(9000, 2)),
      'unexpected_message',
      'TOO_MUCH_SKIPPED_EARLY_DATA',
    ],
    [
      'records that cannot be opened, without early_data on offer',
      () => {
        const evil = new EvilPeer('client', clientConfig())
        const victim = new End(TlsConnection.server(serverConfig()))
        evil.bytes(new Uint8Array(0))
        evil.plain(Type.application_data, new Uint8Array(64))
        play({ victim, evil })
        return { victim, evil }
      },
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 9846 §4.3 #6: accepted, but not offered',
      () => client(on(Message.encrypted_extensions, extended)),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'accepted after a HelloRetryRequest',
      () => clientWith(on(Message.encrypted_extensions, extended), { cookie: true }),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.7.1 #17: more than the ticket allows',
      () => serverWith(undefined, {}, app(101)),
      'unexpected_message',
      'TOO_MUCH_EARLY_DATA',
    ],
    [
      'EndOfEarlyData is missing',
      () => serverWith(on(Message.end_of_early_data, () => null)),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'EndOfEarlyData is not empty',
      () => serverWith(on(Message.end_of_early_data, () => message(Message.end_of_early_data, Uint8Array.of(0)))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'another message instead',
      () => serverWith(on(Message.end_of_early_data, () => message(Message.key_update, Uint8Array.of(0)))),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
  ])

  test('RFC 9846 §4.3.10 #8: accepted with another suite of the same hash', () => {
    const session = freshSession({ cipherSuites: [0x1301] })
    const both = { cipherSuites: [0x1301, 0x1303] }
    const scene = client(
      on(Message.encrypted_extensions, extended),
      { session, ...early, ...both },
      { ...accepting, cipherSuites: [0x1303] },
    )
    expect(scene.victim.event('error')?.error).toMatchObject({ reason: 'CIPHER_MISMATCH_ON_EARLY_DATA', alert: 47 })
  })

  test('RFC 9846 §4.3.10 #8: accepted with another ALPN protocol', () => {
    const alpn = { alpnProtocols: [utf8('h2'), utf8('h3')] }
    const session = freshSession(alpn, { alpnProtocols: [utf8('h2')] })
    const other = on(Message.encrypted_extensions, (raw) =>
      setExtension(raw, Ext.alpn, Uint8Array.of(0, 3, 2, 104, 51)),
    )
    const scene = client(other, { session, ...early, ...alpn }, { ...accepting, alpnProtocols: [utf8('h2')] })
    expect(scene.victim.event('error')?.error).toMatchObject({ reason: 'ALPN_MISMATCH_ON_EARLY_DATA', alert: 47 })
  })
})

/** The messages and records of TLS 1.3 in their order: what a flow guarantees and no single check does. */
import { ContentType } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import type { ClientConfig, ServerConfig } from '../../src/index.ts'
import { handshakeTypeName } from '../../src/messages/handshake-message.ts'
import { credential } from '../harness/credentials.ts'
import { message, on } from '../harness/edit.ts'
import { Message, Type } from '../harness/names.ts'
import { clientConfig, connect, handshake, join, type Pair, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, server } from '../harness/victim.ts'

const psks = [{ identity: utf8('us'), key: utf8('a secret of thirty-two bytes ...') }]
const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }
const accepting = { ticketKeys: open, maxEarlyData: 100, antiReplay: () => true } as const

const FLIGHT = ['<server_hello', '<encrypted_extensions']
const SHOWN = ['<certificate', '<certificate_verify', '<finished']
const TICKETS = ['<new_session_ticket', '<new_session_ticket']

/** What goes over the wire as a client sees it: `>` its own messages, `<` those of the server. */
function said(
  given: Partial<ClientConfig> = {},
  answers: Partial<ServerConfig> = {},
  before?: (pair: Pair) => void,
): string[] {
  const messages: string[] = []
  const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
    if (type === Type.handshake) messages.push(`${direction === 'write' ? '>' : '<'}${handshakeTypeName(bytes[0])}`)
  }
  const pair = connect(clientConfig({ ...given, onMessage }), serverConfig(answers))
  before?.(pair)
  pump(pair)
  expect(pair.client.event('error')?.error).toBeUndefined()
  expect(pair.server.tls.handshakeComplete).toBe(true)
  return messages
}

/** Types of the records in some bytes, as they stand in front. */
function recordTypes(bytes: Uint8Array): number[] {
  const types: number[] = []
  for (let at = 0; at < bytes.length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4])) types.push(bytes[at])
  return types
}

describe('messages come in one order', () => {
  test('RFC 9846 §4 #1, RFC 9846 §4.2.2 #1, RFC 9846 §4.4.1 #1, RFC 9846 §4.5.1 #1, RFC 9846 §4.5.2 #1: a certificate of the server', () => {
    expect(said()).toEqual(['>client_hello', ...FLIGHT, ...SHOWN, '>finished', ...TICKETS])
  })

  test('RFC 9846 §4.4.2 #2, RFC 9846 §4.5.1 #2, RFC 9846 §4.5.2 #2: and one of the client, where it is asked for', () => {
    const flight = ['>client_hello', ...FLIGHT, '<certificate_request', ...SHOWN]
    expect(said({ credentials: [credential('client')] }, { requestCertificate: true })).toEqual([
      ...flight,
      ...['>certificate', '>certificate_verify', '>finished'],
      ...TICKETS,
    ])
    expect(said({ credentials: [credential('client')] })).not.toContain('>certificate')
  })

  test('RFC 9846 §4.5.1 #3, #4: a client that has none shows none, and finishes', () => {
    const messages = said({}, { requestCertificate: true })
    expect(messages.slice(-4)).toEqual(['>certificate', '>finished', ...TICKETS])
  })

  test('RFC 9846 §4.4.2 #9, RFC 9846 F.1 #1: with an external PSK nobody shows or asks for a certificate, then or later', () => {
    const able = { psks, postHandshakeAuth: true, credentials: [credential('client')] }
    expect(said(able, { psks, requestCertificate: true })).toEqual([
      '>client_hello',
      ...FLIGHT,
      '<finished',
      '>finished',
      ...TICKETS,
    ])
    const pair = handshake(able, { psks, requestCertificate: true })
    expect(pair.server.tls.pskIdentity).toEqual(utf8('us'))
    expect(pair.server.tls.requestClientCertificate()).toBe(false)
  })

  test('RFC 9846 §4.6 #1, #2, RFC 9846 C.4 #3: tickets every time; EndOfEarlyData behind the server’s Finished where early data was taken, and nowhere else', () => {
    const { session } = handshake({}, accepting).client.event('session')!
    const early = { session, earlyData: true } as const
    expect(said(early, accepting).slice(-4)).toEqual(['>end_of_early_data', '>finished', ...TICKETS])
    expect(said(early, accepting)).not.toContain('<certificate')
    expect(said(early, { ...accepting, antiReplay: () => false })).not.toContain('>end_of_early_data')
  })

  test('RFC 9846 B #1: no message of another version, no type that is reserved', () => {
    const allowed = new Set<number>([1, 2, 4, 5, 8, 11, 13, 15, 20, 24])
    const seen: number[] = []
    const onMessage: ClientConfig['onMessage'] = (_direction, type, bytes) => {
      if (type === Type.handshake) seen.push(bytes[0])
    }
    const able = { onMessage, postHandshakeAuth: true, credentials: [credential('client')], keyShares: [] }
    const pair = handshake(able, { requestCertificate: true })
    pair.server.tls.requestClientCertificate()
    pair.client.tls.updateKeys({ requestPeer: true })
    pump(pair)
    expect(seen.length).toBeGreaterThan(15)
    expect(seen.filter((type) => !allowed.has(type))).toEqual([])
  })
})

describe('what stands in which record', () => {
  test('RFC 9846 §5 #4: the four types of the protocol, and none besides', () => {
    const pair = connect(clientConfig(), serverConfig())
    pair.client.tls.write(utf8('data'))
    const { toServer, toClient } = pump(pair)
    pair.client.tls.close()
    const types = recordTypes(join([toServer, toClient, pump(pair).toServer]))
    expect([...new Set(types)].sort()).toEqual([
      ContentType.change_cipher_spec,
      ContentType.handshake,
      ContentType.application_data,
    ])
  })

  test('RFC 9846 §2 #2, RFC 9846 §5.1 #18: what is written at once waits for the Finished, and goes out protected', () => {
    const pair = connect(clientConfig(), serverConfig())
    pair.client.tls.write(utf8('from the client'))
    pair.server.tls.write(utf8('from the server'))
    const hello = join(pair.client.tls.takeOutput())
    expect(recordTypes(hello)).toEqual([ContentType.handshake])
    expect(Buffer.from(hello).includes('from the client')).toBe(false)
    pair.server.tls.receive(hello)
    const { toServer, toClient } = pump(pair)
    for (const end of [pair.client, pair.server]) {
      expect(end.types.indexOf('secure')).toBeGreaterThanOrEqual(0)
      expect(end.types.indexOf('data')).toBeGreaterThan(end.types.indexOf('secure'))
    }
    for (const bytes of [toServer, toClient]) expect(Buffer.from(bytes).includes('from the')).toBe(false)
    expect([pair.server.text, pair.client.text]).toEqual(['from the client', 'from the server'])
  })

  test('RFC 9846 §4.5.3 #3, RFC 9846 §5.1 #5, #7: each change of keys has its records, read with those keys alone', () => {
    // Every message in a record of its own or packed, no record is opened by any key but the one of its place: a peer that
    // changes its keys a record too late or too early is not understood.
    const late = client((raw, type, evil) => {
      if (type !== Message.finished) return undefined
      evil.trailing = message(Message.new_session_ticket, new Uint8Array(0))
      return raw
    })
    expect(late.victim.event('error')?.error).toMatchObject({ reason: 'NOT_ON_RECORD_BOUNDARY' })
    // Ours keep to it, however much goes out in one call.
    const { session } = handshake({}, accepting).client.event('session')!
    const pair = connect(clientConfig({ session, earlyData: true }), serverConfig(accepting))
    pair.client.tls.writeEarly(utf8('early'))
    pair.client.tls.write(utf8('late'))
    pair.client.tls.updateKeys()
    pump(pair)
    pair.client.tls.updateKeys()
    pair.client.tls.write(utf8('later'))
    pump(pair)
    expect(pair.server.event('error')?.error).toBeUndefined()
    expect(pair.server.text).toBe('earlylatelater')
  })

  test('RFC 9846 §5.1 #8, #15: no record without content, none over 2^14 bytes', () => {
    const pair = handshake({ middleboxCompatibility: false })
    pair.client.tls.write(new Uint8Array(0))
    expect(pump(pair).toServer).toHaveLength(0)
    pair.client.tls.write(new Uint8Array(40_000))
    const { toServer } = pump(pair)
    const lengths: number[] = []
    for (let at = 0; at < toServer.length; at += 5 + lengths.at(-1)!)
      lengths.push((toServer[at + 3] << 8) | toServer[at + 4])
    expect(lengths).toEqual([16384 + 17, 16384 + 17, 40_000 - 2 * 16384 + 17])
  })
})

describe('what comes at the wrong time', () => {
  rows([
    [
      'RFC 9846 §4.6 #3: EndOfEarlyData from a server',
      () =>
        client((raw, type) =>
          type === Message.finished ? [message(Message.end_of_early_data, new Uint8Array(0)), raw] : undefined,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.6 #3: EndOfEarlyData from a server, after the handshake',
      () =>
        afterwards(client(), (evil) =>
          evil.record(Type.handshake, message(Message.end_of_early_data, new Uint8Array(0))),
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.7.3 #1: a KeyUpdate in front of the server’s Finished',
      () =>
        client((raw, type) =>
          type === Message.finished ? [message(Message.key_update, Uint8Array.of(0)), raw] : undefined,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.7.3 #1: a KeyUpdate in front of the client’s Finished',
      () =>
        server((raw, type) =>
          type === Message.finished ? [message(Message.key_update, Uint8Array.of(0)), raw] : undefined,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §5.1 #3: data between the two records of a message',
      () =>
        afterwards(client(), (evil) => {
          evil.record(Type.handshake, Uint8Array.of(Message.key_update, 0, 0))
          evil.record(Type.application_data, utf8('in between'))
        }),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'RFC 9846 §4.2.4 #8: a suite in a HelloRetryRequest that was not offered',
      () =>
        client(
          on(Message.server_hello, (raw) => {
            const copy = raw.slice()
            copy.set([0x13, 0x05], 71)
            return copy
          }),
          {},
          { cookie: true },
        ),
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
    ],
  ])
})

describe('a HelloRetryRequest', () => {
  test('RFC 9846 §4.2.3 #11, RFC 9846 §4.2.4 #4, #7, RFC 9846 §4.3.1 #11: is known by its Random, and answered with the changes it asks for', () => {
    const hellos: Uint8Array[] = []
    const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
      if (type === Type.handshake && direction === 'write' && bytes[0] === Message.client_hello)
        hellos.push(bytes.slice())
    }
    const pair = handshake({ onMessage, groups: ['x25519', 'secp384r1'] }, { groups: ['secp384r1'], cookie: true })
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(hellos).toHaveLength(2)
    expect(pair.client.tls.group).toBe('secp384r1')
  })

  test('RFC 9846 §4.2.4 #9: the suite it names is the one that is used', () => {
    const suites: number[] = []
    const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
      if (type === Type.handshake && direction === 'read' && bytes[0] === Message.server_hello)
        suites.push((bytes[71] << 8) | bytes[72])
    }
    for (const cipherSuites of [[0x1301], [0x1302], [0x1303], [0x1302, 0x1301]] as const) {
      suites.length = 0
      const pair = handshake({ onMessage }, { cookie: true, cipherSuites: [...cipherSuites] })
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(suites).toHaveLength(2)
      expect(suites[0]).toBe(suites[1])
    }
  })
})

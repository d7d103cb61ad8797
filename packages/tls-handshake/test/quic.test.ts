import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import { HandshakeType } from '../src/messages/handshake-message.ts'
import {
  Alert,
  clientCertificates,
  earlyData,
  nextPacketSecret,
  packetKeys,
  preSharedKeys,
  type QuicClientConfig,
  type QuicConnection,
  type QuicEvent,
  type QuicLevel,
  type QuicSecret,
  type QuicServerConfig,
  quicClient,
  quicServer,
  type Session,
} from '../src/quic.ts'
import { credential, parserFor } from './harness/credentials.ts'
import { addExtension, on, removeExtension, setExtension, withBody } from './harness/edit.ts'
import { Ext, Message } from './harness/names.ts'
import { clientConfig, serverConfig, utf8 } from './harness/pair.ts'
import { expectAlert, server as tlsServer } from './harness/victim.ts'

/** TLS as QUIC uses it (RFC 9001). */

const PARAMETERS = 57
const h3 = { alpnProtocols: [utf8('h3')] }
const ours = Uint8Array.of(1, 2, 0x40, 0x64)
const theirs = Uint8Array.of(4, 1, 9)

const forClient = (more: Partial<QuicClientConfig> = {}): QuicClientConfig => ({
  ...clientConfig(),
  ...h3,
  transportParameters: ours,
  ...more,
})
const forServer = (more: Partial<QuicServerConfig> = {}): QuicServerConfig => ({
  ...serverConfig(),
  ...h3,
  transportParameters: theirs,
  ...more,
})
const everyPart = [clientCertificates, earlyData, preSharedKeys]

/** One end and what it has told. */
class Side {
  readonly events: QuicEvent[] = []
  readonly said: QuicLevel[] = []
  constructor(readonly tls: QuicConnection) {}

  secret(direction: 'read' | 'write', level: QuicSecret['level']): QuicSecret | undefined {
    return this.events.find(
      (event): event is QuicSecret => event.type === 'secret' && event.direction === direction && event.level === level,
    )
  }

  event<T extends QuicEvent['type']>(type: T) {
    return this.events.find((event): event is Extract<QuicEvent, { type: T }> => event.type === type)
  }

  get types(): string[] {
    return this.events.map((event) => (event.type === 'secret' ? `${event.direction} ${event.level}` : event.type))
  }
}

type Tamper = (message: Uint8Array, type: number) => Uint8Array | readonly Uint8Array[] | null | undefined

interface Carried {
  readonly client: Side
  readonly server: Side
}

/** A transport of the least kind: in order, nothing is lost. @param pieces so many bytes a frame */
function carry(client: Side, server: Side, tamper?: { client?: Tamper; server?: Tamper }, pieces = 1 << 20): Carried {
  const move = (from: Side, to: Side, edit?: Tamper): boolean => {
    from.events.push(...from.tls.takeEvents())
    const output = from.tls.takeOutput()
    for (const { level, bytes } of output) {
      from.said.push(level)
      const edited = edit?.(bytes, bytes[0])
      const sent =
        edited === undefined ? [bytes] : edited === null ? [] : edited instanceof Uint8Array ? [edited] : edited
      for (const message of sent) {
        for (let at = 0; at < message.length; at += pieces) {
          const frame = message.slice(at, at + pieces)
          to.tls.receive(level, frame)
          frame.fill(0)
        }
      }
    }
    return output.length > 0
  }
  while (move(client, server, tamper?.client) || move(server, client, tamper?.server)) {}
  client.events.push(...client.tls.takeEvents())
  server.events.push(...server.tls.takeEvents())
  return { client, server }
}

function converse(
  client: Partial<QuicClientConfig> = {},
  server: Partial<QuicServerConfig> = {},
  tamper?: { client?: Tamper; server?: Tamper },
  pieces?: number,
): Carried {
  return carry(
    new Side(quicClient(forClient(client), ...everyPart)),
    new Side(quicServer(forServer(server))),
    tamper,
    pieces,
  )
}

function expectSecretsAgree({ client, server }: Carried, ...levels: QuicSecret['level'][]): void {
  for (const level of levels) {
    for (const [one, other] of [
      [client.secret('write', level), server.secret('read', level)],
      [server.secret('write', level), client.secret('read', level)],
    ]) {
      if (level === 'early' && one === undefined) continue
      expect(one!.secret.some((byte) => byte !== 0)).toBe(true)
      expect([...one!.secret], level).toEqual([...other!.secret])
      expect(one!.cipherSuite).toBe(other!.cipherSuite)
    }
  }
}

describe.each([nodeProvider, portableProvider])('$name', (provider) => {
  const both = { provider, parseCertificate: parserFor(provider) }

  test.each([[1], [7], [1 << 20]])('a handshake, %i bytes a frame', (pieces) => {
    const pair = converse(both, { ...both, credentials: [credential('p256', provider)] }, undefined, pieces)
    const { client, server } = pair
    expect(client.tls.error ?? server.tls.error).toBeUndefined()
    expect([client.tls.handshakeComplete, server.tls.handshakeComplete]).toEqual([true, true])
    expect(client.types.slice(0, 7)).toEqual([
      'read handshake',
      'write handshake',
      'transportParameters',
      'write application',
      'read application',
      'secure',
      'session',
    ])
    expect(server.types).toEqual([
      'transportParameters',
      'write handshake',
      'write application',
      'read handshake',
      'read application',
      'secure',
      'sessionIssued',
      'sessionIssued',
    ])
    expect(client.said).toEqual(['initial', 'handshake'])
    expect(server.said).toEqual(['initial', ...new Array(4).fill('handshake'), 'application', 'application'])
    expectSecretsAgree(pair, 'handshake', 'application')
    expect(client.tls.peerTransportParameters).toEqual(theirs)
    expect(server.tls.peerTransportParameters).toEqual(ours)
    expect(client.tls.alpnProtocol).toEqual(utf8('h3'))
    expect(client.tls.exportKeyingMaterial('label', 32)).toEqual(server.tls.exportKeyingMaterial('label', 32))
  })

  test('packet keys (RFC 9001 appendix A)', () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
    const aes = {
      secret: hex('c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea'),
      aead: provider.aeads['aes-128-gcm']!,
      hash: provider.hashes.sha256!,
    }
    expect(packetKeys(aes)).toEqual({
      key: hex('1f369613dd76d5467730efcbe3b1a22d'),
      iv: hex('fa044b2f42a3fd3b46fb255c'),
      hp: hex('9f50449e04a0e810283a1e9933adedd2'),
    })
    const chacha = {
      ...aes,
      secret: hex('9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b'),
      aead: provider.aeads['chacha20-poly1305']!,
    }
    expect(packetKeys(chacha)).toEqual({
      key: hex('c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8'),
      iv: hex('e0459b3474bdd0e44a41c144'),
      hp: hex('25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4'),
    })
    expect(nextPacketSecret(chacha)).toEqual(hex('1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9'))
  })
})

describe('what is not said over QUIC', () => {
  test('a legacy_session_id, ChangeCipherSpec', () => {
    const client = quicClient(forClient())
    const [{ level, bytes }] = client.takeOutput()
    expect([level, bytes[38]]).toEqual(['initial', 0])
    const retried = converse({ groups: ['x25519', 'secp256r1'], keyShares: ['x25519'] }, { groups: ['secp256r1'] })
    expect(retried.client.tls.helloRetried).toBe(true)
    expect(retried.client.tls.handshakeComplete).toBe(true)
    expect(retried.client.said).toEqual(['initial', 'initial', 'handshake'])
  })

  test('quic_transport_parameters to a server by records (RFC 9001 §8.2)', () => {
    expectAlert(
      tlsServer(on(Message.client_hello, (raw) => addExtension(raw, PARAMETERS, ours))),
      'unsupported_extension',
      'UNEXPECTED_EXTENSION',
    )
  })
})

describe('early data', () => {
  const answering = (more: Partial<QuicServerConfig> = {}) =>
    forServer({
      maxEarlyData: 1,
      antiReplay: () => true,
      ticketKeys: tickets,
      earlyDataContext: utf8('settings 1'),
      ...more,
    })
  const tickets = {
    seal: (session: Uint8Array) => session.slice(),
    open: (ticket: Uint8Array) => ({ session: ticket.slice(), renew: false }),
  }
  const sessionOf = (more: Partial<QuicServerConfig> = {}): Session => {
    const { client } = carry(new Side(quicClient(forClient(), ...everyPart)), new Side(quicServer(answering(more))))
    return client.event('session')!.session
  }
  const again = (session: Session, server: Partial<QuicServerConfig> = {}, client: Partial<QuicClientConfig> = {}) =>
    carry(
      new Side(quicClient(forClient({ session, earlyData: true, ...client }), ...everyPart)),
      new Side(quicServer(answering(server))),
    )

  test('is taken', () => {
    const session = sessionOf()
    expect(session.maxEarlyData).toBe(0xffffffff)
    const pair = again(session)
    const { client, server } = pair
    expect(client.tls.error ?? server.tls.error).toBeUndefined()
    expect([client.tls.resumed, client.tls.earlyDataAccepted, server.tls.earlyDataAccepted]).toEqual([true, true, true])
    expect(client.types[0]).toBe('write early')
    expectSecretsAgree(pair, 'early', 'handshake', 'application')
    // No EndOfEarlyData (RFC 9001 §8.3).
    expect(client.said).toEqual(['initial', 'handshake'])
  })

  test.each([
    ['under other settings', { earlyDataContext: utf8('settings 2') }, 'quic_parameter_mismatch'],
    ['a replay', { antiReplay: () => false }, 'replay'],
    ['of a server that takes none', { maxEarlyData: 0 }, 'disabled'],
  ])('is rejected: %s', (_why, more, reason) => {
    const { client, server } = again(sessionOf(), more)
    expect(client.tls.error ?? server.tls.error).toBeUndefined()
    expect(server.tls.earlyDataReason).toBe(reason)
    expect(client.event('earlyData')).toEqual({ type: 'earlyData', accepted: false })
    expect(server.secret('read', 'early')).toBeUndefined()
    expect(client.tls.handshakeComplete).toBe(true)
  })

  test('is not offered by a ticket that QUIC did not give', () => {
    const { client } = again({ ...sessionOf(), maxEarlyData: 14336 })
    expect(client.secret('write', 'early')).toBeUndefined()
    expect(client.tls.earlyDataReason).toBe('unsupported_for_session')
  })

  test('a HelloRetryRequest ends it', () => {
    const groups = ['secp256r1'] as const
    const { client, server } = again(sessionOf({ groups }), { groups }, { keyShares: ['x25519'] })
    expect(client.tls.error ?? server.tls.error).toBeUndefined()
    expect(client.tls.helloRetried).toBe(true)
    expect(client.event('earlyData')).toEqual({ type: 'earlyData', accepted: false })
  })
})

describe('a peer that breaks the rules', () => {
  const fails = (side: Side, code: number, reason: string) => {
    expect(side.events.at(-1)).toMatchObject({ type: 'error', code, error: { reason } })
    expect(side.tls.error).toMatchObject({ reason })
    expect(side.tls.handshakeComplete).toBe(false)
  }
  const crypto = (alert: number) => 0x100 + alert

  test.each<[string, Tamper, number, string]>([
    [
      'no transport parameters',
      on(Message.client_hello, (raw) => removeExtension(raw, PARAMETERS)),
      crypto(Alert.missing_extension),
      'MISSING_EXTENSION',
    ],
    [
      'no ALPN',
      on(Message.client_hello, (raw) => removeExtension(raw, Ext.alpn)),
      crypto(Alert.no_application_protocol),
      'NO_APPLICATION_PROTOCOL',
    ],
    [
      'another protocol',
      on(Message.client_hello, (raw) => setExtension(raw, Ext.alpn, Uint8Array.of(0, 3, 2, 104, 50))),
      crypto(Alert.no_application_protocol),
      'NO_APPLICATION_PROTOCOL',
    ],
    [
      'no TLS 1.3',
      on(Message.client_hello, (raw) => setExtension(raw, Ext.supported_versions, Uint8Array.of(2, 3, 3))),
      crypto(Alert.protocol_version),
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'a legacy_session_id',
      on(Message.client_hello, (raw) => withBody(raw, Uint8Array.from([...raw.slice(4, 38), 1, 7, ...raw.slice(39)]))),
      0x0a,
      'UNEXPECTED_COMPATIBILITY_MODE',
    ],
    [
      'bytes behind the ClientHello',
      on(Message.client_hello, (raw) => Uint8Array.from([...raw, 1])),
      crypto(Alert.unexpected_message),
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'a message that is too long',
      on(Message.client_hello, () => Uint8Array.of(1, 255, 255, 255)),
      crypto(Alert.illegal_parameter),
      'EXCESSIVE_MESSAGE_SIZE',
    ],
    [
      'an EndOfEarlyData',
      on(Message.finished, () => Uint8Array.of(HandshakeType.end_of_early_data, 0, 0, 0)),
      crypto(Alert.unexpected_message),
      'UNEXPECTED_MESSAGE',
    ],
  ])('a client: %s', (_what, tamper, code, reason) => {
    fails(converse({}, {}, { client: tamper }).server, code, reason)
  })

  test.each<[string, Tamper, number, string]>([
    [
      'no transport parameters',
      on(Message.encrypted_extensions, (raw) => removeExtension(raw, PARAMETERS)),
      crypto(Alert.missing_extension),
      'MISSING_EXTENSION',
    ],
    [
      'no ALPN',
      on(Message.encrypted_extensions, (raw) => removeExtension(raw, Ext.alpn)),
      crypto(Alert.no_application_protocol),
      'NO_APPLICATION_PROTOCOL',
    ],
    [
      'a second ServerHello',
      on(Message.server_hello, (raw) => Uint8Array.from([...raw, ...raw])),
      crypto(Alert.unexpected_message),
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'a wrong signature',
      on(Message.certificate_verify, (raw) =>
        withBody(raw, Uint8Array.from([...raw.slice(4, 8), ...new Uint8Array(raw.length - 8)])),
      ),
      crypto(Alert.decrypt_error),
      'BAD_SIGNATURE',
    ],
  ])('a server: %s', (_what, tamper, code, reason) => {
    fails(converse({}, {}, { server: tamper }).client, code, reason)
  })

  test('handshake bytes at another level', () => {
    for (const level of ['early', 'handshake', 'application'] as const) {
      const server = new Side(quicServer(forServer()))
      server.tls.receive(level, Uint8Array.of(1))
      server.events.push(...server.tls.takeEvents())
      fails(server, 0x0a, 'WRONG_ENCRYPTION_LEVEL_RECEIVED')
    }
    const { client } = converse()
    client.tls.receive('handshake', Uint8Array.of(8))
    expect(client.tls.takeEvents().at(-1)).toMatchObject({ type: 'error', code: 0x0a })
  })

  test('a KeyUpdate, a CertificateRequest (RFC 9001 §6, §4.4)', () => {
    for (const type of [HandshakeType.key_update, HandshakeType.certificate_request]) {
      const { client } = converse()
      client.tls.receive('application', Uint8Array.of(type, 0, 0, 1, 0))
      expect(client.tls.takeEvents()).toMatchObject([{ type: 'error', code: 0x10a }])
    }
  })

  test('a ticket that limits early data in bytes (RFC 9001 §4.6.1)', () => {
    const { client } = converse(
      {},
      {},
      {
        server: on(Message.new_session_ticket, (raw) => addExtension(raw, Ext.early_data, Uint8Array.of(0, 0, 64, 0))),
      },
    )
    expect(client.events.at(-1)).toMatchObject({ type: 'error', code: 0x0a })
  })
})

describe('hooks', () => {
  test('may answer with a promise, and what comes meanwhile waits', async () => {
    let woken = 0
    const later = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)))
    const client = new Side(quicClient(forClient({ verifyPeer: () => later({ ok: true }) }), ...everyPart))
    const server = new Side(quicServer(forServer({ onClientHello: () => later(undefined) })))
    client.tls.onWake = server.tls.onWake = () => woken++
    while (!(client.tls.handshakeComplete && server.tls.handshakeComplete)) {
      carry(client, server)
      expect(client.tls.error ?? server.tls.error).toBeUndefined()
      await later(0)
    }
    expect(woken).toBe(2)
  })

  test('what waits is limited: CRYPTO frames have no flow control', () => {
    const server = quicServer(forServer({ onClientHello: () => new Promise(() => {}), limits: { pendingInput: 1000 } }))
    const [{ bytes }] = quicClient(forClient()).takeOutput()
    server.receive('initial', bytes)
    expect(server.waiting).toBe('clientHello')
    for (let i = 0; i < 3; i++) server.receive('initial', new Uint8Array(500))
    expect(server.takeEvents().at(-1)).toMatchObject({ type: 'error', code: 0x0d })
  })

  test('only yes is yes', () => {
    for (const verdict of [undefined, { ok: false }, { ok: 1 }, true]) {
      const { client } = converse({ verifyPeer: () => verdict as never })
      expect(client.events.at(-1)).toMatchObject({ type: 'error', code: 0x100 + Alert.bad_certificate })
    }
  })

  test('messages are told', () => {
    const seen: string[] = []
    converse({ onMessage: (direction, type, bytes) => seen.push(`${direction} ${type} ${bytes[0]}`) })
    expect(seen).toEqual([
      'write 22 1',
      ...[2, 8, 11, 15, 20].map((type) => `read 22 ${type}`),
      'write 22 20',
      'read 22 4',
      'read 22 4',
    ])
  })
})

describe('options', () => {
  test.each<[string, object, string]>([
    ['no transport parameters', { transportParameters: undefined }, 'INVALID_ARGUMENT'],
    ['transport parameters that are text', { transportParameters: 'max_data' }, 'INVALID_ARGUMENT'],
    ['a misspelt name', { transportParameter: ours }, 'INVALID_ARGUMENT'],
    ['no ALPN', { alpnProtocols: [] }, 'NO_APPLICATION_PROTOCOL'],
    ['TLS 1.2', { versions: [0x0303, 0x0304] }, 'NO_PROTOCOLS_AVAILABLE'],
    ['no version', { versions: [] }, 'NO_PROTOCOLS_AVAILABLE'],
    ['a limit of records', { recordSizeLimit: 1000 }, 'INVALID_ARGUMENT'],
    ['padding of records', { padding: () => 1 }, 'INVALID_ARGUMENT'],
    ['NaN', { maxSendFragment: Number.NaN }, 'INVALID_ARGUMENT'],
  ])('%s', (_what, more, reason) => {
    for (const make of [() => quicClient(forClient(more)), () => quicServer(forServer(more))]) {
      expect(make).toThrow(expect.objectContaining({ reason, blame: 'config' }))
    }
  })

  test('what a client must not', () => {
    for (const more of [
      { postHandshakeAuth: true },
      { middleboxCompatibility: true },
      { maxFragmentLength: 512 as const },
    ]) {
      expect(() => quicClient(forClient(more), ...everyPart)).toThrow(/no meaning in QUIC/)
    }
    expect(() => quicClient(forClient({ earlyData: true }))).toThrow(/earlyData/)
  })

  test('what is received must be bytes of a level', () => {
    const client = quicClient(forClient())
    expect(() => client.receive('0-rtt' as never, new Uint8Array(1))).toThrow(/level/)
    expect(() => client.receive('initial', 'bytes' as never)).toThrow(/Uint8Array/)
  })
})

/** Extensions of TLS up to 1.2, and of both: what their RFCs ask beside what the other files of this folder break. */
import { describe, expect, test } from 'vitest'
import type { ClientConfig, ServerConfig } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import { addExtension, extensionBody, extensionsOf, on, setExtension, u16, withBody } from '../harness/edit.ts'
import { ANY_VERSION, client12, handshake12, server12, suite, USUAL } from '../harness/legacy.ts'
import { Ext, Message } from '../harness/names.ts'
import { clientConfig, connect, handshake, join, type Pair, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import * as victim from '../harness/victim.ts'

const DHE = suite(0x009e)
const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }

/** Extensions of the first messages of a type that a side writes. */
function written(type: number): { types: () => number[]; onMessage: ClientConfig['onMessage']; raw: Uint8Array[] } {
  const raw: Uint8Array[] = []
  return {
    raw,
    types: () => extensionsOf(raw[0]).map(([id]) => id),
    onMessage: (direction, contentType, bytes) => {
      if (direction === 'write' && contentType === 22 && bytes[0] === type) raw.push(bytes.slice())
    },
  }
}

describe('the extended main secret (RFC 7627)', () => {
  test('RFC 7627 §5.2 #1, #2, #4, #6, RFC 7627 §5.1 #1: asked for always, answered where it was, and the keys are by it', () => {
    const hello = written(Message.client_hello)
    const answer = written(Message.server_hello)
    const pair = handshake12({ onMessage: hello.onMessage }, { onMessage: answer.onMessage })
    expect(hello.types()).toContain(Ext.extended_main_secret)
    expect(answer.types()).toContain(Ext.extended_main_secret)
    expect(pair.server.tls.extendedMasterSecret).toBe(true)
    for (const side of ['client', 'server'] as const) {
      const none = written(Message.server_hello)
      const off = { extendedMasterSecret: false }
      const plain = handshake12(side === 'client' ? off : {}, {
        ...(side === 'server' && off),
        onMessage: none.onMessage,
      })
      expect(none.types()).not.toContain(Ext.extended_main_secret)
      expect([plain.client.tls.extendedMasterSecret, plain.server.tls.extendedMasterSecret]).toEqual([false, false])
      // Both derive the same, the one of RFC 5246.
      expect(plain.server.tls.handshakeComplete).toBe(true)
    }
  })

  test('RFC 7627 §5.3 #3, #4, #8: a session that was made without it is not resumed with it', () => {
    const { session } = handshake12({ extendedMasterSecret: false }, { ticketKeys: open }).client.event('session')!
    const hello = written(Message.client_hello)
    const pair = handshake12({ session, onMessage: hello.onMessage }, { ticketKeys: open })
    expect(hello.types()).toContain(Ext.extended_main_secret)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect([pair.client.tls.resumed, pair.client.tls.extendedMasterSecret]).toEqual([false, true])
    const kept = handshake12({}, { ticketKeys: open }).client.event('session')!.session
    const answer = written(Message.server_hello)
    const resumed = handshake12({ session: kept }, { ticketKeys: open, onMessage: answer.onMessage })
    expect(resumed.client.tls.resumed).toBe(true)
    expect(answer.types()).toContain(Ext.extended_main_secret)
  })
})

test('RFC 7366 §2 #1: encrypt_then_mac has number 22 and nothing in it', () => {
  const hello = written(Message.client_hello)
  const answer = written(Message.server_hello)
  handshake12({ onMessage: hello.onMessage }, { onMessage: answer.onMessage }, { of: ANY_VERSION })
  for (const { raw } of [hello, answer]) expect([...extensionBody(raw[0], 22)]).toEqual([])
})

describe('ALPN (RFC 7301)', () => {
  test('RFC 7301 §3.1 #2, #3: a list of names, each whole', () => {
    const hello = written(Message.client_hello)
    handshake12({ alpnProtocols: [utf8('h2'), utf8('x'.repeat(255))], onMessage: hello.onMessage })
    const body = extensionBody(hello.raw[0], Ext.alpn)
    expect([...body.subarray(0, 6)]).toEqual([1, 3, 2, 104, 50, 255])
    expect(body).toHaveLength(2 + 3 + 256)
    expect(() => handshake12({ alpnProtocols: [utf8('')] })).toThrow(/alpnProtocols/)
    expect(() => handshake12({ alpnProtocols: [utf8('x'.repeat(256))] })).toThrow(/alpnProtocols/)
  })

  test('RFC 7301 §3.2 #3, #4: what was chosen stays', () => {
    const freely = { renegotiation: 'freely' } as const
    const pair = handshake12(
      { ...freely, alpnProtocols: [utf8('a'), utf8('b')] },
      { ...freely, alpnProtocols: [utf8('b')] },
    )
    const chosen = () => [pair.client.tls.alpnProtocol, pair.server.tls.alpnProtocol]
    expect(chosen()).toEqual([utf8('b'), utf8('b')])
    pair.client.tls.renegotiate()
    pump(pair)
    expect(pair.server.tls.renegotiations).toBe(1)
    expect(chosen()).toEqual([utf8('b'), utf8('b')])
  })
})

describe('finite fields (RFC 7919)', () => {
  /** A server of DHE whose client says something else of groups. */
  const dhe = (ours: Partial<ServerConfig>, theirs: Partial<ClientConfig> = {}) =>
    handshake({ ...client12(DHE, 0x0303), ...theirs }, { ...server12(DHE, 0x0303), ...ours })

  test('RFC 7919 §3 #1, #4: one list holds curves and finite fields, of which each can be used', () => {
    const hello = written(Message.client_hello)
    const groups = ['x25519', 'ffdhe2048', 'ffdhe3072'] as const
    const pair = handshake({ groups: [...groups], onMessage: hello.onMessage }, { groups: ['ffdhe3072'] })
    expect([...extensionBody(hello.raw[0], Ext.supported_groups)]).toEqual([0, 6, 0, 29, 1, 0, 1, 1])
    expect(pair.client.tls.group).toBe('ffdhe3072')
  })

  test('RFC 7919 §4 #5, #6: the group is one of the client’s', () => {
    const bits = (groups: readonly ('ffdhe2048' | 'ffdhe3072' | 'ffdhe4096')[]) =>
      dhe({}, { groups: [...groups], rewriteClientHello: (raw) => raw }).client.tls.peer?.dhInfo?.bits
    const of = (...ids: number[]) =>
      dhe(
        {},
        {
          rewriteClientHello: (raw) =>
            setExtension(raw, Ext.supported_groups, join([u16(2 * ids.length), u16(...ids)])),
        },
      ).client.tls.peer?.dhInfo?.bits
    expect(bits(['ffdhe2048'])).toBe(2048)
    expect(of(257)).toBe(3072)
    expect(of(258, 257)).toBe(3072)
    expect(of(23)).toBe(2048)
  })

  test('RFC 7919 §4 #7: a group alone asks for no suite', () => {
    const pair = handshake(
      {
        ...client12(USUAL, 0x0303),
        rewriteClientHello: (raw) => setExtension(raw, Ext.supported_groups, join([u16(4), u16(256, 23)])),
      },
      { ...server12(USUAL, 0x0303), cipherSuites: [DHE.id, USUAL.id] },
    )
    expect(pair.client.tls.cipherSuite).toBe(USUAL.id)
  })

  const shares = [
    ['zero', Uint8Array.of(0)],
    ['one', Uint8Array.of(1)],
    ['of the bytes of p, and more than it', new Uint8Array(256).fill(255)],
  ] as const
  rows(
    shares.flatMap(([name, share]) => [
      [
        `RFC 7919 §4 #10, #11, RFC 7919 §5.1 #1: a client’s share that is ${name}`,
        () =>
          victim.server(
            on(Message.client_key_exchange, (raw) => withBody(raw, join([u16(share.length), share]))),
            server12(DHE, 0x0303),
            client12(DHE, 0x0303),
          ),
        'handshake_failure',
        'BAD_ECPOINT',
      ] as const,
    ]),
  )

  test.each(shares)('RFC 7919 §3 #7, #8, RFC 7919 §5.1 #1: a server’s share that is %s', async (_name, share) => {
    // Signed as it is: the server's own provider gives it out.
    const config = server12(DHE, 0x0303)
    const provider = config.provider!
    const group = provider.groups.ffdhe2048!
    const bad = {
      ...provider,
      groups: { ...provider.groups, ffdhe2048: { ...group, initiate: () => ({ ...group.initiate(), share }) } },
    } as typeof provider
    const { victim: end } = victim.client(undefined, client12(DHE, 0x0303), { ...config, provider: bad })
    expect(end.event('error')?.error).toMatchObject({ alert: 40, reason: 'BAD_ECPOINT' })
  })

  test('RFC 7919 §3.1 #2: a prime below 768 bits is refused, whatever the configuration allows', () => {
    const p = Uint8Array.from(Buffer.from(`${'f'.repeat(126)}c7`, 'hex'))
    const { victim: end } = victim.client(
      undefined,
      { ...client12(DHE, 0x0303), minDhBits: 0 },
      { ...server12(DHE, 0x0303), dhParameters: { p, g: Uint8Array.of(2) } },
    )
    expect(end.event('error')?.error).toMatchObject({ reason: 'DH_KEY_TOO_SMALL', alert: 71 })
  })

  test('RFC 7919 §8.9 #2: no False Start with a finite field', () => {
    const pair: Pair = handshake({ ...client12(DHE, 0x0303), falseStart: 'without-alpn' }, server12(DHE, 0x0303))
    expect(pair.client.types).toContain('secure')
    const early = pair.client.types.indexOf('data')
    expect(early).toBe(-1)
  })
})

describe('record_size_limit (RFC 8449)', () => {
  test('RFC 8449 §4 #2, #8: what is announced is from 64 to the most of the version', () => {
    expect(() => handshake({ recordSizeLimit: 63 })).toThrow(/recordSizeLimit/)
    expect(() => handshake({ recordSizeLimit: 16386 })).toThrow(/recordSizeLimit/)
    const limits = (versions: (0x0303 | 0x0304)[]) => {
      const hello = written(Message.client_hello)
      const answer = written(Message.server_hello)
      const rest = { versions, cipherSuites: [0x1301, USUAL.id], recordSizeLimit: 16385 }
      handshake(
        { ...client12(USUAL, 0x0303), ...rest, onMessage: hello.onMessage },
        { ...server12(USUAL, 0x0303), ...rest, versions: [0x0303], onMessage: answer.onMessage },
      )
      return [hello, answer].map(({ raw }) => [...extensionBody(raw[0], Ext.record_size_limit)])
    }
    expect(limits([0x0303])).toEqual([
      [0x40, 0],
      [0x40, 0],
    ])
    expect(limits([0x0304, 0x0303])).toEqual([
      [0x40, 1],
      [0x40, 0],
    ])
  })

  test('RFC 8449 §4 #3, #5: a higher one is no fault, and changes nothing', () => {
    const pair = handshake({
      recordSizeLimit: 16385,
      rewriteClientHello: (raw) => setExtension(raw, Ext.record_size_limit, Uint8Array.of(0xff, 0xff)),
    })
    pair.server.tls.write(new Uint8Array(40_000))
    const wire = join(pair.server.tls.takeOutput())
    for (let at = 0; at < wire.length; at += 5 + ((wire[at + 3] << 8) | wire[at + 4]))
      expect((wire[at + 3] << 8) | wire[at + 4]).toBeLessThanOrEqual(16384 + 17)
  })

  rows([
    [
      'RFC 8449 §4 #9: less than 64, of a client',
      () =>
        victim.server(
          on(Message.client_hello, (raw) => setExtension(raw, Ext.record_size_limit, Uint8Array.of(0, 63))),
          {},
          { recordSizeLimit: 100 },
        ),
      'illegal_parameter',
      'BAD_EXTENSION',
    ],
    [
      'RFC 8449 §4 #6: a record over what was announced',
      () =>
        victim.afterwards(victim.client(undefined, { recordSizeLimit: 100 }, { recordSizeLimit: 100 }), (evil) => {
          evil.writer.maxInner = 16385
          evil.record(23, new Uint8Array(101))
        }),
      'record_overflow',
      'DATA_LENGTH_TOO_LONG',
    ],
    [
      'RFC 8449 §5 #2: both in an answer',
      () =>
        victim.client(
          on(Message.encrypted_extensions, (raw) => addExtension(raw, 1, Uint8Array.of(1))),
          { recordSizeLimit: 100, maxFragmentLength: 512 },
          { recordSizeLimit: 100 },
        ),
      'illegal_parameter',
      'BAD_EXTENSION',
    ],
  ])

  test('RFC 8449 §4.1 #1: padding keeps within it', () => {
    const pair = handshake({ recordSizeLimit: 100 }, { padding: () => 1000 })
    pair.server.tls.write(utf8('x'))
    expect(join(pair.server.tls.takeOutput())).toHaveLength(5 + 100 + 16)
  })

  test('RFC 8449 §5 #1: of both in a hello it is the one that counts', () => {
    const sent = written(Message.encrypted_extensions)
    handshake({ recordSizeLimit: 1000, maxFragmentLength: 512 }, { onMessage: sent.onMessage })
    const types = extensionsOf(sent.raw[0]).map(([id]) => id)
    expect(types).toContain(Ext.record_size_limit)
    expect(types).not.toContain(1)
  })
})

describe('certificate compression (RFC 8879)', () => {
  const copy = (id: number) => ({
    id,
    compress: (bytes: Uint8Array) => bytes,
    decompress: (bytes: Uint8Array) => bytes.slice(),
  })

  test('RFC 8879 §3 #1, #2: a list of algorithms, of no use below TLS 1.3', () => {
    const hello = written(Message.client_hello)
    const pair = handshake(
      {
        ...client12(USUAL, 0x0303),
        versions: [0x0304, 0x0303],
        certificateCompression: [copy(1), copy(2)],
        onMessage: hello.onMessage,
      },
      { ...server12(USUAL, 0x0303), certificateCompression: [copy(2)] },
    )
    expect([...extensionBody(hello.raw[0], Ext.compress_certificate)]).toEqual([4, 0, 1, 0, 2])
    expect(pair.client.tls.version).toBe(0x0303)
    expect(pair.client.tls.handshakeComplete).toBe(true)
  })

  rows([
    [
      'RFC 8879 §4 #7: what cannot be decompressed',
      () =>
        victim.client(
          undefined,
          {
            certificateCompression: [
              {
                id: 1,
                decompress: () => {
                  throw new Error('no zlib stream')
                },
              },
            ],
          },
          { certificateCompression: [copy(1)] },
        ),
      'bad_certificate',
      'CERT_DECOMPRESSION_FAILED',
    ],
  ])
})

describe('server_name, max_fragment_length and status_request (RFC 6066)', () => {
  test('RFC 6066 §3 #2, #10, #15, RFC 6066 §1.1 #4: a name is acknowledged, and nothing in a session that is resumed', () => {
    const hello = written(Message.client_hello)
    const first = written(Message.server_hello)
    const shown = { ...server12(USUAL, 0x0303).credentials![0], ocspResponse: Uint8Array.of(0x30, 3, 10, 1, 6) }
    const server = { ticketKeys: open, credentials: [shown] }
    const asking = { requestOcsp: true, maxFragmentLength: 512 } as const
    const pair = handshake12({ ...asking, onMessage: hello.onMessage }, { ...server, onMessage: first.onMessage })
    expect([...extensionBody(hello.raw[0], Ext.server_name)]).toEqual([0, 12, 0, 0, 9, ...utf8('localhost')])
    expect([...extensionBody(hello.raw[0], Ext.status_request)]).toEqual([1, 0, 0, 0, 0])
    expect([...extensionBody(first.raw[0], Ext.server_name)]).toEqual([])
    expect([...extensionBody(first.raw[0], Ext.status_request)]).toEqual([])
    expect([...extensionBody(first.raw[0], 1)]).toEqual([1])
    const again = written(Message.server_hello)
    const { session } = pair.client.event('session')!
    const resumed = handshake12({ ...asking, session }, { ...server, onMessage: again.onMessage })
    expect(resumed.client.tls.resumed).toBe(true)
    expect(again.types()).not.toContain(Ext.server_name)
    expect(again.types()).not.toContain(Ext.status_request)
  })

  test('RFC 6066 §3 #14: another name resumes nothing', () => {
    const { session } = handshake12({}, { ticketKeys: open }).client.event('session')!
    const rewriteClientHello = (raw: Uint8Array) =>
      setExtension(raw, Ext.server_name, Uint8Array.of(0, 4, 0, 0, 1, 120))
    const pair = handshake12({ session, rewriteClientHello }, { ticketKeys: open })
    expect([pair.server.tls.handshakeComplete, pair.server.tls.resumed]).toEqual([true, false])
  })

  test('RFC 6066 §8 #2: a status request of another type is passed over', () => {
    const pair = handshake12({
      requestOcsp: true,
      rewriteClientHello: (raw) => setExtension(raw, Ext.status_request, Uint8Array.of(9, 1, 2, 3)),
    })
    expect(pair.server.tls.handshakeComplete).toBe(true)
  })

  const bad = [bytesOf(), bytesOf(0), bytesOf(0, 4), bytesOf(0, 9, 0, 0, 1, 97), bytesOf(0, 4, 0, 0xff, 0xff, 97)]
  rows([
    ...bad.map(
      (body) =>
        [
          `RFC 6066 §11.1 #2: server_name of ${body.length} bytes whose lengths are others`,
          () => victim.server(on(Message.client_hello, (raw) => setExtension(raw, Ext.server_name, body))),
          'decode_error',
          '',
        ] as const,
    ),
    [
      'RFC 6066 §4 #5: a length that there is none of',
      () =>
        victim.server(
          on(Message.client_hello, (raw) => setExtension(raw, 1, Uint8Array.of(5))),
          {},
          { maxFragmentLength: 512 },
        ),
      'illegal_parameter',
      'SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH',
    ],
    ...([0x0303, 0x0304] as const).map((version) => {
      const of12 = version === 0x0303
      const ours: Partial<ClientConfig> = of12 ? client12(ANY_VERSION, version) : {}
      const theirs: Partial<ServerConfig> = of12 ? server12(ANY_VERSION, version) : {}
      return [
        `RFC 6066 §4 #8: a record of version ${version & 15} that no record of 512 bytes can become, by its header alone`,
        () =>
          victim.afterwards(victim.client(undefined, { ...ours, maxFragmentLength: 512 }, theirs), (evil) =>
            evil.bytes(Uint8Array.of(23, 3, 3, 3, 0x60)),
          ),
        'record_overflow',
        'ENCRYPTED_LENGTH_TOO_LONG',
      ] as const
    }),
  ])

  test('RFC 6066 §4 #2, #4, #7: both sides cut their messages, from the first one on', () => {
    const pair = connect(
      clientConfig({ ...client12(USUAL, 0x0303), maxFragmentLength: 512, credentials: [credential('client')] }),
      serverConfig({ ...server12(USUAL, 0x0303), requestCertificate: true }),
    )
    const { toServer, toClient } = pump(pair)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    for (const wire of [toServer, toClient])
      for (let at = 0; at < wire.length; at += 5 + ((wire[at + 3] << 8) | wire[at + 4]))
        // The ClientHello goes before anything is agreed on.
        if (at > 0 || wire === toClient) expect((wire[at + 3] << 8) | wire[at + 4]).toBeLessThanOrEqual(512 + 24)
  })
})

function bytesOf(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

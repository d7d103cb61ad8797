import type { CryptoProvider } from '@x/crypto-primitives'
import { ffdheParameters } from '@x/crypto-primitives/groups'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { Alert } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import type { ProtocolVersion, Session, TlsConnection } from '../src/index.ts'
import {
  CIPHER_SUITES_12,
  type CipherSuite12,
  enabledSuites12,
  suiteFitsVersion,
} from '../src/registry/cipher-suites12.ts'
import { credential, type KeyKind, parserFor } from './harness/credentials.ts'
import { ANY_VERSION, client12, handshake12, MemoryStore, server12, suite, USUAL } from './harness/legacy.ts'
import {
  bytewise,
  clientConfig,
  connect,
  type Deliver,
  join,
  type Pair,
  pump,
  pumpAsync,
  serverConfig,
  utf8,
} from './harness/pair.ts'

const VERSIONS: readonly ProtocolVersion[] = [0x0301, 0x0302, 0x0303]
const versionName = (version: ProtocolVersion): string => `TLS 1.${version - 0x0301}`
const every = enabledSuites12(
  nodeProvider,
  CIPHER_SUITES_12.map(({ id }) => id),
)

function expectSecure({ client, server }: Pair): void {
  expect(client.event('error')?.error).toBeUndefined()
  expect(server.event('error')?.error).toBeUndefined()
  expect([client.tls.handshakeComplete, server.tls.handshakeComplete]).toEqual([true, true])
}

/** 20 kB each way: more than one record. */
function expectData(pair: Pair, deliver?: Deliver): void {
  const [up, down] = [nodeProvider.randomBytes(20_000), nodeProvider.randomBytes(20_000)]
  const { client, server } = pair
  const before = [client.data.length, server.data.length]
  client.tls.write(up)
  server.tls.write(down)
  pump(pair, deliver)
  expectSecure(pair)
  expect(Buffer.compare(server.data.subarray(before[1]), up)).toBe(0)
  expect(Buffer.compare(client.data.subarray(before[0]), down)).toBe(0)
}

function expectClosed(pair: Pair): void {
  pair.client.tls.close()
  pair.server.tls.close()
  pump(pair)
  expect(pair.client.types.at(-1)).toBe('closeNotify')
  expect(pair.server.types.at(-1)).toBe('closeNotify')
}

/** Renegotiates once for each side's wish. */
function expectRenegotiations(pair: Pair): void {
  for (const starts of [pair.client, pair.server]) {
    const before = pair.client.tls.renegotiations
    starts.tls.renegotiate()
    pump(pair)
    expectSecure(pair)
    expect([pair.client.tls.renegotiations, pair.server.tls.renegotiations]).toEqual([before + 1, before + 1])
    expectData(pair)
  }
}

const session = ({ client }: Pair): Session => client.event('session')!.session

describe.each(VERSIONS)('every suite of %i', (version) => {
  const suites = every.filter((candidate) => suiteFitsVersion(candidate, version))
  test.each(suites.map((one) => [one.name, one] as const))('%s', (_name, of: CipherSuite12) => {
    const store = new MemoryStore()
    const pair = handshake12(
      { renegotiation: 'freely' },
      { renegotiation: 'freely', sessionStore: store },
      { version, of },
    )
    expectSecure(pair)
    expect(pair.client.tls).toMatchObject({ version, cipherSuite: of.id, resumed: false, extendedMasterSecret: true })
    expectData(pair)
    expectRenegotiations(pair)
    expectClosed(pair)

    const ticket = session(pair)
    expect(ticket.ticket).toBeDefined()
    expect(ticket.secret).toHaveLength(48)
  })
})

test('Node has every kind of suite', () => {
  const kinds = new Set(every.map(({ keyExchange, authentication }) => `${keyExchange}/${authentication}`))
  expect(kinds.size).toBeGreaterThanOrEqual(10)
  expect(every.length).toBeGreaterThan(100)
})

describe.each(VERSIONS)('resumption in %i', (version) => {
  const options = { version, of: ANY_VERSION }
  test('by ticket', () => {
    const ticketKeys = {
      seal: (bytes: Uint8Array) => bytes,
      open: (bytes: Uint8Array) => ({ session: bytes, renew: false }),
    }
    const first = handshake12({}, { ticketKeys }, options)
    const second = handshake12({ session: session(first) }, { ticketKeys }, options)
    expectSecure(second)
    expect([second.client.tls.resumed, second.server.tls.resumed]).toEqual([true, true])
    expect(second.client.tls.peerCertificates).toEqual(credential('rsa').chain)
    expectData(second)
    // The ticket is good for more; a renewed one takes its place.
    const renewing = { ...ticketKeys, open: (bytes: Uint8Array) => ({ session: bytes, renew: true }) }
    const third = handshake12({ session: session(first) }, { ticketKeys: renewing }, options)
    expect(third.client.tls.resumed).toBe(true)
    expect(session(third).ticket).toBeDefined()
  })

  test('RFC 5246 §7.2 #1, RFC 5246 §7.2.2 #1, #2: not the session of a connection that has failed', () => {
    const sessionStore = new MemoryStore()
    const server = { sessionStore }
    const first = handshake12({ tickets: false }, server, options)
    expect(sessionStore.sessions.size).toBe(1)
    const kept = session(first)
    // RFC 5246 §7.4.1.2 #2: whoever has only seen the id changes nothing by it.
    const stranger = handshake12(
      { tickets: false, session: { ...kept, secret: new Uint8Array(48).fill(1) } },
      server,
      options,
    )
    expect(stranger.server.tls.handshakeComplete).toBe(false)
    expect(sessionStore.sessions.size).toBe(1)
    first.client.tls.abort(Alert.internal_error)
    pump(first)
    expect(first.server.tls.error).toMatchObject({ alertReceived: true })
    expect(sessionStore.sessions.size).toBe(0)
    const again = handshake12({ tickets: false, session: kept }, server, options)
    expect([again.client.tls.handshakeComplete, again.client.tls.resumed]).toEqual([true, false])
    // One that was closed as it should be stays.
    again.client.tls.close()
    pump(again)
    expect(sessionStore.sessions.size).toBe(1)
  })

  test('a store that cannot forget hides no error', () => {
    for (const forget of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no')
      },
    ]) {
      const sessionStore = Object.assign(new MemoryStore(), { delete: forget as () => void })
      const pair = handshake12({ tickets: false }, { sessionStore }, options)
      pair.client.tls.abort(Alert.internal_error)
      pump(pair)
      expect(pair.server.tls.error).toMatchObject({ alert: Alert.internal_error, alertReceived: true })
    }
  })

  test('by session id', () => {
    const sessionStore = new MemoryStore()
    const first = handshake12({ tickets: false }, { sessionStore }, options)
    expect(session(first)).toMatchObject({ ticket: undefined })
    expect(session(first).sessionId).toHaveLength(32)
    const second = handshake12({ tickets: false, session: session(first) }, { sessionStore }, options)
    expectSecure(second)
    expect([second.client.tls.resumed, second.server.tls.resumed]).toEqual([true, true])
    expectData(second)
    sessionStore.sessions.clear()
    const third = handshake12({ tickets: false, session: session(first) }, { sessionStore }, options)
    expectSecure(third)
    expect(third.client.tls.resumed).toBe(false)
  })

  test('not with another version, suite, name, or an unknown ticket', () => {
    const first = handshake12({}, {}, options)
    const other = handshake12({ session: session(first) }, {}, options)
    expectSecure(other)
    expect(other.client.tls.resumed).toBe(false)
    const named = handshake12({ session: session(first), serverName: 'elsewhere.example' }, {}, options)
    expect(named.client.tls.resumed).toBe(false)
  })

  test('the client proved itself then', () => {
    const sessionStore = new MemoryStore()
    const server = { sessionStore, requestCertificate: true, requireCertificate: true }
    const first = handshake12({ tickets: false, credentials: [credential('client')] }, server, options)
    expectSecure(first)
    const second = handshake12({ tickets: false, session: session(first) }, server, options)
    expect(second.server.tls.resumed).toBe(true)
    expect(second.server.tls.peerCertificates).toEqual(credential('client').chain)
  })
})

describe.each(VERSIONS)('extensions in %i', (version) => {
  const options = { version, of: ANY_VERSION }
  test.each([
    [true, true],
    [false, true],
    [true, false],
  ])('extended main secret: client %s, server %s', (client, server) => {
    const pair = handshake12(
      { extendedMasterSecret: client, renegotiation: 'freely' },
      { extendedMasterSecret: server, renegotiation: 'freely' },
      options,
    )
    expect([pair.client.tls.extendedMasterSecret, pair.server.tls.extendedMasterSecret]).toEqual(
      new Array(2).fill(client && server),
    )
    expectData(pair)
    expectRenegotiations(pair)
  })

  test.each([true, false])('encrypt-then-MAC: %s', (encryptThenMac) => {
    const pair = handshake12({}, { encryptThenMac }, options)
    expectSecure(pair)
    expectData(pair)
    expectClosed(pair)
  })

  test('ALPN, kept in a renegotiation', () => {
    const pair = handshake12(
      { alpnProtocols: [utf8('h2'), utf8('http/1.1')], renegotiation: 'freely' },
      { alpnProtocols: [utf8('http/1.1')], renegotiation: 'freely' },
      options,
    )
    const protocols = () => [pair.client.tls.alpnProtocol, pair.server.tls.alpnProtocol]
    expect(protocols()).toEqual([utf8('http/1.1'), utf8('http/1.1')])
    expectRenegotiations(pair)
    expect(protocols()).toEqual([utf8('http/1.1'), utf8('http/1.1')])
  })

  test('NPN, which the client picks from', () => {
    const offered: (readonly Uint8Array[])[] = []
    const pair = handshake12(
      {
        selectNpn: (list) => {
          offered.push(list)
          return list[1]
        },
      },
      { npnProtocols: [utf8('spdy/1'), utf8('spdy/2')] },
      options,
    )
    expectSecure(pair)
    expect(offered).toEqual([[utf8('spdy/1'), utf8('spdy/2')]])
    expect([pair.client.tls.npnProtocol, pair.server.tls.npnProtocol]).toEqual([utf8('spdy/2'), utf8('spdy/2')])
    expectData(pair)
  })

  test('RFC 6066 §1.1 #1, RFC 6066 §8 #6, #8: OCSP stapling and SCTs', () => {
    const ocspResponse = Uint8Array.of(0x30, 3, 10, 1, 6)
    const sctList = Uint8Array.of(0, 4, 0, 2, 1, 2)
    const credentials = [{ ...credential('rsa'), ocspResponse, sctList }]
    const pair = handshake12({ requestOcsp: true, requestSct: true }, { credentials }, options)
    expectSecure(pair)
    expect(pair.client.tls).toMatchObject({ ocspResponse, sctList })
    const unasked = handshake12({}, { credentials }, options)
    expect(unasked.client.tls).toMatchObject({ ocspResponse: undefined, sctList: undefined })
  })

  test('max_fragment_length and record_size_limit', () => {
    const small = handshake12({ maxFragmentLength: 512 }, {}, options)
    expectData(small)
    const limited = handshake12({ recordSizeLimit: 600 }, { recordSizeLimit: 700 }, options)
    limited.server.tls.write(new Uint8Array(2000))
    const { toClient } = pump(limited)
    for (let at = 0; at < toClient.length; ) {
      const length = (toClient[at + 3] << 8) | toClient[at + 4]
      expect(length).toBeLessThan(600 + 80)
      at += 5 + length
    }
    expectData(limited)
  })

  test.each(['rsa', 'client', 'p384', ...(version === 0x0303 ? ['ed25519'] : [])] as KeyKind[])(
    'client certificate %s',
    (key) => {
      const pair = handshake12(
        { credentials: [credential(key)] },
        { requestCertificate: true, requireCertificate: true, groups: ['x25519', 'secp256r1', 'secp384r1'] },
        options,
      )
      expectSecure(pair)
      expect(pair.server.tls.peerCertificates).toEqual(credential(key).chain)
      expectData(pair)
    },
  )

  test('a client without a certificate, where none is required', () => {
    const pair = handshake12({}, { requestCertificate: true }, options)
    expectSecure(pair)
    expect(pair.server.tls.peerCertificates).toEqual([])
  })

  test('one byte at a time', () => {
    const pair = handshake12(
      { credentials: [credential('client')], alpnProtocols: [utf8('h2')] },
      { requestCertificate: true, alpnProtocols: [utf8('h2')] },
      { ...options, deliver: bytewise },
    )
    expectSecure(pair)
    expectData(pair, bytewise)
  })

  test('every step answered by a promise', async () => {
    const later = async <T>(value: T | PromiseLike<T>): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve))
      return value
    }
    const keyed = (name: KeyKind) => {
      const { chain, signer } = credential(name)
      return {
        chain,
        signer: {
          ...signer,
          type: signer.type,
          curve: signer.curve,
          bits: signer.bits,
          sign: (algorithm: never, content: never) => later(signer.sign(algorithm, content)),
        },
      }
    }
    const store = new MemoryStore()
    const configs = [
      clientConfig({
        ...client12(ANY_VERSION, version),
        tickets: false,
        verifyPeer: () => later({ ok: true }),
        selectClientCredential: () => later(keyed('client')),
      }),
      serverConfig({
        ...server12(ANY_VERSION, version),
        credentials: [keyed('rsa')],
        requestCertificate: true,
        requireCertificate: true,
        verifyPeer: () => later({ ok: true }),
        onClientHello: () => later(undefined),
        ocspResponse: () => later(null),
        sessionStore: {
          get: (id) => later(store.get(id)),
          set: (id, value) => later(store.set(id, value)),
          delete: (id) => store.delete(id),
        },
      }),
    ] as const
    const pair = connect(...configs)
    await pumpAsync(pair)
    expectSecure(pair)
    expectData(pair)
    const again = connect({ ...configs[0], session: session(pair) }, configs[1])
    await pumpAsync(again)
    expectSecure(again)
    expect(again.server.tls.resumed).toBe(true)
  })
})

describe('finite-field shares', () => {
  /** A provider whose Diffie-Hellman values are 2^225, 29 bytes, and come without their leading zeros, as GnuTLS's. */
  const short: CryptoProvider = {
    ...nodeProvider,
    dhGroup(p, g) {
      const group = nodeProvider.dhGroup(p, g)
      const share = Uint8Array.of(2, ...new Uint8Array(28))
      return {
        ...group,
        initiate: () => ({ share, complete: (peer) => group.agreeWith!(Uint8Array.of(225), peer), destroy() {} }),
      }
    },
  }
  const dhe = suite(0x009e)
  test.each([
    ['of a named group', 'auto'],
    ['that are given', ffdheParameters(2048)],
  ] as const)('a client’s value without leading zeros is padded: parameters %s', (_which, dhParameters) => {
    const pair = handshake12({ provider: short }, { dhParameters }, { of: dhe })
    expectSecure(pair)
    expectData(pair)
  })
})

describe('renegotiation', () => {
  const ends: [string, (pair: Pair) => TlsConnection][] = [
    ['client', ({ client }) => client.tls],
    ['server', ({ server }) => server.tls],
  ]
  test.each(ends)('is refused unless allowed: begun by the %s', (_side, starts) => {
    const pair = handshake12()
    starts(pair).renegotiate()
    pump(pair)
    const refuses = starts(pair) === pair.client.tls ? pair.server : pair.client
    expect(refuses.event('error')?.error).toMatchObject({ reason: 'NO_RENEGOTIATION', alert: 100 })
  })

  test('data written during it arrives in order', () => {
    const pair = handshake12({ renegotiation: 'freely' }, { renegotiation: 'freely' })
    pair.client.tls.write(utf8('one '))
    pair.client.tls.renegotiate()
    pair.client.tls.write(utf8('two '))
    pair.server.tls.write(utf8('three'))
    pump(pair)
    expectSecure(pair)
    expect([pair.server.text, pair.client.text]).toEqual(['one two ', 'three'])
  })

  test('a ticket in each handshake: a client that was given one may wait for the next', () => {
    const pair = handshake12({ renegotiation: 'freely' }, { renegotiation: 'freely' })
    pair.client.tls.renegotiate()
    pump(pair)
    expectSecure(pair)
    expect(pair.server.all('sessionIssued')).toHaveLength(2)
    // The client keeps the first handshake's alone.
    expect(pair.client.all('session')).toHaveLength(1)
    expectData(pair)
  })

  test('a client certificate in the second handshake alone', () => {
    let ask = false
    const pair = connect(
      clientConfig({ ...client12(USUAL, 0x0303), renegotiation: 'freely', credentials: [credential('client')] }),
      {
        ...serverConfig({ ...server12(USUAL, 0x0303), renegotiation: 'freely' }),
        get requestCertificate() {
          return ask
        },
      },
    )
    pump(pair)
    expect(pair.server.tls.peerCertificates ?? []).toEqual([])
    ask = true
    pair.server.tls.renegotiate()
    pump(pair)
    expectSecure(pair)
    expect(pair.server.tls.peerCertificates).toEqual(credential('client').chain)
  })

  test('none after close, none in TLS 1.3, and the exporter waits', () => {
    const pair = handshake12({ renegotiation: 'freely' }, { renegotiation: 'freely' })
    pair.client.tls.renegotiate()
    expect(() => pair.client.tls.exportKeyingMaterial('label', 8)).toThrow('renegotiation')
    pump(pair)
    for (const label of [
      'key expansion',
      'key expansion of mine',
      'master secret',
      'client finished',
      'server finished',
    ]) {
      expect(() => pair.client.tls.exportKeyingMaterial(label, 8)).toThrow('RFC 5705')
    }
    expect(() => pair.client.tls.exportKeyingMaterial('label', 8, new Uint8Array(65_536))).toThrow('uint16')
    const most = new Uint8Array(65_535)
    const far = pair.client.tls.exportKeyingMaterial('label', 70_000, most)
    expect(far.length).toBe(70_000)
    expect(far).toEqual(pair.server.tls.exportKeyingMaterial('label', 70_000, most))
    expect(pair.client.tls.exportKeyingMaterial('label', 8)).toEqual(pair.server.tls.exportKeyingMaterial('label', 8))
    expect(pair.client.tls.exportKeyingMaterial('label', 8, new Uint8Array(0))).not.toEqual(
      pair.server.tls.exportKeyingMaterial('label', 8),
    )
    pair.client.tls.close()
    pair.server.tls.renegotiate()
    pump(pair)
    expect(pair.client.event('error')?.error ?? pair.server.event('closeNotify')).toBeDefined()
  })
})

describe('what a wiretapper sees', () => {
  test('TLS 1.0 CBC sends one byte before the rest of each record (BEAST)', () => {
    const pair = handshake12({}, {}, { version: 0x0301, of: ANY_VERSION })
    pair.client.tls.write(new Uint8Array(100))
    const records = lengths(join(pair.client.tls.takeOutput()))
    expect(records).toHaveLength(2)
    expect(records[0]).toBeLessThan(records[1])
  })

  test('False Start: data goes out with the Finished, and is taken when the handshake is done', () => {
    const alpnProtocols = [utf8('h2')]
    const pair = connect(
      clientConfig({ ...client12(USUAL, 0x0303), falseStart: true, alpnProtocols }),
      serverConfig({ ...server12(USUAL, 0x0303), alpnProtocols }),
    )
    pair.client.tls.write(utf8('early bird'))
    pair.server.tls.receive(join(pair.client.tls.takeOutput()))
    pair.client.tls.receive(join(pair.server.tls.takeOutput()))
    expect([pair.client.tls.handshakeComplete, pair.client.tls.writable]).toEqual([false, true])
    pair.server.tls.receive(join(pair.client.tls.takeOutput()))
    pair.server.drain()
    expect(pair.server.text).toBe('early bird')
    pump(pair)
    expectSecure(pair)
  })

  const lengths = (bytes: Uint8Array): number[] => {
    const found: number[] = []
    for (let at = 0; at < bytes.length; at += 5 + found.at(-1)!) found.push((bytes[at + 3] << 8) | bytes[at + 4])
    return found
  }
})

describe('portable provider', () => {
  const names = [0xc02f, 0xcca9, 0xc013, 0xc028, 0x002f, 0x008c, 0xc09c]
  test.each(names.map((id) => [suite(id).name, suite(id)] as const))('%s against the Node provider', (_name, of) => {
    const version = suiteFitsVersion(of, 0x0302) ? 0x0302 : 0x0303
    const portableClient = handshake12(client12(of, version, portableProvider), {}, { version, of })
    expectSecure(portableClient)
    expectData(portableClient)
    const portableServer = handshake12({}, server12(of, version, portableProvider), { version, of })
    expectSecure(portableServer)
    expectData(portableServer)
    expect(parserFor(portableProvider)(credential('p256').chain[0]).publicKey.type).toBe('ec')
  })
})

describe('versions', () => {
  test.each(VERSIONS)('RFC 9846 §4.3.1 #6: the best both have: %i', (version) => {
    const pair = handshake12(
      { versions: [0x0301, 0x0302, 0x0303, 0x0304], cipherSuites: [0x1301, ANY_VERSION.id] },
      { versions: [version], cipherSuites: [ANY_VERSION.id] },
    )
    expectSecure(pair)
    expect(versionName(pair.client.tls.version!)).toBe(versionName(version))
    expectData(pair)
  })
})

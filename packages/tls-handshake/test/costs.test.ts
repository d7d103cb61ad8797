import { nodeProvider } from '@x/crypto-primitives/node'
import { expect, test } from 'vitest'
import { distinct, inCommon } from '../src/handshake/in-common.ts'
import { type ClientConfig, type ServerConfig, TlsConnection } from '../src/index.ts'
import { onOffer } from '../src/server/select-psk.ts'
import type { Psk } from '../src/tls13/psk.ts'
import { editExtensions } from './harness/edit.ts'
import { memoryOf } from './harness/heap.ts'
import { Message } from './harness/names.ts'
import { clientConfig, connect, join, pump, serverConfig } from './harness/pair.ts'

/** What a stranger may have us keep, beside what an honest connection takes: twice what it sent, and 64 KiB. */
const allowed = (received: number): number => 2 * received + 65536

/** Records of one byte each that hold a part of a handshake message. */
function crumbs(type: number, length: number, sent: number): Uint8Array {
  const bytes = new Uint8Array(6 * sent)
  for (let i = 0; i < sent; i++)
    bytes.set([22, 3, 1, 0, 1, [type, length >> 16, (length >> 8) & 255, length & 255][i] ?? 0], 6 * i)
  return bytes
}

const server = () => TlsConnection.server(serverConfig())
const client = () => {
  const tls = TlsConnection.client(clientConfig())
  tls.takeOutput()
  return tls
}

const parts = [
  ['half a ClientHello', server, Message.client_hello, 131000, 65000],
  ['half a ServerHello', client, Message.server_hello, 16000, 8000],
] as const

for (const [name, make, type, length, sent] of parts) {
  test(`${name} in records of one byte costs its bytes`, { timeout: 180_000 }, () => {
    const honest = memoryOf(make)
    const bytes = crumbs(type, length, sent)
    for (const size of [bytes.length, 4096, 6, 1]) {
      const each = memoryOf(() => {
        const tls = make()
        for (let at = 0; at < bytes.length; at += size) tls.receive(bytes.slice(at, at + size))
        expect(tls.error).toBeUndefined()
        return tls
      })
      // Of the message alone: its records' headers are gone.
      expect(each - honest, `${size} bytes at a time`).toBeLessThan(allowed(sent))
    }
  })
}

test('input that waits behind a question costs its bytes, in however many pieces it comes', () => {
  const config = serverConfig({ onClientHello: () => new Promise<undefined>(() => {}) })
  const hello = join(TlsConnection.client(clientConfig()).takeOutput())
  const make = () => {
    const tls = TlsConnection.server(config)
    tls.receive(hello.slice())
    expect(tls.waiting).toBe('clientHello')
    return tls
  }
  const honest = memoryOf(make)
  const sent = 20000
  const each = memoryOf(() => {
    const tls = make()
    for (let i = 0; i < sent; i++) tls.receive(Uint8Array.of(22))
    return tls
  })
  expect(each - honest).toBeLessThan(allowed(sent))
})

const u16 = (value: number): number[] => [value >> 8, value & 255]
/** A list of numbers of two bytes, its length in front: so many, all different. */
const numbers = (count: number, start = 0x2000): Uint8Array =>
  Uint8Array.from([...u16(2 * count), ...Array.from({ length: count }, (_, i) => u16(start + i)).flat()])

/** Bodies of sixty thousand bytes that one extension of a ClientHello may have. */
const LONG: readonly (readonly [name: string, type: number, body: () => Uint8Array])[] = [
  ['signature schemes', 13, () => Uint8Array.from([...u16(60002), 4, 3, ...numbers(30000).subarray(2)])],
  [
    'groups',
    10,
    () => Uint8Array.from([...u16(60006), ...u16(0x11ec), ...u16(29), ...u16(23), ...numbers(30000).subarray(2)]),
  ],
  ['protocols', 16, () => Uint8Array.from([...u16(60000), ...Array.from({ length: 30000 }, () => [1, 120]).flat()])],
  [
    'authorities',
    47,
    () => Uint8Array.from([...u16(60000), ...Array.from({ length: 15000 }, () => [0, 2, 48, 0]).flat()]),
  ],
]

/** A server that has answered a hello, and waits. */
function answered(overrides: Partial<ClientConfig>, config: Partial<ServerConfig>) {
  const peer = TlsConnection.client(clientConfig(overrides))
  const tls = TlsConnection.server(serverConfig(config))
  const hello = join(peer.takeOutput())
  tls.receive(hello)
  tls.takeEvents()
  tls.takeOutput()
  expect(tls.error).toBeUndefined()
  return { tls, received: hello.length }
}

for (const versions of [[0x0304], [0x0303]] as const) {
  for (const cookie of versions[0] === 0x0304 ? [false, true] : [false]) {
    for (const [name, type, body] of LONG) {
      test(`thousands of ${name} in a hello of TLS ${versions[0] & 15}${cookie ? ', asked for another' : ''} are not kept`, () => {
        const config = { versions, cookie }
        const honest = memoryOf(() => answered({ versions }, config).tls)
        const extension = body()
        const rewriteClientHello = (raw: Uint8Array) =>
          editExtensions(raw, (list) => [...list.filter(([other]) => other !== type), [type, extension]])
        let received = 0
        const each = memoryOf(() => {
          const result = answered({ versions, rewriteClientHello }, config)
          received = result.received
          return result.tls
        })
        expect(received).toBeGreaterThan(60000)
        expect(each - honest).toBeLessThan(allowed(received))
      })
    }

    test(`thousands of extensions in a hello of TLS ${versions[0] & 15}${cookie ? ', asked for another' : ''} are not kept`, () => {
      const config = { versions, cookie }
      const honest = memoryOf(() => answered({ versions }, config).tls)
      const rewriteClientHello = (raw: Uint8Array) =>
        editExtensions(raw, (list) => [
          ...list,
          ...Array.from({ length: 15000 }, (_, i): [number, Uint8Array] => [0x1000 + i, new Uint8Array(0)]),
        ])
      const each = memoryOf(() => answered({ versions, rewriteClientHello }, config).tls)
      expect(each - honest).toBeLessThan(allowed(60000))
    })
  }
}

test('lists in common are looked at once for each number', () => {
  const ours = Array.from({ length: 40 }, (_, id) => ({ id }))
  let read = 0
  function* theirs() {
    for (let i = 0; i < 30000; i++) {
      read++
      yield i % 100
    }
  }
  expect(inCommon(ours, theirs(), false)).toEqual(ours)
  expect(read).toBe(30000)
  let asked = 0
  const wanted = (id: number) => ++asked > 0 && id < 40
  expect(distinct(theirs(), wanted)).toHaveLength(40)
  expect(asked).toBe(100)
})

for (const version of [0x0303, 0x0304] as const) {
  test(`thousands of authorities in a CertificateRequest of TLS ${version & 15} are not kept`, () => {
    const connected = (names: number) => {
      const pair = connect(
        clientConfig({ versions: [version] }),
        serverConfig({
          versions: [version],
          requestCertificate: true,
          certificateAuthorities: Array.from({ length: names }, () => Uint8Array.of(48, 0)),
        }),
      )
      pump(pair)
      expect(pair.client.tls.certificateRequest?.certificateAuthorities).toHaveLength(names)
      pair.client.events.length = 0
      return pair.client.tls
    }
    const honest = memoryOf(() => connected(1))
    expect(memoryOf(() => connected(15000)) - honest).toBeLessThan(allowed(60000))
  })
}

test('identities of a hello are looked at once, however many PSKs we have', () => {
  let read = 0
  const offered = Array.from({ length: 2000 }, (_, i) => ({
    get identity() {
      read++
      return Uint8Array.of(i >> 8, i & 255, 0)
    },
  }))
  const psk = (identity: Uint8Array): Psk => ({ identity, secret: identity, hash: 'sha256', kind: 'ext' })
  const ours = Array.from({ length: 2000 }, (_, i) => psk(Uint8Array.of(0, i >> 8, i & 255)))
  expect(onOffer(ours, offered).map(({ index }) => index)).toEqual([0, ...Array.from({ length: 7 }, (_, i) => i + 1)])
  expect(read).toBe(2000)
  expect(onOffer([...ours].reverse(), offered)[0].index).toBe(7)
  expect(onOffer([], offered)).toEqual([])
  expect(onOffer([psk(Uint8Array.of(1))], offered)).toEqual([])
})

test('of imported PSKs the one is derived that is used', () => {
  let keys = 0
  const sha256 = nodeProvider.hashes.sha256!
  const counted = Object.create(sha256, {
    hmac: {
      value(key: Uint8Array) {
        keys++
        return sha256.hmac(key)
      },
    },
    hmacOnce: { value: undefined },
  }) as typeof sha256
  const provider = { ...nodeProvider, hashes: { ...nodeProvider.hashes, sha256: counted } }
  const psks = (count: number, name = 'psk') =>
    Array.from({ length: count }, (_, i) => ({
      identity: new TextEncoder().encode(`${name}${i}`),
      key: new Uint8Array(32).fill(i + 1),
      importer: { context: new Uint8Array(0) },
    }))
  const keysFor = (client: Partial<ClientConfig>, server: Partial<ServerConfig>): number => {
    const pair = connect(clientConfig(client), serverConfig({ provider, ...server }))
    keys = 0
    pump(pair)
    expect(pair.server.tls.error).toBeUndefined()
    return keys
  }
  // The hello of a stranger, and that of a friend: all of ours would be a thousand.
  expect(keysFor({ psks: psks(1, 'other') }, { psks: psks(500) })).toBeLessThan(40)
  expect(keysFor({ psks: psks(1) }, { psks: psks(500) })).toBeLessThan(40)
})

for (const version of [0x0303, 0x0304] as const)
  for (const [length, sent] of [
    [65535, true],
    [65536, false],
    [90000, false],
  ] as const)
    test(`a ticket of ${length} bytes in TLS ${version & 15}: ${sent ? 'sent' : 'none, and the connection goes on'}`, () => {
      const ticketKeys = { seal: () => new Uint8Array(length), open: () => null }
      const pair = connect(clientConfig({ versions: [version] }), serverConfig({ versions: [version], ticketKeys }))
      pump(pair)
      pair.server.tls.write(Uint8Array.of(1))
      pump(pair)
      expect(pair.server.tls.error ?? pair.client.tls.error).toBeUndefined()
      expect(pair.client.data).toHaveLength(1)
      expect(pair.server.types.includes('sessionIssued')).toBe(sent)
    })

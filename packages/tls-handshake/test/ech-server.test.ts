import { HpkeSuite } from '@x/crypto-primitives/hpke'
import { describe, expect, test } from 'vitest'
import { Writer } from '../src/codec/writer.ts'
import { encodeEchConfig, encodeEchConfigList, readEchConfigs } from '../src/ech.ts'
import { clientEch } from '../src/extensions/encrypted-client-hello.ts'
import { type EchKey, type ServerConfig, TlsConnection } from '../src/index.ts'
import { addExtension, editExtensions, extensionsOf, removeExtension, setExtension } from './harness/edit.ts'
import { Ext } from './harness/names.ts'
import { clientConfig, End, join, serverConfig, utf8 } from './harness/pair.ts'
import { provider } from './harness/provider.ts'

/** Encrypted ClientHello, a server's side (RFC 9849). */

const ECH = 0xfe0d
const suite = { kdf: 1, aead: 1 }

function keyOf(kem: 0x10 | 0x20, configId: number, publicName = 'public.example', retry?: boolean): EchKey {
  const privateKey = new Uint8Array(32).fill(configId + 1)
  const agreement = provider.groups[kem === 0x20 ? 'x25519' : 'secp256r1']!
  // The public half: what a responder of the other side would see; X25519's base point has u = 9.
  const publicKey =
    kem === 0x20 ? agreement.agreeWith!(privateKey, Uint8Array.of(9, ...new Uint8Array(31))) : P256.publicKey
  const config = encodeEchConfig({ configId, kem, publicKey, suites: [suite], maximumNameLength: 32, publicName })
  return { config, privateKey: kem === 0x20 ? privateKey : P256.privateKey, ...(retry !== undefined && { retry }) }
}
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const P256 = {
  privateKey: hex('edd641c2d33e1a5f386d7c6a616dae6e7e5892c86cb791c0784ef9e94b04859c'),
  publicKey: hex(
    '04ae91fb79993df6fb9d766b915ea820dc63bc9fb16f572d1be6cebd05e23dacb53143b527761f17c789c5169da18494c20a5a56630f5ee48adf5b6135a7f0b82b',
  ),
}

interface Client {
  readonly end: End
  /** What a client of ECH would make of its inner hello. */
  readonly seal: (inner: Uint8Array, edit?: Edit) => Uint8Array
}
interface Edit {
  /** Of the encoded inner hello. */
  readonly encoded?: (encoded: Uint8Array) => Uint8Array
  /** Of the outer hello, once it is sealed. */
  readonly outer?: (outer: Uint8Array) => Uint8Array
  readonly compress?: readonly number[]
  /** How often what is compressed is named. */
  readonly times?: number
}

/** Our client, whose hello goes sealed into another one. */
function client(key: EchKey, more: object = {}): Client {
  const config = readEchConfigs(encodeEchConfigList([key.config]))[0]
  const hpke = new HpkeSuite(provider, { kem: config.kem, ...suite })
  const context = hpke.sender(config.publicKey, join([utf8('tls ech'), Uint8Array.of(0), config.raw]))
  let enc = context.enc
  const seal = (inner: Uint8Array, edit: Edit = {}) => {
    const sid = inner[38]
    const compressed = edit.compress
      ? editExtensions(inner, (list) => [
          ...list.filter(([type]) => !edit.compress!.includes(type)),
          ...Array.from({ length: edit.times ?? 1 }, (): [number, Uint8Array] => [0xfd00, outerList(edit.compress!)]),
        ])
      : inner
    const body = compressed.subarray(4)
    const plain = join([body.subarray(0, 34), Uint8Array.of(0), body.subarray(35 + sid), new Uint8Array(17)])
    const encoded = edit.encoded ? edit.encoded(plain) : plain
    const payload = new Uint8Array(encoded.length + hpke.tagLength)
    const writer = new Writer()
    clientEch.encode(writer, { suite, configId: config.configId, enc, payload })
    enc = new Uint8Array(0)
    let outer = setExtension(inner, Ext.server_name, sni(config.publicName))
    outer = editExtensions(outer, (list) => [...list.filter(([type]) => type !== ECH), [ECH, writer.finish()]])
    outer.fill(7, 6, 38)
    const sealed = context.seal(outer.subarray(4), encoded)
    outer.set(sealed, outer.length - payload.length)
    return edit.outer ? edit.outer(outer) : outer
  }
  const end = new End(
    TlsConnection.client(
      clientConfig({
        serverName: 'secret.example',
        rewriteClientHello: (hello) => addExtension(hello, ECH, Uint8Array.of(1)),
        ...more,
      }),
    ),
  )
  return { end, seal }
}

const outerList = (types: readonly number[]) =>
  Uint8Array.of(2 * types.length, ...types.flatMap((type) => [type >> 8, type & 255]))

const sni = (name: string) => {
  const writer = new Writer()
  writer.within16(() => writer.u8(0).vector16(utf8(name)))
  return writer.finish()
}

/** Handshake messages in plaintext records. */
const messageOf = (records: Uint8Array): Uint8Array => records.slice(5)
const recordOf = (message: Uint8Array): Uint8Array =>
  join([Uint8Array.of(22, 3, 1, message.length >> 8, message.length & 255), message])

function converse(one: Client, more: Partial<ServerConfig>, ...edits: Edit[]) {
  const server = new End(TlsConnection.server(serverConfig(more)))
  for (let turn = 0, hellos = 0; turn < 6; turn++) {
    let up = join(one.end.tls.takeOutput())
    // A ChangeCipherSpec before a second hello.
    if (up[0] === 20) up = up.slice(6)
    one.end.drain()
    if (up[0] === 22 && up[5] === 1) server.tls.receive(recordOf(one.seal(messageOf(up), edits[hellos++])))
    else server.tls.receive(up)
    server.drain()
    one.end.tls.receive(join(server.tls.takeOutput()))
    one.end.drain()
  }
  return server
}

const key = keyOf(0x20, 7)

describe('a server opens the hello', () => {
  test.each([0x20, 0x10] as const)('KEM %i', (kem) => {
    const current = keyOf(kem, 9)
    const names: (string | undefined)[] = []
    const one = client(current)
    const server = converse(one, {
      echKeys: [keyOf(0x20, 3), current],
      onClientHello: ({ serverName }) => void names.push(serverName),
    })
    expect(server.tls.error ?? one.end.tls.error).toBeUndefined()
    expect([server.tls.ech, server.tls.serverName, names]).toEqual(['accepted', 'secret.example', ['secret.example']])
    expect([server.tls.handshakeComplete, one.end.tls.handshakeComplete]).toEqual([true, true])
  })

  test('after a HelloRetryRequest too', () => {
    const one = client(key, { groups: ['x25519', 'secp256r1'], keyShares: ['x25519'] })
    const server = converse(one, { echKeys: [key], groups: ['secp256r1'] })
    expect(server.tls.error ?? one.end.tls.error).toBeUndefined()
    expect([server.tls.ech, server.tls.helloRetried, server.tls.handshakeComplete]).toEqual(['accepted', true, true])
  })

  test('two keys with one id', () => {
    const server = converse(client(key), { echKeys: [{ ...keyOf(0x20, 5), config: other(key, 5) }, key] })
    expect(server.tls.ech).toBe('accepted')
  })

  test('with extensions of the outer one', () => {
    const one = client(key)
    const server = converse(one, { echKeys: [key] }, { compress: [Ext.supported_groups, Ext.signature_algorithms] })
    expect(server.tls.ech).toBe('accepted')
  })
})

/** The config of another key under this key's id. */
function other(like: EchKey, seed: number): Uint8Array {
  const id = readEchConfigs(encodeEchConfigList([like.config]))[0].configId
  return readEchConfigs(encodeEchConfigList([keyOf(0x20, seed).config])).map((config) =>
    encodeEchConfig({ ...config, configId: id }),
  )[0]
}

describe('a hello that nobody opens', () => {
  test.each<[string, readonly EchKey[], Edit]>([
    ['another key', [keyOf(0x20, 8)], {}],
    ['an old key of this id', [{ ...keyOf(0x20, 8), config: other(key, 8) }], {}],
    ['a byte changed', [key], { outer: (outer) => outer.with(outer.length - 1, outer[outer.length - 1] ^ 1) }],
    ['another byte of the outer one changed', [key], { outer: (outer) => outer.with(20, outer[20] ^ 1) }],
  ])('is the outer one: %s', (_what, echKeys, edit) => {
    const names: (string | undefined)[] = []
    const server = converse(
      client(key),
      { echKeys, onClientHello: ({ serverName }) => void names.push(serverName) },
      edit,
    )
    expect([server.tls.ech, names]).toEqual(['rejected', ['public.example']])
  })

  test('without keys it is not looked at', () => {
    const server = converse(client(key), {})
    expect(server.tls.ech).toBeUndefined()
  })
})

describe('a sealed hello that breaks the rules', () => {
  test.each<[string, Edit, string, number]>([
    ['padding that is not zeros', { encoded: (encoded) => encoded.with(encoded.length - 1, 1) }, 'DECODE_ERROR', 47],
    ['a session id', { encoded: (encoded) => encoded.with(34, 1) }, 'LENGTH_MISMATCH', 50],
    ['cut short', { encoded: (encoded) => encoded.slice(0, 40) }, 'LENGTH_MISMATCH', 50],
    ['an extension that the outer one has not', { compress: [Ext.alpn] }, 'INVALID_OUTER_EXTENSION', 47],
    [
      'extensions in another order',
      { compress: [Ext.signature_algorithms, Ext.supported_groups] },
      'INVALID_OUTER_EXTENSION',
      47,
    ],
    ['an extension twice', { compress: [Ext.supported_groups, Ext.supported_groups] }, 'INVALID_OUTER_EXTENSION', 47],
    ['a list twice', { compress: [Ext.supported_groups], times: 2 }, 'INVALID_OUTER_EXTENSION', 47],
    ['itself', { compress: [ECH] }, 'INVALID_OUTER_EXTENSION', 47],
  ])('%s', (_what, edit, reason, alert) => {
    const server = converse(client(key), { echKeys: [key] }, edit)
    expect(server.tls.error).toMatchObject({ reason, alert })
  })

  test('an inner hello of TLS 1.2, or that does not say what it is', () => {
    for (const inner of [
      (hello: Uint8Array) => removeExtension(hello, ECH),
      (hello: Uint8Array) => setExtension(hello, Ext.supported_versions, Uint8Array.of(4, 3, 4, 3, 3)),
    ]) {
      const one = client(key)
      const server = converse({ ...one, seal: (hello) => one.seal(inner(hello)) }, { echKeys: [key] })
      expect(server.tls.error).toMatchObject({ reason: 'INVALID_CLIENT_HELLO_INNER', alert: 47 })
    }
  })

  test.each<[string, Edit, string, number]>([
    ['is not sealed any more', { outer: (outer) => removeExtension(outer, ECH) }, 'INCONSISTENT_CLIENT_HELLO', 109],
    [
      'does not open',
      { outer: (outer) => outer.with(outer.length - 1, outer[outer.length - 1] ^ 1) },
      'DECRYPTION_FAILED',
      51,
    ],
    [
      'is of another key',
      { outer: (outer) => setExtension(outer, ECH, otherId(outer)) },
      'INCONSISTENT_CLIENT_HELLO',
      47,
    ],
  ])('a second hello that %s', (_what, edit, reason, alert) => {
    const one = client(key, { groups: ['x25519', 'secp256r1'], keyShares: ['x25519'] })
    const server = converse(one, { echKeys: [key], groups: ['secp256r1'] }, {}, edit)
    expect(server.tls.error).toMatchObject({ reason, alert })
  })

  test('an ECH extension that is none', () => {
    for (const body of [[], [2], [1, 0], [0, 0, 1, 0, 1, 7, 0, 0, 0, 0]]) {
      const server = new End(TlsConnection.server(serverConfig({ echKeys: [key] })))
      const hello = messageOf(join(TlsConnection.client(clientConfig()).takeOutput()))
      server.tls.receive(recordOf(addExtension(hello, ECH, Uint8Array.from(body))))
      expect(server.tls.error).toMatchObject({ reason: 'BAD_EXTENSION', alert: 50 })
    }
  })
})

const otherId = (outer: Uint8Array): Uint8Array => {
  const [, body] = extensionsOf(outer).find(([type]) => type === ECH)!
  return body.with(5, body[5] ^ 1)
}

describe('configs', () => {
  test('as data and back', () => {
    const [config] = readEchConfigs(encodeEchConfigList([key.config]))
    expect(config).toMatchObject({
      configId: 7,
      kem: 0x20,
      suites: [suite],
      maximumNameLength: 32,
      publicName: 'public.example',
    })
    expect(encodeEchConfig(config)).toEqual(key.config)
    expect(config.raw).toEqual(key.config)
  })

  test('of another version are passed over', () => {
    const strange = Uint8Array.of(0xfe, 0x0c, 0, 2, 1, 1)
    expect(readEchConfigs(encodeEchConfigList([strange, key.config]))).toHaveLength(1)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['an empty list', Uint8Array.of(0, 0)],
    ['cut short', encodeEchConfigList([key.config]).slice(0, -1)],
    ['a byte behind it', join([encodeEchConfigList([key.config]), Uint8Array.of(0)])],
    ['a config with a byte behind its end', encodeEchConfigList([withTail(key.config)])],
  ])('%s is refused', (_what, list) => {
    expect(() => readEchConfigs(list)).toThrow(expect.objectContaining({ reason: 'BAD_ECH_CONFIG_LIST', alert: 50 }))
  })
})

function withTail(config: Uint8Array): Uint8Array {
  const longer = join([config, Uint8Array.of(0)])
  longer[3]++
  return longer
}

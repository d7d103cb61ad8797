/** Sentences about the hellos that no other file of this folder asks for. */
import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { parseClientHello, parseServerHello } from '../../src/hello.ts'
import { type ServerConfig, TlsConnection } from '../../src/index.ts'
import { CIPHER_SUITES_12 } from '../../src/registry/cipher-suites12.ts'
import { GROUP_IDS } from '../../src/registry/groups.ts'
import { credential } from '../harness/credentials.ts'
import { addExtension, extensionsOf, on, patched, removeExtension, trailing, u16, withBody } from '../harness/edit.ts'
import { Ext, Message } from '../harness/names.ts'
import { clientConfig, handshake, join, serverConfig } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, server } from '../harness/victim.ts'

/** legacy_version of a hello, behind the header. */
const LEGACY_VERSION = 4
/** The Random's last eight bytes. */
const SENTINEL = 4 + 2 + 24

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
/** The first message of a first record. */
const helloOf = (output: Uint8Array): Uint8Array => output.subarray(5, 9 + ((output[7] << 8) | output[8]))
const clientHello = (...given: Parameters<typeof clientConfig>) =>
  parseClientHello(helloOf(join(TlsConnection.client(clientConfig(...given)).takeOutput())))

/** What a server answers to one of our hellos. */
function serverHello(
  config: Parameters<typeof serverConfig>[0] = {},
  peer: Parameters<typeof clientConfig>[0] = {},
): ReturnType<typeof parseServerHello> {
  const other = TlsConnection.client(clientConfig(peer))
  const tls = TlsConnection.server(serverConfig(config))
  tls.receive(join(other.takeOutput()))
  expect(tls.error).toBeUndefined()
  return parseServerHello(helloOf(join(tls.takeOutput())))
}

/** A ClientHello's body up to its compression methods. */
function fieldsOf(raw: Uint8Array): Uint8Array {
  let at = 4 + 34
  at += 1 + raw[at]
  at += 2 + ((raw[at] << 8) | raw[at + 1])
  return raw.subarray(4, at + 1 + raw[at])
}

const typesOf = ({ extensions = [] }: { extensions?: readonly { type: number }[] }) =>
  extensions.map(({ type }) => type)

describe('what a client says', () => {
  test('RFC 9846 §4.2.2 #6: legacy_version is 0x0303', () => {
    for (const versions of [[0x0304], [0x0304, 0x0303, 0x0302, 0x0301]] as const)
      expect(clientHello({ versions: [...versions] }).version).toBe(0x0303)
  })

  test('RFC 9846 §4.2.2 #9, #10: a session id of 32 bytes in compatibility mode, another each time; §4.2.2 #11: none without', () => {
    const ids = [clientHello().sessionId, clientHello().sessionId]
    expect(ids.map(({ length }) => length)).toEqual([64, 64])
    expect(ids[0]).not.toBe(ids[1])
    // RFC 9846 §4.2.2 #11
    expect(clientHello({ middleboxCompatibility: false }).sessionId).toBe('')
  })

  test('RFC 9846 §4.2.2 #14: one compression method, null', () => {
    expect(clientHello({ versions: [0x0304, 0x0303] }).compressionMethods).toEqual([0])
  })

  test('RFC 9846 §4.3.1 #1: supported_versions lists every version that may be negotiated', () => {
    const { extensions } = clientHello({ versions: [0x0304, 0x0303, 0x0301] })
    const list = bytesOf(extensions!.find(({ type }) => type === Ext.supported_versions)!.data)
    expect([...list]).toEqual([6, 3, 4, 3, 3, 3, 1])
  })

  test('RFC 9846 §4.3.3 #2: signature_algorithms, RFC 9846 §9.2 #3, #4, #5, #6: and all that goes with it', () => {
    const types = typesOf(clientHello())
    for (const type of [Ext.signature_algorithms, Ext.supported_versions, Ext.supported_groups, Ext.key_share])
      expect(types).toContain(type)
  })

  test('RFC 9846 §4.3.3 #20: neither MD5 nor anonymous signatures, RFC 9846 §4.3.3 #21: SHA-224 and DSA are offered, RFC 9846 §4.3.3 #14: nor SHA-1', () => {
    const { extensions } = clientHello({ versions: [0x0304] })
    const list = bytesOf(extensions!.find(({ type }) => type === Ext.signature_algorithms)!.data).subarray(2)
    for (let at = 0; at < list.length; at += 2) {
      const scheme = (list[at] << 8) | list[at + 1]
      // Up to 0x06ff: a hash (1 is MD5, 3 SHA-224), and a kind of signature (2 is DSA, 0 anonymous).
      if (scheme < 0x0700)
        expect([1, 2, 3].includes(scheme >> 8) || [0, 2].includes(scheme & 0xff), `${scheme}`).toBe(false)
    }
  })

  test('RFC 9846 §4.3.7 #1: no group twice; RFC 9846 §4.3.8 #3: shares of groups on offer, in their order', () => {
    const { extensions } = clientHello({
      groups: ['x25519', 'secp256r1', 'x25519', 'secp384r1'],
      keyShares: ['x25519', 'secp384r1'],
    })
    const groups = bytesOf(extensions!.find(({ type }) => type === Ext.supported_groups)!.data)
    expect([...groups]).toEqual([0, 6, 0, 29, 0, 23, 0, 24])
    const shares = bytesOf(extensions!.find(({ type }) => type === Ext.key_share)!.data)
    expect([shares[2], shares[3]]).toEqual([0, 29])
    expect([shares[38], shares[39]]).toEqual([0, 24])
  })

  test('RFC 9846 §4.3.8 #6, #10: a key share is another in every connection', () => {
    const shares = [clientHello(), clientHello()].map(
      ({ extensions }) => extensions!.find(({ type }) => type === Ext.key_share)!.data,
    )
    expect(shares[0]).not.toBe(shares[1])
  })

  test('RFC 9846 §4.3.11 #15, RFC 9846 §4.3 #8: pre_shared_key is the last one, and RFC 9846 §4.3.9 #1, #2: the modes go with it, RFC 9846 §2.2 #1: and a share', () => {
    const psks = [{ identity: new Uint8Array(3), key: new Uint8Array(32) }]
    const types = typesOf(clientHello({ psks, grease: true, permuteExtensions: true }))
    expect(types.at(-1)).toBe(41)
    expect(types).toContain(45)
    expect(types).toContain(Ext.key_share)
  })

  test('RFC 9846 §4.3.2 #3: no cookie in a first hello', () => {
    expect(typesOf(clientHello())).not.toContain(44)
  })

  test('RFC 9846 E.5 #5, #8, #10, RFC 9846 §5.1 #17: a record of a hello is of TLS, and of version 0x0301', () => {
    const output = join(TlsConnection.client(clientConfig()).takeOutput())
    expect([...output.subarray(0, 3)]).toEqual([22, 3, 1])
  })

  test('RFC 9846 F.5 #3, RFC 9846 E.1 #2: no early data unless it is asked for', () => {
    expect(typesOf(clientHello())).not.toContain(42)
  })
})

describe('what a server answers', () => {
  test('RFC 9846 §4.2.3 #1, RFC 9846 §4.3.1 #10: legacy_version is 0x0303, RFC 9846 §4.2.3 #7: compression null', () => {
    expect(serverHello()).toMatchObject({ version: 0x0303, compressionMethod: 0 })
  })

  test('RFC 9846 §4.2.3 #9, #10, RFC 9846 §4.3.1 #9: supported_versions and what keys need, and nothing else', () => {
    const { extensions } = serverHello({}, { alpnProtocols: [new Uint8Array(2).fill(104)], requestOcsp: true })
    expect(typesOf({ extensions })).toEqual([Ext.key_share, Ext.supported_versions])
    expect(extensions!.find(({ type }) => type === Ext.supported_versions)!.data).toBe('0304')
  })

  test('RFC 9846 §4.2.3 #4: its Random is its own', () => {
    expect(serverHello().random).not.toBe(serverHello().random)
  })

  test('RFC 9846 §4.3.1 #8: no supported_versions in TLS 1.2', () => {
    const hello = serverHello({ versions: [0x0304, 0x0303] }, { versions: [0x0303] })
    expect(hello.version).toBe(0x0303)
    expect(typesOf(hello)).not.toContain(Ext.supported_versions)
  })

  test('RFC 9846 §4.2.3 #3, #12, #13: below its best the last eight bytes of its Random say so', () => {
    const { random } = serverHello({ versions: [0x0304, 0x0303] }, { versions: [0x0303] })
    expect(random.slice(-16)).toBe(Buffer.from('DOWNGRD\x01').toString('hex'))
    expect(serverHello({ versions: [0x0303] }, { versions: [0x0303] }).random.slice(-16)).not.toContain('444f574e')
  })

  test('RFC 9846 §4.2.3 #14: and others below TLS 1.2', () => {
    const { random } = serverHello(
      { versions: [0x0304, 0x0303, 0x0302] },
      { versions: [0x0302], cipherSuites: [0xc009] },
    )
    expect(random.slice(-16)).toBe(Buffer.from('DOWNGRD\x00').toString('hex'))
  })

  test('RFC 9846 §2 #1, RFC 9846 §4.3.8 #16: its share is of the one group that both have and the client sent a share of', () => {
    for (const group of ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'] as const) {
      const { extensions } = serverHello(
        { groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'] },
        { groups: [group] },
      )
      const share = extensions!.find(({ type }) => type === Ext.key_share)!.data
      expect(share.slice(0, 4)).toBe(GROUP_IDS[group].toString(16).padStart(4, '0'))
    }
  })

  test('RFC 9846 §4.2.1 #2, RFC 9846 §4.3.9 #7, #8: with psk_ke no share, with psk_dhe_ke one, as the client allows', () => {
    const psks = [{ identity: new Uint8Array(3), key: new Uint8Array(32).fill(1) }]
    const modes = (mode: 'psk_ke' | 'psk_dhe_ke') =>
      typesOf(serverHello({ psks, pskModes: ['psk_ke', 'psk_dhe_ke'] }, { psks, pskModes: [mode] }))
    expect(modes('psk_ke')).toEqual([Ext.pre_shared_key, Ext.supported_versions])
    expect(modes('psk_dhe_ke')).toEqual([Ext.pre_shared_key, Ext.key_share, Ext.supported_versions])
  })

  test('RFC 9846 §4.3.7 #4: its groups are announced where that is asked for', () => {
    const answers: Uint8Array[] = []
    const onMessage: ServerConfig['onMessage'] = (direction, type, bytes) => {
      if (type === 22 && direction === 'write' && bytes[0] === Message.encrypted_extensions) answers.push(bytes.slice())
    }
    const groups = ['secp384r1', 'x25519'] as const
    handshake({ groups: ['x25519'] }, { groups: [...groups], announceGroups: true, onMessage })
    const body = extensionsOf(answers[0]!).find(([id]) => id === Ext.supported_groups)![1]
    expect([...body]).toEqual([0, 4, 0, 24, 0, 29])
  })

  test('RFC 9846 §4.3 #5: nothing is answered that was not asked', () => {
    const answers: Uint8Array[] = []
    const onMessage: ServerConfig['onMessage'] = (direction, type, bytes) => {
      if (type === 22 && direction === 'write') answers.push(bytes.slice())
    }
    const shown = { ...credential('p256'), ocspResponse: Uint8Array.of(1), sctList: Uint8Array.of(0, 3, 0, 1, 9) }
    const all = {
      alpnProtocols: [Uint8Array.of(104)],
      recordSizeLimit: 1000,
      maxEarlyData: 100,
      antiReplay: () => true,
    }
    const pair = handshake({ serverName: undefined }, { ...all, credentials: [shown], onMessage })
    expect(pair.client.tls.handshakeComplete).toBe(true)
    const typesIn = (type: number) => extensionsOf(answers.find(([first]) => first === type)!).map(([id]) => id)
    expect(typesIn(Message.server_hello)).toEqual([Ext.key_share, Ext.supported_versions])
    expect(typesIn(Message.encrypted_extensions)).toEqual([])
    const certificate = answers.find(([first]) => first === Message.certificate)!
    expect([...certificate.subarray(-2)]).toEqual([0, 0])
  })

  test('RFC 9846 §4.3.8 #11: a share that was seen before is as good as another', () => {
    const hello = join(TlsConnection.client(clientConfig()).takeOutput())
    for (let i = 0; i < 2; i++) {
      const tls = TlsConnection.server(serverConfig())
      tls.receive(hello.slice())
      expect(tls.error).toBeUndefined()
      expect(join(tls.takeOutput())[0]).toBe(22)
    }
  })

  test('RFC 9846 §4.2.4 #1, #2: a HelloRetryRequest has supported_versions, and what it asks for', () => {
    const retry = serverHello({ groups: ['secp384r1'] }, { groups: ['x25519', 'secp384r1'], keyShares: ['x25519'] })
    expect(retry.random).toBe('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c')
    expect(typesOf(retry)).toEqual([Ext.key_share, Ext.supported_versions])
  })

  test('RFC 9846 §4.2.1 #3, RFC 9846 §4.3.8 #5: a group without a share is asked for, RFC 9846 §4.3.8 #14, #15: and comes alone', () => {
    const hellos: Uint8Array[] = []
    const pair = handshake(
      {
        groups: ['x25519', 'secp384r1'],
        keyShares: ['x25519'],
        onMessage: (direction, type, bytes) => {
          if (direction === 'write' && type === 22 && bytes[0] === Message.client_hello) hellos.push(bytes.slice())
        },
      },
      { groups: ['secp384r1'] },
    )
    expect(pair.client.tls.handshakeComplete).toBe(true)
    const shares = hellos.map(
      (raw) => parseClientHello(raw).extensions!.find(({ type }) => type === Ext.key_share)!.data,
    )
    expect(shares).toHaveLength(2)
    expect(shares[1]!.slice(4, 8)).toBe('0018')
    expect(shares[1]!.length / 2).toBe(2 + 4 + 97)
  })
})

describe('what is refused', () => {
  rows([
    [
      'RFC 9846 §4.2.3 #2, RFC 9846 E.5 #9: a ServerHello of TLS 1.3 with another legacy_version',
      () => client(on(Message.server_hello, (raw) => patched(raw, LEGACY_VERSION, 3, 2))),
      'protocol_version',
      'WRONG_VERSION_NUMBER',
    ],
    [
      'RFC 9846 §4.3.6 #2: post_handshake_auth from a server',
      () => client(on(Message.encrypted_extensions, (raw) => addExtension(raw, 49, new Uint8Array(0)))),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.9 #6: psk_key_exchange_modes from a server',
      () => client(on(Message.encrypted_extensions, (raw) => addExtension(raw, 45, Uint8Array.of(1, 1)))),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 9846 §4.2.3 #15, #17: the mark of a downgrade, where TLS 1.3 is on',
      () =>
        client(
          on(Message.server_hello, (raw) => patched(raw, SENTINEL, ...Buffer.from('DOWNGRD\x01'))),
          { versions: [0x0304, 0x0303] },
          { versions: [0x0303] },
        ),
      'illegal_parameter',
      'INAPPROPRIATE_FALLBACK',
    ],
  ])

  rows([
    [
      'RFC 9846 §4.2.2 #18, #19: bytes behind the compression methods that are no extensions, below TLS 1.3',
      () =>
        server(
          on(Message.client_hello, (raw) => withBody(raw, join([fieldsOf(raw), Uint8Array.of(9)]))),
          { versions: [0x0303], cipherSuites: [0xc02b] },
          { versions: [0x0303], cipherSuites: [0xc02b] },
        ),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'RFC 9846 §4.2.2 #18, #19: extensions with bytes behind them, below TLS 1.3',
      () =>
        server(
          on(Message.client_hello, (raw) => trailing(raw, 0)),
          { versions: [0x0303], cipherSuites: [0xc02b] },
          { versions: [0x0303], cipherSuites: [0xc02b] },
        ),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'RFC 9846 §9.2 #12: signature_algorithms alone, neither groups nor shares',
      () =>
        server(
          on(Message.client_hello, (raw) => removeExtension(removeExtension(raw, Ext.key_share), Ext.supported_groups)),
        ),
      'missing_extension',
      'MISSING_SUPPORTED_GROUPS_EXTENSION',
    ],
  ])

  test('RFC 9846 §4.2.3 #16: the mark of a downgrade below TLS 1.2, where it is on', () => {
    const { victim } = client(
      on(Message.server_hello, (raw) => patched(raw, SENTINEL, ...Buffer.from('DOWNGRD\x00'))),
      { versions: [0x0303, 0x0302], cipherSuites: [0xc009] },
      { versions: [0x0302], cipherSuites: [0xc009] },
    )
    expect(victim.event('error')?.error).toMatchObject({ reason: 'INAPPROPRIATE_FALLBACK', alert: 47 })
  })

  test('RFC 9846 §4.2.2 #12: suites that nobody knows are passed over', () => {
    const strange = (raw: Uint8Array): Uint8Array => {
      const at = 4 + 34 + 1 + raw[38]
      const length = (raw[at] << 8) | raw[at + 1]
      const suites = join([u16(0x0a0a, 0x1399, 0xfefe), raw.subarray(at + 2, at + 2 + length)])
      return withBody(raw, join([raw.subarray(4, at), u16(suites.length), suites, raw.subarray(at + 2 + length)]))
    }
    const pair = handshake({ rewriteClientHello: strange })
    expect(pair.server.tls.handshakeComplete).toBe(true)
    expect(pair.server.tls.clientHello?.cipherSuites).toContain(0x1399)
  })

  test('RFC 9846 §4.3.1 #7, RFC 9846 E.2 #1: supported_versions without TLS 1.3 is heeded all the same', () => {
    const older = (...versions: number[]) =>
      handshake(
        {
          versions: [0x0303],
          cipherSuites: [0xc02b],
          rewriteClientHello: (raw) => addExtension(raw, Ext.supported_versions, Uint8Array.of(4, ...versions)),
        },
        { versions: [0x0304, 0x0303, 0x0302], cipherSuites: [0x1301, 0xc02b, 0xc009] },
      ).server
    expect(older(3, 3, 3, 2).tls.version).toBe(0x0303)
    // legacy_version says 1.2, and counts no more.
    expect(older(3, 1, 3, 0).event('error')?.error).toMatchObject({ reason: 'UNSUPPORTED_PROTOCOL', alert: 70 })
  })

  test('RFC 9846 §4.3.1 #12: a ServerHello is of the version in its extension, not of legacy_version', () => {
    const { client: end } = handshake({ versions: [0x0304, 0x0303] }, { versions: [0x0304, 0x0303] })
    expect(end.tls.version).toBe(0x0304)
  })

  test('RFC 9846 §9.3 #4: nothing is offered that the provider cannot do', () => {
    const { x25519, secp384r1 } = nodeProvider.groups
    const provider = {
      ...nodeProvider,
      groups: { x25519, secp384r1 },
      aeads: { 'aes-256-gcm': nodeProvider.aeads['aes-256-gcm'] },
      supportsSignature: ({ name }: { name: string }) => name === 'ed25519',
    } as typeof nodeProvider
    const hello = clientHello({ provider })
    const list = (type: number) => hello.extensions!.find((one) => one.type === type)!.data
    expect(hello.cipherSuites).toEqual([0x1302])
    expect(list(Ext.supported_groups)).toBe('0004001d0018')
    expect(list(Ext.signature_algorithms)).toBe('00020807')
  })

  test('RFC 9846 B.3.1.4 #1: groups of old are neither offered nor taken in TLS 1.3', () => {
    const { extensions } = clientHello({ groups: ['secp224r1', 'secp256k1', 'x25519'] })
    expect(extensions!.find(({ type }) => type === Ext.supported_groups)!.data).toBe('0002001d')
    const none = handshake({ groups: ['secp224r1'] }, { groups: ['secp224r1'] })
    expect(none.server.tls.handshakeComplete).toBe(false)
  })

  test('RFC 9846 E.5 #1, #2: forward secrecy and AEADs first, no suite with RC4; none below 112 bits, nor without encryption, that is not asked for by name', () => {
    const names = CIPHER_SUITES_12.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(100)
    expect(names.filter((name) => /RC4|_DES_|EXPORT|_40_|RC2|IDEA/.test(name))).toEqual([])
    const offered = clientHello({ versions: [0x0304, 0x0303, 0x0301] }).cipherSuites
    const best = offered
      .filter((id) => id >> 8 !== 0x13)
      .map((id) => CIPHER_SUITES_12.find((one) => one.id === id)!.name)
    expect(best.slice(0, 4).filter((name) => !/^TLS_ECDHE_.*(GCM|CHACHA20)/.test(name))).toEqual([])
    const weak = CIPHER_SUITES_12.filter(({ name }) => name.includes('NULL')).map(({ id }) => id)
    expect(offered.filter((id) => weak.includes(id))).toEqual([])
  })

  test('RFC 9846 E.5 #6, #7: an SSLv2 hello is not understood, whatever version it names', () => {
    const tls = TlsConnection.server(serverConfig({ versions: [0x0304, 0x0303] }))
    tls.receive(Uint8Array.of(0x80, 0x2e, 1, 3, 4, 0, 0x15, 0, 0, 0, 0x10, ...new Uint8Array(37)))
    expect(tls.error).toMatchObject({ reason: 'WRONG_VERSION_NUMBER' })
    expect(tls.version).toBeUndefined()
  })

  test('RFC 9846 E.5 #12: truncated_hmac is neither offered nor answered', () => {
    expect(typesOf(clientHello({ versions: [0x0304, 0x0303, 0x0301] }))).not.toContain(4)
    const versions = [0x0303] as const
    const asked = handshake(
      { versions: [...versions], cipherSuites: [0xc009], rewriteClientHello: (raw) => addExtension(raw, 4) },
      { versions: [...versions], cipherSuites: [0xc009] },
    )
    expect(asked.client.tls.handshakeComplete).toBe(true)
  })

  test('RFC 9846 §9.1 #1, #2, #3, RFC 9846 §9.2 #1, #7, #8, #13, RFC 9846 §4.5.1.2 #6: what everybody must have is on, and asked for by default', () => {
    const hello = clientHello({ psks: [{ identity: new Uint8Array(3), key: new Uint8Array(32) }] })
    expect(hello.cipherSuites).toEqual(expect.arrayContaining([0x1301, 0x1302, 0x1303]))
    const list = (type: number) => hello.extensions!.find((one) => one.type === type)!.data.match(/..../g)!
    expect(list(Ext.supported_groups)).toEqual(expect.arrayContaining(['0017', '001d']))
    expect(list(Ext.signature_algorithms)).toEqual(expect.arrayContaining(['0401', '0804', '0403']))
    const types = typesOf(hello)
    for (const type of [
      'server_name',
      'supported_versions',
      'key_share',
      'pre_shared_key',
      'psk_key_exchange_modes',
    ] as const)
      expect(types, type).toContain(Ext[type])
    // The cookie is for a second hello.
    expect(handshake({}, { cookie: true }).client.tls.handshakeComplete).toBe(true)
  })

  test('RFC 9846 §4.3.1 #2, RFC 9846 E.2 #2: without supported_versions it is TLS 1.2 at most, whatever legacy_version says', () => {
    const { victim } = server(
      on(Message.client_hello, (raw) => patched(removeExtension(raw, Ext.supported_versions), LEGACY_VERSION, 3, 4)),
      { versions: [0x0304, 0x0303] },
      { versions: [0x0304, 0x0303] },
    )
    expect(victim.tls.version).not.toBe(0x0304)
  })
})

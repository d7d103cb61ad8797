import type { GroupName } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import type { KeyKind } from './harness/credentials.ts'
import { credential, parserFor } from './harness/credentials.ts'
import {
  bytewise,
  clientConfig,
  connect,
  handshake,
  type Pair,
  pump,
  pumpAsync,
  serverConfig,
  utf8,
} from './harness/pair.ts'

function expectSecure({ client, server }: Pair): void {
  expect(client.event('error')?.error).toBeUndefined()
  expect(server.event('error')?.error).toBeUndefined()
  expect(client.tls.handshakeComplete).toBe(true)
  expect(server.tls.handshakeComplete).toBe(true)
}

function expectEcho(pair: Pair): void {
  const { client, server } = pair
  client.tls.write(utf8('hello '), utf8('server'))
  server.tls.write(utf8('hello client'))
  pump(pair)
  expect(server.text).toBe('hello server')
  expect(client.text).toBe('hello client')
  client.tls.close()
  server.tls.close()
  pump(pair)
  expect(client.types.at(-1)).toBe('closeNotify')
  expect(server.types.at(-1)).toBe('closeNotify')
}

const suites = { TLS_AES_128_GCM_SHA256: 0x1301, TLS_AES_256_GCM_SHA384: 0x1302, TLS_CHACHA20_POLY1305_SHA256: 0x1303 }
const groups: GroupName[] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'X25519MLKEM768']
const keys: KeyKind[] = ['rsa', 'p256', 'p384', 'p521', 'ed25519']

describe('full handshake', () => {
  test.each(Object.entries(suites))('%s', (_name, suite) => {
    const pair = handshake({ cipherSuites: [suite] })
    expectSecure(pair)
    expect(pair.client.tls.cipherSuite).toBe(suite)
    expectEcho(pair)
  })

  test.each(groups)('group %s', (group) => {
    const pair = handshake({ groups: [group] })
    expectSecure(pair)
    expect(pair.server.tls.group).toBe(group)
    expect(pair.client.tls.helloRetried).toBe(false)
    expectEcho(pair)
  })

  test.each(keys)('certificate key %s', (key) => {
    const pair = handshake({}, { credentials: [credential(key)] })
    expectSecure(pair)
    expect(pair.client.tls.peerCertificates).toEqual(credential(key).chain)
    expectEcho(pair)
  })

  test('HelloRetryRequest', () => {
    const pair = handshake({ groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'] })
    expectSecure(pair)
    expect(pair.client.tls.helloRetried).toBe(true)
    expect(pair.client.tls.group).toBe('secp256r1')
    expectEcho(pair)
  })

  test('the client sends no share at all, and the server asks for a cookie', () => {
    const pair = handshake({ keyShares: [] }, { cookie: true })
    expectSecure(pair)
    expect(pair.server.tls.helloRetried).toBe(true)
  })

  test('SNI and ALPN', () => {
    const pair = handshake({ alpnProtocols: [utf8('h2'), utf8('http/1.1')] }, { alpnProtocols: [utf8('http/1.1')] })
    expectSecure(pair)
    expect(pair.client.tls.alpnProtocol).toEqual(utf8('http/1.1'))
    expect(pair.server.tls.alpnProtocol).toEqual(utf8('http/1.1'))
    expect(pair.server.tls.serverName).toBe('localhost')
  })

  test('client certificate', () => {
    const pair = handshake(
      { credentials: [credential('client')] },
      { requestCertificate: true, requireCertificate: true },
    )
    expectSecure(pair)
    expect(pair.server.tls.peerCertificates).toEqual(credential('client').chain)
    expectEcho(pair)
  })

  test('RFC 9846 §7.5 #1: exporters agree, and differ by label, context and length', () => {
    const { client, server } = handshake()
    const a = client.tls.exportKeyingMaterial('EXPORTER-test', 40, utf8('context'))
    expect(a).toHaveLength(40)
    expect(server.tls.exportKeyingMaterial('EXPORTER-test', 40, utf8('context'))).toEqual(a)
    expect(server.tls.exportKeyingMaterial('EXPORTER-test', 40)).not.toEqual(a)
    expect(client.tls.exportKeyingMaterial('x'.repeat(249), 8).length).toBe(8)
    expect(() => client.tls.exportKeyingMaterial('x'.repeat(250), 8)).toThrow('249 bytes')
    expect(server.tls.exportKeyingMaterial('EXPORTER-other', 40, utf8('context'))).not.toEqual(a)
  })

  test('both sides write the same key log', () => {
    const lines: string[][] = [[], []]
    handshake({ onKeyLog: (line) => lines[0].push(line) }, { onKeyLog: (line) => lines[1].push(line) })
    expect(lines[0].map((line) => line.split(' ')[0])).toEqual([
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
      'SERVER_TRAFFIC_SECRET_0',
      'EXPORTER_SECRET',
    ])
    expect(lines[1]).toEqual(lines[0])
  })

  test('key updates from both sides, asked for and answered', () => {
    const pair = handshake()
    const { client, server } = pair
    const before = client.tls.trafficSecrets!.write.slice()
    client.tls.updateKeys({ requestPeer: true })
    pump(pair)
    expect(client.types).not.toContain('keyUpdate')
    server.tls.write(utf8('answered before this'))
    pump(pair)
    client.received.length = 0
    expect(server.types.filter((type) => type === 'keyUpdate')).toHaveLength(1)
    expect(client.types.filter((type) => type === 'keyUpdate')).toHaveLength(1)
    expect(client.tls.trafficSecrets!.write).not.toEqual(before)
    expectEcho(pair)
  })

  test('large data in both directions', () => {
    const pair = handshake()
    const bytes = nodeProvider.randomBytes(1_000_003)
    pair.client.tls.write(bytes)
    pair.server.tls.write(bytes)
    pump(pair)
    expect(Buffer.compare(pair.server.data, bytes)).toBe(0)
    expect(Buffer.compare(pair.client.data, bytes)).toBe(0)
  })

  test('RFC 9846 C.5 #1: a client without verifyPeer trusts nobody', () => {
    const { client, server } = handshake({ verifyPeer: undefined })
    expect(client.event('error')?.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED', blame: 'config' })
    expect(server.tls.handshakeComplete).toBe(false)
  })

  test('with `allowUnverifiedPeer` a verdict without an alert lets the handshake finish unauthorized', () => {
    const pair = handshake({ allowUnverifiedPeer: true, verifyPeer: () => ({ ok: false, result: 'self-signed' }) })
    expectSecure(pair)
    expect(pair.client.tls.peerVerification).toMatchObject({ ok: false, result: 'self-signed' })
  })
})

describe('the same handshake, however it is driven', () => {
  const outcome = ({ client, server }: Pair) => ({
    types: [client.types, server.types],
    suite: client.tls.cipherSuite,
    group: client.tls.group,
    retried: client.tls.helloRetried,
    alpn: client.tls.alpnProtocol,
    client: server.tls.peerCertificates,
    server: client.tls.peerCertificates,
    received: [client.text, server.text],
  })
  const client = {
    groups: ['x25519', 'secp384r1'],
    alpnProtocols: [utf8('h2')],
    credentials: [credential('client')],
  } as const
  const server = {
    groups: ['secp384r1'],
    alpnProtocols: [utf8('h2')],
    requestCertificate: true,
    requireCertificate: true,
  } as const
  const talk = (pair: Pair) => {
    pair.client.tls.write(utf8('ping'))
    pair.server.tls.write(utf8('pong'))
  }

  test('in one call each way, one byte at a time, and with every step answered by a promise', async () => {
    const direct = connect(clientConfig(client), serverConfig(server))
    talk(direct)
    let microtask = false
    queueMicrotask(() => {
      microtask = true
    })
    pump(direct)
    expect(microtask).toBe(false)
    expectSecure(direct)
    expect(direct.server.text).toBe('ping')

    const slow = connect(clientConfig(client), serverConfig(server))
    talk(slow)
    pump(slow, bytewise)
    expectSecure(slow)
    expect(merge(outcome(slow))).toEqual(merge(outcome(direct)))

    const later = async <T>(value: T | PromiseLike<T>): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve))
      return value
    }
    const provider = promising(later)
    const config = {
      provider,
      parseCertificate: parserFor(provider),
      verifyPeer: () => later({ ok: true }),
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
          sign: (a: never, m: never) => later(signer.sign(a, m)),
        },
      }
    }
    const promised = connect(
      clientConfig({
        ...client,
        ...config,
        credentials: [keyed('client')],
        selectClientCredential: () => later(keyed('client')),
      }),
      serverConfig({
        ...server,
        ...config,
        credentials: [keyed('p256')],
        onClientHello: () => later(undefined),
        selectAlpn: (offered) => later(offered[0]),
        ocspResponse: () => later(null),
        ticketKeys: { seal: (session) => later(session), open: () => later(null) },
      }),
    )
    talk(promised)
    await pumpAsync(promised)
    expectSecure(promised)
    expect(merge(outcome(promised))).toEqual(merge(outcome(direct)))
  })

  /** How many `data` events there are depends on how the bytes were cut. */
  const merge = (result: ReturnType<typeof outcome>) => ({
    ...result,
    types: result.types.map((types) => types.sort()),
  })

  function promising(later: <T>(value: T | PromiseLike<T>) => Promise<T>) {
    const wrap = (group: (typeof nodeProvider.groups)[GroupName]) =>
      group && {
        ...group,
        initiate: () => {
          const agreement = group.initiate()
          return {
            share: agreement.share,
            complete: (share: Uint8Array) => later(agreement.complete(share)),
            destroy() {},
          }
        },
        respond: (share: Uint8Array) => later(group.respond(share)),
      }
    return {
      ...nodeProvider,
      groups: { x25519: wrap(nodeProvider.groups.x25519), secp384r1: wrap(nodeProvider.groups.secp384r1) },
      importPublicKey: (data: Parameters<typeof nodeProvider.importPublicKey>[0]) => {
        const key = nodeProvider.importPublicKey(data)
        return {
          type: key.type,
          curve: key.curve,
          bits: key.bits,
          data: key.data,
          verify: (...args: Parameters<typeof key.verify>) => later(key.verify(...args)),
        }
      },
    }
  }
})

describe('portable provider', () => {
  const portable = { provider: portableProvider, parseCertificate: parserFor(portableProvider) }
  test.each(Object.entries(suites))('%s against the Node provider', (_name, suite) => {
    const pair = connect(clientConfig({ ...portable, cipherSuites: [suite] }), serverConfig())
    pump(pair)
    expectSecure(pair)
    expectEcho(pair)
    const other = connect(
      clientConfig({ cipherSuites: [suite] }),
      serverConfig({ ...portable, credentials: [credential('ed25519', portableProvider)] }),
    )
    pump(other)
    expectSecure(other)
    expectEcho(other)
  })
})

import type { GroupName } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { decodeSession, encodeSession, type ServerConfig, TlsConnection } from '../src/index.ts'
import { credential, der } from './harness/credentials.ts'
import { clientConfig, connect, End, handshake, join, pump, pumpAsync, serverConfig, utf8 } from './harness/pair.ts'

describe('suites, groups, schemes beyond the usual', () => {
  test.each([0x1304, 0x1305])('CCM suite %i', (suite) => {
    const pair = handshake({ cipherSuites: [suite] }, { cipherSuites: [suite] })
    expect(pair.client.tls.cipherSuite).toBe(suite)
    pair.client.tls.write(utf8('hello'))
    pump(pair)
    expect(pair.server.text).toBe('hello')
  })

  const more: GroupName[] = [
    'x448',
    'ffdhe2048',
    'MLKEM768',
    'MLKEM1024',
    'SecP256r1MLKEM768',
    'SecP384r1MLKEM1024',
    'brainpoolP256r1',
  ]
  test.each(more.filter((name) => nodeProvider.groups[name]))('group %s', (group) => {
    const pair = handshake({ groups: [group] }, { groups: [group] })
    expect(pair.client.tls.group).toBe(group)
    expect(pair.client.tls.handshakeComplete).toBe(true)
  })

  test.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('certificate key %s', (type) => {
    const key = nodeProvider.generateKey({ type })
    const signer = { chain: [utf8('a certificate')], signer: key }
    const parseCertificate = (bytes: Uint8Array) => ({
      der: bytes,
      publicKey: nodeProvider.importPublicKey(key.publicKey),
      issuer: utf8(''),
    })
    const pair = handshake({ parseCertificate }, { credentials: [signer] })
    expect(pair.client.event('error')?.error).toBeUndefined()
    expect(pair.client.tls.peerSignatureScheme).toBe(
      { 'ml-dsa-44': 0x904, 'ml-dsa-65': 0x905, 'ml-dsa-87': 0x906 }[type],
    )
  })
})

describe('sizes', () => {
  /** Lengths of the records in a run of bytes. */
  function recordLengths(bytes: Uint8Array): number[] {
    const lengths: number[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = (bytes[at + 3] << 8) | bytes[at + 4]
      lengths.push(length)
      at += 5 + length
    }
    return lengths
  }

  test('RFC 8449 §4 #1: record_size_limit holds in both directions', () => {
    const pair = handshake({ recordSizeLimit: 200 }, { recordSizeLimit: 300 })
    const bytes = new Uint8Array(2000).fill(1)
    pair.client.tls.write(bytes)
    pair.server.tls.write(bytes)
    const { toClient, toServer } = pump(pair)
    // The limit counts content type and padding; the tag comes on top.
    expect(Math.max(...recordLengths(toClient))).toBe(200 + 16)
    expect(Math.max(...recordLengths(toServer))).toBe(300 + 16)
    expect(pair.client.data).toEqual(bytes)
    expect(pair.server.data).toEqual(bytes)
  })

  test('max_fragment_length', () => {
    const pair = handshake({ maxFragmentLength: 512 })
    pair.server.tls.write(new Uint8Array(2000))
    const { toClient } = pump(pair)
    expect(Math.max(...recordLengths(toClient))).toBe(512 + 17)
    expect(pair.client.data).toHaveLength(2000)
  })

  test('padding hides lengths', () => {
    const pair = handshake({ padding: (_type, length) => 255 - (length % 256) })
    pair.client.tls.write(utf8('short'))
    const { toServer } = pump(pair)
    expect(toServer).toHaveLength(5 + 256 + 16)
    expect(pair.server.text).toBe('short')
  })

  test('small writes are joined into one record', () => {
    const pair = handshake()
    for (let i = 0; i < 100; i++) pair.client.tls.write(utf8('0123456789'))
    expect(recordLengths(pump(pair).toServer)).toEqual([1000 + 17])
  })

  test('a flight is one write', () => {
    const client = TlsConnection.client(clientConfig())
    const server = TlsConnection.server(serverConfig())
    server.receive(join(client.takeOutput()))
    expect(recordLengths(join(server.takeOutput()))).toHaveLength(3)
  })
})

describe('post-handshake authentication', () => {
  const able = { postHandshakeAuth: true, credentials: [credential('client')] }

  test('RFC 9846 §4.7.2 #2, #3: asked for and given', () => {
    const pair = handshake(able)
    expect(pair.server.tls.peerCertificates ?? []).toEqual([])
    expect(pair.server.tls.requestClientCertificate()).toBe(true)
    pump(pair)
    expect(pair.client.types).toContain('postHandshakeAuth')
    expect(pair.server.types).toContain('postHandshakeAuth')
    expect(pair.server.tls.peerCertificates).toEqual([der('client')])
    // A second one starts from the main handshake again.
    pair.server.tls.requestClientCertificate()
    pump(pair)
    expect(pair.server.all('postHandshakeAuth')).toHaveLength(2)
    pair.client.tls.write(utf8('still fine'))
    pump(pair)
    expect(pair.server.text).toBe('still fine')
  })

  test('RFC 9846 §4.7.2 #4: declined', () => {
    const pair = handshake({ postHandshakeAuth: true })
    pair.server.tls.requestClientCertificate()
    pump(pair)
    expect(pair.server.types).toContain('postHandshakeAuth')
    expect(pair.server.tls.peerCertificates).toEqual([])
  })

  test('RFC 9846 §4.4.2 #3, #5, RFC 9846 §4.7.2 #7: several may be under way, each by a context of its own, and anything may come first', () => {
    const contexts: string[] = []
    const onMessage: ServerConfig['onMessage'] = (direction, type, bytes) => {
      if (direction === 'write' && type === 22 && bytes[0] === 13)
        contexts.push(Buffer.from(bytes.subarray(5, 5 + bytes[4])).toString('hex'))
    }
    const pair = handshake(able, { onMessage })
    for (let i = 0; i < 3; i++) expect(pair.server.tls.requestClientCertificate()).toBe(true)
    // Under way in the other direction.
    pair.client.tls.write(utf8('first'))
    pair.client.tls.updateKeys()
    pair.client.tls.write(utf8(', then'))
    const before = join(pair.client.tls.takeOutput())
    pair.server.tls.receive(before)
    pump(pair)
    expect(pair.server.event('error')?.error).toBeUndefined()
    expect(pair.server.text).toBe('first, then')
    expect(pair.server.all('postHandshakeAuth')).toHaveLength(3)
    expect(new Set(contexts).size).toBe(3)
    for (const context of contexts) expect(context).toHaveLength(32)
  })

  test('RFC 9846 §4.3.6 #1: not possible without the client’s offer', () => {
    expect(handshake().server.tls.requestClientCertificate()).toBe(false)
  })

  test('RFC 9846 §4.7.2 #5: with a slow signer, application data does not come between the messages', async () => {
    const { chain, signer } = credential('client')
    const slow = {
      chain,
      signer: {
        type: signer.type,
        curve: signer.curve,
        bits: signer.bits,
        sign: async (...args: Parameters<typeof signer.sign>) => {
          await new Promise((resolve) => setImmediate(resolve))
          return signer.sign(...args)
        },
      },
    }
    const pair = handshake({ postHandshakeAuth: true, credentials: [slow] })
    pair.server.tls.requestClientCertificate()
    pump(pair)
    expect(pair.client.tls.waiting).toBe('sign')
    pair.client.tls.write(utf8('meanwhile'))
    await pumpAsync(pair)
    expect(pair.server.event('error')).toBeUndefined()
    expect(pair.server.types).toContain('postHandshakeAuth')
    expect(pair.server.text).toBe('meanwhile')
  })
})

describe('input while a step waits', () => {
  test('is kept, up to the limit that `paused` tells of', async () => {
    let settle = (): void => {}
    const verdict = new Promise<{ ok: boolean }>((resolve) => {
      settle = () => resolve({ ok: true })
    })
    const pair = connect(clientConfig({ verifyPeer: () => verdict, limits: { pendingInput: 1000 } }), serverConfig())
    pump(pair)
    expect(pair.client.tls.waiting).toBe('verifyPeer')
    expect(pair.client.tls.paused).toBe(false)
    pair.client.tls.receive(new Uint8Array(2000).fill(23))
    expect(pair.client.tls.paused).toBe(true)
    let woken = 0
    pair.client.tls.onWake = () => woken++
    settle()
    await verdict
    await Promise.resolve()
    expect(woken).toBe(1)
    expect(pair.client.tls.paused).toBe(false)
  })

  test('byte by byte, without copying it again and again', async () => {
    let settle = (): void => {}
    const verdict = new Promise<{ ok: boolean }>((resolve) => {
      settle = () => resolve({ ok: true })
    })
    const pair = connect(clientConfig({ verifyPeer: () => verdict }), serverConfig())
    pump(pair)
    const record = Uint8Array.of(23, 3, 3, 0x40, 0)
    for (let i = 0; i < 100_000; i++) pair.client.tls.receive(i < 5 ? record.slice(i, i + 1) : new Uint8Array(1))
    // Were all of it copied each time, this would not end before the test is stopped.
    expect(pair.client.tls.waiting).toBe('verifyPeer')
    settle()
    await verdict
    await Promise.resolve()
    pair.client.drain()
    expect(pair.client.event('error')?.error).toMatchObject({ reason: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC' })
  })

  test('a rejection ends the handshake', async () => {
    const pair = connect(clientConfig({ verifyPeer: () => Promise.reject(new Error('no')) }), serverConfig())
    await pumpAsync(pair)
    pair.client.drain()
    expect(pair.client.event('error')?.error).toMatchObject({ reason: 'INTERNAL_ERROR', alert: 80, blame: 'local' })
  })

  test('nothing happens after abort', async () => {
    let settle = (): void => {}
    const verdict = new Promise<{ ok: boolean }>((resolve) => {
      settle = () => resolve({ ok: true })
    })
    const pair = connect(clientConfig({ verifyPeer: () => verdict }), serverConfig())
    pump(pair)
    pair.client.tls.abort(90, 'USER')
    pair.client.drain()
    settle()
    await verdict
    await Promise.resolve()
    expect(pair.client.tls.handshakeComplete).toBe(false)
    expect(pair.client.all('error')).toHaveLength(1)
    expect(pair.client.tls.error).toMatchObject({ reason: 'USER', alert: 90 })
  })
})

describe('sessions as bytes', () => {
  test('round trip, and resumption from it', () => {
    const server = serverConfig({ requestCertificate: true })
    const client = { credentials: [credential('client')], verifyPeer: () => ({ ok: true, result: { why: 'pinned' } }) }
    const first = connect(clientConfig(client), server)
    pump(first)
    const { session } = first.client.event('session')!
    const bytes = encodeSession(session)
    expect(decodeSession(bytes)).toEqual(session)
    const second = connect(clientConfig({ ...client, session: decodeSession(bytes) }), server)
    pump(second)
    expect(second.client.tls.resumed).toBe(true)
    expect(second.client.tls.peerVerification).toEqual({ ok: true, result: { why: 'pinned' } })
    expect(second.server.tls.peerCertificates).toEqual([der('client')])
  })

  test('anything else is refused', () => {
    const { session } = handshake().client.event('session')!
    const bytes = encodeSession(session)
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeSession(bytes.subarray(0, length))).toThrow(/session/)
    }
    expect(() => decodeSession(new Uint8Array([...bytes, 0]))).toThrow(/session/)
    expect(() => decodeSession(new Uint8Array([9, ...bytes.subarray(1)]))).toThrow(/session/)
  })
})

describe('the peer’s hello as data', () => {
  test('raw bytes and what they say', () => {
    let raw: Uint8Array | undefined
    const pair = handshake(
      { alpnProtocols: [utf8('h2')], requestOcsp: true },
      {
        onClientHello: (hello) => {
          raw = hello.raw.slice()
          expect(hello).toMatchObject({
            serverName: 'localhost',
            versions: [0x0304],
            ocspRequested: true,
            sctRequested: false,
          })
        },
      },
    )
    expect(raw?.[0]).toBe(1)
    expect(pair.server.tls.clientHello?.raw).toEqual(raw)
  })

  test('RFC 9846 §6.2 #5: messages as they pass', () => {
    const seen: string[] = []
    const note = (side: string) => (direction: string, type: number, bytes: Uint8Array) =>
      void seen.push(`${side} ${direction} ${type}/${bytes[0]}`)
    handshake({ onMessage: note('c'), tickets: false }, { onMessage: note('s') })
    expect(seen.filter((entry) => entry.startsWith('c'))).toEqual([
      'c write 22/1',
      'c read 22/2',
      'c write 20/1',
      'c read 22/8',
      'c read 22/11',
      'c read 22/15',
      'c read 22/20',
      'c write 22/20',
    ])
  })
})

test('GREASE and permutation change the hello, not the outcome', () => {
  const orders = new Set<string>()
  for (let i = 0; i < 8; i++) {
    let order = ''
    const pair = connect(
      clientConfig({ grease: true, permuteExtensions: true, keyShares: [] }),
      serverConfig({
        grease: true,
        onMessage: () => {},
        onClientHello: (hello) => void (order = Buffer.from(hello.raw).toString('hex').slice(150)),
      }),
    )
    pump(pair)
    expect(pair.client.tls.helloRetried).toBe(true)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    orders.add(order)
  }
  expect(orders.size).toBe(8)
})

test('configuration errors come as an event', () => {
  const end = new End(TlsConnection.client(clientConfig({ versions: [] })))
  end.drain()
  expect(end.event('error')?.error).toMatchObject({ reason: 'NO_PROTOCOLS_AVAILABLE', blame: 'config' })
})

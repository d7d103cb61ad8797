import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { brotliDecompressSync, inflateSync } from 'node:zlib'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeClientHello,
  type HelloProfile,
  helloProfile,
  ja3,
  ja3s,
  ja4,
  parseClientHello,
  parseServerHello,
  profiledHello,
} from '../src/hello.ts'
import { type ClientConfig, TlsConnection } from '../src/index.ts'
import { pem } from './harness/credentials.ts'
import { clientConfig, join, serverConfig } from './harness/pair.ts'

/** First hellos to `localhost`, as the programs sent them (Debian 12 and Go 1.26, November 2026). */
const recorded = Object.entries(
  JSON.parse(readFileSync(new URL('fixtures/hellos/recorded.json', import.meta.url), 'utf8')) as Record<string, string>,
).map(([name, hex]) => ({ name, raw: new Uint8Array(Buffer.from(hex, 'hex')) }))
const of = (name: string) => recorded.find((one) => one.name === name)!.raw

/** Compression that browsers offer. */
const certificateCompression: ClientConfig['certificateCompression'] = [
  { id: 1, decompress: (bytes) => new Uint8Array(inflateSync(bytes)) },
  { id: 2, decompress: (bytes) => new Uint8Array(brotliDecompressSync(bytes)) },
  { id: 3, decompress: () => new Uint8Array(0) },
]
const configured = (profile: HelloProfile, overrides: Partial<ClientConfig> = {}) =>
  clientConfig({
    ...profiledHello(profile, { provider, certificateCompression, allowMissing: true }),
    ...overrides,
  })
const sentBy = (profile: HelloProfile, overrides: Partial<ClientConfig> = {}): Uint8Array =>
  join(TlsConnection.client(configured(profile, overrides)).takeOutput()).subarray(5)

describe('a hello as data', () => {
  test.each(recorded)('$name: read, and written back byte for byte', ({ raw }) => {
    const data = parseClientHello(raw)
    expect(encodeClientHello(JSON.parse(JSON.stringify(data)))).toEqual(raw)
    expect(data.extensions!.find(({ type }) => type === 13)!.name).toBe('signature_algorithms')
  })

  test('whatever is read is written back; whatever else is an error of syntax', () => {
    fc.assert(
      fc.property(
        fc.record({
          version: fc.nat(0xffff),
          random: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
          sessionId: fc.uint8Array({ maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
          cipherSuites: fc.array(fc.nat(0xffff), { maxLength: 20 }),
          compressionMethods: fc.array(fc.nat(255), { maxLength: 4 }),
          extensions: fc.array(
            fc.record({
              type: fc.integer({ min: 60000, max: 65000 }),
              data: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('hex')),
            }),
            { maxLength: 5 },
          ),
        }),
        (data) => {
          expect(parseClientHello(encodeClientHello(data))).toEqual(data)
        },
      ),
    )
    const raw = of('openssl')
    for (let length = 0; length < raw.length; length++)
      expect(() => parseClientHello(raw.subarray(0, length))).toThrow(expect.objectContaining({ name: 'TlsError' }))
  })

  test.each([
    [{ random: '00' }, 'random must have 32 bytes'],
    [{ sessionId: 'zz' }, 'must be hexadecimal'],
    [{ cipherSuites: [70000] }, 'a number of two bytes'],
    [{ extensions: [{ type: 1.5, data: '' }] }, 'a number of two bytes'],
  ])('%j fits no hello', (more, words) => {
    expect(() => encodeClientHello({ ...parseClientHello(of('openssl')), ...more })).toThrow(words)
  })
})

describe('fingerprints', () => {
  test.each([
    ['openssl', 't13d311000_e8f1e7e78f70_1f22a2ca17c4'],
    ['chromium', 't13d1517h2_8daaf6152771'],
    ['firefox', 't13d1617h2'],
    ['node-20', 't13i5910h2'],
    ['openssl-1.2', 't12d2808h2'],
  ])('JA4 of %s', (name, wanted) => {
    expect(ja4(parseClientHello(of(name)), provider).hash.startsWith(wanted)).toBe(true)
  })

  test('JA3 passes GREASE over, and is the MD5 of its text', () => {
    const { text, hash } = ja3(parseClientHello(of('chromium')), provider)
    expect(text).toMatch(/^771,4865-4866-4867-/)
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    expect(text.split(',')).toHaveLength(5)
  })

  test('JA3S of a ServerHello', () => {
    const server = TlsConnection.server(serverConfig())
    const client = TlsConnection.client(clientConfig())
    server.receive(join(client.takeOutput()))
    const record = join(server.takeOutput())
    const hello = record.subarray(5, 5 + ((record[3] << 8) | record[4]))
    expect(ja3s(parseServerHello(hello), provider).text).toBe('771,4865,51-43')
  })

  test('a hello without anything', () => {
    const bare = { version: 0x0301, random: '00'.repeat(32), sessionId: '', cipherSuites: [], compressionMethods: [0] }
    expect(ja3(bare, provider).text).toBe('769,,,,')
    expect(ja4(bare, provider).hash).toBe('t10i000000_000000000000_000000000000')
  })
})

/** What is random in a GREASE ECH has its length alone in common. */
const withoutEch = (profile: HelloProfile) => ({
  ...profile,
  extensions: profile.extensions.map((one) =>
    'fill' in one && 'data' in one ? { ...one, data: one.data.length } : one,
  ),
})

/** A hello without its random parts: GREASE, key shares, the contents of a GREASE ECH. */
function withoutRandom(message: Uint8Array, profile: HelloProfile) {
  const hello = parseClientHello(message)
  return {
    version: hello.version,
    cipherSuites: hello.cipherSuites.map((suite, i) => (profile.cipherSuites[i] === 'GREASE' ? 'GREASE' : suite)),
    compressionMethods: hello.compressionMethods,
    extensions: hello.extensions!.map(({ type, data }, i) => {
      const form = profile.extensions[i]!
      if ('fill' in form) return { type, data: form.fill === 'server_name' ? data : data.length }
      const bytes = Buffer.from(data, 'hex')
      for (const at of form.grease ?? []) bytes.fill(0, at, at + 2)
      return { type: form.type === 'GREASE' ? 'GREASE' : type, data: bytes.toString('hex') }
    }),
  }
}

describe('a hello of a profile', () => {
  test.each(recorded)('$name: sent, it has the form that was recorded, and the length', ({ name, raw }) => {
    const profile = JSON.parse(JSON.stringify(helloProfile(raw))) as HelloProfile
    const overrides = name.startsWith('node') ? { serverName: undefined } : {}
    const sent = sentBy(profile, overrides)
    expect(withoutEch(helloProfile(sent))).toEqual(withoutEch(profile))
    expect(sent.length).toBe(raw.length)
    // Byte for byte, but for what is random in either.
    const [ours, theirs] = [sent, raw].map((message) => withoutRandom(message, profile))
    expect(ours).toEqual(theirs)
  })

  test.each(recorded)(
    '$name: the handshake is completed with our server, with HelloRetryRequest too',
    ({ name, raw }) => {
      const profile = helloProfile(raw)
      for (const groups of [undefined, ['secp384r1']] as const) {
        const client = TlsConnection.client(configured(profile))
        const server = TlsConnection.server(serverConfig({ versions: [0x0304, 0x0303], ...(groups && { groups }) }))
        for (let i = 0; i < 6; i++) {
          server.receive(join(client.takeOutput()))
          client.receive(join(server.takeOutput()))
        }
        expect([client.error, server.error]).toEqual([undefined, undefined])
        expect(client.takeEvents().map(({ type }) => type)).toContain('secure')
        expect(client.version).toBe(name === 'openssl-1.2' ? 0x0303 : 0x0304)
      }
    },
  )

  test.each(recorded)('$name: and with node:tls', async ({ raw }) => {
    for (const more of [{}, { maxVersion: 'TLSv1.2' }, { ecdhCurve: 'P-384' }] satisfies TlsOptions[])
      expect(await greeted(configured(helloProfile(raw)), more)).toBe('hello')
  })

  test('resumes with a ticket, which goes last', () => {
    const profile = helloProfile(of('chromium'))
    const server = serverConfig()
    const first = exchange(profile, server, {})
    const session = first.events.find((event) => event.type === 'session') as { session: ClientConfig['session'] }
    const { client, hello } = exchange(profile, server, { session: session.session })
    expect(client.resumed).toBe(true)
    expect(hello.extensions!.at(-1)!.type).toBe(41)
    expect(helloProfile(hello).extensions.map(({ type }) => type)).toEqual(profile.extensions.map(({ type }) => type))
  })

  test('what is not here is said before anything is sent', () => {
    expect(() => profiledHello(helloProfile(of('node-24')), { provider })).toThrow('cipher suite 0x')
    expect(() => profiledHello(helloProfile(of('firefox')), { provider })).toThrow('certificate compression 1')
    const odd = { ...helloProfile(of('go')), cipherSuites: [0x1301, 0x9999] }
    expect(() => profiledHello(odd, { provider })).toThrow('cipher suite 0x9999')
    expect(() => profiledHello({} as never, { provider })).toThrow('a profile of a hello is due')
    expect(() => profiledHello(helloProfile(of('go')), { provider, alowMissing: true } as never)).toThrow(
      'is no option',
    )
  })
})

function exchange(profile: HelloProfile, server: ReturnType<typeof serverConfig>, more: Partial<ClientConfig>) {
  const client = TlsConnection.client(configured(profile, more))
  const other = TlsConnection.server(server)
  const output = join(client.takeOutput())
  const hello = parseClientHello(output.subarray(5))
  other.receive(output)
  const events = []
  for (let i = 0; i < 6; i++) {
    client.receive(join(other.takeOutput()))
    other.receive(join(client.takeOutput()))
    events.push(...client.takeEvents())
  }
  expect(client.error).toBeUndefined()
  return { client, hello, events }
}

/** What a server of node:tls says to a client of ours. */
function greeted(config: ClientConfig, options: TlsOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createTlsServer({ cert: pem('p256', 'pem'), key: pem('p256', 'key'), ...options }, (socket) => {
      socket.on('error', () => {}).end('hello')
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      const tls = TlsConnection.client(config)
      const socket = connect(port, '127.0.0.1')
      let text = ''
      const done = (error?: unknown) => {
        socket.destroy()
        server.close()
        if (error) reject(error)
        else resolve(text)
      }
      socket.on('error', done)
      socket.on('end', () => done(new Error('the server hung up')))
      server.on('tlsClientError', done)
      socket.write(join(tls.takeOutput()))
      socket.on('data', (bytes) => {
        tls.receive(bytes)
        socket.write(join(tls.takeOutput()))
        for (const event of tls.takeEvents()) {
          if (event.type === 'data') text += new TextDecoder().decode(event.bytes)
          if (text === 'hello') done()
          if (event.type === 'error') done(event.error)
        }
      })
    })
  })
}

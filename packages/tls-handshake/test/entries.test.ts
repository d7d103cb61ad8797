/** The entries for clients alone: that they do what `TlsConnection.client` does, and bring nothing they do not need. */
import { fileURLToPath } from 'node:url'
import { Alert } from '@x/tls-record'
import { build } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as client from '../src/client.ts'
import * as client13 from '../src/client13.ts'
import type { ClientConfig, Connection, ServerConfig, Session } from '../src/index.ts'
import { TlsConnection } from '../src/index.ts'
import { credential } from './harness/credentials.ts'
import { bytewise, clientConfig, End, type Pair, pump, serverConfig, utf8, whole } from './harness/pair.ts'

const { tlsClient } = client
const { tls13Client } = client13

type MakeClient = (config: ClientConfig, ...parts: readonly client.ClientParts[]) => Connection

function between(make: MakeClient, client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): Pair {
  return { client: new End(make(clientConfig(client))), server: new End(TlsConnection.server(serverConfig(server))) }
}

/** The parts that both entries have by the same names. */
type Parts = Pick<
  typeof client,
  'clientCertificates' | 'compressedCertificates' | 'earlyData' | 'helloForms' | 'preSharedKeys'
>

const ENTRIES: readonly (readonly [string, MakeClient, versions: readonly (0x0303 | 0x0304)[], Parts])[] = [
  ['client', tlsClient, [0x0303, 0x0304], client],
  ['client13', tls13Client, [0x0304], client13],
]

for (const [name, make, versions, parts] of ENTRIES) {
  describe(name, () => {
    test.each(versions)('speaks version %i with our server, in both directions', (version) => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 1, maxLength: 40000 }),
          fc.uint8Array({ minLength: 1, maxLength: 40000 }),
          fc.boolean(),
          (up, down, slowly) => {
            const pair = between(make, { versions: [version] }, { versions: [0x0304, 0x0303] })
            pair.client.tls.write(up)
            pair.server.tls.write(down)
            pump(pair, slowly ? bytewise : whole)
            expect(pair.client.tls.version).toBe(version)
            expect(pair.server.data).toEqual(up)
            expect(pair.client.data).toEqual(down)
            pair.client.tls.close()
            pump(pair)
            expect(pair.server.types).toContain('closeNotify')
            expect(pair.client.tls.error).toBeUndefined()
          },
        ),
        { numRuns: 5 },
      )
    })

    test.each(versions)('resumes version %i', (version) => {
      const server = serverConfig({ versions: [version] })
      const connect = (session?: Session): Pair => ({
        client: new End(make(clientConfig({ versions: [version], session }), parts.preSharedKeys)),
        server: new End(TlsConnection.server(server)),
      })
      const first = connect()
      pump(first)
      const again = connect(first.client.event('session')!.session)
      pump(again)
      expect(again.client.tls.resumed).toBe(true)
    })

    test.each(versions)('exports the same keying material as the server in version %i', (version) => {
      const pair = between(make, { versions: [version] }, { versions: [version] })
      pump(pair)
      const material = (end: End) => end.tls.exportKeyingMaterial('EXPERIMENTAL-entries', 40, utf8('context'))
      expect(material(pair.client)).toEqual(material(pair.server))
    })

    test('answers a HelloRetryRequest', () => {
      const pair = between(make, { groups: ['x25519', 'secp384r1'] }, { groups: ['secp384r1'] })
      pump(pair)
      expect(pair.client.tls.helloRetried).toBe(true)
      expect(pair.client.tls.handshakeComplete).toBe(true)
    })

    test.each(versions)('shows a certificate in version %i where it was given that part', (version) => {
      const server = { versions: [version], requestCertificate: true, requireCertificate: true }
      const config = { versions: [version], credentials: [credential('p256')] }
      const pair = between((config) => make(config, parts.clientCertificates), config, server)
      pump(pair)
      expect(pair.server.tls.peerCertificates).toEqual(credential('p256').chain)
      // Without, it has none to show.
      const bare = between(make, { versions: [version] }, server)
      pump(bare)
      expect(bare.server.tls.error?.reason).toBe('PEER_DID_NOT_RETURN_A_CERTIFICATE')
      expect(bare.client.tls.certificateRequest).toBeDefined()
    })

    test('sends early data where it was given that part', () => {
      const server = serverConfig({ maxEarlyData: 1000, antiReplay: () => true })
      const connect = (config: Partial<ClientConfig>): Pair => ({
        client: new End(make(clientConfig(config), parts.preSharedKeys, parts.earlyData)),
        server: new End(TlsConnection.server(server)),
      })
      const first = connect({ earlyData: true })
      pump(first)
      const again = connect({ earlyData: true, session: first.client.event('session')!.session })
      expect(again.client.tls.writeEarly(utf8('early'))).toBe(5)
      pump(again)
      expect(again.client.tls.earlyDataAccepted).toBe(true)
      expect(again.server.event('data')).toMatchObject({ early: true })
    })

    test('takes an external PSK where it was given that part', () => {
      const psks = [{ identity: utf8('me'), key: new Uint8Array(32).fill(7) }]
      const versions = [0x0304] as const
      const withParts: MakeClient = (config) => make(config, parts.preSharedKeys)
      const pair = between(withParts, { versions, psks, verifyPeer: undefined }, { psks, credentials: [] })
      pump(pair)
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(pair.client.tls.pskIdentity).toEqual(psks[0].identity)
    })

    test('neither asks for tickets nor keeps any without that part', () => {
      const pair = between(make, { versions: [0x0304] }, {})
      pump(pair)
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(pair.server.event('sessionIssued')).toBeUndefined()
      expect(pair.client.event('session')).toBeUndefined()
    })

    test('greases and permutes its hello where it was given that part', () => {
      const config = { grease: true, permuteExtensions: true }
      const pair = between((config) => make(config, parts.helloForms), config)
      pump(pair)
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(pair.server.tls.clientHello!.cipherSuites.some((suite) => (suite & 0x0f0f) === 0x0a0a)).toBe(true)
    })

    const needs: readonly (readonly [Partial<ClientConfig>, keyof Parts])[] = [
      [{ credentials: [credential('p256')] }, 'clientCertificates'],
      [{ selectClientCredential: () => null }, 'clientCertificates'],
      [{ onCertificateRequest: () => {} }, 'clientCertificates'],
      [{ postHandshakeAuth: true }, 'clientCertificates'],
      [{ earlyData: true }, 'earlyData'],
      [{ session: {} as Session }, 'preSharedKeys'],
      [{ psks: [{ identity: utf8('a'), key: utf8('b') }] }, 'preSharedKeys'],
      [{ certificateCompression: [{ id: 1 }] }, 'compressedCertificates'],
      [{ grease: true }, 'helloForms'],
      [{ permuteExtensions: true }, 'helloForms'],
      [{ rewriteClientHello: (hello) => hello }, 'helloForms'],
    ]
    test.each(needs)('is not made for %o without its part', (config, part) => {
      expect(() => make(clientConfig(config))).toThrow(
        expect.objectContaining({ reason: 'MISSING_PART', blame: 'config' }),
      )
      expect(() => make(clientConfig(config), parts[part])).not.toThrow()
    })

    test('options that ask for nothing need no part', () => {
      const pair = between(make, { credentials: [], psks: [], earlyData: false, certificateCompression: [] })
      pump(pair)
      expect(pair.client.tls.handshakeComplete).toBe(true)
    })

    test('trusts nobody without verifyPeer', () => {
      const pair = between(make, { verifyPeer: undefined })
      pump(pair)
      expect(pair.client.tls.error?.reason).toBe('CERTIFICATE_VERIFY_FAILED')
    })
  })
}

describe('client13', () => {
  test('without versions offers TLS 1.3, and refuses a server of TLS 1.2 with protocol_version', () => {
    const pair = between(tls13Client, { versions: undefined }, { versions: [0x0303] })
    pump(pair)
    // The server finds nothing on offer that it speaks.
    expect(pair.client.tls.error).toMatchObject({ alert: Alert.protocol_version, alertReceived: true })
  })

  test('refuses a ServerHello of TLS 1.2 with protocol_version (RFC 9846 §4.2.3)', () => {
    const client = tls13Client(clientConfig())
    client.takeOutput()
    // legacy_version 1.2, no session id, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, no extensions.
    const body = [0x03, 0x03, ...new Uint8Array(32).fill(7), 0, 0xc0, 0x2b, 0]
    client.receive(Uint8Array.of(22, 3, 3, 0, body.length + 4, 2, 0, 0, body.length, ...body))
    expect(client.error).toMatchObject({
      alert: Alert.protocol_version,
      alertReceived: false,
      reason: 'UNSUPPORTED_PROTOCOL',
    })
  })

  test.each([[[0x0303]], [[0x0304, 0x0303]], [[]]] as const)('is not made for versions %j', (versions) => {
    expect(() => tls13Client(clientConfig({ versions }))).toThrow(
      expect.objectContaining({ reason: 'NO_PROTOCOLS_AVAILABLE', blame: 'config' }),
    )
  })
})

/** Files of this repository that a program importing the entry has in its bundle, by their paths from `packages`. */
async function filesOf(entry: string): Promise<string[]> {
  const packages = fileURLToPath(new URL('../..', import.meta.url))
  const { metafile } = await build({
    entryPoints: [`${packages}tls-handshake/src/${entry}.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    metafile: true,
    absWorkingDir: packages,
    plugins: [
      {
        name: 'sources',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^@x\// }, ({ path }) => {
            const [, name, of = 'index'] = /^@x\/([^/]+)(?:\/(.+))?$/.exec(path)!
            return { path: `${packages}${name}/src/${of}.ts`, sideEffects: false }
          }),
      },
    ],
  })
  return Object.entries(Object.values(metafile.outputs)[0].inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path)
}

describe('what a bundle holds', () => {
  const SERVER = /tls-handshake\/src\/(server|sessions)\//
  const OLDER = /tls-handshake\/src\/(tls12\/|.*12\.ts$)|tls-record\/src\/protection\/(cbc|aead12)|kdf\/tls-prf/

  test('client13: nothing of a server, nothing of TLS up to 1.2', async () => {
    const files = await filesOf('client13')
    expect(files).toContain('tls-handshake/src/client/client13.ts')
    expect(files.filter((path) => SERVER.test(path) || OLDER.test(path))).toEqual([])
  })

  test('client: nothing of a server', async () => {
    const files = await filesOf('client')
    expect(files).toContain('tls-handshake/src/client/client12.ts')
    expect(files.filter((path) => SERVER.test(path))).toEqual([])
  })

  test('the whole: both', async () => {
    const files = await filesOf('index')
    expect(files.some((path) => SERVER.test(path)) && files.some((path) => OLDER.test(path))).toBe(true)
  })
})

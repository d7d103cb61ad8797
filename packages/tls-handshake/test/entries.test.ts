/** The entries for clients alone: that they do what `TlsConnection.client` does, and bring nothing they do not need. */
import { fileURLToPath } from 'node:url'
import { Alert } from '@x/tls-record'
import { build } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tlsClient } from '../src/client.ts'
import { tls13Client } from '../src/client13.ts'
import type { ClientConfig, Connection, ServerConfig, Session } from '../src/index.ts'
import { TlsConnection } from '../src/index.ts'
import { bytewise, clientConfig, End, type Pair, pump, serverConfig, utf8, whole } from './harness/pair.ts'

type MakeClient = (config: ClientConfig) => Connection

function between(make: MakeClient, client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): Pair {
  return { client: new End(make(clientConfig(client))), server: new End(TlsConnection.server(serverConfig(server))) }
}

const ENTRIES: readonly (readonly [name: string, make: MakeClient, versions: readonly (0x0303 | 0x0304)[]])[] = [
  ['client', tlsClient, [0x0303, 0x0304]],
  ['client13', tls13Client, [0x0304]],
]

for (const [name, make, versions] of ENTRIES) {
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
        client: new End(make(clientConfig({ versions: [version], session }))),
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

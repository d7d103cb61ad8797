import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nativeTls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ours, { type ConnectionOptions, type TlsOptions } from '@x/node-tls-compat'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority, KEYS, type KeyName, leafFor } from '../certificates.ts'
import { hashOf, PAYLOAD, PAYLOAD_HASH } from '../echo.ts'
import { absent, peers } from '../peers.ts'

const SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
const GROUPS = { X25519: 'X25519', 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }
const keys = Object.keys(KEYS) as KeyName[]

type AnyTls = { connect: typeof nativeTls.connect; createServer: typeof nativeTls.createServer }
const OURS = ours as unknown as AnyTls

interface Negotiated {
  protocol: string | null
  cipher: string
  group: string | undefined
  hash: string
}

function listen(tls: AnyTls, options: TlsOptions): Promise<{ port: number; close(): void }> {
  return new Promise((resolve) => {
    const server = tls.createServer(options as nativeTls.TlsOptions, (socket) => {
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as net.AddressInfo).port, close: () => server.close() }),
    )
  })
}

function exchange(tls: AnyTls, port: number, options: ConnectionOptions): Promise<Negotiated> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(
      {
        ca: authority.cert,
        ...options,
        port,
        host: '127.0.0.1',
        servername: 'localhost',
      } as nativeTls.ConnectionOptions,
      async () => {
        const facts = {
          protocol: socket.getProtocol(),
          cipher: socket.getCipher().name,
          group: (socket.getEphemeralKeyInfo() as { name?: string }).name,
        }
        const hash = hashOf(socket)
        socket.end(PAYLOAD)
        resolve({ ...facts, hash: await hash })
      },
    )
    socket.on('error', reject)
  })
}

/** Every suite with every group with every kind of key. */
const matrix = SUITES.flatMap((suite) =>
  Object.entries(GROUPS).flatMap(([group, shown]) => keys.map((key) => ({ suite, group, shown, key }))),
)

describe.each([
  ["our client, the running Node's server", OURS, nativeTls],
  ["the running Node's client, our server", nativeTls, OURS],
  ['our client, our server', OURS, OURS],
] as [string, AnyTls, AnyTls][])('TLS 1.3: %s', (_title, client, serverTls) => {
  const servers = new Map<KeyName, { port: number; close(): void }>()
  beforeAll(async () => {
    for (const key of keys)
      servers.set(
        key,
        await listen(serverTls, { ...leafFor(key), minVersion: 'TLSv1.3', ecdhCurve: 'X25519:P-256:P-384:P-521' }),
      )
  })
  afterAll(() => {
    for (const server of servers.values()) server.close()
  })

  it.each(matrix)('$suite, $group, $key: 10 MB echoed', async ({ suite, group, shown, key }) => {
    const result = await exchange(client, servers.get(key)!.port, { ciphers: suite, ecdhCurve: group })
    expect(result).toEqual({ protocol: 'TLSv1.3', cipher: suite, group: shown, hash: PAYLOAD_HASH })
  })
})

describe.skipIf(absent('node24'))(
  'TLS 1.3 with X25519MLKEM768: Node 24 (skipped where install-peers.mjs has not run)',
  () => {
    const script = fileURLToPath(new URL('../node-peer.cjs', import.meta.url))
    const folder = mkdtempSync(join(tmpdir(), 'interop-'))
    const file = join(folder, 'payload')
    let child: ChildProcess | undefined
    beforeAll(() => writeFileSync(file, PAYLOAD))
    afterAll(() => {
      child?.kill()
      rmSync(folder, { recursive: true })
    })
    const cases = SUITES.flatMap((suite) => keys.map((key) => ({ suite, key })))

    it.each(cases)('our client: $suite, $key', async ({ suite, key }) => {
      child = spawn(
        peers.node24!,
        [script, 'server', JSON.stringify({ ...leafFor(key), ecdhCurve: 'X25519MLKEM768' })],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      )
      const port = await new Promise<number>((resolve) => child!.stdout!.once('data', (line) => resolve(Number(line))))
      const result = await exchange(OURS, port, { ciphers: suite, ecdhCurve: 'X25519MLKEM768' })
      child.kill()
      expect(result).toEqual({ protocol: 'TLSv1.3', cipher: suite, group: 'X25519MLKEM768', hash: PAYLOAD_HASH })
    })

    it.each(cases)('our server: $suite, $key', async ({ suite, key }) => {
      const server = await listen(OURS, { ...leafFor(key), minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768' })
      const options = { port: server.port, ca: authority.cert, ciphers: suite, ecdhCurve: 'X25519MLKEM768', file }
      const { stdout } = await promisify(execFile)(peers.node24!, [script, 'client', JSON.stringify(options)])
      server.close()
      expect(JSON.parse(stdout)).toMatchObject({ protocol: 'TLSv1.3', cipher: suite, hash: PAYLOAD_HASH })
    })
  },
)

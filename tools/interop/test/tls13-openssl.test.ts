import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ours, { type TLSSocket } from '@x/node-tls-compat'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority, KEYS, type KeyName, leafFor } from '../certificates.ts'
import { hashOf, PAYLOAD, PAYLOAD_HASH } from '../echo.ts'
import { absent, peers } from '../peers.ts'
import { freePort } from '../workshop.ts'

const SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
const GROUPS = ['X25519', 'P-256', 'P-384', 'P-521']
const keys = Object.keys(KEYS) as KeyName[]
const matrix = SUITES.flatMap((suite) => GROUPS.flatMap((group) => keys.map((key) => ({ suite, group, key }))))

const folder = mkdtempSync(join(tmpdir(), 'interop-openssl-'))
const path = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

function openssl(...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(peers.openssl!, args)
  child.stdin.on('error', () => {})
  return child
}

/** Until a server of another process answers. */
async function connectWhenReady(connect: () => TLSSocket): Promise<TLSSocket> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await new Promise<TLSSocket>((resolve, reject) => {
        const socket = connect()
        socket.once('secureConnect', () => resolve(socket))
        socket.once('error', reject)
      })
    } catch (error) {
      if (attempt > 100 || (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe.skipIf(absent('openssl'))('TLS 1.3 with OpenSSL (skipped where openssl is not installed)', () => {
  const files = {} as Record<KeyName, { cert: string; key: string }>
  let ca: string
  beforeAll(() => {
    ca = path('ca.pem', authority.cert)
    for (const name of keys) {
      const leaf = leafFor(name)
      files[name] = { cert: path(`${name}.pem`, leaf.cert), key: path(`${name}.key`, leaf.key) }
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(matrix)('s_server: $suite, $group, $key: 10 MB each way', async ({ suite, group, key }) => {
    const port = await freePort()
    const { cert, key: keyFile } = files[key]
    const server = openssl(
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      '-naccept',
      '1',
      '-quiet',
      '-tls1_3',
      '-ciphersuites',
      suite,
      '-groups',
      group,
      '-cert',
      cert,
      '-key',
      keyFile,
    )
    const received = hashOf(server.stdout, PAYLOAD.length)
    const socket = await connectWhenReady(() =>
      ours.connect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.cert,
        ciphers: suite,
        ecdhCurve: group,
      }),
    )
    expect(socket.getCipher()).toMatchObject({ name: suite })
    const back = hashOf(socket, PAYLOAD.length)
    socket.write(PAYLOAD)
    server.stdin.write(PAYLOAD)
    expect(await received).toBe(PAYLOAD_HASH)
    expect(await back).toBe(PAYLOAD_HASH)
    socket.destroy()
    server.kill()
  })

  it.each(matrix)('s_client: $suite, $group, $key: 10 MB each way', async ({ suite, group, key }) => {
    const server = ours.createServer({ ...leafFor(key), minVersion: 'TLSv1.3' })
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
    )
    const accepted = new Promise<TLSSocket>((resolve, reject) => {
      server.once('secureConnection', resolve)
      server.once('tlsClientError', reject)
    })
    const client = openssl(
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-servername',
      'localhost',
      '-quiet',
      '-tls1_3',
      '-ciphersuites',
      suite,
      '-groups',
      group,
      '-CAfile',
      ca,
      '-verify_return_error',
    )
    const received = hashOf(client.stdout, PAYLOAD.length)
    const socket = await accepted
    const sent = hashOf(socket, PAYLOAD.length)
    socket.write(PAYLOAD)
    client.stdin.write(PAYLOAD)
    expect(await sent).toBe(PAYLOAD_HASH)
    expect(await received).toBe(PAYLOAD_HASH)
    socket.destroy()
    client.kill()
    server.close()
  })
})

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import tls from 'node:tls'
import type { GroupName } from '@x/crypto-primitives'
import { afterEach, describe, expect, test } from 'vitest'
import { type Session, TlsConnection } from '../src/index.ts'
import { credential, type KeyKind, path, pem } from './harness/credentials.ts'
import { clientConfig, End, serverConfig, text, utf8 } from './harness/pair.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** Runs a connection on a socket; resolves when `until` says so, rejects on its error. */
function drive(connection: TlsConnection, socket: Socket, until: (end: End) => boolean): Promise<End> {
  const end = new End(connection)
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      end.drain()
      for (const piece of connection.takeOutput()) socket.write(piece)
      const error = end.event('error')?.error
      if (error) reject(error)
      else if (until(end)) resolve(end)
    }
    connection.onWake = turn
    socket.on('data', (bytes) => {
      connection.receive(new Uint8Array(bytes))
      turn()
    })
    socket.on('end', () => {
      connection.receiveEnd()
      turn()
    })
    socket.on('error', reject)
    socket.once('connect', turn)
    turn()
  })
}

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket)
  cleanups.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

async function nodeServer(options: tls.TlsOptions): Promise<number> {
  const server = tls.createServer({ minVersion: 'TLSv1.3', ...options }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  cleanups.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

const curve: Partial<Record<GroupName, string>> = {
  x25519: 'X25519',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}
const suites = { TLS_AES_128_GCM_SHA256: 0x1301, TLS_AES_256_GCM_SHA384: 0x1302, TLS_CHACHA20_POLY1305_SHA256: 0x1303 }
const keys: KeyKind[] = ['rsa', 'p256', 'p384', 'p521', 'ed25519']

describe('our client, node:tls server', () => {
  const combinations = Object.keys(suites).flatMap((suite) =>
    (Object.keys(curve) as GroupName[]).flatMap((group) => keys.map((key) => [suite, group, key] as const)),
  )
  test.each(combinations)('%s %s %s', async (suite, group, key) => {
    const port = await nodeServer({
      key: pem(key, 'key'),
      cert: pem(key, 'pem'),
      ciphers: suite,
      ecdhCurve: curve[group],
    })
    const connection = TlsConnection.client(clientConfig({ groups: [group] }))
    connection.write(utf8('hello'))
    const socket = connectTcp(port, '127.0.0.1')
    cleanups.push(() => socket.destroy())
    const end = await drive(connection, socket, ({ text }) => text === 'hello')
    expect(end.tls.cipherSuite).toBe(suites[suite as keyof typeof suites])
    expect(end.tls.group).toBe(group)
  })

  test('HelloRetryRequest, ALPN, client certificate, resumption', async () => {
    const port = await nodeServer({
      key: pem('p256', 'key'),
      cert: pem('p256', 'pem'),
      ecdhCurve: 'P-384',
      ALPNProtocols: ['h2'],
      requestCert: true,
      sessionIdContext: 'interop',
      rejectUnauthorized: false,
      ca: pem('client', 'pem'),
    })
    const run = async (session?: Session) => {
      const connection = TlsConnection.client(
        clientConfig({
          groups: ['x25519', 'secp384r1'],
          alpnProtocols: [utf8('h2')],
          credentials: [credential('client')],
          session,
        }),
      )
      connection.write(utf8('hello'))
      const socket = connectTcp(port, '127.0.0.1')
      cleanups.push(() => socket.destroy())
      return drive(connection, socket, (end) => end.text === 'hello' && (session || end.event('session')) !== undefined)
    }
    const first = await run()
    expect(first.tls.helloRetried).toBe(true)
    expect(first.tls.resumed).toBe(false)
    expect(text(first.tls.alpnProtocol!)).toBe('h2')
    const second = await run(first.event('session')!.session)
    expect(second.tls.resumed).toBe(true)
    expect(second.tls.peerCertificates).toEqual(first.tls.peerCertificates)
  })
})

describe('node:tls client, our server', () => {
  const combinations = Object.keys(suites).flatMap((suite) =>
    (Object.keys(curve) as GroupName[]).flatMap((group) => keys.map((key) => [suite, group, key] as const)),
  )
  test.each(combinations)('%s %s %s', async (suite, group, key) => {
    const port = await listen((socket) => {
      const connection = TlsConnection.server(serverConfig({ groups: [group], credentials: [credential(key)] }))
      drive(connection, socket, (end) => {
        for (const bytes of end.received.splice(0)) connection.write(bytes)
        for (const piece of connection.takeOutput()) socket.write(piece)
        return false
      }).catch(() => {})
    })
    const socket = tls.connect({
      port,
      ciphers: suite,
      ca: pem(key, 'pem'),
      servername: 'localhost',
      minVersion: 'TLSv1.3',
    })
    cleanups.push(() => socket.destroy())
    const answer = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('data', (bytes) => resolve(bytes.toString()))
      socket.write('hello')
    })
    expect(answer).toBe('hello')
    expect(socket.authorized).toBe(true)
    expect(socket.getCipher().name).toBe(suite)
  })

  test('resumption and client certificate', async () => {
    const ends: End[] = []
    const config = serverConfig({ requestCertificate: true, requireCertificate: true })
    const port = await listen((socket) => {
      const connection = TlsConnection.server(config)
      drive(connection, socket, (end) => {
        if (!ends.includes(end)) ends.push(end)
        return false
      }).catch(() => {})
    })
    const run = (session?: Buffer): Promise<[Buffer, boolean]> =>
      new Promise((resolve, reject) => {
        const socket = tls.connect({
          port,
          session,
          ca: pem('p256', 'pem'),
          servername: 'localhost',
          key: pem('client', 'key'),
          cert: pem('client', 'pem'),
        })
        cleanups.push(() => socket.destroy())
        socket.once('error', reject)
        socket.once('session', (next) => resolve([next, socket.isSessionReused()]))
      })
    const [session, reused] = await run()
    expect(reused).toBe(false)
    const [, again] = await run(session)
    expect(again).toBe(true)
    expect(ends.at(-1)!.tls.resumed).toBe(true)
    expect(ends.at(-1)!.tls.peerCertificates).toEqual(credential('client').chain)
  })
})

const openssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
})()

describe.skipIf(openssl === undefined)('openssl s_server and s_client', () => {
  const start = (args: string[]): ChildProcess => {
    const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'pipe'] })
    cleanups.push(() => child.kill())
    return child
  }

  test('our client with early data against s_server', async () => {
    const probe = createServer()
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
    const { port } = probe.address() as { port: number }
    await new Promise((resolve) => probe.close(resolve))
    const server = start([
      's_server',
      '-accept',
      String(port),
      '-tls1_3',
      '-early_data',
      '-no_anti_replay',
      '-cert',
      path('p256', 'pem'),
      '-key',
      path('p256', 'key'),
    ])
    let output = ''
    server.stdout!.on('data', (bytes) => {
      output += bytes
    })
    await new Promise<void>((resolve) => server.stdout!.on('data', () => output.includes('ACCEPT') && resolve()))
    const run = async (session?: Session) => {
      const connection = TlsConnection.client(clientConfig({ session, earlyData: true }))
      if (session) expect(connection.writeEarly(utf8('early bird\n'))).toBe(11)
      const socket = connectTcp(port, '127.0.0.1')
      const end = await drive(connection, socket, (side) => side.event('session') !== undefined)
      connection.write(utf8('late bird\n'))
      connection.close()
      for (const piece of connection.takeOutput()) socket.write(piece)
      await new Promise<void>((resolve) => socket.end(resolve))
      return end
    }
    const first = await run()
    const second = await run(first.event('session')!.session)
    expect(second.tls.resumed).toBe(true)
    expect(second.tls.earlyDataReason).toBe('accepted')
    await expect.poll(() => output).toContain('early bird')
    await expect.poll(() => output.split('late bird').length).toBe(3)
  })

  test('s_client against our server, with a KeyUpdate', async () => {
    const ends: End[] = []
    const port = await listen((socket) => {
      const connection = TlsConnection.server(serverConfig())
      drive(connection, socket, (end) => {
        if (!ends.includes(end)) ends.push(end)
        return false
      }).catch(() => {})
    })
    const client = start([
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-tls1_3',
      '-CAfile',
      path('p256', 'pem'),
      '-servername',
      'localhost',
    ])
    await expect.poll(() => ends[0]?.tls.handshakeComplete).toBe(true)
    client.stdin!.write('K\n')
    await expect.poll(() => ends[0].types).toContain('keyUpdate')
    client.stdin!.write('after the update\n')
    await expect.poll(() => ends[0].text).toContain('after the update')
  })
})

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientConfig, ServerConfig, Session } from '@x/tls-handshake'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority, type KeyName, leafFor } from '../certificates.ts'
import {
  type Connection,
  clientPsk,
  connect,
  credentialFrom,
  type Listener,
  listen,
  PSK,
  serverPsk,
  suites12,
  VERSIONS_12,
} from '../direct.ts'
import { absent, peers } from '../peers.ts'
import { freePort } from '../workshop.ts'

const ALL = 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'
const folder = mkdtempSync(join(tmpdir(), 'interop-openssl12-'))
const children = new Set<ChildProcessWithoutNullStreams>()

function path(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** OpenSSL's suites, by number. */
function known(): Set<number> {
  if (!peers.openssl) return new Set()
  const { stdout } = spawnSync(peers.openssl, ['ciphers', '-V', ALL], { encoding: 'utf8' })
  return new Set([...stdout.matchAll(/0x(..),0x(..) - /g)].map(([, high, low]) => Number.parseInt(high + low, 16)))
}

function openssl(...args: string[]): ChildProcessWithoutNullStreams & { text: string } {
  const child = Object.assign(spawn(peers.openssl!, args), { text: '' })
  child.stdin.on('error', () => {})
  child.stdout.on('data', (bytes) => {
    child.text += bytes
  })
  child.stderr.on('data', (bytes) => {
    child.text += bytes
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

async function shown(child: { text: string }, text: string | RegExp): Promise<void> {
  for (let i = 0; i < 6000 && child.text.search(text) < 0; i++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(child.text).toMatch(text)
}

const openSuites = known()
const cases = (version: number) => suites12(version).filter(({ id }) => openSuites.has(id))

/** A line there and, reversed, back again. */
async function expectEcho(connection: Connection, line: string): Promise<void> {
  connection.text = ''
  connection.send(`${line}\n`)
  await connection.until(() => connection.text.includes('\n'))
  expect(connection.text.trim()).toBe([...line].reverse().join(''))
}

describe.skipIf(absent('openssl'))('TLS 1.0 to 1.2 with OpenSSL (skipped where openssl is not installed)', () => {
  const files = {} as Record<'RSA-2048' | 'P-256' | 'Ed25519', { cert: string; key: string }>
  let ca: string
  beforeAll(() => {
    ca = path('ca.pem', authority.cert)
    for (const name of ['RSA-2048', 'P-256', 'Ed25519'] as const) {
      const leaf = leafFor(name)
      files[name] = { cert: path(`${name}.pem`, leaf.cert), key: path(`${name}.key`, leaf.key) }
    }
  })
  afterAll(() => {
    for (const child of children) child.kill()
    rmSync(folder, { recursive: true })
  })

  describe.each(VERSIONS_12)('s_server, $name', ({ version, option }) => {
    let port: number
    const client = (overrides: Partial<ClientConfig> = {}) =>
      connect(port, { versions: [version], cipherSuites: [0xc013], pskCallback: clientPsk, ...overrides })
    const serve = (at: number, ...more: string[]) =>
      openssl(
        ...['s_server', '-accept', `127.0.0.1:${at}`, option, '-cipher', ALL, '-client_renegotiation'],
        ...['-cert', files['RSA-2048'].cert, '-key', files['RSA-2048'].key],
        ...['-dcert', files['P-256'].cert, '-dkey', files['P-256'].key],
        ...['-psk', PSK.key, ...more],
      )
    beforeAll(async () => {
      port = await freePort()
      serve(port, '-rev')
    })

    it.each(cases(version))('$name', async ({ id }) => {
      const connection = await client({ cipherSuites: [id] })
      await connection.handshakes(1)
      expect(connection.tls.cipherSuite).toBe(id)
      await expectEcho(connection, 'a line of text')
      connection.close()
    })

    // s_server -rev waits a second in each renegotiation: not for every suite.
    it.each(cases(version).filter(({ name }) => /ECDHE_RSA_WITH_AES_(128|256)_(CBC_SHA|GCM_SHA256)$/.test(name)))(
      'a renegotiation that we want: $name',
      async ({ id }) => {
        const connection = await client({ cipherSuites: [id] })
        await expectEcho(connection, 'a line of text')
        connection.tls.renegotiate()
        connection.turn()
        await connection.handshakes(2)
        await expectEcho(connection, 'and another one')
        connection.close()
      },
    )

    it.each([
      ['by ticket', true],
      ['by session id', false],
    ])('resumes %s', async (_how, tickets) => {
      const first = await client({ tickets })
      await expectEcho(first, 'first')
      const { session } = first
      expect(session?.ticket !== undefined).toBe(tickets)
      first.close()
      const second = await client({ tickets, session: session as Session })
      await expectEcho(second, 'second')
      expect(second.tls.resumed).toBe(true)
      second.close()
    })

    it.each([
      ['encrypt-then-MAC off', { encryptThenMac: false }],
      ['the extended main secret off', { extendedMasterSecret: false }],
      ['records of 512 bytes', { maxFragmentLength: 512 as const }],
    ])('with %s', async (_what, overrides) => {
      const connection = await client(overrides)
      await expectEcho(connection, 'x'.repeat(3000))
      connection.close()
    })

    it.each(version === 0x0303 ? (['RSA-2048', 'P-256', 'Ed25519'] as const) : (['RSA-2048', 'P-256'] as const))(
      'client certificate %s, NPN, and a renegotiation that the server wants',
      async (key) => {
        const at = await freePort()
        const server = serve(at, '-Verify', '2', '-verify_return_error', '-CAfile', ca, '-nextprotoneg', 'a/1,b/2')
        const connection = await connect(at, {
          versions: [version],
          cipherSuites: [0xc013, 0xc014],
          credentials: [credentialFrom(leafFor(key as KeyName))],
          renegotiation: 'freely',
          selectNpn: (offered) => offered[1],
        })
        await connection.handshakes(1)
        expect(Buffer.from(connection.tls.npnProtocol!).toString()).toBe('b/2')
        await shown(server, 'NEXTPROTO is b/2')
        server.stdin.write('r\n')
        await connection.handshakes(2)
        server.stdin.write('good bye\n')
        await connection.until(() => connection.text.includes('good bye'))
        connection.close()
        server.kill()
      },
    )
  })

  describe.each(VERSIONS_12)('s_client, $name', ({ version, option }) => {
    let listener: Listener
    const server = (overrides: Partial<ServerConfig> = {}): Partial<ServerConfig> => ({
      versions: [version],
      cipherSuites: [0xc013],
      credentials: [credentialFrom(leafFor('RSA-2048')), credentialFrom(leafFor('P-256'))],
      dhParameters: 'auto',
      pskCallback: serverPsk,
      ...overrides,
    })
    const client = (...more: string[]) =>
      openssl(
        ...['s_client', '-connect', `127.0.0.1:${listener.port}`, '-servername', 'localhost', option, '-cipher', ALL],
        ...['-CAfile', ca, '-psk', PSK.key, ...more],
      )
    beforeAll(async () => {
      listener = await listen()
    })
    afterAll(() => listener.close())

    it.each(cases(version))('$name', async ({ id }) => {
      listener.config = server({ cipherSuites: [id], renegotiation: 'freely' })
      const accepted = listener.accept()
      const peer = client()
      const connection = await accepted
      await connection.handshakes(1)
      peer.stdin.write('from the client\n')
      await connection.until(() => connection.text.includes('from the client'))
      connection.tls.renegotiate()
      connection.turn()
      await connection.handshakes(2)
      connection.send('from the server\n')
      await shown(peer, 'from the server')
      peer.kill()
      connection.close()
    })

    it('a renegotiation that the client wants', async () => {
      listener.config = server({ renegotiation: 'freely' })
      const accepted = listener.accept()
      const peer = client('-legacy_renegotiation')
      const connection = await accepted
      await connection.handshakes(1)
      peer.stdin.write('R\n')
      await connection.handshakes(2)
      connection.send('from the server\n')
      await shown(peer, 'from the server')
      peer.kill()
    })

    it.each([
      ['by ticket', []],
      ['by session id', ['-no_ticket']],
    ])('resumes %s', async (_how, options) => {
      const sessions = new Map<string, Session>()
      const name = (id: Uint8Array) => Buffer.from(id).toString('hex')
      listener.config = server({
        sessionStore: {
          get: (id) => sessions.get(name(id)),
          set: (id, session) => void sessions.set(name(id), session),
          delete: (id) => void sessions.delete(name(id)),
        },
        ticketKeys: { seal: (session) => session.slice(), open: (session) => ({ session, renew: false }) },
      })
      const file = join(folder, `session-${version}-${options.length}`)
      for (const [flag, resumed] of [
        ['-sess_out', false],
        ['-sess_in', true],
      ] as const) {
        const accepted = listener.accept()
        const peer = client(...options, flag, file)
        const connection = await accepted
        await connection.handshakes(1)
        expect(connection.tls.resumed).toBe(resumed)
        connection.send('from the server\n')
        await shown(peer, 'from the server')
        const over = new Promise((resolve) => peer.once('exit', resolve))
        peer.stdin.end('Q\n')
        await over
        connection.close()
      }
    })

    it.each(version === 0x0303 ? (['RSA-2048', 'P-256', 'Ed25519'] as const) : (['RSA-2048', 'P-256'] as const))(
      'client certificate %s, and NPN',
      async (key) => {
        listener.config = server({
          requestCertificate: true,
          requireCertificate: true,
          npnProtocols: [new Uint8Array(Buffer.from('a/1')), new Uint8Array(Buffer.from('b/2'))],
        })
        const accepted = listener.accept()
        const { cert, key: keyFile } = files[key]
        const peer = client('-cert', cert, '-key', keyFile, '-nextprotoneg', 'b/2')
        const connection = await accepted
        await connection.handshakes(1)
        expect(connection.tls.peerCertificates![0]).toEqual(credentialFrom(leafFor(key)).chain[0])
        expect(Buffer.from(connection.tls.npnProtocol!).toString()).toBe('b/2')
        peer.kill()
        connection.close()
      },
    )
  })
})

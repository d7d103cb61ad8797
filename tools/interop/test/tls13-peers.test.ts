import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeProvider } from '@x/crypto-primitives/node'
import type { ClientConfig, ServerConfig } from '@x/tls-handshake'
import { Certificate, encodePfx, parsePrivateKey } from '@x/x509'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authority, leafFor } from '../certificates.ts'
import { connectTo, context, freePort, serve } from '../connection.ts'
import { absent, peers } from '../peers.ts'

const folder = mkdtempSync(join(tmpdir(), 'interop-peers-'))
const file = (name: string) => join(folder, name)
const programs = fileURLToPath(new URL('../programs', import.meta.url))

/** Their server: the command line, and what it answers. */
interface TheirServer {
  readonly command: (
    port: number,
    mode: 'plain' | 'retry' | 'clientAuth' | 'early',
  ) => readonly [program: string, ...args: string[]]
  readonly say: string
  readonly until: RegExp
  /** What it can do besides a full handshake and a resumption. */
  readonly modes: readonly ('retry' | 'clientAuth' | 'early')[]
  readonly resumes: boolean
}

/** Their client: the command line; it talks to our echo server, twice where it resumes by itself. */
interface TheirClient {
  /** @param resume of the command's own accord, over a second connection */
  readonly command: (port: number, resume: boolean) => readonly [program: string, ...args: string[]]
  readonly input?: string
  readonly output: RegExp
  /** It comes back with the ticket it got. */
  readonly resumes: boolean
}

const GET = 'GET / HTTP/1.0\r\n\r\n'

const THEIRS: Record<string, { peer: keyof typeof peers; server?: TheirServer; client?: TheirClient }> = {
  OpenSSL: {
    peer: 'openssl',
    server: {
      command: (port, mode) => [
        ...([
          'openssl',
          's_server',
          '-accept',
          `127.0.0.1:${port}`,
          '-tls1_3',
          '-cert',
          file('leaf.pem'),
          '-key',
          file('leaf.key'),
        ] as const),
        ...(mode === 'early' ? ['-early_data', '-no_anti_replay', '-rev'] : ['-www']),
        ...(mode === 'retry' ? ['-groups', 'P-384'] : []),
        ...(mode === 'clientAuth' ? ['-Verify', '2', '-verify_return_error', '-CAfile', file('ca.pem')] : []),
      ],
      say: GET,
      until: /TLS_AES|Early data received:|ylrae/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: (port) => [
        'openssl',
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-servername',
        'localhost',
        '-CAfile',
        file('ca.pem'),
        '-verify_return_error',
        '-quiet',
        '-no_ign_eof',
      ],
      input: 'hello from openssl\n',
      output: /hello from openssl/,
      resumes: false,
    },
  },
  GnuTLS: {
    peer: 'gnutls',
    server: {
      command: (port, mode) => [
        ...([
          'gnutls-serv',
          '--quiet',
          '--echo',
          '--port',
          String(port),
          '--x509certfile',
          file('leaf.pem'),
          '--x509keyfile',
          file('leaf.key'),
          '--x509cafile',
          file('ca.pem'),
        ] as const),
        ...(mode === 'clientAuth' ? ['--require-client-cert', '--verify-client-cert'] : ['--disable-client-cert']),
        '--priority',
        mode === 'retry'
          ? 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1'
          : 'NORMAL:-VERS-ALL:+VERS-TLS1.3',
        ...(mode === 'early' ? ['--earlydata', '--maxearlydata', '16384'] : []),
      ],
      say: 'hello gnutls\n',
      until: /hello gnutls/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: (port, resume) => [
        'gnutls-cli',
        '--port',
        String(port),
        '--x509cafile',
        file('ca.pem'),
        ...(resume ? ['--resume'] : []),
        '--sni-hostname',
        'localhost',
        '--verify-hostname',
        'localhost',
        '127.0.0.1',
      ],
      input: 'hello from gnutls\n',
      output: /hello from gnutls/,
      resumes: true,
    },
  },
  NSS: {
    peer: 'nss',
    server: {
      command: (port, mode) => [
        ...([
          'selfserv',
          '-d',
          `sql:${file('nss')}`,
          '-n',
          'leaf',
          '-p',
          String(port),
          '-V',
          'tls1.3:tls1.3',
          '-w',
          'secret',
          '-u',
        ] as const),
        ...(mode === 'retry' ? ['-I', 'P384'] : []),
        ...(mode === 'clientAuth' ? ['-r', '-r'] : []),
      ],
      say: GET,
      until: /200 OK/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: (port) => [
        'tstclnt',
        '-d',
        `sql:${file('nss')}`,
        '-h',
        'localhost',
        '-4',
        '-p',
        String(port),
        '-V',
        'tls1.3:tls1.3',
        '-w',
        'secret',
        '-u',
      ],
      input: 'hello from nss\n',
      output: /hello from nss/,
      resumes: false,
    },
  },
  'Java (JSSE)': {
    peer: 'java',
    server: {
      command: (port, mode) => [
        'java',
        `-Djdk.tls.namedGroups=${mode === 'retry' ? 'secp384r1' : 'x25519,secp256r1,secp384r1'}`,
        '-cp',
        folder,
        'Peer',
        'server',
        String(port),
        file('leaf.p12'),
        file('ca.pem'),
        mode === 'clientAuth' ? 'require' : 'none',
      ],
      say: 'hello java\n',
      until: /hello java TLSv1\.3/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: (port) => ['java', '-cp', folder, 'Peer', 'client', String(port), file('leaf.p12'), file('ca.pem')],
      output: /hello from java\s+hello from java/,
      resumes: true,
    },
  },
  Go: {
    peer: 'go',
    server: {
      command: (port, mode) => [
        file('go-peer'),
        'server',
        String(port),
        file('leaf.pem'),
        file('leaf.key'),
        file('ca.pem'),
        mode === 'retry' ? 'p384' : mode === 'clientAuth' ? 'require' : 'none',
      ],
      say: 'hello go\n',
      until: /hello go resumed=/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: (port) => [
        file('go-peer'),
        'client',
        String(port),
        file('leaf.pem'),
        file('leaf.key'),
        file('ca.pem'),
        'none',
      ],
      output: /hello from go resumed=false\s+hello from go resumed=true/,
      resumes: true,
    },
  },
  'Node 24': runtime('node24'),
  'Deno (rustls)': runtime('deno'),
  'Bun (BoringSSL)': runtime('bun'),
}

/** A JavaScript runtime, through its own node:tls. */
function runtime(peer: 'node24' | 'deno' | 'bun') {
  const run = peer === 'deno' ? ['run', '-A', '--quiet'] : []
  const command = (role: string, port: number) =>
    [
      peers[peer]!,
      ...run,
      join(programs, 'peer.mjs'),
      role,
      String(port),
      file('leaf.pem'),
      file('leaf.key'),
      file('ca.pem'),
    ] as [string, ...string[]]
  return {
    peer,
    server: {
      command: (port: number) => command('server', port),
      say: 'hello runtime\n',
      until: /hello runtime/,
      modes: [],
      resumes: peer !== 'deno',
    },
    client: {
      command: (port: number) => command('client', port),
      output: /hello from a runtime\s+hello from a runtime/,
      resumes: false,
    },
  }
}

const children: ChildProcess[] = []
function start([program, ...args]: readonly [string, ...string[]], input?: string): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin!.on('error', () => {})
  if (input) child.stdin!.write(input)
  children.push(child)
  return child
}

beforeAll(() => {
  const leaf = leafFor('P-256')
  writeFileSync(file('ca.pem'), authority.cert)
  writeFileSync(file('leaf.pem'), leaf.cert)
  writeFileSync(file('leaf.key'), leaf.key)
  const pfx = encodePfx({
    keys: [{ key: parsePrivateKey(leaf.key) }],
    certificates: [Certificate.parse(leaf.cert)],
    passphrase: 'secret',
    provider: nodeProvider,
  })
  writeFileSync(file('leaf.p12'), pfx)
  if (peers.nss) {
    execFileSync('mkdir', ['-p', file('nss')])
    writeFileSync(file('pw'), 'secret\n')
    const database = ['-d', `sql:${file('nss')}`]
    execFileSync('certutil', ['-N', ...database, '-f', file('pw')])
    execFileSync('certutil', [
      '-A',
      ...database,
      '-f',
      file('pw'),
      '-n',
      'ca',
      '-t',
      'CT,C,C',
      '-a',
      '-i',
      file('ca.pem'),
    ])
    execFileSync('openssl', [
      'pkcs12',
      '-export',
      '-name',
      'leaf',
      '-in',
      file('leaf.pem'),
      '-inkey',
      file('leaf.key'),
      '-out',
      file('nss.p12'),
      '-passout',
      'pass:secret',
    ])
    execFileSync('pk12util', ['-i', file('nss.p12'), ...database, '-W', 'secret', '-k', file('pw')], {
      stdio: 'ignore',
    })
  }
  if (peers.java) execFileSync('javac', ['-d', folder, join(programs, 'Peer.java')])
  if (peers.go)
    execFileSync('go', ['build', '-o', file('go-peer'), '.'], {
      cwd: programs,
      env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
    })
}, 120_000)
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(Object.entries(THEIRS))(
  'TLS 1.3 with %s (skipped where it is not installed)',
  (_name, { peer, server, client }) => {
    const missing = absent(peer)
    const plain = (): ClientConfig => ({
      ...context({ minVersion: 'TLSv1.3' }).clientConfig(),
      groups: ['x25519', 'secp256r1', 'secp384r1'],
      keyShares: ['x25519'],
    })

    it.skipIf(missing || !server)('our client: handshake, KeyUpdate, resumption', async () => {
      const { command, say, until, resumes } = server!
      const port = await freePort()
      start(command(port, 'plain'))
      const first = await connectTo(port, plain(), {
        say,
        until,
        onSecure: (connection) => connection.updateKeys({ requestPeer: true }),
      })
      expect(first.connection).toMatchObject({ version: 0x0304, resumed: false, helloRetried: false })
      expect(first.connection.peerVerification).toEqual({ ok: true })
      if (!resumes) return
      expect(first.session).toBeDefined()
      const second = await connectTo(port, { ...plain(), session: first.session }, { say, until })
      expect(second.connection.resumed).toBe(true)
    })

    it.skipIf(missing || !server?.modes.includes('retry'))('our client: HelloRetryRequest', async () => {
      const { command, say, until } = server!
      const port = await freePort()
      start(command(port, 'retry'))
      const { connection } = await connectTo(port, plain(), { say, until })
      expect(connection).toMatchObject({ helloRetried: true, group: 'secp384r1' })
    })

    it.skipIf(missing || !server?.modes.includes('clientAuth'))('our client: a client certificate', async () => {
      const { command, say, until } = server!
      const port = await freePort()
      start(command(port, 'clientAuth'))
      const config = {
        ...context({ minVersion: 'TLSv1.3', cert: [own.cert], key: [{ pem: own.key }] }).clientConfig(),
        keyShares: ['x25519'] as const,
      }
      const { connection } = await connectTo(port, config, { say, until })
      expect(connection.credential).toBeDefined()
    })

    const own = leafFor('P-256')
    const serverConfig = (): ServerConfig =>
      context({ minVersion: 'TLSv1.3', cert: [own.cert], key: [{ pem: own.key }] }).serverConfig()
    const echo = { until: /\n/, reply: (text: string) => (text.endsWith('\n') ? text : undefined) }

    it.skipIf(missing || !client)('our server: handshake, KeyUpdate', async () => {
      const { command, input, output } = client!
      const ours = await serve(serverConfig(), {
        ...echo,
        onSecure: (connection) => connection.updateKeys({ requestPeer: true }),
      })
      const child = start(command(ours.port, false), input)
      let printed = ''
      child.stdout!.on('data', (chunk) => {
        printed += chunk
      })
      expect((await ours.next()).connection.version).toBe(0x0304)
      await expect.poll(() => printed, { timeout: 10_000 }).toMatch(output)
      ours.close()
    })

    it.skipIf(missing || !client?.resumes)('our server: resumption', async () => {
      const { command, input } = client!
      const ours = await serve(serverConfig(), echo)
      start(command(ours.port, true), input)
      // GnuTLS closes its first connection without a word.
      await ours.next().catch(() => {})
      expect((await ours.next()).connection.resumed).toBe(true)
      ours.close()
    })

    it.skipIf(missing || !client)('our server: HelloRetryRequest', async () => {
      const { command, input } = client!
      const ours = await serve({ ...serverConfig(), groups: ['secp384r1'] }, echo)
      start(command(ours.port, false), input)
      const { connection } = await ours.next()
      expect(connection).toMatchObject({ helloRetried: true, group: 'secp384r1' })
      ours.close()
    })
  },
)

it('every peer that is missing is named', () => {
  const missing = Object.entries(peers).flatMap(([name, path]) => (path ? [] : [name]))
  if (missing.length > 0) console.log(`Peers that are not installed, and skipped: ${missing.join(', ')}`)
  if (process.env.CI) expect(missing).toEqual([])
  else expect(Object.keys(peers).length).toBeGreaterThan(missing.length)
})

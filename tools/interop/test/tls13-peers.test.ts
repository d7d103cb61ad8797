import { fileURLToPath } from 'node:url'
import type { ClientConfig, ServerConfig } from '@x/tls-handshake'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { leafFor } from '../certificates.ts'
import { connectTo, context, serve } from '../connection.ts'
import { absent, peers } from '../peers.ts'
import { Workshop } from '../workshop.ts'

const KIND = 'P-256'
const shop = new Workshop()
const leaf = shop.leaf(KIND)

/** Their server: the command line, and what it answers. */
interface TheirServer {
  readonly command: (
    port: number,
    mode: 'plain' | 'retry' | 'clientAuth' | 'early',
  ) => readonly [program: string, ...args: string[]]
  /** It chooses its port itself, and prints it. */
  readonly announces?: boolean
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
  readonly input?: (port: number) => string
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
          leaf.cert,
          '-key',
          leaf.key,
        ] as const),
        ...(mode === 'early' ? ['-early_data', '-no_anti_replay', '-rev'] : ['-www']),
        ...(mode === 'retry' ? ['-groups', 'P-384'] : []),
        ...(mode === 'clientAuth' ? ['-Verify', '2', '-verify_return_error', '-CAfile', shop.ca] : []),
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
        shop.ca,
        '-verify_return_error',
        '-quiet',
        '-no_ign_eof',
      ],
      input: () => 'hello from openssl\n',
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
          leaf.cert,
          '--x509keyfile',
          leaf.key,
          '--x509cafile',
          shop.ca,
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
        shop.ca,
        ...(resume ? ['--resume'] : []),
        '--sni-hostname',
        'localhost',
        '--verify-hostname',
        'localhost',
        '127.0.0.1',
      ],
      input: () => 'hello from gnutls\n',
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
          shop.nssDatabase([KIND]),
          '-n',
          KIND,
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
        shop.nssDatabase([KIND]),
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
      input: () => 'hello from nss\n',
      output: /hello from nss/,
      resumes: false,
    },
  },
  'Java (JSSE)': {
    peer: 'java',
    server: {
      command: (_port, mode) => [
        ...shop.java([KIND], ...(mode === 'retry' ? ['-Djdk.tls.namedGroups=secp384r1'] : [])),
        ...['server', mode === 'clientAuth' ? 'require' : ''],
      ],
      announces: true,
      say: 'hello java\n',
      until: /hello java TLSv1\.3/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: () => [...shop.java([]), 'client'],
      input: (port) => `${port} TLSv1.3 * - cached\n`.repeat(2),
      output: /hello from java TLSv1\.3.*\s+hello from java TLSv1\.3/,
      resumes: true,
    },
  },
  Go: {
    peer: 'go',
    server: {
      command: (_port, mode) => [
        ...shop.go([KIND]),
        ...['server', mode === 'retry' ? 'p384' : mode === 'clientAuth' ? 'require' : ''],
      ],
      announces: true,
      say: 'hello go\n',
      until: /hello go TLS 1\.3/,
      modes: ['retry', 'clientAuth'],
      resumes: true,
    },
    client: {
      command: () => [...shop.go([]), 'client'],
      input: (port) => `${port} TLSv1.3 * - cached\n`.repeat(2),
      output: /hello from go .*resumed=false\s+hello from go .*resumed=true/,
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
      fileURLToPath(new URL('../programs/peer.mjs', import.meta.url)),
      role,
      String(port),
      leaf.cert,
      leaf.key,
      shop.ca,
    ] as [string, ...string[]]
  return {
    peer,
    server: {
      command: () => command('server', 0),
      announces: true,
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

/** Starts a server of theirs. @returns its port */
async function listening({ command, announces }: TheirServer, mode: Parameters<TheirServer['command']>[1]) {
  const { port } = announces
    ? await shop.serveAnnounced(command(0, mode))
    : await shop.serve((chosen) => command(chosen, mode))
  return port
}

afterEach(() => shop.rest())
afterAll(() => shop.close())

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
      const { say, until, resumes } = server!
      const port = await listening(server!, 'plain')
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
      const { say, until } = server!
      const port = await listening(server!, 'retry')
      const { connection } = await connectTo(port, plain(), { say, until })
      expect(connection).toMatchObject({ helloRetried: true, group: 'secp384r1' })
    })

    it.skipIf(missing || !server?.modes.includes('clientAuth'))('our client: a client certificate', async () => {
      const { say, until } = server!
      const port = await listening(server!, 'clientAuth')
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
      const theirs = shop.start(command(ours.port, false), input?.(ours.port))
      expect((await ours.next()).connection.version).toBe(0x0304)
      await theirs.shows(output)
      ours.close()
    })

    it.skipIf(missing || !client?.resumes)('our server: resumption', async () => {
      const { command, input } = client!
      const ours = await serve(serverConfig(), echo)
      shop.start(command(ours.port, true), input?.(ours.port))
      // GnuTLS closes its first connection without a word.
      await ours.next().catch(() => {})
      expect((await ours.next()).connection.resumed).toBe(true)
      ours.close()
    })

    it.skipIf(missing || !client)('our server: HelloRetryRequest', async () => {
      const { command, input } = client!
      const ours = await serve({ ...serverConfig(), groups: ['secp384r1'] }, echo)
      shop.start(command(ours.port, false), input?.(ours.port))
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

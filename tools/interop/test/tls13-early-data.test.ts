import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProvider } from '@x/crypto-primitives/node'
import type { ClientConfig, ServerConfig, TlsConnection } from '@x/tls-handshake'
import { Certificate, encodePfx, parsePrivateKey } from '@x/x509'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authority, leafFor } from '../certificates.ts'
import { connectTo, context, freePort, serve } from '../connection.ts'
import { absent } from '../peers.ts'

/**
 * 0-RTT (RFC 9846 §2.3) with the peers whose programs have it. Go, JSSE, Node, Deno and Bun have none over TCP.
 */

const folder = mkdtempSync(join(tmpdir(), 'interop-early-'))
const file = (name: string) => join(folder, name)
const EARLY = 'GET /early HTTP/1.0\r\n\r\n'
const own = leafFor('P-256')

const children: ChildProcess[] = []
/** Starts a program; `printed` grows with what it says. */
function start(program: string, args: readonly string[], input = '') {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { printed: '', type: (text: string) => void child.stdin!.write(text) }
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => {
      said.printed += chunk
    })
  child.stdin!.on('error', () => {})
  if (input) child.stdin!.write(input)
  children.push(child)
  return said
}

beforeAll(() => {
  writeFileSync(file('ca.pem'), authority.cert)
  writeFileSync(file('leaf.pem'), own.cert)
  writeFileSync(file('leaf.key'), own.key)
  writeFileSync(file('early'), EARLY)
  if (absent('nss')) return
  const database = ['-d', `sql:${file('nss')}`]
  writeFileSync(file('pw'), 'secret\n')
  writeFileSync(
    file('nss.p12'),
    encodePfx({
      keys: [{ key: parsePrivateKey(own.key), friendlyName: 'leaf' }],
      certificates: [Certificate.parse(own.cert)],
      passphrase: 'secret',
      provider: nodeProvider,
    }),
  )
  execFileSync('mkdir', ['-p', file('nss')])
  execFileSync('certutil', ['-N', ...database, '-f', file('pw')])
  const trust = ['-n', 'ca', '-t', 'CT,C,C', '-a', '-i', file('ca.pem')]
  execFileSync('certutil', ['-A', ...database, '-f', file('pw'), ...trust])
  execFileSync('pk12util', ['-i', file('nss.p12'), ...database, '-W', 'secret', '-k', file('pw')], { stdio: 'ignore' })
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true }))

const clientConfig = (): ClientConfig => ({
  ...context({ minVersion: 'TLSv1.3' }).clientConfig(),
  groups: ['x25519', 'secp256r1'],
  keyShares: ['x25519'],
  earlyData: true,
})

/** A server of ours that takes every ticket's early data once. */
function serverConfig(): ServerConfig {
  const seen = new Set<string>()
  return {
    ...context({ minVersion: 'TLSv1.3', cert: [own.cert], key: [{ pem: own.key }] }).serverConfig(),
    maxEarlyData: 16384,
    antiReplay(binder) {
      const name = Buffer.from(binder).toString('hex')
      return !seen.has(name) && seen.add(name).size > 0
    },
  }
}

const fate = ({ resumed, earlyDataAccepted: accepted }: TlsConnection) => ({ resumed, accepted })

const SERVERS = {
  openssl: {
    program: 'openssl',
    args: (port: number) =>
      `s_server -accept 127.0.0.1:${port} -tls1_3 -cert ${file('leaf.pem')} -key ${file('leaf.key')} -early_data -no_anti_replay`,
    say: 'hello\n',
    // It says what is typed.
    until: /typed/,
    received: /GET \/early/,
  },
  gnutls: {
    program: 'gnutls-serv',
    args: (port: number) =>
      `--quiet --echo --port ${port} --x509certfile ${file('leaf.pem')} --x509keyfile ${file('leaf.key')} --disable-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --earlydata --maxearlydata 16384`,
    say: 'hello\n',
    until: /hello/,
    received: undefined,
  },
  nss: {
    program: 'selfserv',
    args: (port: number) => `-d sql:${file('nss')} -n leaf -p ${port} -V tls1.3:tls1.3 -w secret -u -Z`,
    say: 'GET / HTTP/1.0\r\n\r\n',
    until: /200 OK/,
    received: undefined,
  },
} as const

describe.each(Object.entries(SERVERS))('0-RTT to %s (skipped where it is not installed)', (name, theirs) => {
  it.skipIf(absent(name as keyof typeof SERVERS))('is accepted', async () => {
    const port = await freePort()
    const { say, until } = theirs
    const said = start(theirs.program, theirs.args(port).split(' '))
    // NSS takes no early data before its anti-replay window has passed once, ten seconds after the start.
    if (name === 'nss') await new Promise((resolve) => setTimeout(resolve, 10_500))
    const type = () => void (name === 'openssl' && said.type('typed\n'))
    const first = await connectTo(port, clientConfig(), { say, until, onSecure: type })
    expect(first.session?.maxEarlyData).toBeGreaterThan(0)
    const config = { ...clientConfig(), session: first.session }
    const script = { sayEarly: EARLY, say, until, onSecure: type }
    const second = await connectTo(port, config, script)
    expect(fate(second.connection)).toEqual({ resumed: true, accepted: true })
    if (theirs.received) await expect.poll(() => said.printed, { timeout: 5000 }).toMatch(theirs.received)
  })
})

describe('0-RTT from a client of theirs (skipped where it is not installed)', () => {
  const echo = { until: /hello\n/, reply: (text: string) => (text === 'hello\n' ? text : undefined) }

  it.skipIf(absent('openssl'))('OpenSSL: accepted', async () => {
    const ours = await serve(serverConfig(), echo)
    const common = `s_client -connect 127.0.0.1:${ours.port} -servername localhost -CAfile ${file('ca.pem')}`.split(' ')
    const session = file('openssl.session')
    start('openssl', [...common, '-sess_out', session, '-ign_eof'], 'hello\n')
    expect((await ours.next()).connection.resumed).toBe(false)
    await expect.poll(() => execFileSync('ls', [folder]).includes('openssl.session')).toBe(true)
    const said = start('openssl', [...common, '-sess_in', session, '-early_data', file('early')], 'hello\n')
    const { connection, early } = await ours.next()
    expect(early).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    await expect.poll(() => said.printed).toMatch(/Early data was accepted/)
    ours.close()
  })

  it.skipIf(absent('gnutls'))('GnuTLS: accepted', async () => {
    const ours = await serve(serverConfig(), echo)
    const args = `--port ${ours.port} --x509cafile ${file('ca.pem')} --resume --waitresumption --earlydata ${file('early')} --sni-hostname localhost --verify-hostname localhost 127.0.0.1`
    start('gnutls-cli', args.split(' '), 'hello\n')
    // It closes its first connection without a word.
    await ours.next().catch(() => {})
    const { connection, early } = await ours.next()
    expect(early).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    ours.close()
  })

  it.skipIf(absent('nss'))('NSS: accepted', async () => {
    const ours = await serve(serverConfig(), { until: /HTTP/, reply: () => 'HTTP/1.0 200 OK\r\n\r\n' })
    const args = `-d sql:${file('nss')} -h localhost -4 -p ${ours.port} -V tls1.3:tls1.3 -w secret -u -Z -L 2 -A ${file('early')}`
    start('tstclnt', args.split(' '))
    expect((await ours.next()).connection.resumed).toBe(false)
    const { connection, early } = await ours.next()
    expect(early).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    ours.close()
  })

  it.skipIf(absent('openssl'))('rejected where the server does not want it: skipped, and asked for again', async () => {
    const wanting = serverConfig()
    const ours = await serve(wanting, echo)
    const port = ours.port
    const common = `s_client -connect 127.0.0.1:${port} -servername localhost -CAfile ${file('ca.pem')}`.split(' ')
    const session = file('rejected.session')
    start('openssl', [...common, '-sess_out', session, '-ign_eof'], 'hello\n')
    await ours.next()
    ours.close()
    await expect.poll(() => execFileSync('ls', [folder]).includes('rejected.session')).toBe(true)
    const strict = await serve({ ...wanting, antiReplay: () => false }, echo)
    const again = common.with(2, `127.0.0.1:${strict.port}`)
    const said = start('openssl', [...again, '-sess_in', session, '-early_data', file('early')], 'hello\n')
    const { connection, early, text } = await strict.next()
    expect([early, text]).toEqual(['', 'hello\n'])
    expect(fate(connection)).toEqual({ resumed: true, accepted: false })
    await expect.poll(() => said.printed).toMatch(/Early data was rejected/)
    strict.close()
  })
})

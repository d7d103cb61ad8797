import { existsSync } from 'node:fs'
import type { ClientConfig, ServerConfig, TlsConnection } from '@x/tls-handshake'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { leafFor } from '../certificates.ts'
import { connectTo, context, serve } from '../connection.ts'
import { absent } from '../peers.ts'
import { Workshop } from '../workshop.ts'

/**
 * 0-RTT (RFC 9846 §2.3) with the peers whose programs have it. Go, JSSE, Node, Deno and Bun have none over TCP.
 */

const KIND = 'P-256'
const shop = new Workshop()
const leaf = shop.leaf(KIND)
const own = leafFor(KIND)
const EARLY = 'GET /early HTTP/1.0\r\n\r\n'
const earlyFile = shop.file('early', EARLY)

afterEach(() => shop.rest())
afterAll(() => shop.close())

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
      `s_server -accept 127.0.0.1:${port} -tls1_3 -cert ${leaf.cert} -key ${leaf.key} -early_data -no_anti_replay`,
    say: 'hello\n',
    // It says what is typed.
    until: /typed/,
    received: /GET \/early/,
  },
  gnutls: {
    program: 'gnutls-serv',
    args: (port: number) =>
      `--quiet --echo --port ${port} --x509certfile ${leaf.cert} --x509keyfile ${leaf.key} --disable-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --earlydata --maxearlydata 16384`,
    say: 'hello\n',
    until: /hello/,
    received: undefined,
  },
  nss: {
    program: 'selfserv',
    args: (port: number) => `-d ${shop.nssDatabase([KIND])} -n ${KIND} -p ${port} -V tls1.3:tls1.3 -w secret -u -Z`,
    say: 'GET / HTTP/1.0\r\n\r\n',
    until: /200 OK/,
    received: undefined,
  },
} as const

describe.each(Object.entries(SERVERS))('0-RTT to %s (skipped where it is not installed)', (name, theirs) => {
  it.skipIf(absent(name as keyof typeof SERVERS))('is accepted', async () => {
    const { say, until } = theirs
    const { port, server: said } = await shop.serve((chosen) => [theirs.program, ...theirs.args(chosen).split(' ')])
    // NSS takes no early data before its anti-replay window has passed once, ten seconds after the start.
    if (name === 'nss') await new Promise((resolve) => setTimeout(resolve, 10_500))
    const type = () => void (name === 'openssl' && said.type('typed\n'))
    const first = await connectTo(port, clientConfig(), { say, until, onSecure: type })
    expect(first.session?.maxEarlyData).toBeGreaterThan(0)
    const config = { ...clientConfig(), session: first.session }
    const script = { sayEarly: EARLY, say, until, onSecure: type }
    const second = await connectTo(port, config, script)
    expect(fate(second.connection)).toEqual({ resumed: true, accepted: true })
    if (theirs.received) await said.shows(theirs.received)
  })
})

describe('0-RTT from a client of theirs (skipped where it is not installed)', () => {
  const echo = { until: /hello\n/, reply: (text: string) => (text === 'hello\n' ? text : undefined) }

  it.skipIf(absent('openssl'))('OpenSSL: accepted', async () => {
    const ours = await serve(serverConfig(), echo)
    const common = `s_client -connect 127.0.0.1:${ours.port} -servername localhost -CAfile ${shop.ca}`.split(' ')
    const session = shop.path('openssl.session')
    shop.start(['openssl', ...common, '-sess_out', session, '-ign_eof'], 'hello\n')
    expect((await ours.next()).connection.resumed).toBe(false)
    await expect.poll(() => existsSync(session), { timeout: 60_000 }).toBe(true)
    const said = shop.start(['openssl', ...common, '-sess_in', session, '-early_data', earlyFile], 'hello\n')
    const { connection, early } = await ours.next()
    expect(early).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    await said.shows(/Early data was accepted/)
    ours.close()
  })

  it.skipIf(absent('gnutls'))('GnuTLS: accepted', async () => {
    const ours = await serve(serverConfig(), echo)
    const args = `--port ${ours.port} --x509cafile ${shop.ca} --resume --waitresumption --earlydata ${earlyFile} --sni-hostname localhost --verify-hostname localhost 127.0.0.1`
    shop.start(['gnutls-cli', ...args.split(' ')], 'hello\n')
    // It closes its first connection without a word.
    await ours.next().catch(() => {})
    const { connection, early } = await ours.next()
    expect(early).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    ours.close()
  })

  it.skipIf(absent('nss'))('NSS: accepted', async () => {
    const ours = await serve(serverConfig(), { until: /HTTP/, reply: () => 'HTTP/1.0 200 OK\r\n\r\n' })
    const args = `-d ${shop.nssDatabase([KIND])} -h localhost -4 -p ${ours.port} -V tls1.3:tls1.3 -w secret -u -Z -L 2 -A ${earlyFile}`
    shop.start(['tstclnt', ...args.split(' ')])
    expect((await ours.next()).connection.resumed).toBe(false)
    const { connection, early, text } = await ours.next()
    // tstclnt writes its request when it gets to it, which may be after the handshake.
    expect(early + text).toBe(EARLY)
    expect(fate(connection)).toEqual({ resumed: true, accepted: true })
    ours.close()
  })

  it.skipIf(absent('openssl'))('rejected where the server does not want it: skipped, and asked for again', async () => {
    const wanting = serverConfig()
    const ours = await serve(wanting, echo)
    const port = ours.port
    const common = `s_client -connect 127.0.0.1:${port} -servername localhost -CAfile ${shop.ca}`.split(' ')
    const session = shop.path('rejected.session')
    shop.start(['openssl', ...common, '-sess_out', session, '-ign_eof'], 'hello\n')
    await ours.next()
    ours.close()
    await expect.poll(() => existsSync(session), { timeout: 60_000 }).toBe(true)
    const strict = await serve({ ...wanting, antiReplay: () => false }, echo)
    const again = common.with(2, `127.0.0.1:${strict.port}`)
    const said = shop.start(['openssl', ...again, '-sess_in', session, '-early_data', earlyFile], 'hello\n')
    const { connection, early, text } = await strict.next()
    expect([early, text]).toEqual(['', 'hello\n'])
    expect(fate(connection)).toEqual({ resumed: true, accepted: false })
    await said.shows(/Early data was rejected/)
    strict.close()
  })
})

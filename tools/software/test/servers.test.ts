/** Node's https and http2 servers with our tls under them, visited by other people's programs. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pemFiles, temporaryFolder } from '../files.ts'
import { absent } from '../present.ts'
import { type RegisteredServer, run, serveRegistered, startProgram } from '../processes.ts'

const folder = temporaryFolder('server')
const files = pemFiles(folder)
const ENV = { CA: files.ca, OTHER_CA: files.otherCa, CERT: files.cert, KEY: files.key }

let server: RegisteredServer
let url: string
beforeAll(async () => {
  server = await serveRegistered('server.mjs', ENV)
  url = `https://localhost:${server.port}`
})
afterAll(() => server.stop())

const body = Buffer.alloc(3_000_000, 'body ')

describe.skipIf(absent('curl'))('curl', () => {
  const curl = (...args: string[]) =>
    run('curl', ['--silent', '--show-error', '--max-time', '60', '--cacert', files.ca, ...args])

  test.each([
    ['1.2', 'http1.1', '1.1'],
    ['1.2', 'http2', '2.0'],
    ['1.3', 'http1.1', '1.1'],
    ['1.3', 'http2', '2.0'],
  ])('TLS %s, %s', async (version, protocol, http) => {
    const { status, stdout, stderr } = await curl(
      `--tlsv${version}`,
      '--tls-max',
      version,
      `--${protocol}`,
      `${url}/tls`,
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ version: `TLSv${version}`, http })
  })

  test('3 MB there and back', async () => {
    const back = join(folder, 'curl.bin')
    const sent = await run(
      'curl',
      ['--silent', '--cacert', files.ca, '--http1.1', '--data-binary', '@-', '--output', back, `${url}/echo`],
      { input: body },
    )
    expect(sent.status).toBe(0)
    expect(readFileSync(back).equals(body)).toBe(true)
  })

  test('another CA: refused', async () => {
    const { status, stderr } = await run('curl', ['--silent', '--show-error', '--cacert', files.otherCa, url])
    expect(status).toBe(60)
    expect(stderr).toContain('unable to get local issuer certificate')
  })
})

test.skipIf(absent('wget'))('wget', async () => {
  const got = await run('wget', ['-q', '-O', '-', `--ca-certificate=${files.ca}`, `${url}/tls`])
  expect(JSON.parse(got.stdout)).toMatchObject({ version: 'TLSv1.3', http: '1.1' })
  const refused = await run('wget', ['-q', '-O', '-', `--ca-certificate=${files.otherCa}`, `${url}/tls`])
  expect(refused.status).toBe(5)
})

describe.skipIf(absent('openssl'))('openssl s_client', () => {
  const client = (...args: string[]) =>
    run(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${server.port}`, '-servername', 'localhost', '-CAfile', files.ca, ...args],
      {
        input: 'GET /tls HTTP/1.0\r\n\r\n',
      },
    )

  test.each([
    ['1.2', '-tls1_2'],
    ['1.3', '-tls1_3'],
  ])('TLS %s, verified', async (version, flag) => {
    const { status, stdout } = await client(flag, '-verify_return_error', '-verify_hostname', 'localhost', '-ign_eof')
    expect(status).toBe(0)
    expect(stdout).toContain('Verify return code: 0 (ok)')
    expect(stdout).toContain(`"version":"TLSv${version}"`)
  })

  test.each(['-tls1_2', '-tls1_3'])('%s: its session resumes', async (flag) => {
    const session = join(folder, `session${flag}`)
    expect((await client(flag, '-sess_out', session, '-ign_eof')).stdout).toContain('New, TLSv')
    expect((await client(flag, '-sess_in', session, '-ign_eof')).stdout).toContain('Reused, TLSv')
  })

  test('nothing below TLS 1.2 by default', async () => {
    const { status, stderr } = await client('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')
    expect(status).toBe(1)
    expect(stderr).toContain('tlsv1 alert protocol version')
  })
})

describe.skipIf(absent('certutil'))('browsers', () => {
  /** A database of NSS that trusts our authority, where the browser looks for it. */
  async function trustIn(database: string): Promise<void> {
    for (const args of [
      ['-N', '--empty-password'],
      ['-A', '-t', 'C,,', '-n', 'Software CA', '-i', files.ca],
    ]) {
      const { status, stderr } = await run('certutil', ['-d', `sql:${database}`, ...args])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  }

  const REPORT = { echo: true, many: true, secure: true, protocol: 'h2' }

  test.skipIf(absent('chromium'))('Chromium', async () => {
    const home = temporaryFolder('chromium')
    mkdirSync(join(home, '.pki/nssdb'), { recursive: true })
    await trustIn(join(home, '.pki/nssdb'))
    const browser = startProgram(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
        `--user-data-dir=${home}/profile`,
        `${url}/`,
      ],
      { env: { HOME: home } },
    )
    try {
      expect(await server.next()).toEqual(REPORT)
    } finally {
      await browser.stop()
    }
  })

  test.skipIf(absent('firefox-esr'))('Firefox', async () => {
    const profile = temporaryFolder('firefox')
    await trustIn(profile)
    const browser = startProgram('firefox-esr', ['--headless', '--no-remote', '--profile', profile, `${url}/`], {
      env: { HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
    })
    try {
      expect(await server.next()).toEqual(REPORT)
    } finally {
      await browser.stop()
    }
  })
})

/** What testssl.sh finds fault with, and why it stays. */
const KNOWN: Record<string, string> = {
  cipherlist_AVERAGE: 'CBC suites, which are in Node’s default list',
  LUCKY13: 'the same: it looks for CBC suites, it measures nothing',
  cert_revocation: 'the certificate of this test names no CRL',
  DNS_CAArecord: 'localhost has none',
  HSTS: 'a header of the page',
  security_headers: 'headers of the page',
}

describe('scanners', () => {
  test.skipIf(absent('sslscan'))('sslscan', async () => {
    const { status, stdout } = await run('sslscan', ['--no-colour', '--xml=-', `localhost:${server.port}`])
    expect(status).toBe(0)
    const protocols = [...stdout.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="(\d)"/g)]
    expect(
      protocols.filter(([, , , enabled]) => enabled === '1').map(([, type, version]) => `${type}${version}`),
    ).toEqual(['tls1.2', 'tls1.3'])
    expect(stdout).not.toMatch(/<renegotiation supported="1" secure="0"/)
    expect(stdout).not.toMatch(/<heartbleed [^>]*vulnerable="1"/)
    expect(stdout).toMatch(/<cipher status="preferred" sslversion="TLSv1.2" [^>]*strength="strong"/)
    expect(stdout).not.toMatch(/strength="(weak|null|anonymous|medium)"/)
  })

  test.skipIf(absent('testssl'))('testssl.sh', { timeout: 900_000 }, async () => {
    const report = join(folder, 'testssl.json')
    await run('testssl', [
      '--quiet',
      '--color',
      '0',
      '--add-ca',
      files.ca,
      '--jsonfile',
      report,
      `localhost:${server.port}`,
    ])
    const findings = JSON.parse(readFileSync(report, 'utf8')) as { id: string; severity: string; finding: string }[]
    expect(findings.length).toBeGreaterThan(100)
    const blamed = findings.filter(({ severity }) => ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'].includes(severity))
    expect(blamed.filter(({ id }) => !(id in KNOWN))).toEqual([])
  })
})

describe.skipIf(absent('curl'))('frameworks', () => {
  let frameworks: RegisteredServer
  beforeAll(async () => {
    frameworks = await serveRegistered('frameworks.mjs', ENV)
  })
  afterAll(() => frameworks.stop())

  test.each([
    ['port', 'http1.1', { from: 'express', secure: true, http: '1.1' }],
    ['fastify', 'http1.1', { from: 'fastify', secure: true, http: '1.1' }],
    ['fastifyH2', 'http2', { from: 'fastify', secure: true, http: '2.0' }],
  ])('%s over %s', async (name, protocol, facts) => {
    const at = `https://localhost:${frameworks.first[name]}`
    const usual = ['--silent', '--show-error', '--cacert', files.ca, `--${protocol}`]
    const got = await run('curl', [...usual, `${at}/`])
    expect(got.stderr).toBe('')
    expect(JSON.parse(got.stdout)).toEqual(facts)
    const back = join(folder, `${name}.bin`)
    await run(
      'curl',
      [...usual, '-H', 'content-type: application/octet-stream', '--data-binary', '@-', '-o', back, `${at}/echo`],
      { input: body },
    )
    expect(readFileSync(back).equals(body)).toBe(true)
  })
})

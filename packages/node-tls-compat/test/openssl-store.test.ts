import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { authority, leaf, otherAuthority } from './harness.ts'

/** `--use-openssl-ca`, SSL_CERT_FILE and SSL_CERT_DIR: each module graph here is one launch of a process. */

const folder = mkdtempSync(join(tmpdir(), 'store-'))
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const file = write('trusted.pem', authority.cert)
const other = write('other.pem', otherAuthority.cert)
const glued = write('glued.pem', `${otherAuthority.cert}${authority.cert.trim()}${authority.cert}`)
const hashed = join(folder, 'hashed')
const plain = join(folder, 'plain')
mkdirSync(hashed)
mkdirSync(plain)
// As `openssl rehash` names it; whose hash it is is not asked.
write('hashed/a1b2c3d4.0', authority.cert)
write('plain/authority.pem', authority.cert)
afterAll(() => rmSync(folder, { recursive: true }))

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  vi.resetModules()
})

async function outcome(env: Record<string, string>, before: () => void = () => {}): Promise<string> {
  for (const [name, value] of Object.entries({ NODE_EXTRA_CA_CERTS: '', ...env })) {
    vi.stubEnv(name, value)
  }
  before()
  vi.resetModules()
  const { default: tls } = await import('../src/index.ts')
  vi.unstubAllEnvs()
  const server = tls.createServer({ cert: leaf.cert, key: leaf.key }, (socket) => socket.on('error', () => {}))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as net.AddressInfo
  const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost' })
  const said = await new Promise<string>((resolve) => {
    client.once('secureConnect', () => resolve('trusted'))
    client.once('error', () => resolve('refused'))
  })
  client.destroy()
  server.close()
  return said
}

const NODE_OPTIONS = '--no-warnings --use-openssl-ca'

describe('--use-openssl-ca', () => {
  for (const [name, expected, env] of [
    ['SSL_CERT_FILE', 'trusted', { NODE_OPTIONS, SSL_CERT_FILE: file }],
    ['its other spelling', 'trusted', { NODE_OPTIONS: '--use_openssl_ca', SSL_CERT_FILE: file }],
    ['SSL_CERT_DIR, the second of two', 'trusted', { NODE_OPTIONS, SSL_CERT_DIR: `${folder}/none:${hashed}` }],
    ['a folder whose names are no hashes', 'refused', { NODE_OPTIONS, SSL_CERT_DIR: plain }],
    ['another authority', 'refused', { NODE_OPTIONS, SSL_CERT_FILE: other, SSL_CERT_DIR: '' }],
    ['a file that can’t be read to its end', 'refused', { NODE_OPTIONS, SSL_CERT_FILE: glued, SSL_CERT_DIR: '' }],
    ['a file that is not there', 'refused', { NODE_OPTIONS, SSL_CERT_FILE: join(folder, 'none') }],
    ['taken back', 'refused', { NODE_OPTIONS: `${NODE_OPTIONS} --no-use-openssl-ca`, SSL_CERT_FILE: file }],
    ['without the flag', 'refused', { NODE_OPTIONS: '', SSL_CERT_FILE: file, SSL_CERT_DIR: hashed }],
    ['--use-bundled-ca', 'refused', { NODE_OPTIONS: '--use-bundled-ca', SSL_CERT_FILE: file }],
  ] as const) {
    it(`${name}: ${expected}`, async () => {
      expect(await outcome(env)).toBe(expected)
    })
  }

  it('on the command line', async () => {
    const { execArgv } = process
    process.execArgv = [...execArgv, '--use-openssl-ca']
    try {
      expect(await outcome({ NODE_OPTIONS: '', SSL_CERT_FILE: file })).toBe('trusted')
    } finally {
      process.execArgv = execArgv
    }
  })

  it('is not the user’s to say where a process has more rights than its user', async () => {
    const privileged = () => vi.spyOn(process, 'geteuid').mockReturnValue((process.getuid?.() ?? 0) + 1)
    const { execArgv } = process
    process.execArgv = [...execArgv, '--use-openssl-ca']
    try {
      expect(await outcome({ SSL_CERT_FILE: file, SSL_CERT_DIR: hashed }, privileged)).toBe('refused')
    } finally {
      process.execArgv = execArgv
    }
  })

  it('nor Object.prototype’s', async () => {
    const prototype = Object.prototype as { SSL_CERT_FILE?: string }
    prototype.SSL_CERT_FILE = file
    try {
      expect(await outcome({ NODE_OPTIONS })).toBe('refused')
    } finally {
      delete prototype.SSL_CERT_FILE
    }
  })

  it('setDefaultCACertificates() has the last word', async () => {
    vi.stubEnv('NODE_OPTIONS', NODE_OPTIONS)
    vi.stubEnv('SSL_CERT_FILE', file)
    vi.resetModules()
    const { opensslStore } = await import('../src/host/openssl-store.ts')
    const { defaultTrustStore } = await import('../src/connection/trust/default-store.ts')
    const { setDefaultCACertificates } = await import('../src/connection/trust/ca-certificates.ts')
    const [trusted] = opensslStore()
    const holds = () => defaultTrustStore().withSubject(trusted!.subject).length > 0
    expect(holds()).toBe(true)
    setDefaultCACertificates([otherAuthority.cert])
    expect(holds()).toBe(false)
  })
})

/** The HTTP client of the README, in a page of a headless Chromium, over a WebSocket to a relay. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test, vi } from 'vitest'
import { der, pem } from './harness/credentials.ts'
import { relay } from './harness/websocket-relay.ts'

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
)

const listen = async (server: Server | https.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The README's client, and a page that runs it and reports back. */
async function bundle(): Promise<string> {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const program = /## An HTTP client in a page[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)![1]
  const packages = fileURLToPath(new URL('../..', import.meta.url))
  const result = await build({
    stdin: {
      contents: `
        import { TlsConnection } from '@x/tls-handshake'
        import { portableProvider as provider } from '@x/crypto-primitives/portable'
        import { Certificate } from '@x/x509'
        ${program}
        const pinned = ${JSON.stringify([...der('p256')])}
        const tls = TlsConnection.client({
          provider,
          serverName: 'localhost',
          parseCertificate: (der) => ({ der, publicKey: Certificate.parse(der).importKey(provider), issuer: der }),
          verifyPeer: async ({ chain }) => ({ ok: chain[0].join() === pinned.join(), alert: 42 }),
        })
        const report = (text) => fetch('/result', { method: 'POST', body: text })
        get('ws://' + location.host + '/relay', 'localhost', tls)
          .then((text) => report('version ' + tls.version + '\\n' + text), (error) => report('failed: ' + error.stack))
      `,
      loader: 'ts',
      resolveDir: packages,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [
      {
        name: 'sources',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^@x\// }, ({ path }) => {
            const [, name, entry = 'index'] = /^@x\/([^/]+)(?:\/(.+))?$/.exec(path)!
            return { path: join(packages, name, 'src', `${entry}.ts`) }
          }),
      },
    ],
  })
  return result.outputFiles[0].text
}

test.skipIf(chromium === undefined)('a page speaks HTTPS over a WebSocket', { timeout: 120_000 }, async () => {
  const script = await bundle()
  const origin = https.createServer({ key: pem('p256', 'key'), cert: pem('p256', 'pem') }, (request, response) => {
    response.end(`you asked ${request.headers.host} for ${request.url}`)
  })
  const originPort = await listen(origin)
  const host = createServer()
  const report = new Promise<string>((resolve) => {
    host.on('request', (request, response) => {
      if (request.url === '/result') {
        let body = ''
        request.on('data', (bytes) => {
          body += bytes
        })
        request.on('end', () => resolve(body))
        response.end()
      } else if (request.url === '/script.js') response.setHeader('content-type', 'text/javascript').end(script)
      else response.setHeader('content-type', 'text/html').end('<script type="module" src="/script.js"></script>')
    })
  })
  host.on('upgrade', (request, socket) => relay(request, socket, originPort))
  const port = await listen(host)
  const profile = mkdtempSync(join(tmpdir(), 'page-'))
  const browser = spawn(
    chromium!,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: 'ignore' },
  )
  try {
    const text = await report
    expect(text).toMatch(/^version 772\nHTTP\/1\.1 200 OK\r\n/)
    expect(text).toContain('you asked localhost for /')
  } finally {
    browser.kill()
    await new Promise((resolve) => browser.once('exit', resolve))
    origin.closeAllConnections()
    origin.close()
    host.closeAllConnections()
    host.close()
    // The browser's helper processes outlive it for a moment, and write into the profile.
    await vi.waitFor(() => rmSync(profile, { recursive: true, force: true }), { timeout: 30_000, interval: 100 })
  }
})

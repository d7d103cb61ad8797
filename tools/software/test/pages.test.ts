/** Drivers inside a page of Chromium, through a relay of WebSockets, with a private authority, against the real servers. */
import { builtinModules } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { type Browser, browserPath, startBrowser } from '../../hosts/browsers.ts'
import { mosquitto, postgres, type Server } from '../daemons.ts'
import { PEM, temporaryFolder } from '../files.ts'
import { absent } from '../present.ts'

const UNTRUSTED = 'SELF_SIGNED_CERT_IN_CHAIN'

/** `tls` and `net` are ours; streams and events are npm's. */
const ALIAS = { tls: '@x/node-tls-compat', net: '@x/node-tls-compat/net', stream: 'readable-stream', events: 'events/' }
/** Of `util`, `util/types`; of all else drivers ask for and do not use here, nothing. */
const REST = 'module.exports = { deprecate: (work) => work, isDate: (value) => value instanceof Date }'
const rest: Plugin = {
  name: 'modules of Node',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ path }) =>
      builtinModules.includes(path) && !(path in ALIAS) && path !== 'buffer' ? { path, namespace: 'empty' } : undefined,
    )
    build.onLoad({ filter: /./, namespace: 'empty' }, () => ({ contents: REST }))
  },
}

interface Page {
  runAll(name: string, relay: string, options: object): Promise<unknown>
}

describe.skipIf(absent('chromium'))('in a page', () => {
  const folder = temporaryFolder('page')
  const relay = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  let browser: Browser
  beforeAll(async () => {
    // Where to is the relay's to know: here whatever a page on this machine names.
    relay.on('connection', (webSocket, { url }) => {
      const stream = createWebSocketStream(webSocket)
      const socket = connect(Number(url!.slice(1)), '127.0.0.1')
      stream.pipe(socket).pipe(stream)
      stream.on('error', () => socket.destroy())
      socket.on('error', () => webSocket.close())
    })
    await build({
      entryPoints: [fileURLToPath(new URL('../programs/page.mjs', import.meta.url))],
      outfile: join(folder, 'page.js'),
      bundle: true,
      format: 'iife',
      platform: 'browser',
      alias: ALIAS,
      plugins: [rest],
      logLevel: 'error',
      // The workspace's paths are those of sources.
      tsconfigRaw: {},
    })
    const example = new URL('../../examples/server-in-a-page.mjs', import.meta.url).pathname
    await build({
      stdin: { contents: `import { hello } from '${example}'\nglobalThis.runAll = hello`, resolveDir: folder },
      outfile: join(folder, 'example.js'),
      bundle: true,
      format: 'iife',
      platform: 'browser',
      logLevel: 'error',
      tsconfigRaw: {},
    })
    browser = await startBrowser('chromium', browserPath('chromium')!)
  })
  afterAll(async () => {
    await browser.close()
    relay.close()
  })

  async function against(start: () => Promise<Server>, driver: string): Promise<unknown> {
    const server = await start()
    try {
      const { ca, otherCa, clientCert: cert, clientKey: key } = PEM
      const url = `ws://127.0.0.1:${(relay.address() as AddressInfo).port}/${server.port}`
      const page = await browser.open(folder, 'page.js')
      const ask = (...args: Parameters<Page['runAll']>) => (globalThis as unknown as Page).runAll(...args)
      return await page.evaluate(ask, driver, url, { port: server.port, ca, otherCa, cert, key })
    } finally {
      await server.stop()
    }
  }

  test.skipIf(absent('pg_lsclusters'))('pg, with a certificate of its own', async () => {
    expect(await against(postgres, 'pg')).toEqual({
      session: { version: 'TLSv1.3', client: '/CN=client.test' },
      there: true,
      back: true,
      anonymous: '28000',
      stranger: UNTRUSTED,
    })
  })

  test.skipIf(absent('mosquitto'))('mqtt, with a certificate of its own', async () => {
    expect(await against(mosquitto, 'mqtt')).toEqual({ back: true, stranger: UNTRUSTED })
  })

  test('the example of a server in a page', async () => {
    const page = await browser.open(folder, 'example.js')
    const answer = await page.evaluate(() => (globalThis as unknown as { runAll(): Promise<string> }).runAll())
    expect(answer).toBe('hello page, over TLSv1.3')
  })
})

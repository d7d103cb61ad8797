import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import puppeteer, { type Page } from 'puppeteer-core'

/** Milliseconds for one host, browsers three times. */
export const PATIENCE = 100_000

export type BrowserName = 'chromium' | 'firefox'

/** Debian's names of the programs, and others'. */
const PROGRAMS = { chromium: ['chromium', 'chromium-browser'], firefox: ['firefox-esr', 'firefox'] }

/** Where a browser is on this machine. */
export function browserPath(name: BrowserName): string | undefined {
  return PROGRAMS[name]
    .map((program) => spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim())
    .find(Boolean)
}

/** Serves a page, its script and what lies beside it; a service worker asks for an origin that is trusted, as localhost is. */
async function site(folder: string, script: string): Promise<{ origin: string; close(): void }> {
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, url)
    if (url === '/') {
      response.setHeader('content-type', 'text/html')
      response.end(`<!doctype html><script type="module" src="/${script}"></script>`)
    } else if (existsSync(file)) {
      response.setHeader('content-type', 'text/javascript')
      response.end(readFileSync(file))
    } else {
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

export interface Browser {
  /** A page whose script has put `runAll` there. */
  open(folder: string, script: string): Promise<Page>
  close(): Promise<void>
}

export async function startBrowser(name: BrowserName, program: string): Promise<Browser> {
  const running = await puppeteer.launch({
    browser: name === 'chromium' ? 'chrome' : 'firefox',
    executablePath: program,
    headless: true,
    protocolTimeout: PATIENCE,
    args: name === 'chromium' ? ['--no-sandbox', '--disable-dev-shm-usage'] : [],
  })
  const sites: { close(): void }[] = []
  return {
    async open(folder, script) {
      const { origin, close } = await site(folder, script)
      sites.push({ close })
      const page = await running.newPage()
      const broken = new Promise<never>((_resolve, reject) => page.once('pageerror', reject))
      broken.catch(() => {})
      await page.goto(origin)
      await Promise.race([page.waitForFunction('globalThis.runAll'), broken])
      return page
    },
    async close() {
      await running.close()
      for (const { close } of sites) close()
    },
  }
}

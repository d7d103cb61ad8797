import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import tls, { type Server } from 'node:tls'
import { build } from 'esbuild'
import { type BrowserName, browserPath, PATIENCE, startBrowser } from './browsers.ts'
import { BUNDLERS } from './bundlers.ts'
import { installed, serveWorker, workerd, workerdVersion } from './workerd.ts'

/** What a host answers. */
export interface Answer {
  readonly results: readonly { readonly name: string; readonly ok: boolean; readonly why: string }[]
  /** What was thrown into nobody's hands. */
  readonly strays: readonly string[]
}

/** A place where JavaScript runs. */
export interface Host {
  readonly name: string
  /** Runs the programs in a folder with the packed packages; each part of the host answers. */
  run(folder: string): AsyncIterable<readonly [part: string, answer: Answer]>
}

const versionOf = (program: string, args: readonly string[]) =>
  /\d+\.\d+\.\d+/.exec(execFileSync(program, args, { encoding: 'utf8' }))?.[0] ?? ''

function runtime(name: string, program: string | undefined, args: readonly string[] = []): Host | undefined {
  return program === undefined
    ? undefined
    : {
        name: `${name} ${versionOf(program, ['--version'])}`,
        async *run(folder) {
          const text = execFileSync(program, [...args, join(folder, 'runtime.mjs')], {
            cwd: folder,
            timeout: PATIENCE,
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          })
          yield ['', JSON.parse(text.trim().split('\n').at(-1)!) as Answer]
        },
      }
}

/** A server of node:tls that asks for a certificate, and says whose it was. */
async function askingServer(): Promise<Server> {
  const path: string = './programs/fixtures.mjs'
  const fixtures = ((await import(path)) as { default: Record<string, { key: string; cert: string }> }).default
  const options = { ...fixtures.server, ca: fixtures.ca!.cert, requestCert: true }
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {})
    socket.write(`${socket.getPeerCertificate().subject.CN}: `)
    socket.pipe(socket)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return server
}

function workers(program: string | undefined): Host | undefined {
  return program === undefined
    ? undefined
    : {
        name: `workerd ${workerdVersion(program)}`,
        async *run(folder) {
          const { url, stop } = await serveWorker(program, join(folder, 'worker.mjs'), folder)
          const ask = async (path: string) => {
            const response = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(PATIENCE) })
            return (await response.json()) as Answer
          }
          try {
            yield ['', await ask('')]
            const server = await askingServer()
            try {
              yield ['its own network', await ask(`?port=${(server.address() as AddressInfo).port}`)]
            } finally {
              server.close()
            }
          } finally {
            stop()
          }
        },
      }
}

/** In the page: what is called there, by name. */
interface Page {
  runAll(): Promise<Answer>
}

const PARTS: Record<string, () => Promise<Answer>> = {
  page: () => (globalThis as unknown as Page).runAll(),
  worker: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker('/page.js')
      worker.onerror = (event) => reject(new Error(event.message))
      worker.onmessage = (event) => resolve(event.data)
      worker.postMessage('')
    }),
  'service worker': async () => {
    const { serviceWorker } = navigator
    await serviceWorker.register('/page.js')
    const { active } = await serviceWorker.ready
    return new Promise((resolve) => {
      serviceWorker.onmessage = (event) => resolve(event.data)
      serviceWorker.startMessages()
      active!.postMessage('')
    })
  },
}

function browser(name: BrowserName, program: string | undefined): Host | undefined {
  return program === undefined
    ? undefined
    : {
        name,
        async *run(folder) {
          await build({
            entryPoints: [join(folder, 'page.mjs')],
            outfile: join(folder, 'page.js'),
            bundle: true,
            format: 'iife',
            platform: 'browser',
            logLevel: 'error',
          })
          const running = await startBrowser(name, program)
          try {
            const page = await running.open(folder, 'page.js')
            for (const [part, ask] of Object.entries(PARTS)) {
              yield [part, await page.evaluate(ask)]
            }
          } finally {
            await running.close()
          }
        },
      }
}

/** Pages as bundlers make them, from the same program. */
function bundlers(program: string | undefined): Host | undefined {
  return program === undefined
    ? undefined
    : {
        name: 'chromium, bundled by',
        async *run(folder) {
          const running = await startBrowser('chromium', program)
          try {
            for (const [name, bundle] of Object.entries(BUNDLERS)) {
              const out = join(folder, `by-${name}`)
              await bundle(join(folder, 'bundled.mjs'), out)
              const page = await running.open(out, 'bundled.js')
              yield [name, await page.evaluate(() => (globalThis as unknown as Page).runAll())]
            }
          } finally {
            await running.close()
          }
        },
      }
}

/** Every host, and what is here of it. */
export const HOSTS: Readonly<Record<string, () => Host | undefined>> = {
  node: () => runtime('node', process.execPath),
  'node 24': () => runtime('node', installed('node24', 'node/bin/node')),
  deno: () => runtime('deno', installed('deno', '.bin/deno'), ['run', '-A']),
  bun: () => runtime('bun', installed('bun', '.bin/bun')),
  workerd: () => workers(workerd()),
  chromium: () => browser('chromium', browserPath('chromium')),
  bundlers: () => bundlers(browserPath('chromium')),
  firefox: () => browser('firefox', browserPath('firefox')),
}

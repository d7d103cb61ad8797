import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

/** A program from npm, by `install-hosts.mjs` or the interoperability tests. */
export function installed(name: string, file: string): string | undefined {
  const places = [`.hosts/${name}/node_modules/`, `../interop/.peers/${name}/node_modules/`]
  return places.map((place) => fileURLToPath(new URL(place + file, import.meta.url))).find(existsSync)
}

/** Cloudflare's runtime on this machine. */
export const workerd = (): string | undefined => installed('workerd', '.bin/workerd')

/** Its version, which is a date. */
export const workerdVersion = (program: string): string =>
  /\d{4}-\d\d-\d\d/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''

export interface Worker {
  /** Its HTTP address. */
  readonly url: string
  stop(): void
}

/**
 * Serves a Worker, bundled as Wrangler does: by the conditions of its runtime, with the runtime's own modules left outside.
 *
 * @param folder where the bundle and the configuration are put
 */
export async function serveWorker(
  program: string,
  entry: string,
  folder: string,
  more: BuildOptions = {},
): Promise<Worker> {
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'worker.out.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
    // The workspace's paths are those of sources.
    tsconfigRaw: {},
    ...more,
  })
  const config = join(folder, 'workerd.capnp')
  const ours = fileURLToPath(new URL('programs/workerd.capnp', import.meta.url))
  copyFileSync(ours, config)
  const child = spawn(program, ['serve', config, '--control-fd=3'], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  return { url: `http://127.0.0.1:${await listening(child)}`, stop: () => child.kill() }
}

async function listening(child: ChildProcess): Promise<string> {
  let told = ''
  for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
    told += chunk
    const port = /"event":"listen".*?"port":(\d+)/.exec(told)?.[1]
    if (port) return port
  }
  throw new Error('workerd has ended')
}

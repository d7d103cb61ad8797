/** One run of the harness, in a process of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HARNESS, type Suite } from './sources.ts'

export interface Result {
  readonly status: 'pass' | 'fail' | 'skip' | 'timeout'
  readonly reason?: string
  readonly skip?: string
  readonly output?: string
}

export type Results = Readonly<Record<string, Result>>

export interface Run {
  readonly node: string
  readonly suite: Suite
  /** Ours through `./register`; ours by `./https` and `./http2`, nothing registered; or Node's own. */
  readonly on: 'ours' | 'second way' | 'native'
  /** Exactly these; absent: all that reach tls. */
  readonly tests?: readonly string[]
  /** A regular expression for their names. */
  readonly only?: string
  /** Tests at a time. */
  readonly jobs: number
  /** Further attempts at a test that failed. */
  readonly retries: number
}

const REGISTER = new URL('../../packages/node-tls-compat/dist/register.js', import.meta.url)
const PRELOADS = { ours: REGISTER, 'second way': new URL('second-way.mjs', import.meta.url), native: undefined }

/** A test that takes this long hangs, however busy the machine is. */
const SECONDS_FOR_ONE = 180

export async function run({ node, suite, on, tests, only, jobs, retries }: Run): Promise<Results> {
  const scratch = mkdtempSync(join(tmpdir(), 'node-suite-'))
  try {
    const out = join(scratch, 'result.json')
    const args = ['--suite', suite.path, '--node', node, '--out', out, '--quiet']
    args.push('--jobs', String(jobs), '--retry', String(retries), '--timeout', String(SECONDS_FOR_ONE))
    const openssl = spawnSync('which', ['openssl']).stdout?.toString().trim()
    if (openssl) args.push('--openssl', openssl)
    if (only) args.push('--only', only)
    if (tests) {
      const list = join(scratch, 'list.txt')
      writeFileSync(list, `${tests.join('\n')}\n`)
      args.push('--list', list)
    }
    // As a user would: the way travels to child processes, cluster workers and worker threads.
    const preload = PRELOADS[on]
    if (preload) args.push('--env', `NODE_OPTIONS=--import ${preload.href}`)
    const child = spawn(process.execPath, [join(HARNESS, 'run.mjs'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    return (JSON.parse(readFileSync(out, 'utf8')) as { results: Results }).results
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

export const registerPath = fileURLToPath(REGISTER)

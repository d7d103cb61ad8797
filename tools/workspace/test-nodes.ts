/**
 * The packages' own tests on every Node that is promised: `pnpm test:nodes [24 22 26 20] [--ci] [--minutes=8]`.
 *
 * All of the six packages on each of the Nodes, one after the other; with `--ci` what depends most on the Node on all of them
 * and each of the others on one. `npm test` runs them on the Node that is installed.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fetchNode, NODES } from './nodes.ts'

interface Job {
  readonly name: string
  readonly major: string
}

/** Top to bottom: the more a package asks of the Node, the earlier it comes. */
const PACKAGES = ['node-tls-compat', 'secure-context', 'crypto-primitives', 'x509', 'tls-record', 'tls-handshake']

/** Of what asks little: each on one Node, and each Node once at least. The longest last. */
const SAMPLE: readonly Job[] = [
  ...['24', '22', '26'].map((major) => ({ name: 'node-tls-compat', major })),
  ...['24', '22', '26'].map((major) => ({ name: 'secure-context', major })),
  { name: 'tls-record', major: '22' },
  { name: 'crypto-primitives', major: '24' },
  { name: 'x509', major: '26' },
  { name: 'tls-handshake', major: '22' },
]

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

/**
 * Runs a package's tests, once more if they fail.
 *
 * @param until when there is no more time, milliseconds since 1970
 * @returns what vitest said when they failed; that there was no time, when it ran out before they had either passed or failed
 */
function run(node: string, { name }: Job, until: number): { failed?: string; late?: boolean } {
  const cwd = fileURLToPath(new URL(`../../packages/${name}/`, import.meta.url))
  let failed: string | undefined
  for (let attempt = 0; attempt < 2; attempt++) {
    const timeout = until - Date.now()
    if (timeout <= 0) return { failed, late: true }
    const limit = Number.isFinite(timeout) ? { timeout } : {}
    const { status, error, stdout, stderr } = spawnSync(node, [VITEST, 'run'], { cwd, maxBuffer: 1 << 26, ...limit })
    if (status === 0) return {}
    // What had failed by then has failed, though the rest was not come to.
    const said = `${stdout}\n${stderr}`
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT' && !/ FAIL |\u00d7/.test(said)) {
      return { failed, late: true }
    }
    failed = error ? `${error.message}\n${said}` : said
  }
  return { failed }
}

const words = process.argv.slice(2)
const asked = words.filter((word) => /^\d+$/.test(word))
const majors = asked.length ? asked : ['24', '22', '26']
const jobs = words.includes('--ci') ? SAMPLE : majors.flatMap((major) => PACKAGES.map((name) => ({ name, major })))
const minutes = Number(words.find((word) => word.startsWith('--minutes='))?.slice('--minutes='.length) ?? Infinity)

const started = Date.now()
const until = started + minutes * 60_000
const seconds = () => Math.round((Date.now() - started) / 1000)
for (const job of jobs) {
  const version = (NODES as Readonly<Record<string, string>>)[job.major]
  if (!version) throw new Error(`no Node ${job.major}; there are ${Object.keys(NODES).join(', ')}`)
  const what = `${job.name} on Node ${version}`
  const node = Date.now() < until ? fetchNode(version) : ''
  if (node === undefined) {
    console.log(`${what}: SKIPPED, because node@${version} could not be fetched`)
    continue
  }
  const { failed, late } = run(node, job, until)
  if (failed) {
    console.log(`${what}: FAILED (${seconds()} s)\n${failed}`)
    process.exitCode = 1
  } else {
    console.log(`${what}: ${late ? `SKIPPED, ${minutes} minutes are over` : 'passes'} (${seconds()} s)`)
  }
}

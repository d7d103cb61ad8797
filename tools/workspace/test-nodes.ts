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

/** @returns what vitest said, when the tests failed twice */
function run(node: string, { name }: Job): string | undefined {
  const cwd = fileURLToPath(new URL(`../../packages/${name}/`, import.meta.url))
  let said = ''
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, stdout, stderr } = spawnSync(node, [VITEST, 'run'], { cwd, maxBuffer: 1 << 26 })
    if (status === 0) return undefined
    said = `${stdout}\n${stderr}`
  }
  return said
}

const words = process.argv.slice(2)
const asked = words.filter((word) => /^\d+$/.test(word))
const majors = asked.length ? asked : ['24', '22', '26']
const jobs = words.includes('--ci') ? SAMPLE : majors.flatMap((major) => PACKAGES.map((name) => ({ name, major })))
const minutes = Number(words.find((word) => word.startsWith('--minutes='))?.slice('--minutes='.length) ?? Infinity)

const started = Date.now()
const seconds = () => Math.round((Date.now() - started) / 1000)
for (const job of jobs) {
  const version = (NODES as Readonly<Record<string, string>>)[job.major]
  if (!version) throw new Error(`no Node ${job.major}; there are ${Object.keys(NODES).join(', ')}`)
  const what = `${job.name} on Node ${version}`
  const node = fetchNode(version)
  if (!node) console.log(`${what}: SKIPPED, because node@${version} could not be fetched`)
  else if (seconds() > minutes * 60) console.log(`${what}: SKIPPED, ${minutes} minutes are over`)
  else {
    const said = run(node, job)
    console.log(`${what}: ${said ? `FAILED\n${said}` : 'passes'} (${seconds()} s)`)
    if (said) process.exitCode = 1
  }
}

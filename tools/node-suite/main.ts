/**
 * Node's own tls, https and http2 tests on our stack:
 * `pnpm --filter @x-tools/node-suite suite [24 22 26 20] [--rest-tls-only] [--second-way]`.
 *
 * Every test that passes natively has to pass through `./register`,
 * save those of `allowed-failures.json`. A test that fails is given two more chances, alone, and counts only if Node's own
 * tls passes it on this machine.
 *
 * `--second-way`: nothing is registered; the tests of https and http2 get what a program gets that imports `./https` and
 * `./http2` (`second-way.mjs`).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchNode } from '../workspace/nodes.ts'
import { type Results, type Run, registerPath, run } from './runs.ts'
import { fetchSuite, HARNESS, PAIRS } from './sources.ts'

interface Allowed {
  readonly test: string
  readonly nodes: readonly number[]
  readonly reason: string
}

const allowed = JSON.parse(readFileSync(new URL('allowed-failures.json', import.meta.url), 'utf8')) as Allowed[]
const started = Date.now()
const seconds = () => Math.round((Date.now() - started) / 1000)
const failing = (results: Results) => Object.keys(results).filter((name) => results[name]!.status !== 'pass')
const passing = (results: Results) => Object.keys(results).filter((name) => results[name]!.status === 'pass')

/** Debian may serve a newer suite any day: so many of its new tests do not stop anybody. */
const FORGIVEN = 3

/** Tests of the suite must not become few by a mistake of ours. */
const FEWEST = { all: 290, tls: 180, 'second way': 85 }

/** What of a suite is run. */
type Part = keyof typeof FEWEST
const ONLY: Record<Part, string | undefined> = { all: undefined, tls: '/test-tls-', 'second way': '/test-http(s|2)-' }

/** @returns whether the version is as good as it was */
async function judge(major: string, part: Part): Promise<boolean> {
  const pair = PAIRS[major]
  if (!pair) throw new Error(`no pair for Node ${major}; there are ${Object.keys(PAIRS).join(', ')}`)
  const node = fetchNode(pair.node)
  const suite = node && fetchSuite(pair.suite)
  if (!node || !suite) {
    console.log(`Node ${major}: SKIPPED, because ${node ? 'the suite' : `node@${pair.node}`} could not be fetched`)
    return true
  }
  const second = part === 'second way'
  const common = { node, suite, only: ONLY[part] } satisfies Partial<Run>
  const on = second ? 'second way' : 'ours'
  const known = new Map(
    allowed.filter(({ nodes }) => nodes.includes(Number(major))).map(({ test, reason }) => [test, reason]),
  )

  const first = await run({ ...common, on, jobs: 2, retries: 0 })
  const doubtful = failing(first).filter((name) => !known.has(name))
  const again = doubtful.length ? await run({ ...common, on: 'ours', tests: doubtful, jobs: 1, retries: 1 }) : {}
  const ours: Results = { ...first, ...again }
  // What fails, or skips itself, on Node's own tls too says nothing about us.
  const native = failing(ours).length
    ? await run({ ...common, on: 'native', tests: failing(ours), jobs: 1, retries: 1 })
    : {}
  const lost = failing(ours).filter((name) => native[name]?.status === 'pass')
  const total = passing(ours).length + lost.length
  const target = new Set(readFileSync(join(HARNESS, 'target.txt'), 'utf8').split('\n').filter(Boolean))
  const inTarget = passing(ours).filter((name) => target.has(name)).length

  console.log(
    `Node ${pair.node}, suite ${suite.version}: ${passing(ours).length} of the ${total} that pass natively` +
      `${part === 'all' ? `; ${inTarget} of target.txt` : ` (${ONLY[part]}${second ? ', by ./https and ./http2' : ''})`}` +
      ` (${seconds()} s)`,
  )
  for (const name of lost.filter((name) => known.has(name))) console.log(`  known: ${name}: ${known.get(name)}`)
  for (const name of known.keys())
    if (!second && ours[name]?.status === 'pass') console.log(`  passes now, take it off the list: ${name}`)
  for (const name of again && passing(again)) console.log(`  passed alone only: ${name}: ${first[name]!.reason}`)
  const fresh = lost.filter((name) => !known.has(name))
  for (const name of fresh) {
    const { status, reason, output } = ours[name]!
    console.log(`  LOST: ${name}: ${status} ${reason ?? ''}\n${(output ?? '').replace(/^/gm, '    ')}`)
  }
  if (Object.keys(first).length < FEWEST[part]) {
    console.log(`  only ${Object.keys(first).length} tests were found`)
    return false
  }
  if (fresh.length > 0 && fresh.length <= FORGIVEN && suite.version !== pair.suiteVersion) {
    console.log(`  forgiven: the list is for suite ${pair.suiteVersion}; look at these tests and renew it`)
    return true
  }
  return fresh.length === 0
}

const words = process.argv.slice(2)
const versions = words.filter((word) => /^\d+$/.test(word))
const partOf = (index: number): Part =>
  words.includes('--second-way') ? 'second way' : index > 0 && words.includes('--rest-tls-only') ? 'tls' : 'all'
const limit = Number(words.find((word) => word.startsWith('--minutes='))?.slice('--minutes='.length) ?? Infinity)

if (!existsSync(HARNESS)) {
  console.log("Node's own suite: SKIPPED, because ../shared/node-suite is not there")
} else if (!existsSync(registerPath)) {
  console.log(`${registerPath} is not there: build first`)
  process.exitCode = 1
} else {
  for (const [index, major] of (versions.length ? versions : Object.keys(PAIRS)).entries()) {
    // The first is the reference; the others are asked as long as there is time.
    if (index > 0 && seconds() > limit * 60) console.log(`Node ${major}: SKIPPED, ${limit} minutes are over`)
    else if (!(await judge(major, partOf(index)))) process.exitCode = 1
  }
}

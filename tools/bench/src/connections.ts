/**
 * Handshakes, bulk data, HTTPS, memory, start-up, bundle sizes and growth: this stack with both providers against
 * node:tls and the other TLS stacks in JavaScript, in one run, on as many Nodes as one likes.
 *
 *   pnpm connections [--nodes 20,24,26] [--only REGEX] [--stacks a,b] [--rounds N] [--turn MS] [--source]
 *                    [--json FILE] [--svg FILE] [--profile STACK]
 *
 * Each stack has a process of its own; the far end is always node:tls of the same Node in another one. A figure is the
 * CPU time of the process under test, system and threads included, and a ratio is the median over rounds of that stack's
 * figure over node:tls's of the same round.
 */
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { fetchNode, NODES } from '../../workspace/nodes.ts'
import { bars, type Report } from './connections/bars.ts'
import { Bench, type Settings } from './connections/bench.ts'
import { drawChart } from './connections/chart.ts'
import { buildAgents } from './connections/pool.ts'
import { bulk } from './connections/rows/bulk.ts'
import { firstHandshakes } from './connections/rows/first.ts'
import { growth } from './connections/rows/growth.ts'
import { handshakes } from './connections/rows/handshakes.ts'
import { https } from './connections/rows/https.ts'
import { memory } from './connections/rows/memory.ts'
import { start } from './connections/rows/start.ts'
import { bundleSizes } from './connections/sizes.ts'

const { values: options } = parseArgs({
  options: {
    /** Majors, fetched from npm; else the one that runs this. */
    nodes: { type: 'string' },
    only: { type: 'string', default: '' },
    stacks: {
      type: 'string',
      default: 'ours,ours-portable,ours-page,lemon-tls,subtls,reclaim-webcrypto,reclaim-javascript,epoxy,forge',
    },
    rounds: { type: 'string', default: '7' },
    /** Milliseconds of a stack's turn. */
    turn: { type: 'string', default: '500' },
    source: { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
    profile: { type: 'string' },
  },
})
const settings: Settings = {
  only: new RegExp(options.only),
  stacks: options.stacks.split(',').filter(Boolean),
  rounds: Number(options.rounds),
  milliseconds: Number(options.turn),
  profile: options.profile,
}

function binaryOf(major: string): string {
  const version = NODES[Number(major) as keyof typeof NODES]
  const binary = version && fetchNode(version)
  if (!binary) throw new Error(`no Node ${major}; there are ${Object.keys(NODES).join(', ')}`)
  return binary
}

const ROWS = [handshakes, firstHandshakes, bulk, https, memory, start, growth]

async function run(binary: string): Promise<Report> {
  const bench = await Bench.start(settings, binary)
  const { node, openssl, group } = await bench.peer.call(
    'environment',
    await bench.target(bench.peer, 'P-256', '1.3', 'aes-128-gcm'),
  )
  console.log(`\n=== Node ${node}, OpenSSL ${openssl}; node:tls with itself agrees on ${group}`)
  for (const row of ROWS) await row(bench)
  bench.stop()
  return {
    environment: {
      node,
      openssl,
      group,
      cpu: os.cpus()[0]!.model,
      cores: os.cpus().length,
      date: new Date().toISOString().slice(0, 10),
      rounds: settings.rounds,
    },
    groups: bench.groups,
    ...bench.more,
  }
}

await buildAgents(options.source)
const binaries = options.nodes?.split(',').map(binaryOf) ?? [process.execPath]
const reports: Report[] = []
for (const binary of binaries) reports.push(await run(binary))
if (settings.only.test('sizes')) {
  // A bundle is the same on each of them.
  const sizes = await bundleSizes()
  reports[0] = { ...reports[0]!, sizes }
  console.log('\nsizes of a client, KB minified and gzip')
  for (const [name, size] of Object.entries(sizes))
    console.log(
      `  ${name.padEnd(36)}${'error' in size ? size.error : `${(size.minified / 1000).toFixed(1).padStart(8)}${(size.gzip / 1000).toFixed(1).padStart(8)}`}`,
    )
}

const results = reports.map((report) => ({ ...report, bars: bars(report) }))
for (const { environment, bars: held } of results) {
  if (held.length === 0) continue
  console.log(`\nbars, Node ${environment.node}`)
  for (const { id, what, measured, limit, ok } of held)
    console.log(
      `  ${ok ? 'ok  ' : 'MISS'} ${id.padEnd(4)}${what.padEnd(62)}${measured.toFixed(2).padStart(8)}  (${limit})`,
    )
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`)
if (options.svg) writeFileSync(options.svg, drawChart(reports))

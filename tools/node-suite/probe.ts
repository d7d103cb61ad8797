/**
 * Exports, errors, alerts and event orders of ours beside Node 24.21.0's own: `pnpm --filter @x-tools/node-suite probe`.
 * Prints the differences that `explained-differences.json`, and so the README of node-tls-compat, does not know.
 *
 * It sleeps and looks, so that a busy machine may show more than there is: it is no part of CI.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchNode } from '../workspace/nodes.ts'
import { fetchSuite, HARNESS, PAIRS } from './sources.ts'

const ours = fileURLToPath(new URL('../../packages/node-tls-compat/dist/index.js', import.meta.url))
const explained = JSON.parse(readFileSync(new URL('explained-differences.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>

/** Function and file in a message are OpenSSL's own affair. */
const normalized = (json: string) =>
  json.replace(/:SSL routines:\w+:([^:"]+):(?:<file>|@x\/tls-handshake:0)/g, ':SSL routines:-:$1:-')

const probe = join(HARNESS, 'probe.mjs')
const { node: version, suite: major } = PAIRS[24]!
const node = existsSync(HARNESS) ? fetchNode(version) : undefined
const suite = node && fetchSuite(major)
if (!node || !suite) {
  console.log('SKIPPED: ../shared/node-suite, Node or its suite is not there')
} else {
  const scratch = mkdtempSync(join(tmpdir(), 'probe-'))
  try {
    const record = (name: string, ...args: string[]) => {
      const out = join(scratch, name)
      execFileSync(node, [probe, '--keys', `${suite.path}/fixtures/keys`, '--out', out, ...args], { stdio: 'ignore' })
      writeFileSync(out, normalized(readFileSync(out, 'utf8')))
      return out
    }
    const files = [record('native.json'), record('ours.json', '--tls', ours)]
    const diff = execFileSync(node, [probe, '--diff', ...files], { maxBuffer: 1 << 26 }).toString()
    const places = diff.split('\n').filter((line) => / > /.test(line) && !line.startsWith(' '))
    const fresh = places.filter(
      (place) => !Object.keys(explained).some((known) => place === known || place.startsWith(`${known} > `)),
    )
    console.log(`${places.length} differences, ${fresh.length} of them not explained`)
    for (const place of fresh) console.log(`  ${place}`)
    process.exitCode = fresh.length > 0 ? 1 : 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * Puts faults of the past back, one at a time, into a copy of the tree, and runs the project's own tests: they must find
 * every one. A change that no longer fits counts as a failure: then the fault has to be written down anew.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FAULTS, type Fault } from './faults/index.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: String(FAULTS.length) },
    minutes: { type: 'string' },
    fault: { type: 'string' },
  },
})

const root = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'reintroduce-'))
const tree = join(scratch, 'tree')

/** @returns undefined when the tests find the fault, or what is wrong */
function tryOut(fault: Fault): string | undefined {
  const path = join(tree, 'packages', fault.package, 'src', fault.file)
  const today = readFileSync(path, 'utf8')
  if (today.split(fault.find).length !== 2) return `${fault.file} does not hold, once: ${fault.find.trim()}`
  // The file is shared with the tree that it was linked from: another takes its place.
  rmSync(path)
  writeFileSync(
    path,
    today.replace(fault.find, () => fault.replace),
  )
  try {
    const cwd = join(tree, 'packages', fault.in ?? fault.package)
    return missedBy(fault.tests, cwd, fault.hangs) ?? (fault.portable && missedBy(fault.portable, cwd, fault.hangs))
  } finally {
    rmSync(path)
    writeFileSync(path, today)
  }
}

/** @returns undefined when one of the tests fails, or what is wrong */
function missedBy(files: readonly string[], cwd: string, hangs = false): string | undefined {
  const tests = files.map((file) => `test/${file}`)
  const vitest = join(tree, 'node_modules/vitest/vitest.mjs')
  const { status, stdout, error } = spawnSync(process.execPath, [vitest, 'run', '--bail=1', ...tests], {
    cwd,
    encoding: 'utf8',
    timeout: hangs ? 60_000 : 300_000,
    killSignal: 'SIGKILL',
  })
  if (status === 0) return `no test of ${files.join(', ')} found it`
  if (hangs && (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return undefined
  return /Tests .*failed/.test(stdout) ? undefined : `the tests did not run: ${stdout.slice(-400)}`
}

const chosen = FAULTS.filter(({ name }) => !values.fault || new RegExp(values.fault).test(name))
const stride = Math.max(1, Math.ceil(chosen.length / Number(values.cases)))
const until = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
let passed = 0
let failed = 0
try {
  spawnSync('cp', ['-al', root, tree], { stdio: 'inherit' })
  for (const fault of chosen.filter((_, index) => index % stride === 0)) {
    if (Date.now() > until) break
    const wrong = tryOut(fault)
    console.log(`${wrong ? 'FAILED' : 'found '} ${fault.name}${wrong ? `: ${wrong}` : ''}`)
    if (wrong) failed++
    else passed++
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)

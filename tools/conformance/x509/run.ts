/**
 * x509-limbo and NIST PKITS against @x/x509.
 *
 *   tsx x509/run.ts limbo --profile webpki|node [--vectors DIR] [--only REGEX] [--list] [--compare results.json]
 *   tsx x509/run.ts pkits [--vectors DIR] [--only REGEX] [--list]
 *
 * Exits with 1 when a case crashed or took more than a second, or a floor of `floors.ts` is not met.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Profile } from '@x/x509'
import { judgeFloors } from './floors.ts'
import { compareWithNode } from './node-like.ts'
import { loadTestcases, type Testcase, vectorFolder } from './vectors.ts'
import { judge, type Outcome } from './verdict.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'string', default: 'webpki' },
    vectors: { type: 'string' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    compare: { type: 'string' },
    out: { type: 'string' },
  },
})
const corpus = positionals[0] === 'pkits' ? 'pkits' : 'limbo'
const profile: Profile = corpus === 'pkits' || values.profile === 'node' ? 'node' : 'webpki'
const folder = vectorFolder(corpus, values.vectors)
const all = loadTestcases(folder)
if (!all) {
  console.log(`no ${corpus} vectors in ${folder}; set VECTORS to the folder that holds ${corpus}/`)
  console.log('0 passed, 0 failed, 0 skipped')
} else {
  const only = values.only && new RegExp(values.only)
  const outcomes = all.filter(({ id }) => !only || only.test(id)).map(measure)
  report(outcomes)
  if (values.compare) compare(outcomes, values.compare)
  if (values.out) writeResults(outcomes, values.out)
  if (!only) {
    const shortfalls = judgeFloors(corpus, profile, outcomes)
    const argued =
      outcomes.filter((outcome) => outcome.result !== 'SKIPPED' && !agrees(outcome)).length - shortfalls.length
    console.log(`\n${argued} differ from the corpus for a reason given in floors.ts`)
    shortfalls.forEach(fail)
    if (corpus === 'limbo' && profile === 'node') {
      const unlike = compareWithNode(outcomes)
      if (unlike) unlike.forEach(fail)
      else console.log('not compared with Node: that takes the openssl command, version 3.0')
    }
  }
  const skipped = outcomes.filter(({ result }) => result === 'SKIPPED').length
  const passed = outcomes.filter(agrees).length
  console.log(`\n${passed} passed, ${outcomes.length - passed - skipped} failed, ${skipped} skipped`)
}

function measure(testcase: Testcase): Outcome {
  const before = performance.now()
  const verdict = judge(testcase, profile)
  return { ...verdict, testcase, milliseconds: performance.now() - before }
}

function agrees({ result, testcase }: Outcome): boolean {
  return result === testcase.expected_result
}

function fail(problem: string): void {
  console.log(`FAIL ${problem}`)
  process.exitCode = 1
}

function namespaceOf({ testcase: { id } }: Outcome): string {
  const parts = id.split('::')
  return parts.length > 2 ? parts.slice(0, 2).join('::') : parts[0]!
}

function report(outcomes: readonly Outcome[]): void {
  console.log(`${corpus}, profile ${profile}: ${outcomes.length} cases`)
  console.log(`${'namespace'.padEnd(46)}    valid taken  invalid refused  skipped`)
  for (const namespace of [...new Set(outcomes.map(namespaceOf))].sort())
    line(
      namespace,
      outcomes.filter((outcome) => namespaceOf(outcome) === namespace),
    )
  line('all', outcomes)
  for (const outcome of outcomes) {
    const { result, reason, testcase, milliseconds } = outcome
    if (result === 'CRASH') fail(`crash in ${testcase.id}: ${reason}`)
    if (milliseconds > 1000) fail(`${testcase.id} took ${Math.round(milliseconds)} ms`)
    if (values.list && result !== 'SKIPPED' && !agrees(outcome))
      console.log(
        `${result === 'SUCCESS' ? 'taken  ' : 'refused'} ${testcase.id} [${testcase.features ?? ''}] ${reason.slice(0, 300)}`,
      )
  }
  const slowest = [...outcomes].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 3)
  console.log(
    `slowest: ${slowest.map(({ testcase, milliseconds }) => `${testcase.id} ${Math.round(milliseconds)} ms`).join(', ')}`,
  )
}

function line(name: string, outcomes: readonly Outcome[]): void {
  const ran = outcomes.filter(({ result }) => result !== 'SKIPPED')
  const share = (expected: string) => {
    const of = ran.filter(({ testcase }) => testcase.expected_result === expected)
    return `${of.filter(agrees).length}/${of.length}`
  }
  const skipped = outcomes.length - ran.length
  console.log(
    `${name.padEnd(46)} ${share('SUCCESS').padStart(14)} ${share('FAILURE').padStart(16)} ${String(skipped).padStart(8)}`,
  )
}

/** Agreement with another verifier's results, in limbo's own result format. */
function compare(outcomes: readonly Outcome[], path: string): void {
  const other = JSON.parse(readFileSync(path, 'utf8')) as { results: { id: string; actual_result: string }[] }
  const theirs = new Map(other.results.map(({ id, actual_result }) => [id, actual_result]))
  const both = outcomes.filter(
    ({ result, testcase: { id } }) => result !== 'SKIPPED' && ['SUCCESS', 'FAILURE'].includes(theirs.get(id) ?? ''),
  )
  const unlike = both.filter(({ result, testcase: { id } }) => theirs.get(id) !== result)
  console.log(`\ncompared with ${path}: ${both.length - unlike.length} of ${both.length} alike`)
  for (const { result, testcase, reason } of unlike)
    console.log(
      `  here ${result}, there ${theirs.get(testcase.id)}, corpus ${testcase.expected_result}: ${testcase.id} ${reason.slice(0, 200)}`,
    )
}

function writeResults(outcomes: readonly Outcome[], path: string): void {
  const results = outcomes.map(({ testcase: { id }, result, reason }) => ({
    id,
    actual_result: result,
    context: reason || null,
  }))
  writeFileSync(path, JSON.stringify({ version: 1, harness: `@x/x509 ${profile}`, results }, null, 1))
}

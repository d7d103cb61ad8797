/**
 * Holds the providers to C2SP/wycheproof's vectors.
 *
 *   tsx src/wycheproof.ts [--provider portable,node,javascript] [--tier tls,keys,legacy] [--only REGEX] [--fails N]
 *
 * The vectors lie beside the repository, in ../shared/vectors/wycheproof (gzipped JSON); WYCHEPROOF names another place.
 * A vector passes when it is valid and gives the right output, or invalid and gives an error, `false` or another output;
 * an acceptable one passes either way. The exit code is 1 when one fails, or when one of the tls tier cannot be run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { createAead as portableAead } from '@x/crypto-primitives/aead'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAead as nodeAead } from '@x/crypto-primitives/node-aead'
import { portableProvider } from '@x/crypto-primitives/portable'
import { CHECKS, FAMILIES, type Vector, type VectorFile } from './wycheproof-checks.ts'
import { Missing, Subject } from './wycheproof-subject.ts'

const { values: options } = parseArgs({
  options: {
    provider: { type: 'string', default: 'portable,node' },
    tier: { type: 'string', default: 'tls,keys,legacy' },
    only: { type: 'string', default: '' },
    fails: { type: 'string', default: '20' },
  },
})

const SUBJECTS: Readonly<Record<string, Subject>> = {
  portable: new Subject(portableProvider, portableAead),
  node: new Subject(nodeProvider, nodeAead),
  /** The portable provider where WebAssembly is missing; of interest for the AEADs alone. */
  javascript: new Subject(portableProvider, (cipher, key, parameters) =>
    portableAead(cipher, key, { ...parameters, engine: 'javascript' }),
  ),
}

const folder =
  process.env.WYCHEPROOF ?? fileURLToPath(new URL('../../../../shared/vectors/wycheproof', import.meta.url))

interface Row {
  tier: string
  family: string
  vectors: number
  passed: number
  validRefused: number
  invalidAccepted: number
  missing: number
  acceptableTaken: number
  acceptable: number
  milliseconds: number
}

function readVectors(file: string): VectorFile {
  const bytes = readFileSync(join(folder, file))
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
}

/** AES-GCM with IVs under 8 bytes: SP 800-38D allows them, nobody should; to refuse them is right. */
const isExcused = (test: Vector, family: string) => family === 'AES-GCM' && test.iv !== undefined && test.iv.length < 16

async function runFamily(
  subject: Subject,
  tier: string,
  family: string,
  files: string[],
  failures: string[],
): Promise<Row> {
  const row: Row = {
    tier,
    family,
    vectors: 0,
    passed: 0,
    validRefused: 0,
    invalidAccepted: 0,
    missing: 0,
    acceptableTaken: 0,
    acceptable: 0,
    milliseconds: 0,
  }
  const started = performance.now()
  for (const name of files) {
    const file = readVectors(name)
    for (const group of file.testGroups) {
      const check = CHECKS[group.type]
      if (!check) throw new Error(`no check for ${group.type} in ${name}`)
      for (const test of group.tests) {
        // ML-DSA over an external mu: neither TLS nor X.509 has it.
        if (test.flags?.includes('Internal')) continue
        row.vectors++
        let right = false
        let why = ''
        try {
          right = await check(subject, group, test, file)
        } catch (error) {
          if (error instanceof Missing) {
            row.missing++
            continue
          }
          why = error instanceof Error ? error.message : String(error)
        }
        if (test.result === 'acceptable') {
          row.acceptable++
          if (right) row.acceptableTaken++
          row.passed++
        } else if (right === (test.result === 'valid') || isExcused(test, family)) {
          row.passed++
        } else {
          row[right ? 'invalidAccepted' : 'validRefused']++
          const verdict = right ? 'INVALID ACCEPTED' : 'VALID REFUSED'
          failures.push(`${name} tc${test.tcId} ${verdict} [${test.flags ?? ''}] ${test.comment ?? ''} ${why}`)
        }
      }
    }
  }
  row.milliseconds = Math.round(performance.now() - started)
  return row
}

const COLUMNS = [
  ['tier', 7],
  ['family', 40],
  ['vectors', -8],
  ['passed', -8],
  ['validRefused', -13],
  ['invalidAccepted', -16],
  ['missing', -8],
  ['acceptableTaken', -16],
  ['milliseconds', -13],
] as const

function line(cells: Record<string, string | number>): string {
  return COLUMNS.map(([name, width]) => {
    const text = String(cells[name] ?? '')
    return width > 0 ? text.padEnd(width) : text.padStart(-width)
  }).join('')
}

if (!existsSync(folder)) {
  console.log(`Wycheproof vectors not found in ${folder}: skipped. Set WYCHEPROOF to where they are.`)
  console.log('0 passed, 0 failed, 0 skipped')
  process.exit(0)
}

const names = readdirSync(folder).filter((name) => /\.json(\.gz)?$/.test(name) && new RegExp(options.only).test(name))
const tiers = options.tier.split(',')
const total = { passed: 0, failed: 0, skipped: 0 }
let incomplete = false

for (const id of options.provider.split(',')) {
  const subject = SUBJECTS[id]
  if (!subject) throw new Error(`no provider ${id}`)
  console.log(`\nprovider ${id}\n`)
  console.log(line(Object.fromEntries(COLUMNS.map(([name]) => [name, name]))))
  const failures: string[] = []
  for (const [tier, family, pattern] of FAMILIES) {
    if (!tiers.includes(tier)) continue
    const files = names.filter((name) => pattern.test(name))
    if (files.length === 0) continue
    const row = await runFamily(subject, tier, family, files, failures)
    console.log(line({ ...row, acceptableTaken: `${row.acceptableTaken}/${row.acceptable}` }))
    total.passed += row.passed
    total.failed += row.validRefused + row.invalidAccepted
    total.skipped += row.missing
    if (tier === 'tls' && row.missing > 0) incomplete = true
  }
  for (const failure of failures.slice(0, Number(options.fails))) console.log(failure)
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
if (total.failed > 0 || incomplete) process.exitCode = 1

/**
 * Learns the state machines of the four handshakes from outside, and holds them against those in `machines/`: a new edge
 * is a failure, and so is a path to data that has no Finished on it. `--write` writes them anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { instance } from '@viz-js/viz'
import { Random } from '../random.ts'
import { learn } from './lstar.ts'
import { dataWithoutFinished, normalized, toDot, toTable } from './machine-table.ts'
import type { Speaker } from './speaker.ts'
import { Remembering } from './system.ts'
import { Client12, Server12 } from './tls12.ts'
import { Client13, Server13 } from './tls13.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

interface Learned {
  readonly name: string
  readonly title: string
  readonly letters: readonly string[]
  readonly make: () => Speaker
  /** Whether this letter, answered so, begins another handshake. */
  readonly begins: (letter: string, answer: string) => boolean
}

const MACHINES: readonly Learned[] = [
  {
    name: 'server-tls12',
    title: 'Our server, TLS 1.2',
    letters: Client12.letters,
    make: () => new Client12(),
    begins: (_letter, answer) => answer.includes('server_hello'),
  },
  {
    name: 'client-tls12',
    title: 'Our client, TLS 1.2',
    letters: Server12.letters,
    make: () => new Server12(),
    begins: (letter, answer) =>
      letter.startsWith('ServerHello') && letter !== 'ServerHelloDone' && !answer.includes('alert'),
  },
  {
    name: 'server-tls13',
    title: 'Our server, TLS 1.3',
    letters: Client13.letters,
    make: () => new Client13(),
    begins: (_letter, answer) => answer.includes('server_hello'),
  },
  {
    name: 'client-tls13',
    title: 'Our client, TLS 1.3',
    letters: Server13.letters,
    make: () => new Server13(),
    begins: () => false,
  },
]

const folder = new URL('../../machines/', import.meta.url)
let passed = 0
let failed = 0

function check(what: string, good: boolean, why: string): void {
  if (good) {
    passed++
    return
  }
  failed++
  console.log(`FAILED ${what}: ${why}`)
}

/** Lines of one text that are not in the other. */
const missing = (from: string, text: string): string[] => {
  const lines = new Set(text.split('\n'))
  return from.split('\n').filter((line) => !lines.has(line))
}

for (const { name, title, letters, make, begins } of MACHINES) {
  if (values.only && values.only !== name) continue
  const run = (word: readonly string[]): string[] => {
    const speaker = make()
    return word.map((letter) => speaker.speak(letter))
  }
  const system = new Remembering({ letters, run })
  const machine = normalized(learn(system, new Random(Number(values.seed)), Number(values.cases)))
  const table = toTable(machine)
  const file = new URL(`${name}.txt`, folder)
  console.log(`${title}: ${machine.edges.length} states, ${letters.length} letters, ${system.queries} words`)
  if (values.write) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, table)
    const viz = await instance()
    writeFileSync(new URL(`${name}.svg`, folder), viz.renderString(toDot(machine, title), { format: 'svg' }))
  }
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const fresh = missing(table, known)
  check(name, fresh.length === 0, `edges that ${name}.txt does not have:\n  ${fresh.join('\n  ')}`)
  const gone = missing(known, table)
  check(name, gone.length === 0, `edges that are gone:\n  ${gone.join('\n  ')}`)
  const word = dataWithoutFinished(machine, begins)
  // Early data is delivered before the client's Finished, and said to be early (RFC 9846 §2.3).
  check(name, word === undefined, `data without a Finished: ${word?.join(', ')}`)
}

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)

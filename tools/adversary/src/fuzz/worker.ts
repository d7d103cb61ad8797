/** The thread that decodes: should an input never come back, the one that started it can still say so. */
import { parentPort, workerData } from 'node:worker_threads'
import { Coverage } from './coverage.ts'
import { Fuzzer } from './fuzzer.ts'

export interface Task {
  readonly target: string
  readonly seed: number
  readonly cases: number
  /** Milliseconds since the epoch. */
  readonly until: number
  /** An input to be read alone. */
  readonly replay?: Uint8Array
}

export type Report =
  | { readonly say: 'targets'; readonly names: readonly string[] }
  | {
      readonly say: 'done'
      readonly tried: number
      readonly corpus: number
      readonly steepest: number
      readonly findings: readonly { readonly problem: string; readonly input: Uint8Array }[]
    }

const coverage = new Coverage()
const { TARGETS } = await import('./targets.ts')
const { beat, input: shared } = workerData as { beat: SharedArrayBuffer; input: SharedArrayBuffer }
const counters = new Int32Array(beat)
const current = new Uint8Array(shared)
const port = parentPort!
const tell = (report: Report): void => port.postMessage(report)

port.on('message', (task: Task) => {
  const target = TARGETS.find(({ name }) => name === task.target)!
  const begin = (input: Uint8Array): void => {
    Atomics.add(counters, 0, 1)
    counters[1] = input.length
    current.set(input.subarray(0, current.length))
  }
  const only = task.replay
  const fuzzer = new Fuzzer(only ? { ...target, seeds: () => [only] } : target, coverage, task.seed, begin)
  while (!only && fuzzer.tried < task.cases && Date.now() < task.until) fuzzer.round()
  const { tried, corpus, steepest } = fuzzer
  tell({ say: 'done', tried, corpus: corpus.length, steepest, findings: [...fuzzer.findings.values()] })
})
tell({ say: 'targets', names: TARGETS.map(({ name }) => name) })

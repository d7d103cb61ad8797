/**
 * Coverage-guided fuzzing of every decoder: inputs that reach code which none has reached stay and are changed further.
 * A decoder may refuse with its declared error and nothing else; what it reads can be written and read again; no input
 * takes more steps than a number for each of its bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Report, Task } from './worker.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    /** Bytes in hexadecimal, or a file: read by the decoders of `--only`. */
    replay: { type: 'string' },
  },
})

/** Milliseconds without an input that comes back: nothing here takes a thousandth of it. */
const STUCK = 30_000
const LONGEST = 1 << 16

class Decoder {
  readonly #beat = new Int32Array(new SharedArrayBuffer(8))
  readonly #input = new Uint8Array(new SharedArrayBuffer(LONGEST))
  readonly #worker: Worker
  readonly names: Promise<readonly string[]>

  constructor() {
    // Node 20 does not take the loader over into a thread.
    const program = new URL('worker.ts', import.meta.url)
    this.#worker = new Worker(`import('tsx/esm/api').then(({ tsImport }) => tsImport('${program}', '${program}'))`, {
      eval: true,
      workerData: { beat: this.#beat.buffer, input: this.#input.buffer },
    })
    this.names = this.#report().then((report) => (report.say === 'targets' ? report.names : []))
  }

  #report(): Promise<Report> {
    return new Promise((resolve) => this.#worker.once('message', resolve))
  }

  /** @returns the report, or the input that never came back */
  async run(task: Task): Promise<Extract<Report, { say: 'done' }> | Uint8Array> {
    const done = this.#report()
    this.#worker.postMessage(task)
    let last = -1
    let since = Date.now()
    let timer: NodeJS.Timeout | undefined
    const stuck = new Promise<Uint8Array>((resolve) => {
      timer = setInterval(() => {
        const now = Atomics.load(this.#beat, 0)
        if (now !== last) since = Date.now()
        else if (Date.now() - since > STUCK) resolve(this.#input.slice(0, this.#beat[1]))
        last = now
      }, 1000)
    })
    const result = await Promise.race([done, stuck])
    clearInterval(timer)
    return result as Extract<Report, { say: 'done' }> | Uint8Array
  }

  end(): Promise<number> {
    return this.#worker.terminate()
  }
}

/** An input as it can be given to `--replay`. */
function written(target: string, input: Uint8Array): string {
  if (input.length <= 512) return Buffer.from(input).toString('hex')
  const file = join(tmpdir(), `fuzz-${target.replaceAll(/\W+/g, '-')}-${Date.now()}.bin`)
  writeFileSync(file, input)
  return file
}

const replay =
  values.replay === undefined
    ? undefined
    : /^([0-9a-f]{2})*$/.test(values.replay)
      ? new Uint8Array(Buffer.from(values.replay, 'hex'))
      : new Uint8Array(readFileSync(values.replay))

let decoder = new Decoder()
const chosen = (await decoder.names).filter((name) => !values.only || new RegExp(values.only).test(name))
const end = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
const cases = values.cases ? Math.ceil(Number(values.cases) / chosen.length) : values.minutes ? Infinity : 2000
let passed = 0
let failed = 0
for (const [index, target] of chosen.entries()) {
  // What one leaves of its time the next ones have.
  const until = Date.now() + (end - Date.now()) / (chosen.length - index)
  const seed = Number(values.seed) * 1000 + index
  const result = await decoder.run({ target, seed, cases, until, replay })
  const findings =
    result instanceof Uint8Array ? [{ problem: `no answer in ${STUCK / 1000} s`, input: result }] : result.findings
  if (result instanceof Uint8Array) {
    await decoder.end()
    decoder = new Decoder()
    await decoder.names
  } else {
    passed += result.tried - findings.length
    const steepest = Math.max(0, Math.ceil(result.steepest))
    console.log(`${target}: ${result.tried} inputs, ${result.corpus} in the corpus, ${steepest} steps a byte at most`)
  }
  for (const { problem, input } of findings) {
    failed++
    console.log(`FAILED ${target}: ${problem}\n  --only '^${target}$' --replay ${written(target, input)}`)
  }
}
await decoder.end()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)

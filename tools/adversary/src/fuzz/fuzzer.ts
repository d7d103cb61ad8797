import { Random } from '../random.ts'
import type { Coverage } from './coverage.ts'
import { mutate } from './mutators.ts'
import { Fault, isDeclared, type Target } from './target.ts'

export interface Finding {
  readonly target: string
  readonly problem: string
  readonly input: Uint8Array
}

/** Inputs between two looks at the coverage, each of which takes as long as a hundred of them. */
const BATCH = 128
/** Blocks that may run whatever the input: what is made once, and what every input of a target does. */
const STEPS_TO_BEGIN_WITH = 20_000
const STEPS_PER_BYTE = 60
/** Runs that making a failure smaller may take. */
const MINIMISING = 600

/** Looks for inputs of one decoder that go where none has gone, and for those that break what must be true. */
export class Fuzzer {
  readonly corpus: Uint8Array[] = []
  readonly findings = new Map<string, Finding>()
  tried = 0
  /** The most that one input of the corpus took, of steps for each byte. */
  steepest = 0
  readonly #random: Random

  constructor(
    private readonly target: Target,
    private readonly coverage: Coverage,
    seed: number,
    /** Told of each input before it is read: should it never come back, somebody else knows it. */
    private readonly begin: (input: Uint8Array) => void,
  ) {
    this.#random = new Random(seed)
    const seeds = target.seeds()
    coverage.reset()
    for (const input of seeds) this.#look(input, true)
  }

  /** Tries some more. */
  round(): void {
    const batch: Uint8Array[] = []
    for (let i = 0; i < BATCH; i++) {
      // Those that came last have been tried least.
      const late = this.#random.once(2) ? this.corpus.slice(-8) : this.corpus
      const [from, other] = [this.#random.pick(late), this.#random.pick(this.corpus)]
      const input = mutate(from, other, this.target.format, this.target.words ?? [], this.#random)
      this.#run(input)
      batch.push(input)
    }
    this.#judge(batch)
  }

  /** Looks closer at inputs that went somewhere new, or took more steps than all of them may. */
  #judge(inputs: readonly Uint8Array[]): void {
    const { isNew, steps } = this.coverage.take()
    if (isNew || steps > inputs.reduce((sum, input) => sum + this.#allowed(input), 0)) this.#search(inputs)
  }

  #allowed({ length }: Uint8Array): number {
    return STEPS_TO_BEGIN_WITH + (this.target.stepsPerByte ?? STEPS_PER_BYTE) * length
  }

  /** Which of the inputs that the last look was at went somewhere new? By halves. */
  #search(inputs: readonly Uint8Array[]): void {
    this.coverage.forget()
    const middle = inputs.length >> 1
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      if (half.length === 1) this.#look(half[0], false)
      if (half.length <= 1) continue
      for (const input of half) this.#run(input)
      this.#judge(half)
    }
  }

  /** Reads one input alone: it stays where it goes somewhere new, and its steps are counted. */
  #look(input: Uint8Array, keep: boolean): void {
    this.#run(input)
    const { isNew, steps } = this.coverage.take()
    this.steepest = Math.max(this.steepest, (steps - STEPS_TO_BEGIN_WITH) / (input.length + 1))
    if (steps > this.#allowed(input)) {
      this.#found(`${steps} steps for ${input.length} bytes`, 'steps', input)
    }
    if (isNew || keep) this.corpus.push(input)
  }

  #run(input: Uint8Array): void {
    this.tried++
    const problem = this.#problem(input)
    if (problem) this.#found(problem, signature(problem), input)
  }

  #problem(input: Uint8Array): string | undefined {
    this.begin(input)
    try {
      this.target.read(input.slice())
      return undefined
    } catch (error) {
      if (isDeclared(error)) return undefined
      const { stack, cause } = error as Error
      return error instanceof Fault && cause ? `${stack}\n${(cause as Error).stack}` : `${stack}`
    }
  }

  #found(problem: string, key: string, input: Uint8Array): void {
    if (this.findings.has(key)) return
    const smallest = key === 'steps' ? input : this.#minimised(input, key)
    this.findings.set(key, { target: this.target.name, problem, input: smallest })
  }

  /** The input with as much left out as can be for the same failure. */
  #minimised(input: Uint8Array, key: string): Uint8Array {
    let smallest = input
    let runs = 0
    for (let size = input.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < smallest.length && runs < MINIMISING; runs++) {
        const shorter = new Uint8Array(Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]))
        const problem = this.#problem(shorter)
        if (problem && signature(problem) === key) smallest = shorter
        else at += size
      }
    }
    return smallest
  }
}

/** Failures are the same that come from the same line. */
function signature(problem: string): string {
  const lines = problem.split('\n')
  return [lines[0].slice(0, 60), ...lines.filter((line) => line.includes('/packages/')).slice(0, 1)].join(' ')
}

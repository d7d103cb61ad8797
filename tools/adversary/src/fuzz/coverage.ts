import { type Profiler, Session } from 'node:inspector'

/** Characters of a function that have run, one byte each. */
type Reached = Uint8Array

/**
 * Which blocks of the packages' code have run, by V8's own count of them. To be made before that code is loaded: what was
 * compiled without counters has none.
 */
export class Coverage {
  readonly #session = new Session()
  readonly #reached = new Map<string, Reached>()
  /** What the last call found for the first time. */
  readonly #fresh: { readonly known: Reached; readonly at: number }[] = []

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
    // With counts, for V8 then tells again what has run again: without them a block is told once, whoever asks.
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.take()
  }

  /** What has run since the last call: whether a block of it never had before, and how many blocks ran, repeats counted. */
  take(): { readonly isNew: boolean; readonly steps: number } {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType
    this.#fresh.length = 0
    let steps = 0
    for (const { url, scriptId, functions } of result) {
      if (!url.includes('/packages/') || url.includes('/node_modules/')) continue
      for (const { ranges } of functions) {
        for (const { count } of ranges) steps += count
        if (ranges[0].count > 0) this.#add(scriptId, ranges)
      }
    }
    return { isNew: this.#fresh.length > 0, steps }
  }

  /** Nothing has run. */
  reset(): void {
    this.take()
    this.#reached.clear()
    this.#fresh.length = 0
  }

  /** The last call has not been: whoever goes there next is the first again. */
  forget(): void {
    for (const { known, at } of this.#fresh) known[at] = 0
    this.#fresh.length = 0
  }

  #add(script: string, ranges: readonly Profiler.CoverageRange[]): void {
    const [{ startOffset, endOffset }] = ranges
    const key = `${script}:${startOffset}`
    let known = this.#reached.get(key)
    if (!known) this.#reached.set(key, (known = new Uint8Array(endOffset - startOffset)))
    // An inner range stands behind the outer one; that it has a range of its own says that its count is another.
    const now = new Uint8Array(known.length)
    for (const range of ranges)
      now.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset)
    for (let at = 0; at < now.length; at++) {
      if (now[at] <= known[at]) continue
      known[at] = 1
      this.#fresh.push({ known, at })
    }
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
}

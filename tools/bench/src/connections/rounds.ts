import { median } from '../measure.ts'
import type { Spent } from './agent.ts'

/** Microseconds for each unit of work: a handshake, a megabyte. */
export interface Row {
  readonly cpu: number
  readonly wall: number
  /** Medians of the ratios to the first contender, taken round by round. */
  readonly cpuRatio: number
  readonly wallRatio: number
}

export type Rows = Record<string, Row | { readonly error: string }>

/** A table: the first row is node:tls. */
export interface Group {
  readonly title: string
  readonly unit: string
  readonly rows: Rows
}

/** What was spent, by round and stack; the first stack of a round is what the others of it are compared with. */
export class Samples {
  readonly #spent = new Map<string, { cpu: number[]; wall: number[]; cpuRatio: number[]; wallRatio: number[] }>()
  readonly #errors = new Map<string, string>()
  #round: number | undefined
  #base = { cpu: 0, wall: 0 }

  add(round: number, name: string, { cpu, wall, units }: Spent & { readonly units: number }): void {
    const each = { cpu: cpu / units, wall: wall / units }
    if (this.#round !== round) this.#base = each
    this.#round = round
    let sums = this.#spent.get(name)
    if (!sums) this.#spent.set(name, (sums = { cpu: [], wall: [], cpuRatio: [], wallRatio: [] }))
    sums.cpu.push(each.cpu)
    sums.wall.push(each.wall)
    sums.cpuRatio.push(each.cpu / this.#base.cpu)
    sums.wallRatio.push(each.wall / this.#base.wall)
  }

  fail(name: string, error: Error): void {
    this.#errors.set(name, error.message.slice(0, 160))
  }

  failed(name: string): boolean {
    return this.#errors.has(name)
  }

  rows(names: Iterable<string>): Rows {
    const rows: Rows = {}
    for (const name of names) {
      const sums = this.#spent.get(name)
      rows[name] =
        this.failed(name) || !sums
          ? { error: this.#errors.get(name) ?? 'no result' }
          : {
              cpu: median(sums.cpu),
              wall: median(sums.wall),
              cpuRatio: median(sums.cpuRatio),
              wallRatio: median(sums.wallRatio),
            }
    }
    return rows
  }
}

/** Rounds that do not count. */
const WARM_UP = 3

/** One stack's turn: does about `milliseconds` of work. */
export type Turn = (milliseconds: number) => Promise<Spent & { readonly units: number }>

/**
 * Gives each contender a turn in each round. The first is what the others are compared with. A contender that fails is
 * left out from then on, and its error is what its row says.
 */
export async function inTurn(
  contenders: ReadonlyMap<string, Turn>,
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<Rows> {
  const samples = new Samples()
  // The first rounds find how much fits into a turn, and let the compiler do its work: a long-lived process is measured.
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [name, turn] of contenders) {
      if (samples.failed(name)) continue
      try {
        const spent = await turn(milliseconds)
        if (round >= 0) samples.add(round, name, spent)
      } catch (error) {
        samples.fail(name, error as Error)
      }
    }
  }
  return samples.rows(contenders.keys())
}

/** How many units fit into a turn, learned from the last one. */
export class Pace {
  #each: number | undefined

  constructor(
    private readonly first: number,
    private readonly least: number,
    private readonly most: number,
  ) {}

  units(milliseconds: number): number {
    if (this.#each === undefined) return this.first
    return Math.max(this.least, Math.min(this.most, Math.round((milliseconds * 1000) / this.#each)))
  }

  learn(wall: number, units: number): void {
    this.#each = wall / units
  }
}

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
  const spent = new Map<string, { cpu: number[]; wall: number[]; cpuRatio: number[]; wallRatio: number[] }>()
  const errors = new Map<string, string>()
  // The first rounds find how much fits into a turn, and let the compiler do its work: a long-lived process is measured.
  for (let round = -WARM_UP; round < rounds; round++) {
    let base: { cpu: number; wall: number } | undefined
    for (const [name, turn] of contenders) {
      if (errors.has(name)) continue
      try {
        const { cpu, wall, units } = await turn(milliseconds)
        const each = { cpu: cpu / units, wall: wall / units }
        base ??= each
        if (round < 0) continue
        let sums = spent.get(name)
        if (!sums) spent.set(name, (sums = { cpu: [], wall: [], cpuRatio: [], wallRatio: [] }))
        sums.cpu.push(each.cpu)
        sums.wall.push(each.wall)
        sums.cpuRatio.push(each.cpu / base.cpu)
        sums.wallRatio.push(each.wall / base.wall)
      } catch (error) {
        errors.set(name, (error as Error).message.slice(0, 160))
      }
    }
  }
  const rows: Rows = {}
  for (const name of contenders.keys()) {
    const sums = spent.get(name)
    rows[name] =
      errors.has(name) || !sums
        ? { error: errors.get(name) ?? 'no result' }
        : {
            cpu: median(sums.cpu),
            wall: median(sums.wall),
            cpuRatio: median(sums.cpuRatio),
            wallRatio: median(sums.wallRatio),
          }
  }
  return rows
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

import type { Victim } from './stage.ts'

/** How much of something is tried. */
export interface Run {
  readonly count: number
  readonly seed: number
  /** The first case: a case that failed is seen again by its number. */
  readonly start: number
  /** Milliseconds since the epoch: nothing new is begun after it. */
  readonly until: number
}

export interface Stacks {
  readonly native: Victim
  readonly ours: Victim
  readonly portable: Victim
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Accepted by ours alone, with a reason that stands in `accepted.ts`; they count as passed. */
  readonly argued: number
  /** Refused by ours alone. */
  readonly stricter: number
}

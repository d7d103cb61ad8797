/**
 * Ratios that survive a busy machine: short slices of each contender in turn, each round beginning with another one; CPU
 * time; medians of per-round ratios.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Row {
  readonly name: string
  /** Median CPU time of one call, microseconds. */
  readonly microseconds: number
  /** Median over rounds of this contender's time over the first one's. */
  readonly ratio: number
  /** CPU time of one call in each round, microseconds. */
  readonly times: readonly number[]
}

/** How many times faster one is than the other: the median over rounds, in each of which both ran next to each other. */
export function timesFaster(fast: Row, slow: Row): number {
  return median(fast.times.map((time, round) => slow.times[round]! / time))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void

/** Microseconds of CPU per call over `count` calls, what is left over from others collected before. */
function slice(run: () => unknown, count: number): number {
  gc({ type: 'minor' })
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/** Calls that fill a slice. */
function calibrate(run: () => unknown, milliseconds: number): number {
  let count = 1
  for (;;) {
    const started = performance.now()
    for (let i = 0; i < count; i++) run()
    const took = performance.now() - started
    if (took > milliseconds) return Math.max(1, Math.round((count * milliseconds) / took))
    count *= 2
  }
}

/**
 * Runs the contenders in turn and prints a table; the first is what the others are compared with.
 *
 * @returns the rows, for a report or a gate
 */
export function compare(
  title: string,
  contenders: Readonly<Record<string, () => unknown>>,
  { rounds = 9, milliseconds = 30 } = {},
): Row[] {
  const names = Object.keys(contenders)
  const counts = names.map((name) => {
    calibrate(contenders[name], milliseconds)
    return calibrate(contenders[name], milliseconds)
  })
  const times: number[][] = names.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const i = (round + turn) % names.length
      times[i][round] = slice(contenders[names[i]], counts[i])
    }
  }
  const rows = names.map((name, i) => ({
    name,
    microseconds: median(times[i]),
    ratio: median(times[i].map((t, round) => t / times[0][round])),
    times: times[i],
  }))
  console.log(`\n${title}`)
  for (const { name, microseconds, ratio } of rows) {
    console.log(`  ${name.padEnd(34)}${microseconds.toFixed(2).padStart(12)} us   x${ratio.toFixed(3)}`)
  }
  return rows
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of a long run: where the heap is looked at first, when everything that is made once has been made. */
const WARM = 10_000

/** Throws all garbage away. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  // The memory of buffers goes a round later than they.
  gc()
  gc()
}

/** The heap in use when all garbage is gone, bytes. */
function heapInUse(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** Heap and buffers in use when all garbage is gone, bytes. */
function memoryInUse(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes that each of ten takes, heap and buffers together. */
export function memoryOf(make: () => unknown): number {
  // What is made once has been made.
  for (let i = 0; i < 10; i++) make()
  const held: unknown[] = []
  const before = memoryInUse()
  for (let i = 0; i < 10; i++) held.push(make())
  return (memoryInUse() - before) / held.length
}

/** Whether a long run lets memory grow. Short runs are not looked at. */
export class HeapGrowth {
  #warm: number | undefined

  /** To be called before each step. */
  step(number: number): void {
    if (number === WARM) this.#warm = heapInUse()
  }

  /** Bytes that are in use now and were not after the first ten thousand steps. */
  get grown(): number {
    return this.#warm === undefined ? 0 : heapInUse() - this.#warm
  }
}

/** More than this over a hundred thousand connections would be a leak. */
export const MOST_GROWTH = 16 * 1024 * 1024

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of a long run: where the heap is looked at first, when everything that is made once has been made. */
const WARM = 10_000

/** The heap in use when all garbage is gone, bytes. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
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

import { createHash } from 'node:crypto'

const SOURCE = Buffer.alloc(1 << 20)
for (let i = 0, state = 1; i < SOURCE.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  SOURCE[i] = state >>> 24
}

/** What belongs to connection `index`: the same on both sides. */
export function bytesFor(index, length) {
  const start = (index * 7919) % (SOURCE.length - length + 1)
  return SOURCE.subarray(start, start + length)
}

export const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Heap and external bytes in use once everything that can be collected is. */
export async function settledHeap() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

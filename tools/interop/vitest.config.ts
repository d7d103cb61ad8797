import { mergeConfig } from 'vitest/config'
import shared from '../workspace/vitest.ts'

/** One peer at a time. A peer is another process that may be slow to listen or lose its port: it gets a second chance. */
export default mergeConfig(shared, {
  test: { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, retry: 1 },
})

import { mergeConfig } from 'vitest/config'
import shared from '../workspace/vitest.ts'

/** One program at a time. Daemons and browsers may be slow to start or lose their port: they get a second chance. */
export default mergeConfig(shared, {
  test: { testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false, retry: 1 },
})

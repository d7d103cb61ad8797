import { mergeConfig } from 'vitest/config'
import shared from '../workspace/vitest.ts'

export default mergeConfig(shared, { test: { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false } })

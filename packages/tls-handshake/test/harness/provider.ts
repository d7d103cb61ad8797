import type { CryptoProvider } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'

/** What the harness computes with where a test does not say: `portable-provider.test.ts` runs some files again with the other. */
export const provider: CryptoProvider = process.env.TEST_PROVIDER === 'portable' ? portableProvider : nodeProvider

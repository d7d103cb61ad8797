import { expect, test } from 'vitest'

/** Who a peer is, what is told, which record may come and what a session lends do not depend on who computes. */
process.env.TEST_PROVIDER = 'portable'
const { provider } = await import('./harness/provider.ts')

test('it is the portable provider that computes', () => {
  expect(provider.name).toBe('portable')
})

await import('./only-yes-is-yes.test.ts')
await import('./peer-state.test.ts')
await import('./resumable.test.ts')
await import('./raw-public-keys.test.ts')
await import('./reentrancy.test.ts')
await import('./checklist/record-gate.test.ts')

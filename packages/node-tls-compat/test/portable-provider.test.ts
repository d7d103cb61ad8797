import { expect, test } from 'vitest'

/** Who a peer is and what a program is told do not depend on who computes. */
process.env.TEST_PROVIDER = 'portable'
const { NATIVE, OURS } = await import('./harness.ts')

test('it is the portable provider that computes', () => {
  expect(OURS.connect).not.toBe(NATIVE.connect)
  expect(OURS.createServer).not.toBe(Object.getPrototypeOf(OURS).createServer)
})

await import('./identity.test.ts')
await import('./write-outcomes.test.ts')
await import('./odd-answers.test.ts')

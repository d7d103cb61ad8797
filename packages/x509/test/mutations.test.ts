import { expect, test } from 'vitest'
import { bombard } from './mutations.ts'

/** `MUTATIONS=200000 SEED=$RANDOM vitest run test/mutations.test.ts` for the long run on inputs not seen before. */
const count = Number(process.env.MUTATIONS ?? 2000)
const seed = Number(process.env.SEED ?? 143883494)

test(`${count} mutations of real files, seed ${seed}: typed errors, no hang, no verdict changed`, {
  timeout: 3_600_000,
}, () => {
  const { damages, slowest, refused } = bombard(count, seed)
  if (count > 2000) console.log(`${count} mutations, ${refused} refused on reading, slowest ${Math.round(slowest)} ms`)
  expect(damages.slice(0, 5)).toEqual([])
})

import { expect, it } from 'vitest'
import { nodeProvider } from '../src/node.ts'

it('random bytes are never given out twice, however many are asked for at once', () => {
  const seen = new Set<string>()
  const lengths = [4, 16, 32, 64, 65, 5000, 12, 1]
  let count = 0
  for (let round = 0; round < 500; round++)
    for (const length of lengths) {
      const bytes = nodeProvider.randomBytes(length)
      expect(bytes.length).toBe(length)
      expect(bytes.constructor).toBe(Uint8Array)
      // Nothing else lies in the same memory.
      expect(bytes.buffer.byteLength).toBe(length)
      if (length < 12) continue
      for (let at = 0; at + 8 <= length; at += 8) {
        seen.add(bytes.subarray(at, at + 8).join())
        count++
      }
    }
  expect(seen.size).toBe(count)
  expect(nodeProvider.randomBytes(0)).toEqual(new Uint8Array(0))
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodeProvider } from '../src/node.ts'

describe.each([
  ['randomBytes', (length: number) => nodeProvider.randomBytes(length)],
  ['randomNonce', (length: number) => nodeProvider.randomNonce!(length)],
] as const)('%s', (_, random) => {
  it('is never given out twice, however many are asked for at once', () => {
    const seen = new Set<string>()
    const lengths = [4, 16, 32, 64, 65, 5000, 12, 1]
    let count = 0
    for (let round = 0; round < 500; round++)
      for (const length of lengths) {
        const bytes = random(length)
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
    expect(random(0)).toEqual(new Uint8Array(0))
  })
})

describe('what is drawn ahead', () => {
  const drawn: number[] = []
  let building = false

  async function fresh() {
    vi.resetModules()
    vi.doMock('node:crypto', async (original) => {
      const crypto = await original<typeof import('node:crypto')>()
      const randomFillSync = (into: Uint8Array) => {
        drawn.push(into.length)
        return crypto.randomFillSync(into)
      }
      return { ...crypto, randomFillSync }
    })
    vi.doMock('node:v8', () => ({ startupSnapshot: { isBuildingSnapshot: () => building } }))
    drawn.length = 0
    return import('../src/node/random.ts')
  }

  afterEach(() => {
    building = false
    vi.doUnmock('node:crypto')
    vi.doUnmock('node:v8')
    vi.resetModules()
  })

  it('is for nonces alone: keys and premaster secrets are asked for one by one', async () => {
    const { randomBytes, randomNonce } = await fresh()
    for (const length of [46, 48, 32, 16]) randomBytes(length)
    expect(drawn).toEqual([46, 48, 32, 16])
    randomNonce(16)
    randomNonce(16)
    randomBytes(16)
    expect(drawn.slice(4)).toEqual([1024, 16])
  })

  it('is nothing while a startup snapshot is built', async () => {
    building = true
    const { randomNonce } = await fresh()
    randomNonce(16)
    randomNonce(4)
    expect(drawn).toEqual([16, 4])
    building = false
    randomNonce(4)
    expect(drawn).toEqual([16, 4, 1024])
  })
})

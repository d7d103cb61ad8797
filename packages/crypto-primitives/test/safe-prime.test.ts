import { describe, expect, test } from 'vitest'
import { bytesToInteger } from '../src/integer.ts'
import { nodeProvider } from '../src/node.ts'
import { isProbablePrime } from '../src/rsa.ts'
import { generateSafePrime } from '../src/safe-prime.ts'

describe('safe primes', () => {
  test.each([
    ['our own test', undefined],
    ["OpenSSL's", nodeProvider.isPrime],
  ])(
    'with %s: p and (p - 1) / 2 are prime, 2 is a square',
    async (_name, isPrime) => {
      for (const bits of [512, 515]) {
        const bytes = await generateSafePrime(bits, { isPrime })
        const p = bytesToInteger(bytes)
        expect(bytes).toHaveLength(Math.ceil(bits / 8))
        expect(p.toString(2)).toHaveLength(bits)
        expect(p % 24n).toBe(23n)
        expect(isProbablePrime(p)).toBe(true)
        expect(isProbablePrime((p - 1n) / 2n)).toBe(true)
      }
    },
    120_000,
  )

  test('tells each candidate, and others have their turn between two', async () => {
    const told: number[] = []
    let turns = 0
    const turn = setInterval(() => turns++)
    await generateSafePrime(512, { onProgress: (tested) => told.push(tested) })
    clearInterval(turn)
    expect(told).toEqual(told.map((_, index) => index + 1))
    if (told.length > 2) expect(turns).toBeGreaterThan(0)
  }, 120_000)

  test('a signal ends it', async () => {
    const controller = new AbortController()
    const search = generateSafePrime(2048, {
      isPrime: () => false,
      signal: controller.signal,
      onProgress: (tested) => tested === 3 && controller.abort(new Error('enough')),
    })
    await expect(search).rejects.toThrow('enough')
  })

  test('a test for primality that does not say exactly yes says no', async () => {
    let asked = 0
    const search = generateSafePrime(512, {
      isPrime: (() => {
        if (++asked > 20) throw new Error('twenty times no')
        return 'prime'
      }) as never,
    })
    await expect(search).rejects.toThrow('twenty times no')
  })

  test.each([0, 511, 8193, 1024.5, Number.NaN, Infinity, '2048'])('%s bits are refused', async (bits) => {
    await expect(generateSafePrime(bits as number)).rejects.toMatchObject({ code: 'INVALID_PARAMETER' })
  })
})

import { CryptoError, type CryptoErrorCode } from '../error.ts'

/** One promise of the contract, as a test without a framework: `run` throws when it is broken. */
export interface ConformanceCase {
  readonly name: string
  run(): void | Promise<void>
}

/** The bytes that the vectors are made from: byte i is seed + 7i. */
export function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed + 7 * i) & 255)
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** @throws {Error} when the condition does not hold */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** @throws {Error} that shows both, when they differ */
export function equalBytes(actual: Uint8Array | null | undefined, expected: Uint8Array | string, what: string): void {
  const wanted = typeof expected === 'string' ? expected : hex(expected)
  const got = actual ? hex(actual) : String(actual)
  check(got === wanted, `${what}: expected ${wanted.slice(0, 200)}, got ${got.slice(0, 200)}`)
}

/** @throws {Error} unless `run` throws, or rejects with, a `CryptoError` of one of these codes */
export async function refuses(run: () => unknown, what: string, ...codes: readonly CryptoErrorCode[]): Promise<void> {
  let error: unknown
  try {
    await run()
  } catch (thrown) {
    error = thrown
  }
  check(error !== undefined, `${what}: was accepted`)
  check(error instanceof CryptoError, `${what}: threw ${String(error)}, not a CryptoError`)
  check(codes.includes(error.code), `${what}: code ${error.code}, not ${codes.join(' or ')}`)
}

/** What `run` gives, or undefined where the provider says that it does not offer this. */
export function ifOffered<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'UNSUPPORTED') return undefined
    throw error
  }
}

/** A copy with one bit turned. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice()
  out[at] ^= 1
  return out
}

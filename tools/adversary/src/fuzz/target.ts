import { isDeepStrictEqual } from 'node:util'
import type { Format } from './mutators.ts'

/** A decoder, and what must be true of whatever it is given. */
export interface Target {
  readonly name: string
  readonly format: Format
  /** Inputs to begin with. */
  readonly seeds: () => readonly Uint8Array[]
  /** Words of a text. */
  readonly words?: readonly string[]
  /** Reads an input, and all that can be asked of what was read. @throws a declared error, or a {@link Fault} */
  readonly read: (bytes: Uint8Array) => void
  /** Blocks of code that may run for each byte: 60 where nothing is said. */
  readonly stepsPerByte?: number
}

/** Something that must not be. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

/** What a decoder may throw: each package's one error. Some are loaded as they are built, and as sources. */
const DECLARED: ReadonlySet<string> = new Set(['X509Error', 'TlsError', 'CryptoError', 'ContextError'])

export const isDeclared = (error: unknown): boolean => error instanceof Error && DECLARED.has(error.constructor.name)

/** Does something, and takes no for an answer. */
export function ask<T>(question: () => T): T | undefined {
  try {
    return question()
  } catch (error) {
    if (!isDeclared(error)) throw error
    return undefined
  }
}

/** What was decoded is the same when it was encoded and is decoded again. A writer may refuse what a reader lets pass. */
export function sameAgain<T>(value: T, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T): void {
  let bytes: Uint8Array
  try {
    bytes = encode(value)
  } catch (error) {
    if (isDeclared(error)) return
    throw new Fault('what was decoded cannot be encoded', { cause: error })
  }
  let again: T
  try {
    again = decode(bytes)
  } catch (error) {
    throw new Fault('what was encoded cannot be decoded', { cause: error })
  }
  if (!isDeepStrictEqual(plain(value), plain(again))) throw new Fault('decoded, encoded and decoded it is another')
}

/** Byte strings as what they hold, whatever memory they lie in. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map || value instanceof Set) return [...value].map(plain)
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
  if (typeof value === 'object' && value !== null && 'raw' in value) return plain(value.raw)
  return value
}

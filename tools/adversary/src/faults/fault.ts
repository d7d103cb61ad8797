/** Faults that were there once, each as the smallest change to today's code that brings it back. */
export interface Fault {
  /** What an attacker gets out of it. */
  readonly name: string
  readonly package: string
  /** In `packages/<package>/src`. */
  readonly file: string
  /** Stands there once. */
  readonly find: string
  readonly replace: string
  /** In `packages/<in, or package>/test`: one of these must find it. */
  readonly tests: readonly string[]
  readonly in?: string
  /** Tests with the portable provider, beside those: they must find it too. */
  readonly portable?: readonly string[]
  /** The tests do not come back: after a minute that is found. */
  readonly hangs?: true
}

/** The tests that are run again with the portable provider. */
export const PORTABLE = ['portable-provider.test.ts']

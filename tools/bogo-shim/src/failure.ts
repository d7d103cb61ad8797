/** Something is not as a flag said it must be: the test fails, and never in the way it may have expected. */
export class Mismatch extends Error {}

/** A flag that is known and not honoured. */
export class Unimplemented extends Error {}

export function expect(condition: boolean, what: string): void {
  if (!condition) throw new Mismatch(`expectation failed: ${what}`)
}

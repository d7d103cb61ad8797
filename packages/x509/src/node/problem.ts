/** What whoever typed a command line is told, in one line and without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    message: string,
    /** What the process ends with: 1 for what could not be done, 2 for a line that says nothing that can be done. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message)
  }
}

/** A command line that is none. */
export const usage = (message: string): Problem => new Problem(message, 2)

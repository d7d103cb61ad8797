import type { VerifyCode } from './codes.ts'

/** One thing that is wrong with a path. */
export interface PathProblem {
  readonly code: VerifyCode
  /** Which certificate of the path: 0 is the leaf. */
  readonly depth: number
  /** What is wrong, for a person. */
  readonly reason: string
}

const OF_THE_LEAF: ReadonlySet<VerifyCode> = /* @__PURE__ */ new Set<VerifyCode>([
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'INVALID_PURPOSE',
  'UNHANDLED_CRITICAL_EXTENSION',
  'EE_KEY_TOO_SMALL',
  'HOSTNAME_MISMATCH',
  'IP_ADDRESS_MISMATCH',
  'EMAIL_MISMATCH',
])

/** Where problems of a path are written down. */
export class Findings {
  readonly problems: PathProblem[] = []
  policies: readonly string[] | undefined

  add(code: VerifyCode, depth: number, reason: string): void {
    this.problems.push({ code, depth, reason })
  }

  has(code: VerifyCode): boolean {
    return this.problems.some((problem) => problem.code === code)
  }

  /** Something is wrong with the leaf itself, which is so on every path. */
  get blamesLeaf(): boolean {
    return this.problems.some(({ code, depth }) => depth === 0 && OF_THE_LEAF.has(code))
  }
}

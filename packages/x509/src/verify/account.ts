import { type Eventual, now } from '../steps.ts'

/** What a verification may cost. When a part of it is spent, the answer is no, and `exhausted` is true. */
export interface VerifyBudget {
  /** Signatures that may be checked, of certificates, CRLs, OCSP responses and SCTs. Default 100. */
  readonly signatures?: number
  /** Paths that may be tried. Default 200. */
  readonly paths?: number
  /** Certificates that may be looked at as issuers. Default 5,000. */
  readonly candidates?: number
  /** Names, name constraints, policies and entries of lists that may be looked at. Default 1,000,000. */
  readonly work?: number
  /** Milliseconds. Default 2,000, for the work done here; waiting for hooks does not count. */
  readonly time?: number
}

/** Thrown inside a verification when its budget is spent; what asked for the verification turns it into a refusal. */
export class BudgetSpent extends Error {}

/** What may be spent where the caller says nothing. */
const DEFAULTS: Required<VerifyBudget> = {
  signatures: 100,
  paths: 200,
  candidates: 5000,
  work: 1_000_000,
  time: 2000,
}

/**
 * What one verification may cost, and has cost: all that a stranger's certificates, responses and lists set in motion is
 * charged here, before it is done.
 */
export class Account {
  private readonly left: Record<keyof VerifyBudget, number>
  private readonly started = performance.now()
  private waited = 0

  constructor(budget: VerifyBudget | undefined) {
    const { signatures, paths, candidates, work, time } = DEFAULTS
    this.left = {
      signatures: budget?.signatures ?? signatures,
      paths: budget?.paths ?? paths,
      candidates: budget?.candidates ?? candidates,
      work: budget?.work ?? work,
      time: budget?.time ?? time,
    }
  }

  /** One signature is about to be checked. @throws {BudgetSpent} */
  spendSignature(): void {
    if (--this.left.signatures < 0) throw new BudgetSpent('signature checks')
    this.checkTime()
  }

  /** A path is about to be looked at. @throws {BudgetSpent} */
  spendPath(): void {
    if (--this.left.paths < 0) throw new BudgetSpent('paths')
    this.checkTime()
  }

  /** A certificate is about to be looked at as an issuer. @throws {BudgetSpent} */
  spendCandidate(): void {
    if (--this.left.candidates < 0) throw new BudgetSpent('candidate issuers')
    if (this.left.candidates % 16 === 0) this.checkTime()
  }

  /** So many names, subtrees, policies or entries are about to be looked at. @throws {BudgetSpent} */
  spendWork(units: number): void {
    this.left.work -= units
    if (this.left.work < 0) throw new BudgetSpent('work')
  }

  /** Does work for at most so many units more; what they do not suffice for is left undone. */
  *within(units: number, work: () => Eventual<void>): Eventual<void> {
    const spared = Math.max(0, this.left.work - units)
    this.left.work -= spared
    try {
      yield* work()
    } catch (error) {
      if (!(error instanceof BudgetSpent) || spared === 0) throw error
    } finally {
      this.left.work = Math.max(0, this.left.work) + spared
    }
  }

  /** The value of what may be a promise; the wait is not counted. */
  *wait<T>(value: T | PromiseLike<T>): Eventual<T> {
    const before = performance.now()
    const result = yield* now(value)
    this.waited += performance.now() - before
    return result
  }

  private checkTime(): void {
    if (performance.now() - this.started - this.waited > this.left.time) throw new BudgetSpent('time')
  }
}

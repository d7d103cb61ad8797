interface Accepted {
  /** Matches scene, identity, lies and deeds. */
  readonly text: RegExp
  readonly what: RegExp
  readonly reason: string
}

/** What ours accepts where node:tls does not, and why that is right. */
const ACCEPTED: readonly Accepted[] = []

/** @param found in which ways ours accepted it */
export function reasonFor(text: string, found: readonly string[]): string | undefined {
  const reasons = found.map((what) => ACCEPTED.find((one) => one.text.test(text) && one.what.test(what))?.reason)
  return reasons.every((reason) => reason !== undefined) ? reasons.join('; ') : undefined
}

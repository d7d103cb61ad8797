import { nextTick } from '#host'

const SETTLED = Promise.resolve()

/** Somebody who goes on in a turn of its own. */
export interface Deliverer {
  deliver(): void
}

function deliver(later: Deliverer): void {
  later.deliver()
}

/**
 * Goes on behind the ticks and the promises that were set going in this turn: a program that awaits one event listens for
 * the next in time. Natively every record, and the end, is told so; here, where nobody listens any more, for what it costs.
 */
export function inOwnTurn(later: Deliverer): void {
  void SETTLED.then(() => nextTick(deliver, later))
}

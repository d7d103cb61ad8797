import type { EventEmitter } from 'node:events'
import { nextTick } from '#host'

/**
 * Tells an event. What a listener throws is the process's, as with an event that comes out of C++, and in nobody's way:
 * what follows the event follows it all the same.
 */
export function tell(emitter: EventEmitter, event: string, ...args: unknown[]): void {
  guarded(() => emitter.emit(event, ...args))
}

/** Runs what may call listeners; what they throw becomes an uncaught exception of the next tick. */
export function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    nextTick(rethrow, error)
  }
}

function rethrow(error: unknown): never {
  throw error
}

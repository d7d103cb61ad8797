import type { TlsEvent } from '../events.ts'

/** Events that wait to be taken, in the order they happened. */
export class EventQueue {
  #events: TlsEvent[] = []

  push(event: TlsEvent): void {
    this.#events.push(event)
  }

  take(): TlsEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}

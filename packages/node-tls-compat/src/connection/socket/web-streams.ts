import { Duplex } from '#host'
import type { WebStreams } from '../config/options.ts'

/** A pair of Web Streams as a Duplex; a Duplex as it is. */
export function asDuplex<T extends Duplex>(socket: T | WebStreams | null | undefined): T | Duplex | null | undefined {
  // A Duplex has a boolean there.
  if (typeof socket?.readable !== 'object') {
    return socket as T | null | undefined
  }
  const { readable, writable } = socket as WebStreams
  return Duplex.fromWeb({ readable, writable }, { allowHalfOpen: true })
}

import type { Flow } from '../handshake/step.ts'
import type { Wire } from '../handshake/wire.ts'

/** The peer's ChangeCipherSpec (RFC 5246 §7.1): a record of its own between two handshake messages. */
export function* nextChangeCipherSpec(wire: Wire): Flow {
  wire.enter('changeCipherSpec')
  yield { kind: 'changeCipherSpec' }
  wire.enter('finished')
}

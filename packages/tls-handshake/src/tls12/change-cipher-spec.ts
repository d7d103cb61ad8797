import type { Flow } from '../handshake/step.ts'

/** The peer's ChangeCipherSpec (RFC 5246 §7.1): a record of its own between two handshake messages. */
export function* nextChangeCipherSpec(): Flow {
  yield { kind: 'changeCipherSpec' }
}

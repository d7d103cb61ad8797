import { ContentType } from '@x/tls-record'

/** How far a connection is, as far as it matters which records may come. */
export type RecordState =
  /** The peer's first hello has not been read. */
  | 'hello'
  /** Messages of a handshake, the first or a later one: no data. */
  | 'handshake'
  /** TLS 1.3 server: until EndOfEarlyData. */
  | 'earlyData'
  /** TLS up to 1.2: the peer's ChangeCipherSpec is due. */
  | 'changeCipherSpec'
  /** TLS up to 1.2: between the peer's ChangeCipherSpec and its Finished. */
  | 'finished'
  | 'open'
  /** TLS up to 1.2: a ClientHello is under way, and no ServerHello yet. */
  | 'renegotiation'
  /** TLS 1.3 server: between the Certificate and the Finished of a post-handshake authentication. */
  | 'authentication'

/**
 * What is taken in a state: Alert (`a`: no warnings), ChangeCipherSpec, Handshake, Data; `c`: a ChangeCipherSpec is dropped
 * unread.
 */
type Row = '' | 'AC' | 'aH' | 'AH' | 'AHc' | 'AHD' | 'AHDc'

/**
 * Which record may come in which state: everything else is unexpected_message (RFC 9846 §5, RFC 5246 §10). An empty row is
 * a state that this side and version does not have.
 */
// biome-ignore format: a table
const TABLE: { readonly [state in RecordState]: readonly [Row, Row, Row, Row] } = {
  //                 client          server
  //                 ≤ 1.2  1.3      ≤ 1.2  1.3
  hello:            ['AH',  'AH',    'AH',  'AH'],
  // RFC 9846 §5 #1, #3: a plaintext ChangeCipherSpec passes from the first ClientHello to the peer's Finished.
  handshake:        ['AH',  'AHc',   'AH',  'AHc'],
  // RFC 9846 §4.6.
  earlyData:        ['',    '',      '',    'AHDc'],
  // CVE-2014-0224: a ChangeCipherSpec only where the handshake is ready for it.
  changeCipherSpec: ['AC',  '',      'AC',  ''],
  // RFC 5246 §7.1: what follows a ChangeCipherSpec is Finished, at once, unless it all ends here.
  finished:         ['aH',  '',      'aH',  ''],
  open:             ['AHD', 'AHD',   'AHD', 'AHD'],
  // No RFC says; as OpenSSL: what was on its way together with the ClientHello, nothing after the ServerHello.
  renegotiation:    ['AHD', '',      'AHD', ''],
  // RFC 9846 §4.7.2 #5: these messages follow each other with nothing in between.
  authentication:   ['',    '',      '',    'AH'],
}

/** The row of one state, ready to be asked for every record. */
export interface RecordGate {
  /** One bit for each content type that is taken, from change_cipher_spec (20) on. */
  readonly takes: number
  readonly dropsChangeCipherSpec: boolean
  readonly takesWarnings: boolean
}

const bit = (type: number) => 1 << (type - ContentType.change_cipher_spec)

const gates = /* @__PURE__ */ new Map<Row, RecordGate>()

function gateOf(row: Row): RecordGate {
  let gate = gates.get(row)
  if (gate === undefined) {
    const takes =
      (/a/i.test(row) ? bit(ContentType.alert) : 0) |
      (row.includes('C') ? bit(ContentType.change_cipher_spec) : 0) |
      (row.includes('H') ? bit(ContentType.handshake) : 0) |
      (row.includes('D') ? bit(ContentType.application_data) : 0)
    gate = { takes, dropsChangeCipherSpec: row.includes('c'), takesWarnings: row.includes('A') }
    gates.set(row, gate)
  }
  return gate
}

/** @param tls13 false too while no version is negotiated */
export function recordGate(state: RecordState, side: 'client' | 'server', tls13: boolean): RecordGate {
  return gateOf(TABLE[state][(side === 'server' ? 2 : 0) + (tls13 ? 1 : 0)])
}

/**
 * Whether a record may come now.
 *
 * @param type of a record that was opened
 * @param insideMessage a handshake message has begun in the record before, and not ended
 */
export function admits(gate: RecordGate, type: number, insideMessage: boolean): boolean {
  // RFC 9846 §5.1 #3, #4: no other type between the records of a message. Alerts end a connection, or say nothing.
  const takes = insideMessage ? gate.takes & ALERT_OR_HANDSHAKE : gate.takes
  return (takes & bit(type)) !== 0
}

const ALERT_OR_HANDSHAKE = /* @__PURE__ */ (() => bit(ContentType.alert) | bit(ContentType.handshake))()

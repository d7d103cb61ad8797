import {
  Alert,
  AlertLevel,
  ContentType,
  peerError,
  RecordReader,
  receivedAlertError,
  TlsError,
  type TlsRecord,
  Version,
} from '@x/tls-record'
import type { TlsConfig } from '../config.ts'
import type { HandshakeDriver } from '../handshake/driver.ts'
import type { ConnectionFacts } from '../handshake/facts.ts'
import type { Keys } from '../handshake/keys.ts'
import { MessageBuffer } from '../handshake/message-buffer.ts'
import { admits, type RecordGate, type RecordState, recordGate } from '../handshake/record-gate.ts'
import type { EventQueue } from './event-queue.ts'

/** What comes in: bytes become records, each passes the gate, and what they hold goes to the handshake or is an event. */
export class Incoming {
  readonly reader: RecordReader
  /** The peer's close_notify came. */
  peerClosed = false

  readonly #side: 'client' | 'server'
  readonly #config: TlsConfig
  readonly #facts: ConnectionFacts
  readonly #events: EventQueue
  readonly #messages: MessageBuffer
  readonly #pendingLimit: number
  readonly #warningLimit: number
  #state!: RecordState
  #gate!: RecordGate
  #warnings = 0
  /** Server: bytes of early data that may still come. */
  #earlyDataLeft = 0
  /** Since the last application data. */
  #keyUpdates = 0
  #transportEnded = false
  #endReported = false

  constructor(side: 'client' | 'server', config: TlsConfig, facts: ConnectionFacts, events: EventQueue) {
    const { limits } = config
    this.#side = side
    this.#config = config
    this.#facts = facts
    this.#events = events
    this.reader = new RecordReader({ emptyRecords: limits?.emptyRecords })
    this.#messages = new MessageBuffer(limits)
    this.#pendingLimit = limits?.pendingInput ?? 131072
    this.#warningLimit = limits?.warningAlerts ?? 4
    this.enter('hello')
  }

  /** More has been received than is good while nobody reads it. */
  get isFull(): boolean {
    return this.reader.pending > this.#pendingLimit
  }

  /** The peer says no more: its close_notify came, or the transport has ended. */
  get isOver(): boolean {
    return this.peerClosed || this.#endReported
  }

  /** No bytes come after those that are here. */
  end(): void {
    this.#transportEnded = true
  }

  /** Goes on with what has been received, as far as the handshake can. */
  read(driver: HandshakeDriver): void {
    while (driver.ready && !this.peerClosed) {
      const message = this.#messages.next(driver)
      if (message !== undefined) {
        this.#config.onMessage?.('read', ContentType.handshake, message.raw)
        driver.receive(message)
        continue
      }
      const record = this.reader.next()
      if (record === undefined) break
      this.#dispatch(record, driver)
    }
    if (this.#transportEnded && driver.ready) this.#reportEnd()
  }

  /** The memory of what was received goes back to its owner. */
  letGo(): void {
    this.reader.detach()
    this.#messages.keep()
  }

  /** Which records may come from here on. */
  enter(state: RecordState): void {
    this.#state = state
    this.#gate = recordGate(state, this.#side, this.#facts.version === Version.TLS13)
    this.reader.dropChangeCipherSpec = this.#gate.dropsChangeCipherSpec
  }

  /** @throws {TlsError} when something follows the last message of a flight in its record (RFC 9846 §5.1) */
  requireRecordBoundary(): void {
    if (this.#messages.length > 0) {
      throw peerError(
        'unexpected_message',
        'NOT_ON_RECORD_BOUNDARY',
        'handshake bytes behind the last message of a flight',
      )
    }
  }

  /** @throws {TlsError} when a byte of a handshake message is left over (RFC 9846 §5.1) */
  changeReadKeys(keys: Keys): void {
    this.requireRecordBoundary()
    this.reader.protection.destroy()
    this.reader.protection = keys.reader()
  }

  admitEarlyData(bytes: number): void {
    this.#earlyDataLeft = bytes
    this.enter('earlyData')
  }

  countKeyUpdate(): number {
    return ++this.#keyUpdates
  }

  // --- Records

  #dispatch({ type, payload }: TlsRecord, driver: HandshakeDriver): void {
    const insideMessage = this.#messages.length > 0
    if (!admits(this.#gate, type, insideMessage)) this.#refuse(type, insideMessage)
    if (type === ContentType.alert) {
      this.#receiveAlert(payload, insideMessage)
      return
    }
    if (payload.length > 0) this.#warnings = 0
    if (type === ContentType.handshake) this.#messages.push(payload)
    else if (type === ContentType.application_data) this.#receiveData(payload)
    else this.#receiveChangeCipherSpec(payload, driver)
  }

  #refuse(type: number, insideMessage: boolean): never {
    if (insideMessage) {
      throw peerError('unexpected_message', 'UNEXPECTED_RECORD', 'a record of another type inside a handshake message')
    }
    if (type === ContentType.change_cipher_spec) {
      throw peerError('unexpected_message', 'UNEXPECTED_RECORD', 'a ChangeCipherSpec where none is allowed')
    }
    if (type === ContentType.handshake) {
      throw peerError('unexpected_message', 'UNEXPECTED_MESSAGE', 'a handshake message where ChangeCipherSpec is due')
    }
    throw this.#facts.complete
      ? peerError('unexpected_message', 'UNEXPECTED_RECORD', `application data between messages of the ${this.#state}`)
      : peerError('unexpected_message', 'APP_DATA_IN_HANDSHAKE', 'application data before the handshake allows it')
  }

  #receiveChangeCipherSpec(payload: Uint8Array, driver: HandshakeDriver): void {
    this.#config.onMessage?.('read', ContentType.change_cipher_spec, payload)
    // RFC 5246 §7.1: the single byte 1.
    if (payload.length !== 1 || payload[0] !== 1) {
      throw peerError('illegal_parameter', 'BAD_CHANGE_CIPHER_SPEC', 'a ChangeCipherSpec other than the byte 1')
    }
    driver.receiveChangeCipherSpec()
  }

  #receiveData(payload: Uint8Array): void {
    const early = this.#state === 'earlyData'
    if (early) {
      this.#earlyDataLeft -= payload.length
      // RFC 9846 §4.7.1 #17.
      if (this.#earlyDataLeft < 0) {
        throw peerError('unexpected_message', 'TOO_MUCH_EARLY_DATA', 'more early data than the ticket allows')
      }
    }
    if (payload.length === 0) return
    this.#keyUpdates = 0
    this.#events.push({ type: 'data', bytes: payload, early })
  }

  #receiveAlert(payload: Uint8Array, insideMessage: boolean): void {
    // RFC 9846 §5.1 #9, #10: one whole alert in a record.
    if (payload.length !== 2) {
      throw peerError('decode_error', 'INVALID_ALERT', `an alert record of ${payload.length} bytes, not 2`)
    }
    this.#config.onMessage?.('read', ContentType.alert, payload)
    const [level, alert] = payload
    if (level !== AlertLevel.warning && level !== AlertLevel.fatal) {
      throw peerError('illegal_parameter', 'UNKNOWN_ALERT_TYPE', `alert level ${level}`)
    }
    // close_notify says no more than a warning does, whatever its level: who sends it has not failed.
    const isError = level === AlertLevel.fatal && alert !== Alert.close_notify
    if (!isError && !this.#gate.takesWarnings) {
      throw peerError(
        'unexpected_message',
        'UNEXPECTED_RECORD',
        "an alert that is no error where the peer's Finished is due",
      )
    }
    // RFC 9846 §5.1 #4: nothing between the records of a message.
    if (!isError && insideMessage && this.#facts.version === Version.TLS13) this.#refuse(ContentType.alert, true)
    if (alert === Alert.close_notify) {
      // RFC 9846 §6 #1, RFC 9846 §6.1 #1: the end is told; nothing that follows is looked at.
      this.peerClosed = true
      this.reader.clear()
      this.#events.push({ type: 'closeNotify' })
      return
    }
    // RFC 9846 §6 #4, #5: in TLS 1.3 every other alert is an error, whatever its level says; user_canceled may be passed over (RFC 9846 §6.1 #4).
    const tolerated =
      level === AlertLevel.warning && (this.#facts.version !== Version.TLS13 || alert === Alert.user_canceled)
    if (!tolerated) throw receivedAlertError(alert)
    // RFC 5246 §7.2.2: whether to go on then is ours to say. What was asked of the peer will not come; as OpenSSL.
    if (alert === Alert.no_renegotiation) {
      throw peerError('handshake_failure', 'NO_RENEGOTIATION', 'the peer sent no_renegotiation')
    }
    if (++this.#warnings > this.#warningLimit) {
      throw peerError(
        'unexpected_message',
        'TOO_MANY_WARN_ALERTS',
        `more than ${this.#warningLimit} warning alerts in a row`,
      )
    }
    this.#events.push({ type: 'warning', alert })
  }

  #reportEnd(): void {
    if (this.#endReported) return
    this.#endReported = true
    if (!this.#facts.complete) {
      throw new TlsError('UNEXPECTED_EOF_WHILE_READING', 'the transport ended during the handshake')
    }
    // RFC 9846 §6.1 #8: an end is one only where the peer has said so.
    if (!this.peerClosed) this.#events.push({ type: 'truncated' })
  }
}

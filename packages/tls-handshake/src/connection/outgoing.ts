import { Alert, AlertLevel, ByteQueue, ContentType, localError, RecordWriter } from '@x/tls-record'
import type { TlsConfig } from '../config.ts'
import type { Keys } from '../handshake/keys.ts'
import { encodeKeyUpdate } from '../messages/key-update.ts'
import { updateWriteKeys } from '../tls13/key-update.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'

/** What goes out: flights of the handshake, application data when it may, alerts, new keys, and close_notify as the last. */
export class Outgoing {
  readonly writer: RecordWriter
  /** Nothing follows it. */
  closeNotifySent = false
  /** Client: early data was offered, whatever became of it. */
  earlyDataOffered = false

  readonly #config: TlsConfig
  readonly #secrets: ConnectionSecrets
  /** Handshake messages of the flight that is being put together. */
  readonly #flight = new ByteQueue()
  readonly #data = new ByteQueue()
  readonly #earlyData = new ByteQueue()
  /** What our own application data may do now (RFC 5246 §7.3 #3, RFC 9846 §2 #2, RFC 9846 §5.1 #18). */
  #policy: 'held' | 'early' | 'open' = 'held'
  #earlyDataLeft = 0
  #keyUpdateDue = false
  #keyUpdateAsked = false

  constructor(config: TlsConfig, secrets: ConnectionSecrets) {
    this.#config = config
    this.#secrets = secrets
    this.writer = new RecordWriter({ maxFragment: config.maxSendFragment, padding: config.padding })
  }

  /** All that may go now, as records. */
  flush(): void {
    this.flushFlight()
    this.flushData()
  }

  // --- Messages of the handshake

  /** Adds a message to the flight, behind the data that was written before it. */
  send(message: Uint8Array): void {
    this.flushData()
    this.#addToFlight(message)
  }

  flushFlight(): void {
    if (this.#flight.length > 0) this.writer.writeQueue(ContentType.handshake, this.#flight)
  }

  sendChangeCipherSpec(): void {
    if (this.closeNotifySent) return
    this.flushFlight()
    const body = Uint8Array.of(1)
    this.#config.onMessage?.('write', ContentType.change_cipher_spec, body)
    this.writer.write(ContentType.change_cipher_spec, body)
  }

  changeWriteKeys(keys: Keys): void {
    // RFC 9846 §5.1 #5, #7: a record ends where its keys do.
    this.flushFlight()
    // RFC 5246 §7.1 #1, #2, RFC 5246 §6.1 #1, #2, #3: at once, with numbers from 0 on.
    this.writer.protection.destroy()
    this.writer.protection = keys.writer()
  }

  #addToFlight(message: Uint8Array): void {
    // RFC 9846 §6.1 #6, RFC 5246 §7.2.1: nothing follows close_notify, whatever the handshake wants to say.
    if (this.closeNotifySent) return
    this.#config.onMessage?.('write', ContentType.handshake, message)
    this.#flight.push(message)
  }

  // --- Application data

  /** Application data goes out at once. */
  get isOpen(): boolean {
    return this.#policy === 'open'
  }

  /** Bytes of application data that wait. */
  get heldBytes(): number {
    return this.#data.length
  }

  write(chunks: readonly Uint8Array[]): void {
    for (let i = 0; i < chunks.length; i++) this.#data.push(chunks[i])
  }

  hold(): void {
    this.flushData()
    this.#policy = 'held'
  }

  open(): void {
    this.#policy = 'open'
  }

  flushData(): void {
    if (this.#policy === 'early') {
      this.writer.writeQueue(ContentType.application_data, this.#earlyData)
      return
    }
    if (this.#policy !== 'open') return
    // RFC 9846 §4.7.3 #5: one answer, however many requests came while we were silent.
    if (this.#keyUpdateDue && this.#data.length > 0) this.#updateKeys(false)
    while (this.#data.length > 0) {
      // RFC 9846 §5.5 #1: new keys before the old ones are worn out. The last records are for the KeyUpdate and alerts.
      const left = this.writer.recordsLeft - RESERVED_RECORDS
      if (left <= 0) {
        if (this.#secrets.write === undefined) {
          throw localError('RECORD_LIMIT_REACHED', 'the keys have protected as many records as they may')
        }
        this.#updateKeys(false)
        continue
      }
      this.writer.writeQueue(ContentType.application_data, this.#data, left)
    }
  }

  // --- Early data

  /** Bytes that `writeEarly` takes now. */
  get earlyDataLeft(): number {
    if (this.#policy !== 'early') return 0
    // RFC 9846 §5.5 #2: there is no KeyUpdate for early data; what its key may protect is all there is.
    const { recordsLeft, fragmentLength } = this.writer
    const room = Math.max(0, recordsLeft - RESERVED_RECORDS) * fragmentLength - this.#earlyData.length
    return Math.max(0, Math.min(this.#earlyDataLeft, room))
  }

  openEarlyData(bytes: number): void {
    this.#earlyDataLeft = bytes
    this.earlyDataOffered = true
    this.#policy = 'early'
  }

  /** @returns how many bytes were taken */
  writeEarly(bytes: Uint8Array): number {
    const length = Math.min(bytes.length, this.earlyDataLeft)
    this.#earlyDataLeft -= length
    this.#earlyData.push(bytes.subarray(0, length))
    return length
  }

  closeEarlyData(): void {
    this.flush()
    this.#policy = 'held'
  }

  // --- Key updates

  /** Changes our keys, behind all that was written. @param request ask the peer to change its own as well */
  updateKeys(request: boolean): void {
    // RFC 9846 §4.7.3 #6: not a second request before the peer's answer.
    const asks = request && !this.#keyUpdateAsked
    if (asks) this.#keyUpdateAsked = true
    this.flush()
    this.#updateKeys(asks)
  }

  /** The peer has changed its keys. @param answer ours are to follow before our next application data */
  peerUpdatedKeys(answer: boolean): void {
    this.#keyUpdateAsked = false
    if (answer) this.#keyUpdateDue = true
  }

  #updateKeys(request: boolean): void {
    this.#keyUpdateDue = false
    this.#addToFlight(encodeKeyUpdate(request))
    updateWriteKeys({ secrets: this.#secrets, wire: this })
  }

  // --- Alerts

  sendAlert(level: number, alert: number): void {
    const bytes = Uint8Array.of(level, alert)
    // RFC 9846 §6.2 #5.
    this.#config.onMessage?.('write', ContentType.alert, bytes)
    this.writer.write(ContentType.alert, bytes)
  }

  /** close_notify, unless data waits for a handshake that may still let it go. @param peerIsOver it will not */
  sendCloseNotify(peerIsOver: boolean): void {
    const waits = this.#data.length > 0 && !peerIsOver
    if (waits || this.closeNotifySent) return
    this.#data.clear()
    // RFC 9846 §6.1 #2: a warning.
    this.sendAlert(AlertLevel.warning, Alert.close_notify)
    this.closeNotifySent = true
  }

  /** Forgets what was not sent. */
  clear(): void {
    this.#data.clear()
    this.#earlyData.clear()
    this.#flight.clear()
  }
}

/** Records of a key that are kept back for a KeyUpdate and an alert. */
const RESERVED_RECORDS = 4

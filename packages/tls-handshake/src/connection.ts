import {
  Alert,
  AlertError,
  AlertLevel,
  alertName,
  ByteQueue,
  ContentType,
  localError,
  PlaintextWriter,
  peerError,
  type ReadProtection,
  RecordReader,
  RecordWriter,
  receivedAlertError,
  TlsError,
  type TlsRecord,
  type WriteProtection,
} from '@x/tls-record'
import { EMPTY } from './codec/bytes.ts'
import type { TlsConfig } from './config.ts'
import { ConnectionProperties } from './connection-properties.ts'
import type { TlsEvent } from './events.ts'
import type { ConnectionFacts } from './handshake/facts.ts'
import type { Handshake } from './handshake/handshake.ts'
import { MessageBuffer } from './handshake/message-buffer.ts'
import type { PeerState } from './handshake/peer-state.ts'
import { admits, type RecordGate, type RecordState, recordGate } from './handshake/record-gate.ts'
import type { Flow, Question, Step } from './handshake/step.ts'
import type { Wire } from './handshake/wire.ts'
import { handshakeTypeName } from './messages/handshake-message.ts'
import { encodeKeyUpdate } from './messages/key-update.ts'
import { exportKeyingMaterial } from './tls13/key-schedule.ts'
import { updateWriteKeys } from './tls13/key-update.ts'
import type { ConnectionSecrets } from './tls13/secrets.ts'

/** What our own application data may do now. */
type OutgoingData = 'held' | 'early' | 'open'

/**
 * A TLS connection without I/O: bytes in, bytes and events out. It knows records, alerts and application data; the
 * handshake is given to it, so that a program has the sides and versions it makes connections of, and no others.
 *
 * @example
 * const tls = TlsConnection.client(config)
 * send(tls.takeOutput())                   // the ClientHello
 * transport.onBytes = (bytes) => {
 *   tls.receive(bytes)
 *   for (const event of tls.takeEvents()) handle(event)
 *   send(tls.takeOutput())
 * }
 */
export class Connection extends ConnectionProperties {
  /** Called when a step that was answered with a promise has gone on: there may be output and events. */
  onWake: () => void = () => {}

  readonly #config: TlsConfig
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #messages: MessageBuffer
  readonly #facts: ConnectionFacts
  readonly #secrets: ConnectionSecrets = {}
  readonly #wire: Wire
  readonly #flow: Flow
  readonly #pendingInputLimit: number
  readonly #warningLimit: number

  #events: TlsEvent[] = []
  /** Handshake messages of the flight that is being put together. */
  readonly #flight = new ByteQueue()
  readonly #data = new ByteQueue()
  readonly #earlyData = new ByteQueue()
  #earlyDataLeft = 0
  #earlyDataOffered = false
  #outgoing: OutgoingData = 'held'
  #state!: RecordState
  #gate!: RecordGate
  #earlyDataAllowed = 0
  /** Types of the message that the handshake waits for. */
  #allowed: readonly number[] = []
  /** The handshake is done, and may be begun anew (TLS up to 1.2). */
  #idle = false
  #question: Question | undefined
  #complete = false
  /** The application has closed; its close_notify may still wait behind data that a handshake holds back. */
  #closed = false
  #closeNotifySent = false
  #peerClosed = false
  #transportEnded = false
  #endReported = false
  #error: TlsError | undefined
  /** {@link abort} was called in a hook: the driver fails by it as soon as it gets a word in. */
  #aborted: TlsError | undefined
  /** The driver runs. What a hook of the application calls meanwhile waits in `#later` until it has come to rest. */
  #busy = false
  #later: (() => void)[] = NOTHING_LATER
  #warnings = 0
  #keyUpdatesInARow = 0
  #keyUpdateDue = false
  #keyUpdateAsked = false
  #requestCertificate: (() => boolean) | undefined
  #renegotiation: TlsConfig['renegotiation']

  /** Programs call `TlsConnection.client`, `TlsConnection.server`, `tlsClient` or `tls13Client`, which give the handshake. */
  constructor(
    readonly side: 'client' | 'server',
    config: TlsConfig,
    handshake: Handshake,
  ) {
    const facts: ConnectionFacts = {}
    super(facts)
    this.#facts = facts
    this.#config = config
    this.#reader = new RecordReader({ emptyRecords: config.limits?.emptyRecords })
    this.#writer = new RecordWriter({ maxFragment: config.maxSendFragment, padding: config.padding })
    this.#messages = new MessageBuffer(config.limits)
    this.#pendingInputLimit = config.limits?.pendingInput ?? 131072
    this.#warningLimit = config.limits?.warningAlerts ?? 4
    this.#enter('hello')
    this.#wire = new Connection.#ConnectionWire(this)
    this.#flow = handshake(this.#wire, this.#facts, this.#secrets)
    this.#resume()
  }

  // --- Bytes and events

  /**
   * Takes bytes from the transport. They are decrypted where they lie; `data` events are views of them.
   *
   * @param bytes the caller may reuse the memory once it has taken the events
   */
  receive(bytes: Uint8Array): void {
    if (this.#error !== undefined || this.#peerClosed) return
    if (this.#busy) {
      const copy = bytes.slice()
      this.#afterwards(() => this.receive(copy))
      return
    }
    this.#reader.push(bytes)
    this.#run()
    this.#letGo()
  }

  /** The transport has ended. Without a close_notify before it this is a truncation, or, in a handshake, an error. */
  receiveEnd(): void {
    if (this.#busy) {
      this.#afterwards(() => this.receiveEnd())
      return
    }
    this.#transportEnded = true
    this.#run()
  }

  /** Bytes for the transport, in order, as pieces for one `writev`. The connection never touches them again. */
  takeOutput(): Uint8Array[] {
    // In a hook: what is there. The flight that is being put together is not torn apart.
    if (this.#error === undefined && !this.#busy) this.#flush()
    return this.#writer.takeOutput()
  }

  /** What has happened since the last call, in order. */
  takeEvents(): TlsEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /**
   * Application data. It is held until the handshake is complete, and joined into full records when the output is
   * taken: until then the memory must not change.
   *
   * @throws {TlsError} `PROTOCOL_IS_SHUTDOWN` after {@link close}
   */
  write(...chunks: Uint8Array[]): void {
    if (this.#error !== undefined) return
    if (this.#closed) throw localError('PROTOCOL_IS_SHUTDOWN', 'write after close')
    if (this.#busy) {
      // Messages that belong together stay together.
      this.#afterwards(() => this.#queue(chunks))
      return
    }
    this.#queue(chunks)
  }

  #queue(chunks: readonly Uint8Array[]): void {
    for (let i = 0; i < chunks.length; i++) this.#data.push(chunks[i])
  }

  /**
   * Client: early data (0-RTT), while it can be sent. It can be replayed by an attacker, and may not be accepted: see the
   * `earlyData` event.
   *
   * @returns how many bytes were taken; 0 when early data was not offered, is over, or the ticket allows no more
   */
  writeEarly(bytes: Uint8Array): number {
    if (this.#outgoing !== 'early' || this.#error !== undefined || this.#closed) return 0
    const length = Math.min(bytes.length, this.#earlyDataLeft)
    this.#earlyDataLeft -= length
    this.#earlyData.push(bytes.subarray(0, length))
    return length
  }

  /**
   * Sends close_notify, behind all that was written: where a handshake holds data back, once that is through. Without
   * such data it goes out at once, and ends a handshake that runs. The other direction stays open (RFC 9846 §6.1).
   */
  close(): void {
    if (this.#closed || this.#error !== undefined) return
    this.#closed = true
    if (this.#busy) this.#afterwards(() => this.#flush())
    else this.#flush()
  }

  /** Ends the connection with a fatal alert. In a hook: as soon as the hook has returned. */
  abort(alert: number, reason = 'CALLBACK_FAILED'): void {
    const error = new TlsError(reason, `ended by the application: ${alertName(alert)}`, { alert, blame: 'local' })
    if (this.#busy) this.#aborted ??= error
    else this.#fail(error)
  }

  // --- After the handshake

  /**
   * Keying material for the application (RFC 9846 §7.5).
   *
   * @param label an ASCII label, registered or experimental
   * @param length bytes, up to 255 times the hash's length
   * @param context absent is the same as empty in TLS 1.3
   * @throws {TlsError} before there is a secret to derive from
   */
  exportKeyingMaterial(label: string, length: number, context?: Uint8Array): Uint8Array {
    const { exporter, hash, tls12 } = this.#secrets
    if (tls12 !== undefined && (this.#complete || this.writable)) {
      // In a renegotiation it would be anyone's guess which handshake is meant.
      if (this.#complete && !this.#idle)
        throw localError('EXPORTER_NOT_AVAILABLE', 'no exporter during a renegotiation')
      return tls12.exportKeyingMaterial(label, length, context)
    }
    if (exporter === undefined || hash === undefined) {
      throw localError('EXPORTER_NOT_AVAILABLE', 'there is no exporter secret before the Finished messages')
    }
    return exportKeyingMaterial(hash, exporter, label, context ?? EMPTY, length)
  }

  /** The same from the early exporter secret (0-RTT). It is not unique to the connection if early data is replayed. */
  exportEarlyKeyingMaterial(label: string, length: number, context: Uint8Array = EMPTY): Uint8Array {
    const { earlyExporter, earlyHash } = this.#secrets
    if (earlyExporter === undefined || earlyHash === undefined) {
      throw localError('EXPORTER_NOT_AVAILABLE', 'there is no early data in this connection')
    }
    return exportKeyingMaterial(earlyHash, earlyExporter, label, context, length)
  }

  /** TLS 1.3: changes our keys (RFC 9846 §4.7.3). @param options.requestPeer ask the peer to change its own as well */
  updateKeys(options: { requestPeer?: boolean } = {}): void {
    if (!this.#complete || this.#closed || this.#error !== undefined || this.#secrets.write === undefined) return
    if (this.#busy) {
      this.#afterwards(() => this.updateKeys(options))
      return
    }
    // RFC 9846 §4.7.3: not a second request before the peer's answer.
    const request = options.requestPeer === true && !this.#keyUpdateAsked
    if (request) this.#keyUpdateAsked = true
    this.#drive(() => {
      this.#flushFlight()
      this.#flushData()
      this.#keyUpdate(request)
    })
  }

  /**
   * Begins a renegotiation (TLS up to 1.2, RFC 5746): a client sends a new ClientHello, a server asks for one.
   *
   * @throws {TlsError} `WRONG_SSL_VERSION` in TLS 1.3, which has none; `NO_RENEGOTIATION` while a handshake runs, or with a
   *   peer that does not know secure renegotiation
   */
  renegotiate(): void {
    if (this.#error !== undefined) return
    if (this.#facts.version === 0x0304) throw localError('WRONG_SSL_VERSION', 'TLS 1.3 has no renegotiation')
    if (!this.#idle || this.#busy || !this.peer?.secureRenegotiation) {
      throw localError('NO_RENEGOTIATION', 'renegotiation is not possible now')
    }
    this.#idle = false
    this.#resume()
  }

  /** TLS up to 1.2: whether the peer may renegotiate from now on, whatever the configuration says. */
  set renegotiationPolicy(policy: TlsConfig['renegotiation']) {
    this.#renegotiation = policy
  }

  /** Largest plaintext of a record we send, 512 to 16384 bytes; the peer's own limit stays. */
  set maxSendFragment(bytes: number) {
    this.#writer.maxFragment = bytes
  }

  /**
   * TLS 1.3 server: asks for the client's certificate now (RFC 9846 §4.7.2).
   *
   * @returns false when the client has not said that it can answer, and in a hook
   */
  requestClientCertificate(): boolean {
    if (!this.#complete || this.#closed || this.#busy || this.#error !== undefined) return false
    let asked = false
    this.#drive(() => {
      asked = this.#requestCertificate?.() ?? false
    })
    return asked
  }

  /** The current application traffic secrets, for debugging. */
  get trafficSecrets(): { read: Uint8Array; write: Uint8Array } | undefined {
    const { read, write } = this.#secrets
    return read && write && { read, write }
  }

  // --- State

  get handshakeComplete(): boolean {
    return this.#complete
  }

  /** Application data goes out at once: the handshake is complete, or is far enough for a False Start. */
  get writable(): boolean {
    return this.#outgoing === 'open' && !this.#closed && this.#error === undefined
  }

  /** {@link close} was called. */
  get closed(): boolean {
    return this.#closed
  }

  /** Our close_notify is in the output: nothing follows it. */
  get closeNotifySent(): boolean {
    return this.#closeNotifySent
  }

  /** Bytes of application data that were written and wait for a handshake. */
  get heldBytes(): number {
    return this.#data.length
  }

  /** The peer's close_notify came. */
  get peerClosed(): boolean {
    return this.#peerClosed
  }

  /** An asynchronous step holds back more input than is good: stop feeding until `onWake`. */
  get paused(): boolean {
    return this.#question !== undefined && this.#reader.pending > this.#pendingInputLimit
  }

  /** The asynchronous step that is waited for. */
  get waiting(): Question | undefined {
    return this.#question
  }

  /** Client: early data was offered, whatever became of it. */
  get earlyDataOffered(): boolean {
    return this.#earlyDataOffered
  }

  /** Client: bytes of early data that {@link writeEarly} takes now. */
  get earlyDataLeft(): number {
    return this.#outgoing === 'early' ? this.#earlyDataLeft : 0
  }

  get error(): TlsError | undefined {
    return this.#error ?? this.#aborted
  }

  // --- Input

  /** Goes on with what has been received, as far as it can. */
  #run(): void {
    // Not by `#drive`: a function for each segment is not worth it.
    this.#busy = true
    try {
      this.#read()
    } catch (error) {
      this.#fail(error)
    }
    this.#rest()
  }

  #read(): void {
    while (this.#question === undefined && this.error === undefined && !this.#peerClosed) {
      const message = this.#messages.next()
      if (message !== undefined) {
        this.#config.onMessage?.('read', ContentType.handshake, message.raw)
        // RFC 9846 §4: a type that is not expected now.
        if (!this.#allowed.includes(message.type)) {
          throw peerError(
            'unexpected_message',
            'UNEXPECTED_MESSAGE',
            `${handshakeTypeName(message.type)}, where ${this.#allowed.map(handshakeTypeName).join(' or ')} is expected`,
          )
        }
        this.#advance(this.#flow.next(message))
        continue
      }
      const record = this.#reader.next()
      if (record === undefined) break
      this.#dispatch(record)
    }
    if (this.#transportEnded && this.#question === undefined) this.#reportEnd()
  }

  /** Work that may call hooks of the application. */
  #drive(work: () => void): void {
    this.#busy = true
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
    this.#rest()
  }

  #afterwards(call: () => void): void {
    if (this.#later === NOTHING_LATER) this.#later = []
    this.#later.push(call)
  }

  /** The driver has come to rest: what hooks have called for is done. */
  #rest(): void {
    if (this.#aborted !== undefined) this.#fail(this.#aborted)
    this.#busy = false
    if (this.#later === NOTHING_LATER) return
    const calls = this.#later
    this.#later = NOTHING_LATER
    for (const call of calls) call()
  }

  /** A handshake whose hook has aborted goes no further. */
  #goesOn(): void {
    if (this.#aborted !== undefined) throw this.#aborted
  }

  /** The memory of what was received goes back to its owner. */
  #letGo(): void {
    this.#reader.detach()
    this.#messages.keep()
  }

  #dispatch({ type, payload }: TlsRecord): void {
    const insideMessage = this.#messages.length > 0
    if (!admits(this.#gate, type, insideMessage)) this.#refuse(type, insideMessage)
    if (type === ContentType.alert) {
      this.#receiveAlert(payload)
      return
    }
    if (payload.length > 0) this.#warnings = 0
    if (type === ContentType.handshake) this.#messages.push(payload)
    else if (type === ContentType.application_data) this.#receiveData(payload)
    else this.#receiveChangeCipherSpec(payload)
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
    throw this.#complete
      ? peerError('unexpected_message', 'UNEXPECTED_RECORD', `application data between messages of the ${this.#state}`)
      : peerError('unexpected_message', 'APP_DATA_IN_HANDSHAKE', 'application data before the handshake allows it')
  }

  #receiveChangeCipherSpec(payload: Uint8Array): void {
    this.#config.onMessage?.('read', ContentType.change_cipher_spec, payload)
    // RFC 5246 §7.1: the single byte 1.
    if (payload.length !== 1 || payload[0] !== 1) {
      throw peerError('illegal_parameter', 'BAD_CHANGE_CIPHER_SPEC', 'a ChangeCipherSpec other than the byte 1')
    }
    this.#enter('finished')
    this.#advance(this.#flow.next())
  }

  #receiveData(payload: Uint8Array): void {
    const early = this.#state === 'earlyData'
    if (early) {
      this.#earlyDataAllowed -= payload.length
      // RFC 9846 §4.7.1.
      if (this.#earlyDataAllowed < 0) {
        throw peerError('unexpected_message', 'TOO_MUCH_EARLY_DATA', 'more early data than the ticket allows')
      }
    }
    if (payload.length === 0) return
    this.#keyUpdatesInARow = 0
    this.#events.push({ type: 'data', bytes: payload, early })
  }

  #receiveAlert(payload: Uint8Array): void {
    // RFC 9846 §5.1: one whole alert in a record.
    if (payload.length !== 2) {
      throw peerError('decode_error', 'INVALID_ALERT', `an alert record of ${payload.length} bytes, not 2`)
    }
    this.#config.onMessage?.('read', ContentType.alert, payload)
    const [level, alert] = payload
    if (level !== AlertLevel.warning && level !== AlertLevel.fatal) {
      throw peerError('illegal_parameter', 'UNKNOWN_ALERT_TYPE', `alert level ${level}`)
    }
    if (level === AlertLevel.warning && !this.#gate.takesWarnings) {
      throw peerError('unexpected_message', 'UNEXPECTED_RECORD', "a warning alert where the peer's Finished is due")
    }
    if (alert === Alert.close_notify) {
      this.#peerClosed = true
      this.#reader.clear()
      this.#events.push({ type: 'closeNotify' })
      return
    }
    // RFC 9846 §6: in TLS 1.3 every other alert is an error, whatever its level says; user_canceled may be passed over.
    const tolerated = level === AlertLevel.warning && (this.#facts.version !== 0x0304 || alert === Alert.user_canceled)
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
    if (this.#endReported || this.#error !== undefined) return
    this.#endReported = true
    if (!this.#complete) {
      this.#fail(new TlsError('UNEXPECTED_EOF_WHILE_READING', 'the transport ended during the handshake'))
    } else if (!this.#peerClosed) {
      this.#events.push({ type: 'truncated' })
    }
  }

  // --- The driver

  /** Runs the handshake from one pause to the next that cannot be answered at once. */
  #advance(result: IteratorResult<Step, void>): void {
    while (!result.done) {
      const step = result.value
      if (step.kind === 'message' || step.kind === 'idle') {
        this.#allowed = step.allowed
        this.#idle = step.kind === 'idle'
        return
      }
      if (step.kind === 'changeCipherSpec') {
        this.#allowed = []
        this.#enter('changeCipherSpec')
        return
      }
      let value: unknown
      try {
        value = step.ask()
      } catch (error) {
        this.#goesOn()
        result = this.#flow.throw(error)
        continue
      }
      this.#goesOn()
      if (isPromiseLike(value)) {
        this.#await(step.question, value)
        return
      }
      result = this.#flow.next(value)
    }
    this.#allowed = []
  }

  /** Goes on where the handshake paused for something else than a message. */
  #resume(how: 'next' | 'throw' = 'next', answer?: unknown): void {
    this.#drive(() => this.#advance(this.#flow[how](answer)))
  }

  #await(question: Question, promise: PromiseLike<unknown>): void {
    this.#question = question
    const goOn = (how: 'next' | 'throw', answer: unknown): void => {
      if (this.#error !== undefined) return
      this.#question = undefined
      this.#resume(how, answer)
      this.#run()
      this.#letGo()
      this.onWake()
    }
    let settled = false
    const settle = (how: 'next' | 'throw', answer: unknown): void => {
      // A thenable may answer twice, or in the very call.
      if (settled) return
      settled = true
      if (this.#busy) this.#afterwards(() => goOn(how, answer))
      else goOn(how, answer)
    }
    promise.then(
      (value) => settle('next', value),
      (error: unknown) => settle('throw', error),
    )
  }

  // --- Output

  #flush(): void {
    // As a rule there is nothing, or a few records: a function for each call is not worth it.
    this.#busy = true
    try {
      this.#flushFlight()
      this.#flushData()
      if (this.#closed) this.#sendCloseNotify()
    } catch (error) {
      this.#fail(error)
    }
    this.#rest()
  }

  #sendCloseNotify(): void {
    // A handshake that still runs may let the data go; not one whose peer says no more.
    const waits = this.#data.length > 0 && !this.#peerClosed && !this.#endReported
    if (waits || this.#closeNotifySent) return
    this.#data.clear()
    this.#writeAlert(AlertLevel.warning, Alert.close_notify)
    this.#closeNotifySent = true
  }

  #flushFlight(): void {
    if (this.#flight.length > 0) this.#writer.writeQueue(ContentType.handshake, this.#flight)
  }

  #flushData(): void {
    if (this.#outgoing === 'early') {
      this.#writer.writeQueue(ContentType.application_data, this.#earlyData)
      return
    }
    if (this.#outgoing !== 'open') return
    // RFC 9846 §4.7.3: one answer, however many requests came while we were silent.
    if (this.#keyUpdateDue && this.#data.length > 0) this.#keyUpdate(false)
    while (this.#data.length > 0) {
      // RFC 9846 §5.5: new keys before the old ones are worn out. The last records are for the KeyUpdate and alerts.
      const left = this.#writer.recordsLeft - RESERVED_RECORDS
      if (left <= 0) {
        if (this.#secrets.write === undefined) {
          throw localError('RECORD_LIMIT_REACHED', 'the keys have protected as many records as they may')
        }
        this.#keyUpdate(false)
        continue
      }
      this.#writer.writeQueue(ContentType.application_data, this.#data, left)
    }
  }

  #keyUpdate(request: boolean): void {
    this.#keyUpdateDue = false
    this.#writeHandshake(encodeKeyUpdate(request))
    updateWriteKeys({ secrets: this.#secrets, wire: this.#wire })
  }

  #writeHandshake(message: Uint8Array): void {
    // RFC 9846 §6.1, RFC 5246 §7.2.1: nothing follows close_notify, whatever the handshake wants to say.
    if (this.#closeNotifySent) return
    this.#config.onMessage?.('write', ContentType.handshake, message)
    this.#flight.push(message)
  }

  #writeAlert(level: number, alert: number): void {
    const bytes = Uint8Array.of(level, alert)
    this.#config.onMessage?.('write', ContentType.alert, bytes)
    this.#writer.write(ContentType.alert, bytes)
  }

  // --- Failure

  /** The one place where a fatal alert is sent. */
  #fail(cause: unknown): void {
    if (this.#error !== undefined) return
    const error = toTlsError(cause)
    this.#error = error
    this.#question = undefined
    if (error.alert !== undefined && !error.alertReceived && !this.#closeNotifySent) {
      try {
        this.#flushFlight()
        this.#writeAlert(AlertLevel.fatal, error.alert)
      } catch {
        // The cipher itself failed: there is no way to tell the peer.
      }
    }
    this.#data.clear()
    this.#earlyData.clear()
    this.#flight.clear()
    this.#reader.clear()
    this.#wipe()
    this.#endFlow()
    this.#events.push({ type: 'error', error })
  }

  /** Lets a handshake that waits for something run its clean-up. */
  #endFlow(): void {
    try {
      this.#flow.return()
    } catch {
      // It is the handshake itself that failed just now, and it has cleaned up.
    }
  }

  /** RFC 9846 §6: the keys of a failed connection are forgotten. */
  #wipe(): void {
    const { read, write, exporter, earlyExporter, tls12 } = this.#secrets
    for (const secret of [read, write, exporter, earlyExporter, tls12?.master]) secret?.fill(0)
    this.#secrets.exporter = this.#secrets.earlyExporter = undefined
    this.#reader.protection.destroy()
    this.#writer.protection.destroy()
  }

  // --- What the handshake sees of the connection

  static readonly #ConnectionWire = class implements Wire {
    constructor(private readonly connection: Connection) {}

    get reader() {
      return this.connection.#reader
    }
    get writer() {
      return this.connection.#writer
    }
    send(message: Uint8Array): void {
      this.connection.#goesOn()
      this.connection.#flushData()
      this.connection.#writeHandshake(message)
    }
    flush(): void {
      this.connection.#flushFlight()
    }
    sendChangeCipherSpec(): void {
      if (this.connection.#closeNotifySent) return
      this.connection.#flushFlight()
      const body = Uint8Array.of(1)
      this.connection.#config.onMessage?.('write', ContentType.change_cipher_spec, body)
      this.connection.#writer.write(ContentType.change_cipher_spec, body)
    }
    changeReadKeys(protection: ReadProtection): void {
      this.connection.#requireRecordBoundary()
      this.connection.#reader.protection.destroy()
      this.connection.#reader.protection = protection
    }
    changeWriteKeys(protection: WriteProtection): void {
      this.connection.#flushFlight()
      this.connection.#writer.protection.destroy()
      this.connection.#writer.protection = protection
    }
    writePlaintext(): void {
      this.connection.#writer.protection.destroy()
      this.connection.#writer.protection = new PlaintextWriter()
    }
    requireRecordBoundary(): void {
      this.connection.#requireRecordBoundary()
    }
    enter(state: RecordState): void {
      this.connection.#enter(state)
    }
    get earlyDataAllowed() {
      return this.connection.#earlyDataAllowed
    }
    set earlyDataAllowed(value: number) {
      this.connection.#earlyDataAllowed = value
    }
    openEarlyData(bytes: number): void {
      this.connection.#earlyDataLeft = bytes
      this.connection.#earlyDataOffered = true
      this.connection.#outgoing = 'early'
    }
    closeEarlyData(): void {
      this.connection.#flushFlight()
      this.connection.#flushData()
      this.connection.#outgoing = 'held'
    }
    get closed() {
      return this.connection.#closed
    }
    get renegotiation() {
      return this.connection.#renegotiation
    }
    holdOutgoing(): void {
      this.connection.#flushData()
      this.connection.#outgoing = 'held'
      this.connection.#enter('renegotiation')
    }
    openOutgoing(): void {
      this.connection.#outgoing = 'open'
    }
    get keyUpdatesInARow() {
      return this.connection.#keyUpdatesInARow
    }
    set keyUpdatesInARow(value: number) {
      this.connection.#keyUpdatesInARow = value
    }
    peerUpdatedKeys(answer: boolean): void {
      this.connection.#keyUpdateAsked = false
      if (answer) this.connection.#keyUpdateDue = true
    }
    onRequestCertificate(send: () => boolean): void {
      this.connection.#requestCertificate = send
    }
    get peer() {
      return this.connection.peer
    }
    establishPeer(peer: PeerState): void {
      this.connection.#goesOn()
      this.connection.establishPeer(peer)
    }
    emit(event: TlsEvent): void {
      this.connection.#goesOn()
      this.connection.#events.push(event)
    }
    complete(renegotiation: boolean): void {
      this.connection.#goesOn()
      this.connection.#complete = true
      this.connection.#enter('open')
      this.connection.#outgoing = 'open'
      this.connection.#events.push({ type: 'secure', renegotiation })
    }
  }

  #enter(state: RecordState): void {
    this.#state = state
    this.#gate = recordGate(state, this.side, this.#facts.version === 0x0304)
    this.#reader.dropChangeCipherSpec = this.#gate.dropsChangeCipherSpec
  }

  #requireRecordBoundary(): void {
    if (this.#messages.length > 0) {
      throw peerError(
        'unexpected_message',
        'NOT_ON_RECORD_BOUNDARY',
        'handshake bytes behind the last message of a flight',
      )
    }
  }
}

const NOTHING_LATER: (() => void)[] = []

/** Records of a key that are kept back for a KeyUpdate and an alert. */
const RESERVED_RECORDS = 4

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** Whatever was thrown, as the connection's error. */
function toTlsError(cause: unknown): TlsError {
  if (cause instanceof TlsError) return cause
  if (cause instanceof AlertError) {
    return new TlsError(cause.reason, cause.message, { alert: cause.alert, blame: 'local', cause })
  }
  const message = cause instanceof Error ? cause.message : 'an unknown error'
  return localError('INTERNAL_ERROR', `a step of the handshake failed: ${message}`, cause)
}

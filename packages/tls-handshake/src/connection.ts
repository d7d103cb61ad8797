import {
  AlertError,
  AlertLevel,
  alertName,
  Bare,
  bytes,
  configError,
  flag,
  localError,
  optionTable,
  readOptions,
  TlsError,
  Version,
} from '@x/tls-record'
import { EMPTY } from './codec/bytes.ts'
import type { TlsConfig } from './config.ts'
import { EventQueue } from './connection/event-queue.ts'
import { Incoming } from './connection/incoming.ts'
import { Outgoing } from './connection/outgoing.ts'
import { ConnectionProperties } from './connection-properties.ts'
import type { TlsEvent } from './events.ts'
import { HandshakeDriver } from './handshake/driver.ts'
import type { ConnectionFacts } from './handshake/facts.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { Keys } from './handshake/keys.ts'
import type { PeerState } from './handshake/peer-state.ts'
import type { RecordState } from './handshake/record-gate.ts'
import type { Question } from './handshake/step.ts'
import type { Wire } from './handshake/wire.ts'
import { exportKeyingMaterial } from './tls13/key-schedule.ts'
import type { ConnectionSecrets } from './tls13/secrets.ts'

const someBytes = /* @__PURE__ */ bytes()
const KEY_UPDATE = /* @__PURE__ */ optionTable([flag, 'requestPeer'])

/** Text, or memory seen as other numbers, would go out as something else. @throws {TlsError} `INVALID_ARGUMENT` */
function checkBytes(what: string, given: unknown): void {
  if (!someBytes.fits(given)) throw configError('INVALID_ARGUMENT', `${what} takes a Uint8Array, not a ${typeof given}`)
}

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

  readonly #facts: ConnectionFacts
  readonly #secrets: ConnectionSecrets = new Bare()
  readonly #events = new EventQueue()
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #driver: HandshakeDriver
  /** The application has closed; its close_notify may still wait behind data that a handshake holds back. */
  #closed = false
  #error: TlsError | undefined
  #requestCertificate: (() => boolean) | undefined
  #renegotiation: TlsConfig['renegotiation']

  /** Programs call `TlsConnection.client`, `TlsConnection.server`, `tlsClient` or `tls13Client`, which give the handshake. */
  constructor(
    readonly side: 'client' | 'server',
    config: TlsConfig,
    handshake: Handshake,
  ) {
    const facts: ConnectionFacts = new Bare()
    super(facts)
    this.#facts = facts
    this.#incoming = new Incoming(side, config, facts, this.#events)
    this.#outgoing = new Outgoing(config, this.#secrets)
    this.#driver = new HandshakeDriver(handshake(new Connection.#ConnectionWire(this), facts, this.#secrets), {
      fail: (cause) => this.#fail(cause),
      woke: () => {
        this.#read()
        this.onWake()
      },
    })
    this.#driver.start()
  }

  // --- Bytes and events

  /**
   * Takes bytes from the transport. They are decrypted where they lie; `data` events are views of them.
   *
   * @param bytes the caller may reuse the memory once it has taken the events
   */
  receive(bytes: Uint8Array): void {
    checkBytes('receive', bytes)
    if (this.#error !== undefined || this.#incoming.peerClosed) return
    if (this.#driver.busy) {
      const copy = bytes.slice()
      this.#driver.atRest(() => this.receive(copy))
      return
    }
    this.#incoming.reader.push(bytes)
    this.#read()
  }

  /** The transport has ended. Without a close_notify before it this is a truncation, or, in a handshake, an error. */
  receiveEnd(): void {
    if (this.#error !== undefined) return
    this.#driver.atRest(() => {
      this.#incoming.end()
      this.#read()
    })
  }

  /** Bytes for the transport, in order, as pieces for one `writev`. The connection never touches them again. */
  takeOutput(): Uint8Array[] {
    // In a hook: what is there. The flight that is being put together is not torn apart.
    if (this.#error === undefined && !this.#driver.busy) this.#flush()
    return this.#outgoing.writer.takeOutput()
  }

  /** What has happened since the last call, in order. */
  takeEvents(): TlsEvent[] {
    return this.#events.take()
  }

  /**
   * Application data. It is held until the handshake is complete, and joined into full records when the output is
   * taken: until then the memory must not change.
   *
   * @throws {TlsError} `PROTOCOL_IS_SHUTDOWN` after {@link close}, `INVALID_ARGUMENT` for what is no Uint8Array
   */
  write(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) checkBytes('write', chunk)
    if (this.#error !== undefined) return
    if (this.#closed) throw localError('PROTOCOL_IS_SHUTDOWN', 'write after close')
    // Messages that belong together stay together.
    this.#driver.atRest(() => this.#outgoing.write(chunks))
  }

  /**
   * Client: early data (0-RTT), while it can be sent. It can be replayed by an attacker, and may not be accepted: see the
   * `earlyData` event.
   *
   * @returns how many bytes were taken; 0 when early data was not offered, is over, or the ticket allows no more
   */
  writeEarly(bytes: Uint8Array): number {
    checkBytes('writeEarly', bytes)
    return this.#error !== undefined || this.#closed ? 0 : this.#outgoing.writeEarly(bytes)
  }

  /**
   * Sends close_notify, behind all that was written: where a handshake holds data back, once that is through. Without
   * such data it goes out at once, and ends a handshake that runs. The other direction stays open (RFC 9846 §6.1).
   */
  close(): void {
    if (this.#closed || this.#error !== undefined) return
    this.#closed = true
    this.#driver.atRest(() => this.#flush())
  }

  /** Ends the connection with a fatal alert. In a hook: as soon as the hook has returned. */
  abort(alert: number, reason = 'CALLBACK_FAILED'): void {
    const message = `ended by the application: ${alertName(alert)}`
    this.#driver.abort(new TlsError(reason, message, { alert, blame: 'local' }))
  }

  // --- After the handshake

  /**
   * Keying material for the application (RFC 9846 §7.5).
   *
   * @param label an ASCII label, registered or experimental; in TLS 1.3 up to 249 bytes, in 1.2 none of the handshake's own
   * @param length bytes, up to 255 times the hash's length in TLS 1.3, 16,777,215 in 1.2
   * @param context absent is the same as empty in TLS 1.3; up to 65,535 bytes in 1.2
   * @throws {TlsError} before there is a secret to derive from; for a label or a context that is not allowed
   */
  exportKeyingMaterial(label: string, length: number, context?: Uint8Array): Uint8Array {
    if (typeof label !== 'string') throw configError('INVALID_ARGUMENT', 'exportKeyingMaterial: label must be a string')
    if (context !== undefined) checkBytes('exportKeyingMaterial: context', context)
    const { exporter, hash, tls12 } = this.#secrets
    if (tls12 !== undefined && (this.handshakeComplete || this.writable)) {
      // In a renegotiation it would be anyone's guess which handshake is meant.
      if (this.handshakeComplete && !this.#driver.idle) {
        throw localError('EXPORTER_NOT_AVAILABLE', 'no exporter during a renegotiation')
      }
      return tls12.exportKeyingMaterial(label, length, context)
    }
    if (exporter === undefined || hash === undefined) {
      throw localError('EXPORTER_NOT_AVAILABLE', 'there is no exporter secret before the Finished messages')
    }
    // RFC 9846 §7.5 #1: the early one has to be asked for by name.
    return exportKeyingMaterial(hash, exporter, label, context ?? EMPTY, length)
  }

  /** The same from the early exporter secret (0-RTT; RFC 9846 §7.5 #2). It is not unique to the connection if early data is replayed. */
  exportEarlyKeyingMaterial(label: string, length: number, context: Uint8Array = EMPTY): Uint8Array {
    const { earlyExporter, earlyHash } = this.#secrets
    if (earlyExporter === undefined || earlyHash === undefined) {
      throw localError('EXPORTER_NOT_AVAILABLE', 'there is no early data in this connection')
    }
    return exportKeyingMaterial(earlyHash, earlyExporter, label, context, length)
  }

  /** TLS 1.3: changes our keys (RFC 9846 §4.7.3). @param options.requestPeer ask the peer to change its own as well */
  updateKeys(options: { requestPeer?: boolean } = {}): void {
    const { requestPeer } = readOptions('updateKeys', KEY_UPDATE, options)
    if (!this.#isUsable || this.#secrets.write === undefined) return
    if (this.#driver.busy) this.#driver.atRest(() => this.updateKeys(options))
    else this.#driver.run(() => this.#outgoing.updateKeys(requestPeer === true))
  }

  /**
   * Begins a renegotiation (TLS up to 1.2, RFC 5746): a client sends a new ClientHello, a server asks for one.
   *
   * @throws {TlsError} `WRONG_SSL_VERSION` in TLS 1.3, which has none; `NO_RENEGOTIATION` while a handshake runs, or with a
   *   peer that does not know secure renegotiation
   */
  renegotiate(): void {
    if (this.#error !== undefined) return
    if (this.version === Version.TLS13) throw localError('WRONG_SSL_VERSION', 'TLS 1.3 has no renegotiation')
    if (!this.#driver.idle || this.#driver.busy || !this.canRenegotiate) {
      throw localError('NO_RENEGOTIATION', 'renegotiation is not possible now')
    }
    this.#driver.start()
  }

  /** TLS up to 1.2: whether the peer may renegotiate from now on, whatever the configuration says. */
  set renegotiationPolicy(policy: TlsConfig['renegotiation']) {
    this.#renegotiation = policy
  }

  /** Largest plaintext of a record we send, 512 to 16384 bytes; the peer's own limit stays. */
  set maxSendFragment(bytes: number) {
    this.#outgoing.writer.maxFragment = bytes
  }

  /**
   * TLS 1.3 server: asks for the client's certificate now (RFC 9846 §4.7.2).
   *
   * @returns false when the client has not said that it can answer, and in a hook
   */
  requestClientCertificate(): boolean {
    if (!this.#isUsable || this.#driver.busy) return false
    let asked = false
    this.#driver.run(() => {
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

  /** RFC 9846 F.5 #4: data that came before was early. */
  get handshakeComplete(): boolean {
    return this.#facts.complete === true
  }

  /** Application data goes out at once: the handshake is complete, or is far enough for a False Start. */
  get writable(): boolean {
    return this.#outgoing.isOpen && !this.#closed && this.#error === undefined
  }

  /** {@link close} was called. */
  get closed(): boolean {
    return this.#closed
  }

  /** Our close_notify is in the output: nothing follows it. */
  get closeNotifySent(): boolean {
    return this.#outgoing.closeNotifySent
  }

  /** Bytes of application data that were written and wait for a handshake. */
  get heldBytes(): number {
    return this.#outgoing.heldBytes
  }

  /** The peer's close_notify came. */
  get peerClosed(): boolean {
    return this.#incoming.peerClosed
  }

  /** An asynchronous step holds back more input than is good: stop feeding until `onWake`. */
  get paused(): boolean {
    return this.waiting !== undefined && this.#incoming.isFull
  }

  /** The asynchronous step that is waited for. */
  get waiting(): Question | undefined {
    return this.#driver.question
  }

  /** Client: early data was offered, whatever became of it. */
  get earlyDataOffered(): boolean {
    return this.#outgoing.earlyDataOffered
  }

  /** Client: bytes of early data that {@link writeEarly} takes now. */
  get earlyDataLeft(): number {
    return this.#outgoing.earlyDataLeft
  }

  get error(): TlsError | undefined {
    return this.#error ?? this.#driver.aborted
  }

  get #isUsable(): boolean {
    return this.handshakeComplete && !this.#closed && this.#error === undefined
  }

  // --- How the parts work together

  #read(): void {
    this.#driver.run(() => this.#incoming.read(this.#driver))
    this.#incoming.letGo()
  }

  #flush(): void {
    this.#driver.run(() => {
      this.#outgoing.flush()
      if (this.#closed) this.#outgoing.sendCloseNotify(this.#incoming.isOver)
    })
  }

  /** The one place where a fatal alert is sent; RFC 5246 §7.2.2 #3, #5, RFC 9846 §6 #2, RFC 9846 §6.2 #1, #2: nothing is sent or taken behind it. */
  #fail(cause: unknown): void {
    if (this.#error !== undefined) return
    const error = toTlsError(cause)
    this.#error = error
    if (error.alert !== undefined && !error.alertReceived && !this.closeNotifySent) {
      try {
        this.#outgoing.flushFlight()
        this.#outgoing.sendAlert(AlertLevel.fatal, error.alert)
      } catch {
        // The cipher itself failed: there is no way to tell the peer.
      }
    }
    this.#outgoing.clear()
    this.#incoming.reader.clear()
    this.#wipe()
    this.#driver.end()
    this.#events.push({ type: 'error', error })
  }

  /** RFC 9846 §6 #3: the keys of a failed connection are forgotten. */
  #wipe(): void {
    const { read, write, exporter, earlyExporter, tls12 } = this.#secrets
    for (const secret of [read, write, exporter, earlyExporter, tls12?.master]) secret?.fill(0)
    this.#secrets.exporter = this.#secrets.earlyExporter = undefined
    this.#incoming.reader.protection.destroy()
    this.#outgoing.writer.protection.destroy()
  }

  /** What the handshake sees of the connection. A hook that has aborted is heard before anything is done. */
  static readonly #ConnectionWire = class implements Wire {
    constructor(private readonly connection: Connection) {}

    get reader() {
      return this.connection.#incoming.reader
    }
    get writer() {
      return this.connection.#outgoing.writer
    }
    send(message: Uint8Array): void {
      this.connection.#driver.goesOn()
      this.connection.#outgoing.send(message)
    }
    flush(): void {
      this.connection.#outgoing.flushFlight()
    }
    sendChangeCipherSpec(): void {
      this.connection.#outgoing.sendChangeCipherSpec()
    }
    changeReadKeys(keys: Keys): void {
      this.connection.#incoming.changeReadKeys(keys)
    }
    changeWriteKeys(keys: Keys): void {
      this.connection.#outgoing.changeWriteKeys(keys)
    }
    requireRecordBoundary(): void {
      this.connection.#incoming.requireRecordBoundary()
    }
    enter(state: RecordState): void {
      this.connection.#incoming.enter(state)
    }
    admitEarlyData(bytes: number): void {
      this.connection.#incoming.admitEarlyData(bytes)
    }
    openEarlyData(bytes: number): void {
      this.connection.#outgoing.openEarlyData(bytes)
    }
    closeEarlyData(): void {
      this.connection.#outgoing.closeEarlyData()
    }
    get closed() {
      return this.connection.#closed
    }
    get renegotiation() {
      return this.connection.#renegotiation
    }
    holdOutgoing(): void {
      this.connection.#outgoing.hold()
      this.connection.#incoming.enter('renegotiation')
    }
    openOutgoing(): void {
      this.connection.#outgoing.open()
    }
    countKeyUpdate(): number {
      return this.connection.#incoming.countKeyUpdate()
    }
    peerUpdatedKeys(answer: boolean): void {
      this.connection.#outgoing.peerUpdatedKeys(answer)
    }
    onRequestCertificate(send: () => boolean): void {
      this.connection.#requestCertificate = send
    }
    get peer() {
      return this.connection.peer
    }
    establishPeer(peer: PeerState): void {
      this.connection.#driver.goesOn()
      this.connection.establishPeer(peer)
    }
    emit(event: TlsEvent): void {
      this.connection.#driver.goesOn()
      this.connection.#events.push(event)
    }
    complete(renegotiation: boolean): void {
      this.connection.#driver.goesOn()
      this.connection.#facts.complete = true
      this.connection.#incoming.enter('open')
      this.connection.#outgoing.open()
      this.connection.#events.push({ type: 'secure', renegotiation })
    }
  }
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

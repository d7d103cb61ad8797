import { AlertError, Bare, bytes, ContentType, configError, localError, peerError, TlsError } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import type { TlsConfig } from '../config.ts'
import { ConnectionProperties } from '../connection-properties.ts'
import type { TlsEvent } from '../events.ts'
import { quicTransportParameters } from '../extensions/quic-transport-parameters.ts'
import type { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { HandshakeDriver } from '../handshake/driver.ts'
import type { ConnectionFacts } from '../handshake/facts.ts'
import type { Handshake } from '../handshake/handshake.ts'
import type { Keys } from '../handshake/keys.ts'
import { MessageBuffer } from '../handshake/message-buffer.ts'
import type { PeerState } from '../handshake/peer-state.ts'
import type { Question } from '../handshake/step.ts'
import type { QuicHooks, Wire } from '../handshake/wire.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { exportKeyingMaterial } from '../tls13/key-schedule.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'
import type { PacketSecret } from './packet-keys.ts'
import { ANY_EARLY_DATA, type QuicOptions } from './quic-config.ts'
import { QuicErrorCode, QuicHandshakeError, quicErrorCode } from './quic-error.ts'

/** Encryption levels of CRYPTO frames (RFC 9001 §4.1.4). */
export type QuicLevel = 'initial' | 'handshake' | 'application'

/** Bytes for CRYPTO frames of a level, behind those that were there before. */
export interface QuicCrypto {
  readonly level: QuicLevel
  readonly bytes: Uint8Array
}

/** Packets of a level and direction can be protected from here on. */
export interface QuicSecret extends PacketSecret {
  readonly type: 'secret'
  /** `early`: 0-RTT packets, which carry no CRYPTO frames. */
  readonly level: 'early' | 'handshake' | 'application'
  readonly direction: 'read' | 'write'
  /** IANA number of the suite. */
  readonly cipherSuite: number
}

/** What `connection.takeEvents()` gives, in the order it happened. */
export type QuicEvent =
  | QuicSecret
  /** The peer's quic_transport_parameters. They are authenticated when the handshake is complete, not before. */
  | { readonly type: 'transportParameters'; readonly bytes: Uint8Array }
  /** The handshake is complete (RFC 9001 §4.1.1). */
  | { readonly type: 'secure' }
  | Extract<TlsEvent, { type: 'session' | 'sessionIssued' | 'earlyData' }>
  /** The connection failed: `code` is that of CONNECTION_CLOSE. Always the last event. */
  | { readonly type: 'error'; readonly error: TlsError; readonly code: number }

const someBytes = /* @__PURE__ */ bytes()
const LEVELS: readonly QuicLevel[] = ['initial', 'handshake', 'application']
/** Bytes that wait for an answer of the application, at most: CRYPTO frames have no flow control. */
const PENDING = 131072

/**
 * TLS 1.3 as QUIC uses it (RFC 9001): CRYPTO bytes in and out by level, and a secret for each level and direction, without
 * records, ChangeCipherSpec, EndOfEarlyData and KeyUpdate. Packets, loss and acknowledgements are QUIC's: bytes of a level
 * come here in their order, once.
 *
 * @example
 * const tls = quicClient({ provider, serverName, parseCertificate, verifyPeer, alpnProtocols, transportParameters })
 * tls.receive('initial', bytes)
 * for (const event of tls.takeEvents()) if (event.type === 'secret') install(event)
 * for (const { level, bytes } of tls.takeOutput()) sendCrypto(level, bytes)
 */
export class QuicConnection extends ConnectionProperties {
  /** Called when a step that was answered with a promise has gone on: there may be output and events. */
  onWake: () => void = () => {}

  readonly #facts: ConnectionFacts
  readonly #secrets: ConnectionSecrets = new Bare()
  readonly #messages: MessageBuffer
  readonly #driver: HandshakeDriver
  readonly #pending: number
  readonly #onMessage: TlsConfig['onMessage']
  #events: QuicEvent[] = []
  #output: QuicCrypto[] = []
  #readLevel = 0
  #writeLevel = 0
  #peerParameters: Uint8Array | undefined
  #error: TlsError | undefined

  /** Programs call `quicClient` and `quicServer`, which give the handshake. */
  constructor(
    readonly side: 'client' | 'server',
    config: TlsConfig & QuicOptions & { readonly earlyDataContext?: Uint8Array },
    handshake: Handshake,
  ) {
    const facts: ConnectionFacts = new Bare()
    super(facts)
    this.#facts = facts
    this.#messages = new MessageBuffer(config.limits)
    this.#onMessage = config.onMessage
    this.#pending = config.limits?.pendingInput ?? PENDING
    const wire = new QuicConnection.#QuicWire(this, new QuicConnection.#Hooks(this, config))
    this.#driver = new HandshakeDriver(handshake(wire, facts, this.#secrets), {
      fail: (cause) => this.#fail(cause),
      woke: () => {
        this.#read()
        this.onWake()
      },
    })
    this.#driver.start()
  }

  /**
   * Takes the content of CRYPTO frames.
   *
   * @param level of the packets they came in; those of early data must hold none (RFC 9000 §12.5)
   * @param bytes in their order, each once; the caller may reuse the memory
   */
  receive(level: QuicLevel | 'early', bytes: Uint8Array): void {
    if (level !== 'early' && !LEVELS.includes(level))
      throw configError('INVALID_ARGUMENT', `receive takes a level, not ${String(level)}`)
    if (!someBytes.fits(bytes)) throw configError('INVALID_ARGUMENT', 'receive takes a Uint8Array')
    if (this.#error !== undefined) return
    if (this.#driver.busy) {
      const copy = bytes.slice()
      this.#driver.atRest(() => this.receive(level, copy))
      return
    }
    this.#driver.run(() => {
      // RFC 9001 §4.1.3: nothing new at a level that is past; and of one to come QUIC has no keys.
      if (level !== this.#level && bytes.length > 0) {
        throw new QuicHandshakeError(
          QuicErrorCode.protocol_violation,
          'WRONG_ENCRYPTION_LEVEL_RECEIVED',
          `handshake bytes at level ${level}, where ${this.#level} is read`,
        )
      }
      this.#messages.push(bytes)
    })
    this.#read()
  }

  /** Bytes for CRYPTO frames, in order. Events are to be taken first: the secrets of a level come with them. */
  takeOutput(): QuicCrypto[] {
    const output = this.#output
    this.#output = []
    return output
  }

  /** What has happened since the last call, in order. */
  takeEvents(): QuicEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Ends it, with an alert for CONNECTION_CLOSE. In a hook: as soon as the hook has returned. */
  abort(alert: number, reason = 'CALLBACK_FAILED'): void {
    this.#driver.abort(new TlsError(reason, 'ended by the application', { alert, blame: 'local' }))
  }

  /** The connection is over: secrets that are kept here are overwritten, and a handshake that waits is let go. */
  close(): void {
    this.#driver.atRest(() => {
      this.#wipe()
      this.#driver.end()
    })
  }

  /** Keying material for the application (RFC 9846 §7.5). @throws {TlsError} before there is a secret to derive from */
  exportKeyingMaterial(label: string, length: number, context: Uint8Array = EMPTY): Uint8Array {
    const { exporter, hash } = this.#secrets
    if (exporter === undefined || hash === undefined) {
      throw localError('EXPORTER_NOT_AVAILABLE', 'there is no exporter secret before the Finished messages')
    }
    return exportKeyingMaterial(hash, exporter, label, context, length)
  }

  /** The peer's quic_transport_parameters, when the handshake has authenticated them. */
  get peerTransportParameters(): Uint8Array | undefined {
    return this.peer && this.#peerParameters
  }

  get handshakeComplete(): boolean {
    return this.#facts.complete === true
  }

  /** The asynchronous step that is waited for. */
  get waiting(): Question | undefined {
    return this.#driver.question
  }

  get error(): TlsError | undefined {
    return this.#error ?? this.#driver.aborted
  }

  get #level(): QuicLevel {
    return LEVELS[this.#readLevel]
  }

  // --- How the parts work together

  #read(): void {
    const driver = this.#driver
    driver.run(() => {
      while (driver.ready) {
        const message = this.#messages.next(driver)
        if (message === undefined) break
        // RFC 9001 §6: a TLS KeyUpdate is unexpected_message.
        if (message.type === HandshakeType.key_update) {
          throw peerError('unexpected_message', 'UNEXPECTED_MESSAGE', 'a KeyUpdate, which QUIC has its own form of')
        }
        this.#onMessage?.('read', ContentType.handshake, message.raw)
        driver.receive(message)
      }
      if (!driver.ready && this.#messages.length > this.#pending) {
        throw new QuicHandshakeError(
          QuicErrorCode.crypto_buffer_exceeded,
          'EXCESSIVE_MESSAGE_SIZE',
          `${this.#messages.length} bytes wait for an answer`,
        )
      }
    })
    this.#messages.keep()
  }

  #secret(keys: Keys, direction: 'read' | 'write', level: QuicSecret['level']): void {
    const { suite: cipherSuite, aead, hash } = keys.cipher!
    this.#events.push({ type: 'secret', level, direction, secret: keys.secret!.slice(), aead, hash, cipherSuite })
  }

  #fail(cause: unknown): void {
    if (this.#error !== undefined) return
    const error = toTlsError(cause)
    this.#error = error
    this.#wipe()
    this.#driver.end()
    this.#events.push({ type: 'error', error, code: quicErrorCode(error) })
  }

  #wipe(): void {
    const { read, write, exporter, earlyExporter } = this.#secrets
    for (const secret of [read, write, exporter, earlyExporter]) secret?.fill(0)
    this.#secrets.exporter = this.#secrets.earlyExporter = undefined
  }

  /** What RFC 9001 has a handshake say beside. */
  static readonly #Hooks = class implements QuicHooks {
    readonly earlyDataContext: Uint8Array
    readonly #parameters: Uint8Array

    constructor(
      private readonly connection: QuicConnection,
      config: QuicOptions & { readonly earlyDataContext?: Uint8Array },
    ) {
      this.#parameters = config.transportParameters
      this.earlyDataContext = config.earlyDataContext ?? EMPTY
    }

    readonly offer: QuicHooks['offer'] = () => ({
      type: quicTransportParameters.extension.type,
      encode: (writer) => quicTransportParameters.encode(writer, this.#parameters),
    })

    answer(extensions: ExtensionWriter): void {
      extensions.add(quicTransportParameters, this.#parameters)
    }

    begin(sessionId: Uint8Array): void {
      // RFC 9001 §8.4: PROTOCOL_VIOLATION.
      if (sessionId.length === 0) return
      throw new QuicHandshakeError(
        QuicErrorCode.protocol_violation,
        'UNEXPECTED_COMPATIBILITY_MODE',
        'a legacy_session_id in a ClientHello over QUIC',
      )
    }

    receive(extensions: ExtensionBlock, protocol: Uint8Array | undefined): void {
      // RFC 9001 §8.2: missing_extension.
      const parameters = extensions.get(quicTransportParameters)
      if (parameters === undefined) {
        throw peerError('missing_extension', 'MISSING_EXTENSION', 'quic_transport_parameters is missing')
      }
      // RFC 9001 §8.1: no_application_protocol.
      if (protocol === undefined) {
        throw peerError('no_application_protocol', 'NO_APPLICATION_PROTOCOL', 'no application protocol was agreed on')
      }
      const { connection } = this
      connection.#peerParameters = parameters.slice()
      connection.#events.push({ type: 'transportParameters', bytes: parameters.slice() })
    }
  }

  /** What the handshake sees of the connection. A hook that has aborted is heard before anything is done. */
  static readonly #QuicWire = class implements Wire {
    // What is settled of records, of which there are none.
    readonly reader = { version: 0, maxPlaintext: 16384, allowPlaintextAlert: false, skipEarlyData() {} }
    readonly writer = { version: 0, maxInner: 16385, peerMaxFragment: 16384, splitFirstByte: false }
    readonly closed = false
    readonly renegotiation = 'never'

    constructor(
      private readonly connection: QuicConnection,
      readonly quic: QuicHooks,
    ) {}

    send(message: Uint8Array): void {
      const { connection } = this
      connection.#driver.goesOn()
      connection.#onMessage?.('write', ContentType.handshake, message)
      connection.#output.push({ level: LEVELS[connection.#writeLevel], bytes: message.slice() })
    }
    changeReadKeys(keys: Keys, early = false): void {
      this.requireRecordBoundary()
      const { connection } = this
      if (!early) connection.#readLevel++
      connection.#secret(keys, 'read', early ? 'early' : (LEVELS[connection.#readLevel] as QuicSecret['level']))
    }
    changeWriteKeys(keys: Keys, early = false): void {
      const { connection } = this
      // Early data that a HelloRetryRequest ends: its keys are QUIC's to drop.
      if (keys.secret === undefined) return
      if (!early) connection.#writeLevel++
      connection.#secret(keys, 'write', early ? 'early' : (LEVELS[connection.#writeLevel] as QuicSecret['level']))
    }
    /** RFC 9001 §4.1.3: no message spans levels. */
    requireRecordBoundary(): void {
      if (this.connection.#messages.length === 0) return
      throw peerError('unexpected_message', 'NOT_ON_RECORD_BOUNDARY', 'handshake bytes behind the last of their level')
    }
    get peer() {
      return this.connection.peer
    }
    establishPeer(peer: PeerState): void {
      this.connection.#driver.goesOn()
      this.connection.establishPeer(peer)
    }
    emit(event: TlsEvent): void {
      const { connection } = this
      connection.#driver.goesOn()
      if (event.type === 'session') checkTicket(event.session.maxEarlyData)
      if (event.type === 'session' || event.type === 'sessionIssued' || event.type === 'earlyData') {
        connection.#events.push(event)
      }
    }
    complete(): void {
      const { connection } = this
      connection.#driver.goesOn()
      connection.#facts.complete = true
      connection.#events.push({ type: 'secure' })
    }
    flush(): void {}
    sendChangeCipherSpec(): void {}
    enter(): void {}
    admitEarlyData(): void {}
    openEarlyData(): void {}
    closeEarlyData(): void {}
    holdOutgoing(): void {}
    openOutgoing(): void {}
    countKeyUpdate(): number {
      return 0
    }
    peerUpdatedKeys(): void {}
    onRequestCertificate(): void {}
  }
}

/** RFC 9001 §4.6.1: any other value is PROTOCOL_VIOLATION. */
function checkTicket(maxEarlyData: number | undefined): void {
  if (maxEarlyData === undefined || maxEarlyData === ANY_EARLY_DATA) return
  throw new QuicHandshakeError(
    QuicErrorCode.protocol_violation,
    'DECODE_ERROR',
    `max_early_data_size ${maxEarlyData} in a ticket of QUIC`,
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

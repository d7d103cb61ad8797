import type { Duplex } from 'node:stream'
import type { TlsConnection, TlsEvent } from '@x/tls-handshake'
import type { TlsError } from '@x/tls-record'
import { AsyncResource, nextTick } from '#host'
import { guarded } from '../../errors/listener-exceptions.ts'
import { badDescriptor, canceled, protocolError } from '../../errors/system-errors.ts'
import { asFirstRecord, toNodeError } from '../../errors/tls-error.ts'
import type { EngineOwner, Told } from './engine-owner.ts'
import { beforeHello, NOT_TLS } from './first-message.ts'
import { copied, FULL_RECORD, inOne } from './one-write.ts'
import { inOwnTurn } from './own-turn.ts'
import { added, NONE } from './rare-list.ts'
import { refuseWrite, tellAll, tellCanceled } from './refused-write.ts'
import { keep, Transport, type TransportEvents } from './transport.ts'

type Done = (error?: Error | null) => void

/**
 * Moves bytes between a transport and a {@link TlsConnection}, and events to the socket. One for each TLSSocket.
 */
export class Engine implements TransportEvents {
  readonly transport: Transport
  connection: TlsConnection | undefined
  /** Something in C++ reads through the handle. */
  nativeReader = false
  bytesRead = 0
  bytesWritten = 0
  /** Plaintext accepted but not yet written to the transport, bytes. */
  pendingBytes = 0
  handshakes = 0
  lastHandshake = 0
  /** Set by `enableTrace`. */
  trace: ((direction: 'read' | 'write', contentType: number, bytes: Uint8Array) => void) | undefined
  /** What the program sees in the engine's place, and what it began there. */
  handle!: { finishRequests?(): void }
  #scope = new AsyncResource('TLSWRAP')
  /** Renegotiations and the like may be refused from here on. */
  #open = false
  #ending = false
  #failedWith: Error | undefined
  #pumping = false
  #reading = false
  /** The socket's buffer is full: plaintext waits here, and behind it the end, until the socket wants to read again. */
  #stalled = false
  #undelivered: Uint8Array[] = NONE
  #endUndelivered = false
  /** What the socket was told in this turn. */
  #told: Told = 'nothing'
  #held: { chunks: readonly Uint8Array[]; length: number; done: Done }[] = NONE
  /** Those who wait for the transport to take what they wrote. */
  #pending: Done[] = NONE
  /** A small write that waits for the end of the turn: what is written behind it goes in the same record. */
  #waiting: Done | undefined
  #joining = false
  /** Writes whose data waits for a renegotiation. */
  #delayed: Done[] = NONE
  /** The end of our side was asked for, and the transport has not been ended. */
  #ended: (() => void) | undefined
  readonly #owner: EngineOwner

  constructor(raw: Duplex, owner: EngineOwner) {
    this.#owner = owner
    this.transport = new Transport(raw, this)
  }

  /** The transport's own handle, for addresses and file descriptors. */
  get rawHandle(): Record<string, unknown> | null {
    return (this.transport.raw as unknown as { _handle?: Record<string, unknown> | null })._handle ?? null
  }

  /** Begins the handshake (a client sends its ClientHello). */
  start(): void {
    this.#ensure()
    this.pump()
  }

  #ensure(): TlsConnection {
    if (this.connection) {
      return this.connection
    }
    const connection = this.#owner.connect()
    connection.onWake = () => this.#inScope(this.pump)
    this.connection = connection
    return connection
  }

  /**
   * From here on events are told in the asynchronous context of this moment: that of `connect` or `listen`, and of the next
   * request where an agent uses the connection again. The transport may be another's, and have been there before.
   */
  enterContext(): void {
    this.#scope = new AsyncResource('TLSWRAP')
  }

  #inScope<A extends unknown[], R>(work: (...args: A) => R, ...args: A): R {
    return this.#scope.runInAsyncScope(work, this, ...args)
  }

  transportError(error: Error): void {
    this.#inScope(this.#owner.transportFailed.bind(this.#owner), error)
  }

  transportClose(): void {
    this.#inScope(this.#owner.transportClosed.bind(this.#owner))
  }

  transportData(bytes: Uint8Array): boolean {
    return this.#inScope(this.#take, bytes)
  }

  transportEnd(): void {
    this.#inScope(this.#takeEnd)
  }

  #take(bytes: Uint8Array): boolean {
    this.#owner.active()
    const connection = this.#ensure()
    connection.receive(bytes)
    this.pump()
    return this.#wantsInput
  }

  #takeEnd(): void {
    const { connection } = this
    // Before the handshake is done, and after a failure, the socket says in Node's words what an end means.
    if (!connection?.handshakeComplete || this.#failedWith) {
      this.#owner.ended()
      return
    }
    connection.receiveEnd()
    this.pump()
  }

  /** During the handshake there is always something to read; after it, when the socket wants data. */
  get #wantsInput(): boolean {
    const { connection } = this
    return !connection || (!connection.paused && (this.#reading || !connection.handshakeComplete))
  }

  resume(): void {
    this.#reading = true
    this.#deliverMore()
    if (!this.#stalled) {
      this.transport.resume()
    }
  }

  #deliverMore(): void {
    this.#stalled = false
    const more = this.#undelivered.length > 0
    while (!this.#stalled && this.#undelivered.length > 0) {
      const bytes = this.#undelivered.shift()!
      guarded(() => this.#hand(bytes))
      if (!this.#stalled && !this.#owner.hears('data')) {
        this.#deliverLater()
      }
    }
    if (this.#stalled || !this.#endUndelivered) {
      return
    } else if (more) {
      this.#deliverLater()
    } else {
      this.#endUndelivered = false
      this.#owner.ended()
    }
  }

  #deliverLater(): void {
    this.#stalled = true
    inOwnTurn(this)
  }

  deliver(): void {
    if (!this.#reading) {
      return
    }
    this.#deliverMore()
    if (!this.#stalled && this.transport.paused) {
      this.transport.resume()
    }
  }

  pause(): void {
    this.#reading = false
    if (!this.#wantsInput) {
      this.transport.pause()
    }
  }

  /**
   * Hands on what the connection has to say. Events first: what a listener of `secureConnect` writes, or destroys, comes
   * before the client's Finished leaves, as in Node. An error waits for its alert to be written.
   */
  pump(): void {
    const { connection } = this
    if (this.#pumping || !connection) {
      return
    }
    this.#pumping = true
    try {
      const paused = connection.paused
      for (;;) {
        const events = connection.takeEvents()
        for (const event of events) {
          if (event.type === 'error') {
            // What does not look like TLS gets no alert: its sender could not read it (OpenSSL: SSL_AD_NO_ALERT).
            if (connection.version === undefined && NOT_TLS.has(event.error.reason)) {
              connection.takeOutput()
            } else {
              this.#flush()
            }
          }
          guarded(() => this.#dispatch(event))
        }
        const flushed = this.#flush()
        if (events.length === 0 && !flushed) {
          break
        }
      }
      if (paused && this.#wantsInput) {
        this.transport.resume()
      }
    } finally {
      this.#pumping = false
      this.#told = 'nothing'
    }
  }

  #flush(done: Done | undefined = this.#waiting): boolean {
    if (done === this.#waiting) {
      this.#waiting = undefined
    }
    const { connection } = this
    if (!connection) {
      return false
    }
    const output = connection.takeOutput()
    const told = this.#toTell(done, connection.heldBytes > 0)
    if (output.length === 0) {
      told?.()
      return false
    }
    this.#owner.active()
    this.transport.write(inOne(output), told)
    this.#endTransport()
    return true
  }

  /** Whom to tell of what leaves now. What a renegotiation holds back is not written before it has left. */
  #toTell(done: Done | undefined, held: boolean): Done | undefined {
    if (held) {
      if (done) {
        this.#delayed = added(this.#delayed, done)
      }
      return undefined
    }
    if (this.#delayed.length === 0) {
      return done
    }
    const all = this.#delayed.splice(0)
    if (done) {
      all.push(done)
    }
    return tellAll(all)
  }

  #dispatch(event: TlsEvent): void {
    switch (event.type) {
      case 'data':
        return void this.#deliver(event.bytes)
      case 'secure':
        this.#owner.secured(event.renegotiation)
        this.#told = 'handshake'
        return
      case 'session':
        this.#owner.session(event.session)
        return
      case 'closeNotify':
      case 'truncated':
        this.#endUndelivered = true
        if (this.#told !== 'nothing' && !this.#stalled && !this.nativeReader) {
          this.#deliverLater()
        } else if (this.#undelivered.length === 0) {
          this.#deliverMore()
        }
        return
      case 'error':
        this.#fail(event.error)
        return
      default:
        this.#owner.event(event)
    }
  }

  #deliver(bytes: Uint8Array): void {
    if (bytes.length === 0) {
      return
    }
    this.bytesRead += bytes.length
    bytes = keep(bytes)
    if (!this.#stalled && !this.#owner.hears(this.#told)) {
      this.#deliverLater()
    }
    if (this.#stalled) {
      this.#undelivered = added(this.#undelivered, bytes)
    } else {
      this.#hand(bytes)
      this.#told = 'data'
    }
  }

  #hand(bytes: Uint8Array): void {
    const first = this.#owner.inOneTurn(bytes)
    const more = first.length < bytes.length
    this.#undelivered = more ? [bytes.subarray(first.length), ...this.#undelivered] : this.#undelivered
    if (!this.#owner.data(first)) {
      this.#reading = false
      this.#stalled = true
      this.transport.pause()
    } else if (more || this.#owner.readsByEvent()) {
      this.#deliverLater()
    }
  }

  #fail(error: TlsError): void {
    const complete = this.#open
    const told = toNodeError(beforeHello(this.connection!) ? asFirstRecord(error, this.connection!.side) : error)
    // As Node, whose write fails where the handshake that it waits for does (TLSWrap::ClearIn).
    const failure = this.#held.length > 0 && !this.connection!.handshakeComplete ? protocolError(told) : told
    this.#failedWith = failure
    this.#endTransport()
    // What came before the error is read before it is told.
    for (const bytes of this.#undelivered.splice(0)) {
      guarded(() => this.#owner.data(bytes))
    }
    guarded(() => this.#owner.failed(failure, complete))
    this.#cancelWrites()
  }

  /** The handshake is done and the peer is verified: what was written early may go. */
  release(): void {
    this.#open = true
    for (const { chunks, length, done } of this.#held.splice(0)) {
      this.pendingBytes -= length
      this.#send(chunks, length, done)
    }
  }

  /**
   * Writes plaintext. Held until the handshake is done and the peer verified: a peer that is refused gets none of it.
   *
   * @param done called once when the transport has taken it
   */
  write(chunks: readonly Uint8Array[], done: Done): void {
    let length = 0
    for (const chunk of chunks) {
      length += chunk.length
    }
    // What was asked for is counted, as a handle of Node's counts it: what became of it is said to `done`.
    this.bytesWritten += length
    if (!this.#open) {
      // What was written is what is sent, whatever becomes of the writer's memory.
      this.#held = added(this.#held, { chunks: chunks.map(copied), length, done })
      this.pendingBytes += length
      // A client that is not from `tls.connect` begins its handshake with its first write.
      if (!this.connection) {
        this.start()
      }
      return
    }
    this.#send(chunks, length, done)
  }

  #send(chunks: readonly Uint8Array[], length: number, done: Done): void {
    const connection = this.connection
    if (!connection || this.#failedWith || connection.closed) {
      refuseWrite(length, this.#failedWith, done)
      return
    }
    const finish: Done = (error) => {
      const at = this.#pending.indexOf(finish)
      if (at < 0) {
        return
      }
      if (this.#pending.length === 1) {
        this.#pending = NONE
      } else {
        this.#pending.splice(at, 1)
      }
      this.pendingBytes -= length
      done(error)
    }
    this.#pending = added(this.#pending, finish)
    this.pendingBytes += length
    const waits = length < FULL_RECORD && !this.#joining && this.transport.open
    connection.write(...(waits || !connection.writable ? chunks.map(copied) : chunks))
    if (waits) {
      if (this.#waiting) {
        this.#flush()
      }
      this.#waiting = finish
      nextTick(() => this.#join())
      return
    }
    this.#flush(finish)
    // A KeyUpdate or an error may have come of it.
    if (!this.#pumping) {
      this.pump()
    }
  }

  /**
   * The turn of a small write is over. If the stream has more behind it, the stream is told at once that it is done, and
   * hands over the rest, to be sealed and sent with it.
   */
  #join(): void {
    const waiting = this.#waiting
    if (!waiting) {
      return
    }
    // Not of one that can no longer leave.
    if (this.transport.open && this.#owner.writesWait(this.pendingBytes)) {
      this.#joining = true
      waiting()
      this.#joining = false
      if (this.#waiting !== waiting) {
        return
      }
      this.#waiting = undefined
    }
    this.#flush()
    if (!this.#pumping) {
      this.pump()
    }
  }

  /** Sends close_notify and ends the transport's write side. */
  shutdown(done: Done): void {
    if (this.#ending) {
      done()
      return
    }
    this.#ending = true
    this.#ended = () => done()
    const { connection } = this
    if (connection && !this.#failedWith) {
      connection.close()
      this.#flush()
    }
    this.#endTransport()
  }

  /** Behind close_notify, which waits while a renegotiation holds data back. */
  #endTransport(): void {
    const { connection } = this
    const ended = this.#ended
    if (!ended || (connection && !this.#failedWith && !connection.closeNotifySent)) {
      return
    }
    this.#ended = undefined
    this.transport.end(ended)
  }

  /** Destroys the transport and calls back when it is closed. */
  close(callback?: () => void): void {
    const { raw } = this.transport
    // The writer hears of it behind the error that closes the socket, as of any write of Node's.
    const last = this.#failedWith ? undefined : this.#waiting
    let failure: Error | null | undefined
    if (last) {
      this.#waiting = undefined
      this.#flush((error) => (failure = error))
    }
    const finish = () =>
      nextTick(() => {
        last?.(failure)
        this.#cancelWrites()
        this.handle.finishRequests?.()
        this.#owner.released()
        // Programs keep sockets that are closed, and nothing more is asked of this.
        this.connection = undefined
        callback?.()
      })
    if (raw.closed) {
      // As a handle of libuv: 'close' comes after the 'error' that is on its way.
      return void nextTick(finish)
    }
    raw.once('close', finish)
    raw.destroy()
  }

  #cancelWrites(): void {
    tellCanceled(this.#pending)
    // What was held for a peer that was then refused, or for one that never came so far.
    const reason = this.connection?.handshakeComplete ? badDescriptor : canceled
    for (const { done } of this.#held.splice(0)) {
      done(reason())
    }
  }
}

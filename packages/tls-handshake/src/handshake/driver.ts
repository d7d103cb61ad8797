import { isPromiseLike } from '@x/crypto-primitives'
import { peerError, type TlsError } from '@x/tls-record'
import { type HandshakeMessage, handshakeTypeName } from '../messages/handshake-message.ts'
import type { Flow, Question, Step } from './step.ts'

/** Whom a driver works for. */
export interface DriverHost {
  /** The handshake, a hook, or the work given to `run` has thrown: everything ends here. */
  fail(cause: unknown): void
  /** A promise has settled and the handshake has gone on: messages may be waiting for it, and output for the peer. */
  woke(): void
}

/**
 * Runs a handshake from one pause to the next: puts its questions, goes on at once where the answer is there and else when
 * the promise settles, and hands it the messages that it allows. Where those come from, out of records, datagrams or
 * QUIC's CRYPTO frames, it does not know.
 *
 * Hooks of the application run inside of it. What they call meanwhile waits until the handshake has come to rest.
 *
 * @example
 * const driver = new HandshakeDriver(handshake(wire, facts, secrets), host)
 * driver.start()
 * driver.run(() => {
 *   for (let message; driver.ready && (message = messages.next(driver)); ) driver.receive(message)
 * })
 */
export class HandshakeDriver {
  readonly #flow: Flow
  readonly #host: DriverHost
  /** Where the handshake pauses. While it runs, and after its end, nowhere. */
  #pause: Step | undefined
  #busy = false
  #later: (() => void)[] = NOTHING_LATER
  #aborted: TlsError | undefined
  #ended = false

  constructor(flow: Flow, host: DriverHost) {
    this.#flow = flow
    this.#host = host
  }

  /** Runs the handshake to its first pause; where it is {@link idle}, begins it anew. */
  start(): void {
    this.run(() => this.#resume())
  }

  /** It can take a message: no question is open, and nothing has ended it. */
  get ready(): boolean {
    return this.#pause?.kind !== 'question' && this.#aborted === undefined && !this.#ended
  }

  /** The question whose answer is waited for. */
  get question(): Question | undefined {
    return this.#pause?.kind === 'question' ? this.#pause.question : undefined
  }

  /** The handshake is done, and may be begun anew (TLS up to 1.2). */
  get idle(): boolean {
    return this.#pause?.kind === 'idle'
  }

  /** @throws {TlsError} `UNEXPECTED_MESSAGE` for a type of message that is not expected now */
  admit(type: number): void {
    const pause = this.#pause
    const allowed = pause?.kind === 'message' || pause?.kind === 'idle' ? pause.allowed : NO_TYPES
    // RFC 9846 §4 #2: a type that is not expected now.
    if (!allowed.includes(type)) {
      throw peerError(
        'unexpected_message',
        'UNEXPECTED_MESSAGE',
        `${handshakeTypeName(type)}, where ${allowed.map(handshakeTypeName).join(' or ')} is expected`,
      )
    }
  }

  /**
   * Hands over the peer's next message. Inside of {@link run}.
   *
   * @throws {TlsError} as `admit` does
   */
  receive(message: HandshakeMessage): void {
    this.admit(message.type)
    this.#resume('next', message)
  }

  /** TLS up to 1.2: the peer's ChangeCipherSpec, where the handshake waits for it. Inside of {@link run}. */
  receiveChangeCipherSpec(): void {
    this.#resume()
  }

  // --- Hooks

  /** A hook of the application may be running. */
  get busy(): boolean {
    return this.#busy
  }

  /** Does work that may call hooks of the application. */
  run(work: () => void): void {
    this.#busy = true
    try {
      work()
    } catch (error) {
      this.#host.fail(error)
    }
    if (this.#aborted !== undefined) this.#host.fail(this.#aborted)
    this.#busy = false
    if (this.#later === NOTHING_LATER) return
    const calls = this.#later
    this.#later = NOTHING_LATER
    for (const call of calls) call()
  }

  /** Does it now, or, in a hook, once the work in hand has come to rest. */
  atRest(call: () => void): void {
    if (!this.#busy) {
      call()
      return
    }
    if (this.#later === NOTHING_LATER) this.#later = []
    this.#later.push(call)
  }

  /** Ends it all by this error; in a hook, as soon as the driver gets a word in. */
  abort(error: TlsError): void {
    if (this.#busy) this.#aborted ??= error
    else this.#host.fail(error)
  }

  /** What a hook has aborted by. */
  get aborted(): TlsError | undefined {
    return this.#aborted
  }

  /** @throws {TlsError} when a hook has aborted: the handshake goes no further */
  goesOn(): void {
    if (this.#aborted !== undefined) throw this.#aborted
  }

  /** No step more. A handshake that waits for something runs its clean-up. */
  end(): void {
    this.#ended = true
    this.#pause = undefined
    try {
      this.#flow.return()
    } catch {
      // It is the handshake itself that failed just now, and it has cleaned up.
    }
  }

  // --- Steps

  /** Goes on to the next pause that cannot be answered at once. */
  #resume(how: 'next' | 'throw' = 'next', value?: unknown): void {
    this.#pause = undefined
    let result = this.#flow[how](value)
    while (!result.done) {
      const step = result.value
      if (step.kind !== 'question') {
        this.#pause = step
        return
      }
      let answer: unknown
      try {
        answer = step.ask()
      } catch (error) {
        this.goesOn()
        result = this.#flow.throw(error)
        continue
      }
      this.goesOn()
      if (isPromiseLike(answer)) {
        this.#pause = step
        this.#await(answer)
        return
      }
      result = this.#flow.next(answer)
    }
  }

  #await(promise: PromiseLike<unknown>): void {
    let settled = false
    const settle = (how: 'next' | 'throw', value: unknown): void => {
      // A thenable may answer twice, or in the very call.
      if (settled) return
      settled = true
      this.atRest(() => {
        if (this.#ended) return
        this.run(() => this.#resume(how, value))
        this.#host.woke()
      })
    }
    promise.then(
      (value) => settle('next', value),
      (error: unknown) => settle('throw', error),
    )
  }
}

const NO_TYPES: readonly number[] = []
const NOTHING_LATER: (() => void)[] = []

import type { Session, TlsConnection, TlsEvent } from '@x/tls-handshake'

/** What a socket was told in one turn, last. */
export type Told = 'nothing' | 'handshake' | 'data'

/** What the engine tells its socket. */
export interface EngineOwner {
  /** Makes the connection when the handshake begins: all options are known by then. */
  connect(): TlsConnection
  secured(renegotiation: boolean): void
  /** Plaintext. @returns false to be left alone until `resume` */
  data(bytes: Uint8Array): boolean
  /** True when more than `pending` bytes have been written: the stream holds the rest back. */
  writesWait(pending: number): boolean
  /** Somebody hears the data that comes next, or it is kept until somebody asks for it. @param told before it, in this turn */
  hears(told: Told): boolean
  /** Plaintext is fetched at `'readable'`, by one call of `read` for each. */
  readsByEvent(): boolean
  /** What of these bytes is told in one turn: they themselves, or their beginning. */
  inOneTurn(bytes: Uint8Array): Uint8Array
  /** close_notify came, or the transport ended. */
  ended(): void
  session(session: Session): void
  failed(error: Error, handshakeComplete: boolean): void
  transportFailed(error: Error): void
  transportClosed(): void
  /** All is over: nothing of the connection is left. */
  released(): void
  active(): void
  event(event: TlsEvent): void
}

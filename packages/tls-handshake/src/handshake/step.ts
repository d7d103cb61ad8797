import type { Awaitable } from '@x/crypto-primitives'
import type { HandshakeMessage } from '../messages/handshake-message.ts'

/** What a handshake may ask of the world outside. */
export type Question =
  | 'clientHello'
  | 'selectAlpn'
  | 'selectCredential'
  | 'ocspResponse'
  | 'selectPsk'
  | 'verifyPeer'
  | 'sign'
  | 'verifySignature'
  | 'decryptPremaster'
  | 'keyExchange'
  | 'findSession'
  | 'storeSession'
  | 'sealTicket'
  | 'openTicket'
  | 'antiReplay'

/**
 * Where a handshake pauses, as data: for the peer's next message, or for an answer from outside. Whoever runs the
 * generator puts the question; an answer that is there at once never touches the microtask queue.
 */
export type Step =
  /** The next handshake message, of one of the types allowed here. Resumed with a {@link HandshakeMessage}. */
  | { readonly kind: 'message'; readonly allowed: readonly number[] }
  /** TLS up to 1.2: the peer's ChangeCipherSpec. */
  | { readonly kind: 'changeCipherSpec' }
  /**
   * TLS up to 1.2, after the handshake: a message of one of these types, or the application's wish to renegotiate.
   * Resumed with a {@link HandshakeMessage}, or `undefined` for the wish.
   */
  | { readonly kind: 'idle'; readonly allowed: readonly number[] }
  /** The answer to a question. Resumed with it, or with what was thrown. */
  | { readonly kind: 'question'; readonly question: Question; readonly ask: () => Awaitable<unknown> }

/** A part of a handshake that returns T. */
export type Flow<T = void> = Generator<Step, T, unknown>

/** The next handshake message. */
export function* nextMessage(...allowed: number[]): Flow<HandshakeMessage> {
  return (yield { kind: 'message', allowed }) as HandshakeMessage
}

/** The answer to a question, whether it comes at once or as a promise. */
export function* answer<T>(question: Question, ask: () => Awaitable<T>): Flow<T> {
  return (yield { kind: 'question', question, ask }) as T
}

/** The next handshake message, or `undefined` when the application wants to renegotiate. */
export function* idle(...allowed: number[]): Flow<HandshakeMessage | undefined> {
  return (yield { kind: 'idle', allowed }) as HandshakeMessage | undefined
}

import type { Hash, HashState } from '@x/crypto-primitives'
import { concatBytes } from '../codec/bytes.ts'
import { HandshakeType } from '../messages/handshake-message.ts'

/**
 * Transcript-Hash (RFC 9846 §4.1): the running hash of the handshake's messages. Until the hash function is negotiated
 * the messages are kept.
 */
export class Transcript {
  #kept: Uint8Array[] = []
  #state: HashState | undefined
  #hash: Hash | undefined

  /** Adds a message, its 4-byte header included. */
  add(message: Uint8Array): void {
    if (this.#state) this.#state.update(message)
    else this.#kept.push(message)
  }

  /** The hash function is known: from here on only its state is kept. */
  start(hash: Hash): void {
    if (this.#state !== undefined) return
    this.#hash = hash
    this.#state = hash.create()
    for (const message of this.#kept) this.#state.update(message)
    this.#kept = []
  }

  /** A HelloRetryRequest: ClientHello1 is replaced by a message_hash message. To be called before the request is added. */
  replaceByHash(): void {
    const hash = this.#hash!
    const digest = this.#state!.digest()
    this.#state = hash
      .create()
      .update(Uint8Array.of(HandshakeType.message_hash, 0, 0, digest.length))
      .update(digest)
  }

  /** The hash function, once it is known. */
  get hash(): Hash {
    return this.#hash!
  }

  /** The hash of all messages so far. */
  digest(): Uint8Array {
    return this.#state!.digest()
  }

  /** The hash of all messages so far and `tail`, as if it were one more: for binders and tickets. */
  digestWith(hash: Hash, tail: Uint8Array): Uint8Array {
    if (this.#state === undefined) return hash.digest(...this.#kept, tail)
    return this.#state.copy().update(tail).digest()
  }

  /** An independent transcript that goes on from here: each post-handshake authentication starts from the Finished. */
  fork(): Transcript {
    const fork = new Transcript()
    fork.#hash = this.#hash
    fork.#state = this.#state?.copy()
    fork.#kept = [...this.#kept]
    return fork
  }

  /** All messages as they came: only until {@link start}. For TLS 1.2's CertificateVerify. */
  get kept(): Uint8Array {
    return concatBytes(...this.#kept)
  }
}

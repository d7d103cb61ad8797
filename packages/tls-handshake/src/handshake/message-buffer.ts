import { peerError } from '@x/tls-record'
import type { Limits } from '../config.ts'
import { type HandshakeMessage, HandshakeType, handshakeTypeName } from '../messages/handshake-message.ts'

const HEADER = 4
/** Messages that carry certificates or names of authorities may be larger than the others. */
const LARGE: ReadonlySet<number> = /* @__PURE__ */ new Set([
  HandshakeType.certificate,
  HandshakeType.compressed_certificate,
  HandshakeType.certificate_request,
  HandshakeType.certificate_status,
])

/**
 * Handshake messages out of records: split at any byte, or several in one record (RFC 9846 §5.1). Each message is
 * copied once, into memory of its own.
 */
export class MessageBuffer {
  readonly #limit: number
  readonly #largeLimit: number
  /** Records not used up. Usually one. */
  readonly #pieces: Uint8Array[] = []
  /** So many of them are in memory of ours. */
  #owned = 0
  #length = 0

  constructor(limits: Limits = {}) {
    this.#limit = limits.handshakeMessage ?? 16384
    this.#largeLimit = limits.certificateMessage ?? 102400
  }

  /** Bytes of messages that were not taken yet. */
  get length(): number {
    return this.#length
  }

  /** @param payload a view that need only be valid until `keep` */
  push(payload: Uint8Array): void {
    this.#pieces.push(payload)
    this.#length += payload.length
  }

  /** Copies what is left, since the record's memory goes back to its owner. */
  keep(): void {
    for (; this.#owned < this.#pieces.length; this.#owned++) {
      this.#pieces[this.#owned] = this.#pieces[this.#owned].slice()
    }
  }

  /**
   * The next whole message.
   *
   * @throws {TlsError} when its header announces more than is allowed
   */
  next(): HandshakeMessage | undefined {
    if (this.#length < HEADER) return undefined
    const header = this.#peekHeader()
    const length = (header[1] << 16) | (header[2] << 8) | header[3]
    const limit = LARGE.has(header[0]) ? this.#largeLimit : this.#limit
    if (length > limit) {
      throw peerError(
        'illegal_parameter',
        'EXCESSIVE_MESSAGE_SIZE',
        `${handshakeTypeName(header[0])} of ${length} bytes, more than ${limit}`,
      )
    }
    if (this.#length < HEADER + length) return undefined
    const raw = this.#take(HEADER + length)
    return { type: header[0], body: raw.subarray(HEADER), raw }
  }

  #peekHeader(): Uint8Array {
    const first = this.#pieces[0]
    if (first.length >= HEADER) return first
    const header = new Uint8Array(HEADER)
    let at = 0
    for (const piece of this.#pieces) {
      for (let i = 0; i < piece.length && at < HEADER; i++) header[at++] = piece[i]
      if (at === HEADER) break
    }
    return header
  }

  #take(length: number): Uint8Array {
    const out = new Uint8Array(length)
    let at = 0
    let used = 0
    while (at < length) {
      const piece = this.#pieces[used]
      const count = Math.min(piece.length, length - at)
      out.set(count === piece.length ? piece : piece.subarray(0, count), at)
      at += count
      if (count === piece.length) used++
      else this.#pieces[used] = piece.subarray(count)
    }
    this.#pieces.splice(0, used)
    this.#owned = Math.max(0, this.#owned - used)
    this.#length -= length
    return out
  }
}

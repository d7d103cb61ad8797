import { peerError, ReceivedBytes } from '@x/tls-record'
import type { Limits } from '../config.ts'
import { type HandshakeMessage, HandshakeType, handshakeTypeName } from '../messages/handshake-message.ts'

const HEADER = 4
/** Bytes of most messages at most; and of those that have lists whose vectors hold more, as OpenSSL limits them. */
const DEFAULT_LIMIT = 16384
const LIMITS: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [HandshakeType.client_hello, 131396],
  // RFC 9846 §4.7.1: opaque ticket<1..2^16-1>, and as much in extensions.
  [HandshakeType.new_session_ticket, 131338],
])
/** Messages that carry certificates or names of authorities may be larger than the others. */
const LARGE: ReadonlySet<number> = /* @__PURE__ */ new Set([
  HandshakeType.certificate,
  HandshakeType.compressed_certificate,
  HandshakeType.certificate_request,
  HandshakeType.certificate_status,
])

/**
 * Handshake messages out of records: split at any byte, or several in one record (RFC 9846 §5.1). Each message is
 * copied into memory of its own.
 */
export class MessageBuffer {
  readonly #limit: number | undefined
  readonly #largeLimit: number
  readonly #input = new ReceivedBytes()

  constructor(limits?: Limits) {
    this.#limit = limits?.handshakeMessage
    this.#largeLimit = limits?.certificateMessage ?? 102400
  }

  /** Bytes of messages that were not taken yet. */
  get length(): number {
    return this.#input.length
  }

  /** @param payload a view that need only be valid until `keep` */
  push(payload: Uint8Array): void {
    this.#input.push(payload)
  }

  /** Copies what is left, since the record's memory goes back to its owner. */
  keep(): void {
    this.#input.keep()
  }

  /**
   * The next whole message.
   *
   * @param expecting asked of a message as soon as its header is here: how long it may be is no matter where it may not come
   * @throws {TlsError} when its header announces more than is allowed
   */
  next(expecting?: { admit(type: number): void }): HandshakeMessage | undefined {
    const { bytes, start, length: available } = this.#input
    if (available < HEADER) return undefined
    const type = bytes[start]
    expecting?.admit(type)
    const length = (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3]
    const limit = LARGE.has(type) ? this.#largeLimit : (this.#limit ?? LIMITS.get(type) ?? DEFAULT_LIMIT)
    if (length > limit) {
      throw peerError(
        'illegal_parameter',
        'EXCESSIVE_MESSAGE_SIZE',
        `${handshakeTypeName(type)} of ${length} bytes, more than ${limit}`,
      )
    }
    if (available < HEADER + length) return undefined
    const raw = new Uint8Array(HEADER + length)
    raw.set(bytes.subarray(start, start + raw.length))
    this.#input.start += raw.length
    return { type, body: raw.subarray(HEADER), raw }
  }
}

import { ByteQueue } from './byte-queue.ts'
import { ContentType, MAX_PLAINTEXT, Version } from './constants.ts'
import { smallBytes } from './header.ts'
import { answered, hook, kind, optionTable, readOptions, whole } from './options.ts'
import { PlaintextWriter } from './protection/plaintext.ts'
import type { WriteProtection } from './protection.ts'

export interface RecordWriterOptions {
  /** Largest content of a record, bytes (1 to 16384, the default). */
  maxFragment?: number
  /** TLS 1.3: bytes of padding for content of this type and length (default none). */
  padding?: (contentType: number, length: number) => number
}

const amount = /* @__PURE__ */ kind('a number of at least 0', (value) => typeof value === 'number' && value >= 0)

/** Content of so few bytes is cheaper to seal in place than to hand on in pieces. */
const SMALL = 512

const OPTIONS = /* @__PURE__ */ optionTable([/* @__PURE__ */ whole(1, MAX_PLAINTEXT), 'maxFragment'], [hook, 'padding'])

/**
 * Content in, records out: fragmented, joined, protected.
 *
 * The output is pieces for one `writev`. With a cipher that works in place, one buffer is allocated for all records of
 * a call, and the content is copied into it once; with one that allocates, header, ciphertext and tag are handed on as
 * they are, unless they are small.
 */
export class RecordWriter {
  /** What protects the next record. */
  protection: WriteProtection = new PlaintextWriter()
  /** `legacy_record_version`: 0x0301 for a first ClientHello, then the negotiated version (RFC 9846 §5.1). */
  version: number = Version.TLS10
  /** Largest content that we like to send, bytes. */
  maxFragment: number
  /** Largest content that the peer takes: its max_fragment_length, or record_size_limit below TLS 1.3. */
  peerMaxFragment = MAX_PLAINTEXT
  /** Largest TLSInnerPlaintext of TLS 1.3, content, type and padding: the peer's record_size_limit (RFC 8449). */
  maxInner = MAX_PLAINTEXT + 1
  /** TLS 1.0 CBC: the first byte of a record's application data goes alone (1/n-1 splitting, against BEAST). */
  splitFirstByte = false
  readonly #padding: ((contentType: number, length: number) => number) | undefined
  #output: Uint8Array[] = []
  readonly #small = new ByteQueue()

  /** @throws {TlsError} `INVALID_ARGUMENT` for options that are none */
  constructor(given: RecordWriterOptions = {}) {
    const { maxFragment, padding } = readOptions('RecordWriter', OPTIONS, given)
    this.maxFragment = maxFragment ?? MAX_PLAINTEXT
    this.#padding = padding
  }

  /** True when there is something to send. */
  get hasOutput(): boolean {
    return this.#output.length > 0
  }

  /** The pieces to send, in order (RFC 5246 §6.2.1 #6). They are the caller's from now on. */
  takeOutput(): Uint8Array[] {
    const output = this.#output
    this.#output = []
    return output
  }

  /** Records that may still be written before the key must change. */
  get recordsLeft(): number {
    return this.protection.recordLimit - this.protection.sequence
  }

  /** Bytes of content that a full record takes now: RFC 5246 §6.2.1 #2, #3, RFC 9846 §5.1 #15, RFC 9846 §5.2 #1: 2^14, and with type and padding 2^14 + 1, at most. */
  get fragmentLength(): number {
    const limit = Math.min(this.maxFragment, this.peerMaxFragment)
    return Math.max(1, this.protection.innerType ? Math.min(limit, this.maxInner - 1) : limit)
  }

  /** Writes one message in as many records as it takes. */
  write(type: number, message: Uint8Array): void {
    this.#small.push(message)
    this.writeQueue(type, this.#small)
  }

  /**
   * Writes content from a queue in full records.
   *
   * @param maxRecords stop after so many records, with the rest left in the queue
   */
  writeQueue(type: number, content: ByteQueue, maxRecords = Number.POSITIVE_INFINITY): void {
    const fragment = this.fragmentLength
    if (this.splitFirstByte && type === ContentType.application_data) {
      this.#writeSplit(type, content, fragment, maxRecords)
      return
    }
    const records = Math.min(maxRecords, Math.ceil(content.length / fragment))
    if (records > 0) {
      this.#writeRecords(type, content, Math.min(content.length, records * fragment), fragment, records)
    }
  }

  /** Each record as two: the first of them makes the second's chaining value one that nobody could foresee. */
  #writeSplit(type: number, content: ByteQueue, fragment: number, maxRecords: number): void {
    for (let left = maxRecords; left > 0 && content.length > 0; left--) {
      if (content.length > 1 && left > 1) {
        this.#writeRecords(type, content, 1, 1, 1)
        left--
      }
      this.#writeRecords(type, content, Math.min(content.length, fragment), fragment, 1)
    }
  }

  #writeRecords(type: number, content: ByteQueue, total: number, fragment: number, records: number): void {
    const { protection, version } = this
    if (protection.allocates && total > SMALL) {
      for (let left = total; left > 0; ) {
        const length = Math.min(left, fragment)
        const pieces = protection.sealPieces!(type, version, content, length, this.#paddingFor(type, length))
        if (this.#output.length > 0) this.#output.push(...pieces)
        else this.#output = pieces
        left -= length
      }
      return
    }
    if (this.#padding !== undefined && protection.innerType) {
      for (let left = total; left > 0; ) {
        const length = Math.min(left, fragment)
        const padding = this.#paddingFor(type, length)
        const wire = new Uint8Array(protection.sizeOf(length, padding))
        this.#output.push(wire.subarray(0, protection.seal(type, version, content, length, padding, wire, 0)))
        left -= length
      }
      return
    }
    const last = total - (records - 1) * fragment
    const size = (records - 1) * protection.sizeOf(Math.min(fragment, total), 0) + protection.sizeOf(last, 0)
    // What a cipher that works in place makes is a buffer of its own, which a program may transfer.
    const wire = protection.allocates && size <= 2 * SMALL ? smallBytes(size) : new Uint8Array(size)
    let offset = 0
    for (let left = total; left > 0; ) {
      const length = Math.min(left, fragment)
      offset = protection.seal(type, version, content, length, 0, wire, offset)
      left -= length
    }
    this.#output.push(offset === wire.length ? wire : wire.subarray(0, offset))
  }

  #paddingFor(type: number, length: number): number {
    if (this.#padding === undefined || !this.protection.innerType) return 0
    const room = this.maxInner - 1 - length
    return Math.max(0, Math.min(room, Math.floor(answered('padding', amount, this.#padding(type, length)))))
  }
}

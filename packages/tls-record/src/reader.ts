import { plainView } from './bytes.ts'
import {
  ContentType,
  HEADER_LENGTH,
  MAX_CIPHERTEXT_12,
  MAX_CIPHERTEXT_13,
  MAX_EXPANSION,
  MAX_INNER_PLAINTEXT,
  MAX_PLAINTEXT,
  Version,
} from './constants.ts'
import { peerError } from './error.ts'
import { optionTable, readOptions, whole } from './options.ts'
import { PlaintextReader } from './protection/plaintext.ts'
import type { ReadProtection } from './protection.ts'
import { ReceivedBytes } from './received-bytes.ts'

/** A record that was opened. The object is reused for the next one; the payload is not. */
export interface Record {
  /** ContentType; in TLS 1.3 the inner one. */
  type: number
  /** The content: a view of the chunk the record came in, or of memory of its own where it straddled chunks. */
  payload: Uint8Array
}

export interface RecordReaderOptions {
  /** Empty records in a row that pass (default 32). */
  emptyRecords?: number
  /** ChangeCipherSpec records that a TLS 1.3 peer may send (default 32). */
  changeCipherSpecs?: number
}

const OPTIONS = /* @__PURE__ */ optionTable([/* @__PURE__ */ whole(0), 'emptyRecords changeCipherSpecs'])

const NOTHING = /* @__PURE__ */ new Uint8Array(0)

/** Bytes of early data that are skipped without knowing what they are (as BoringSSL does). */
const SKIPPED_EARLY_DATA = 16384

/** Memory for a record that straddles chunks, of any length; and from which length on a record gets it. */
const CARRY_LENGTH = HEADER_LENGTH + MAX_CIPHERTEXT_12
const CARRIED_LENGTH = 8192
/** One that is free, for all connections: it holds ciphertext only. */
let spare: Uint8Array | undefined

function carry(length: number): Uint8Array {
  if (length < CARRIED_LENGTH) return new Uint8Array(length)
  const memory = spare ?? new Uint8Array(CARRY_LENGTH)
  spare = undefined
  return memory.subarray(0, length)
}

/**
 * Chunks in, opened records out.
 *
 * A record that lies whole in a chunk is opened in it and handed up as a view; only one that straddles chunks is
 * assembled, once. The chunk's memory is the caller's, and is overwritten with plaintext.
 */
export class RecordReader {
  /** What opens the next record. Change it between records. */
  protection: ReadProtection = new PlaintextReader()
  /** `legacy_record_version` that records must carry once a version is negotiated; 0: any 0x03xx. */
  version = 0
  /** Largest content, bytes: 2^14, or less by record_size_limit or max_fragment_length. */
  maxPlaintext = MAX_PLAINTEXT
  /** True while a TLS 1.3 handshake runs: plaintext ChangeCipherSpec records are dropped (RFC 9846 §5). */
  dropChangeCipherSpec = false
  /**
   * A TLS 1.3 server whose client may have failed before it had keys: an alert in plaintext is taken, until the first
   * record that opens.
   */
  allowPlaintextAlert = false
  /** The first record of a connection gets a kinder answer to plain HTTP. */
  #first = true
  #skipEarlyData = false
  #skipped = 0
  #emptyRecords = 0
  #changeCipherSpecs = 0
  readonly #emptyLimit: number
  readonly #changeCipherSpecLimit: number
  readonly #record: Record = { type: 0, payload: NOTHING }

  /** What has not been looked at. */
  readonly #input = new ReceivedBytes()
  /** A record that straddles chunks: header and what there is of its fragment. */
  #partial: Uint8Array | null = null
  #have = 0
  readonly #header = new Uint8Array(HEADER_LENGTH)

  /** @throws {TlsError} `INVALID_ARGUMENT` for options that are none */
  constructor(given: RecordReaderOptions = {}) {
    const options = readOptions('RecordReader', OPTIONS, given)
    this.#emptyLimit = options.emptyRecords ?? 32
    this.#changeCipherSpecLimit = options.changeCipherSpecs ?? 32
  }

  /** Bytes received and not yet turned into records. */
  get pending(): number {
    return this.#input.length + this.#have
  }

  /** Adds bytes from the transport. They are read, and overwritten, by the calls of `next` that follow. */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#input.push(plainView(chunk))
  }

  /**
   * Lets go of the chunks' memory: what has not been read is copied. To be called before the caller of `push` gets its
   * buffer back.
   */
  detach(): void {
    this.#input.keep()
    this.#record.payload = NOTHING
  }

  /** Forgets everything received. */
  clear(): void {
    this.#input.clear()
    this.#have = 0
    this.#partial = null
  }

  /**
   * A TLS 1.3 server that did not take the early data it was offered: records that cannot be opened are skipped, and
   * before there are keys those of type application_data, up to 16 KiB, until the first record that opens
   * (RFC 9846 §4.3.10).
   */
  skipEarlyData(): void {
    this.#skipEarlyData = true
    this.#skipped = 0
  }

  /**
   * The next record, or `undefined` until more bytes come.
   *
   * @throws {TlsError} for a record that breaks a rule; the reader must not be used further
   */
  next(): Record | undefined {
    for (;;) {
      const record = this.#nextFragment()
      if (record === undefined) return undefined
      if (record !== null) return record
    }
  }

  /** Finds one whole record and opens it; `null` when it was dropped. */
  #nextFragment(): Record | null | undefined {
    const input = this.#input
    if (this.#have === 0 && input.length >= HEADER_LENGTH) {
      const { bytes, start } = input
      const length = this.#checkHeader(bytes, start)
      const end = start + HEADER_LENGTH + length
      if (end <= input.end) {
        input.start = end
        return this.#open(bytes, start, length)
      }
    }
    return this.#assemble()
  }

  #assemble(): Record | null | undefined {
    if (this.#partial === null) {
      this.#have += this.#pull(this.#header, this.#have, HEADER_LENGTH)
      if (this.#have < HEADER_LENGTH) return undefined
      this.#partial = carry(HEADER_LENGTH + this.#checkHeader(this.#header, 0))
      this.#partial.set(this.#header)
    }
    const record = this.#partial
    this.#have += this.#pull(record, this.#have, record.length)
    if (this.#have < record.length) return undefined
    this.#partial = null
    this.#have = 0
    const opened = this.#open(record, 0, record.length - HEADER_LENGTH)
    // Where the provider opens into memory of its own, ours is free again.
    if (opened !== null && opened.payload.buffer !== record.buffer && record.byteOffset === 0) {
      if (record.buffer.byteLength === CARRY_LENGTH) spare = new Uint8Array(record.buffer)
    }
    return opened
  }

  /** Moves bytes from the input to `target[from, to)`; returns how many there were. */
  #pull(target: Uint8Array, from: number, to: number): number {
    const input = this.#input
    const taken = Math.min(to - from, input.length)
    if (taken > 0) target.set(input.bytes.subarray(input.start, input.start + taken), from)
    input.start += taken
    return taken
  }

  /** What can be said from the header alone. Returns the fragment's length. */
  #checkHeader(buffer: Uint8Array, at: number): number {
    const type = buffer[at]
    const version = (buffer[at + 1] << 8) | buffer[at + 2]
    const length = (buffer[at + 3] << 8) | buffer[at + 4]
    if (this.#first && type > ContentType.application_data) refuseGarbage(buffer, at)
    this.#first = false
    // RFC 5246 E.1 #5: any 0x03xx before a version is known, then exactly the one negotiated.
    // What a TLS 1.3 peer may still send in plaintext, an alert or a ChangeCipherSpec, comes with what it had before.
    const exact = this.version !== 0 && (!this.protection.innerType || type === ContentType.application_data)
    // RFC 9846 E.5 #11.
    if (version >>> 8 !== 3 || (exact && version !== this.version)) {
      throw peerError(
        'protocol_version',
        'WRONG_VERSION_NUMBER',
        `a record of version ${hexWord(version)}, not ${this.version === 0 ? '0x03xx' : hexWord(this.version)}${this.version === 0 ? asText(buffer, at) : ''}`,
      )
    }
    // RFC 5246 §6 #2, RFC 9846 §5 #5: an unexpected record type ends the connection with unexpected_message.
    if (type < ContentType.change_cipher_spec || type > ContentType.application_data) {
      throw peerError('unexpected_message', 'UNEXPECTED_RECORD', `unknown content type ${type}`)
    }
    // RFC 9846 §5.1 #16, RFC 9846 §5.2 #2, #5, RFC 5246 §6.2.3: before a byte of the fragment is taken in.
    // Early data that is passed over is protected, though we have no keys for it.
    const skipped = this.#skipEarlyData && type === ContentType.application_data
    // RFC 6066 §4 #8: so is what an agreed, shorter length can grow to.
    const agreed = this.maxPlaintext < MAX_PLAINTEXT ? this.maxPlaintext + MAX_EXPANSION : MAX_CIPHERTEXT_12
    if (length > (skipped ? MAX_CIPHERTEXT_13 : Math.min(this.protection.maxCiphertext, agreed))) {
      throw this.protection.plaintext
        ? peerError(
            'record_overflow',
            'DATA_LENGTH_TOO_LONG',
            `a plaintext record of ${length} bytes, more than ${MAX_PLAINTEXT}`,
          )
        : peerError(
            'record_overflow',
            'ENCRYPTED_LENGTH_TOO_LONG',
            `a protected record of ${length} bytes, more than ${this.protection.maxCiphertext}`,
          )
    }
    return length
  }

  #open(buffer: Uint8Array, at: number, length: number): Record | null {
    const { protection } = this
    const outer = buffer[at]
    if (outer === ContentType.change_cipher_spec && this.dropChangeCipherSpec) {
      return this.#dropChangeCipherSpec(buffer, at, length)
    }
    if (this.#skipEarlyData && protection.plaintext && outer === ContentType.application_data) {
      return this.#skip(length)
    }
    if (protection.innerType && outer !== ContentType.application_data) {
      if (outer !== ContentType.alert || !this.allowPlaintextAlert) this.#wrongOuterType(outer)
      this.#record.type = outer
      this.#record.payload = buffer.subarray(at + HEADER_LENGTH, at + HEADER_LENGTH + length)
      return this.#record
    }
    const payload = protection.open(buffer, at, length)
    // RFC 5246 §6.2.3.2 #4, RFC 5246 §6.2.3.3 #4, RFC 5246 §7.2.2 #7, RFC 9846 §5.2 #3: bad_record_mac, but for early data that is passed over.
    if (payload === null) {
      if (this.#skipEarlyData) return this.#skip(length)
      throw peerError(
        'bad_record_mac',
        'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
        `a record of ${length} bytes cannot be opened`,
      )
    }
    this.#skipEarlyData = false
    if (!protection.plaintext) this.allowPlaintextAlert = false
    this.#checkContent(protection, payload)
    this.#record.type = protection.contentType
    this.#record.payload = payload
    return this.#record
  }

  #checkContent(protection: ReadProtection, payload: Uint8Array): void {
    const type = protection.contentType
    // RFC 9846 §5.4 #6: padding counts against the limit; RFC 8449 §4 #6: so does the type byte.
    const limit = protection.innerType ? Math.min(this.maxPlaintext, MAX_INNER_PLAINTEXT - 1) + 1 : this.maxPlaintext
    if (protection.innerLength > limit) {
      throw peerError(
        'record_overflow',
        'DATA_LENGTH_TOO_LONG',
        `a record of ${protection.innerLength} bytes of plaintext, more than ${limit}`,
      )
    }
    if (protection.innerType) {
      // RFC 9846 §5.4 #5: no non-zero byte is unexpected_message.
      if (type === 0) {
        throw peerError('unexpected_message', 'BAD_RECORD_TYPE', 'a protected record without a content type')
      }
      if (type === ContentType.change_cipher_spec || type > ContentType.application_data || type < 20) {
        throw peerError('unexpected_message', 'UNEXPECTED_RECORD', `inner content type ${type}`)
      }
    }
    if (payload.length === 0) {
      // RFC 9846 §5.1 #8, RFC 9846 §5.4 #3: zero-length fragments of Handshake and Alert types are forbidden.
      if (type !== ContentType.application_data) {
        throw peerError('unexpected_message', 'UNEXPECTED_RECORD', `an empty record of content type ${type}`)
      }
      if (++this.#emptyRecords > this.#emptyLimit) {
        throw peerError(
          'unexpected_message',
          'TOO_MANY_EMPTY_FRAGMENTS',
          `more than ${this.#emptyLimit} empty records in a row`,
        )
      }
    } else if (type !== ContentType.alert) {
      this.#emptyRecords = 0
    }
  }

  #wrongOuterType(outer: number): never {
    // RFC 9846 §5 #2, #5: an unexpected record type.
    throw peerError(
      'unexpected_message',
      'BAD_RECORD_TYPE',
      `an unprotected record of content type ${outer} after keys were established`,
    )
  }

  /** RFC 9846 §5 #1, #2: a single byte 0x01 is dropped without further processing, anything else is unexpected_message. */
  #dropChangeCipherSpec(buffer: Uint8Array, at: number, length: number): null {
    if (length !== 1 || buffer[at + HEADER_LENGTH] !== 1) {
      throw peerError('unexpected_message', 'BAD_CHANGE_CIPHER_SPEC', 'a ChangeCipherSpec other than the byte 0x01')
    }
    if (++this.#changeCipherSpecs > this.#changeCipherSpecLimit) {
      throw peerError(
        'unexpected_message',
        'TOO_MANY_EMPTY_FRAGMENTS',
        `more than ${this.#changeCipherSpecLimit} ChangeCipherSpec records`,
      )
    }
    return null
  }

  #skip(length: number): null {
    this.#skipped += length
    if (this.#skipped > SKIPPED_EARLY_DATA) {
      throw peerError(
        'unexpected_message',
        'TOO_MUCH_SKIPPED_EARLY_DATA',
        `more than ${SKIPPED_EARLY_DATA} bytes of early data that was not accepted`,
      )
    }
    return null
  }
}

/** `legacy_record_version` of a negotiated version: TLS 1.3 writes 1.2's (RFC 9846 §5.1). */
export function recordVersion(version: number): number {
  return Math.min(version, Version.TLS12)
}

const hexWord = (word: number) => `0x${word.toString(16).padStart(4, '0')}`

/** The first bytes as text, where they are: who does not speak TLS can often be recognized by them. */
function asText(buffer: Uint8Array, at: number): string {
  const text = String.fromCharCode(...buffer.subarray(at, at + 16))
  const words = /^[\x20-\x7e]{3,}/.exec(text)?.[0]
  if (!words) return ''
  return `; what came is no TLS but text, ${JSON.stringify(words)}${words.startsWith('HTTP/') ? ': plain HTTP' : ''}`
}

/** Plain HTTP and other protocols on our port; RFC 9846 E.5 #6, #7: an SSLv2 hello is one of them. */
function refuseGarbage(buffer: Uint8Array, at: number): void {
  const word = String.fromCharCode(...buffer.subarray(at, at + HEADER_LENGTH))
  if (/^(GET |POST |HEAD |PUT )/.test(word)) {
    throw peerError('protocol_version', 'HTTP_REQUEST', 'plain HTTP came where a TLS record was expected')
  }
  if (word === 'CONNE') {
    throw peerError('protocol_version', 'HTTPS_PROXY_REQUEST', 'an HTTP CONNECT came where a TLS record was expected')
  }
}

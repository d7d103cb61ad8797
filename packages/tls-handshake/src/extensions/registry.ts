import { peerError } from '@x/tls-record'
import { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { ALPN } from './alpn.ts'
import { CERTIFICATE_AUTHORITIES } from './certificate-authorities.ts'
import { CLIENT_CERTIFICATE_TYPE, SERVER_CERTIFICATE_TYPE } from './certificate-types.ts'
import { COMPRESS_CERTIFICATE } from './compress-certificate.ts'
import { COOKIE } from './cookie.ts'
import { EARLY_DATA } from './early-data.ts'
import { EC_POINT_FORMATS } from './ec-point-formats.ts'
import { ENCRYPT_THEN_MAC } from './encrypt-then-mac.ts'
import { ENCRYPTED_CLIENT_HELLO } from './encrypted-client-hello.ts'
import { EXTENDED_MAIN_SECRET } from './extended-main-secret.ts'
import type { Extension, ExtensionForm, ExtensionForms, Place, ReadableForm } from './extension.ts'
import { KEY_SHARE } from './key-share.ts'
import { MAX_FRAGMENT_LENGTH } from './max-fragment-length.ts'
import { NEXT_PROTOCOL_NEGOTIATION } from './next-protocol-negotiation.ts'
import { PADDING } from './padding.ts'
import { POST_HANDSHAKE_AUTH } from './post-handshake-auth.ts'
import { PRE_SHARED_KEY } from './pre-shared-key.ts'
import { PSK_KEY_EXCHANGE_MODES } from './psk-key-exchange-modes.ts'
import { QUIC_TRANSPORT_PARAMETERS } from './quic-transport-parameters.ts'
import { RECORD_SIZE_LIMIT } from './record-size-limit.ts'
import { RENEGOTIATION_INFO } from './renegotiation-info.ts'
import { SERVER_NAME } from './server-name.ts'
import { SESSION_TICKET } from './session-ticket.ts'
import { SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT } from './signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from './signed-certificate-timestamp.ts'
import { STATUS_REQUEST } from './status-request.ts'
import { SUPPORTED_GROUPS } from './supported-groups.ts'
import { SUPPORTED_VERSIONS } from './supported-versions.ts'
import { TLS_FLAGS } from './tls-flags.ts'

/** Every extension we recognise, with the messages it may stand in (the table of RFC 9846 §4.3). */
export const EXTENSIONS: ReadonlyMap<number, Extension> = /* @__PURE__ */ new Map(
  [
    ALPN,
    CERTIFICATE_AUTHORITIES,
    CLIENT_CERTIFICATE_TYPE,
    COMPRESS_CERTIFICATE,
    COOKIE,
    EARLY_DATA,
    EC_POINT_FORMATS,
    ENCRYPT_THEN_MAC,
    ENCRYPTED_CLIENT_HELLO,
    EXTENDED_MAIN_SECRET,
    KEY_SHARE,
    MAX_FRAGMENT_LENGTH,
    NEXT_PROTOCOL_NEGOTIATION,
    PADDING,
    POST_HANDSHAKE_AUTH,
    PRE_SHARED_KEY,
    PSK_KEY_EXCHANGE_MODES,
    QUIC_TRANSPORT_PARAMETERS,
    RECORD_SIZE_LIMIT,
    RENEGOTIATION_INFO,
    SERVER_CERTIFICATE_TYPE,
    SERVER_NAME,
    SESSION_TICKET,
    SIGNATURE_ALGORITHMS,
    SIGNATURE_ALGORITHMS_CERT,
    SIGNED_CERTIFICATE_TIMESTAMP,
    STATUS_REQUEST,
    SUPPORTED_GROUPS,
    SUPPORTED_VERSIONS,
    TLS_FLAGS,
  ].map((extension) => [extension.type, extension]),
)

/** Messages in which what we do not recognise is ignored (RFC 9846 §4.2.2 #17, RFC 9846 §4.4.2 #7, RFC 9846 §4.7.1 #16, RFC 9846 §9.3 #5, #6), oid_filters and status_request_v2 too (RFC 9846 §4.3.5 #4, RFC 9846 §4.5.1.1 #2, #3); elsewhere it is an answer to nothing. */
const REQUESTS: ReadonlySet<Place> = /* @__PURE__ */ new Set<Place>(['CH', 'CR', 'NST'])

const PLACE_NAMES: Readonly<Record<Place, string>> = {
  CH: 'ClientHello',
  SH: 'ServerHello',
  SH12: 'ServerHello',
  HRR: 'HelloRetryRequest',
  EE: 'EncryptedExtensions',
  CR: 'CertificateRequest',
  CT: 'Certificate',
  NST: 'NewSessionTicket',
}

/** A block of extensions as it came. */
export class ExtensionBlock {
  readonly #bodies = new Map<number, Uint8Array>()
  /** The type that came last. */
  #last: number | undefined

  /**
   * Reads `Extension extensions<..>` with its length, or, `optional`, nothing at all at the end of a message.
   * Only the syntax is checked here; {@link admit} says whether the extensions may stand there.
   */
  static decode(reader: Reader, duplicateAlert: 'decode_error' | 'illegal_parameter' = 'decode_error'): ExtensionBlock {
    const block = new ExtensionBlock()
    reader.nested(reader.vector16(), (list) => {
      while (list.left > 0) {
        const type = list.u16()
        const body = list.vector16()
        // RFC 5246 §7.4.1.4 #4, RFC 9846 §4.3 #9: no more than one of a type. It names no alert.
        if (block.#bodies.has(type)) {
          throw peerError(duplicateAlert, 'DUPLICATE_EXTENSION', `extension ${type} stands twice in ${reader.what}`)
        }
        block.#bodies.set(type, body)
        block.#last = type
      }
    })
    return block
  }

  /** Types in the order they came. */
  get types(): number[] {
    return [...this.#bodies.keys()]
  }

  /** The type that came last. */
  get last(): number | undefined {
    return this.#last
  }

  has(extension: Extension): boolean {
    return this.#bodies.has(extension.type)
  }

  /** The body of an extension as it came. */
  body(type: number): Uint8Array | undefined {
    return this.#bodies.get(type)
  }

  /**
   * What an extension says, or `undefined` when it is not there.
   *
   * @throws {TlsError} decode_error when its body is malformed
   */
  get<T>(form: ReadableForm<T>): T | undefined {
    const body = this.#bodies.get(form.extension.type)
    if (body === undefined) return undefined
    const reader = new Reader(body, form.extension.name, 'BAD_EXTENSION')
    const value = form.decode(reader)
    // RFC 9846 §4.3 #2: to its end.
    reader.end()
    return value
  }

  /** Lets go of what nobody will ask for: there may be ten thousands of them, which a peer could have us keep. */
  forgetUnknown(): void {
    for (const type of this.#bodies.keys()) if (!EXTENSIONS.has(type)) this.#bodies.delete(type)
  }

  /**
   * The one place where misplaced, unasked, unknown and malformed extensions are refused: each that we know is read to its
   * end, whether it will be of use or not.
   *
   * @param place the message
   * @param forms what extensions look like in it
   * @param offered the types that were asked for, where the block is an answer
   * @throws {TlsError} illegal_parameter, unsupported_extension, or what a malformed body asks for, decode_error as a rule
   */
  admit(place: Place, forms: ExtensionForms, offered?: ReadonlySet<number>): void {
    for (const type of this.#bodies.keys()) {
      const known = EXTENSIONS.get(type)
      // RFC 9846 §4.3 #7, RFC 9846 §4.4.1 #2, RFC 9846 §4.3.6 #2, RFC 9846 §4.3.9 #6: recognised, and not specified for this message.
      if (known !== undefined && !known.places.includes(place)) {
        throw peerError(
          'illegal_parameter',
          'UNEXPECTED_EXTENSION',
          `${known.name} must not stand in ${PLACE_NAMES[place]}`,
        )
      }
      // RFC 5246 §7.4.1.4 #2, RFC 9846 §4.3 #6, RFC 9846 §4.5.1 #6, #7: an answer to what was not asked.
      if (!REQUESTS.has(place) && !offered?.has(type)) {
        throw peerError(
          'unsupported_extension',
          'UNSOLICITED_EXTENSION',
          `${known?.name ?? `extension ${type}`} in ${PLACE_NAMES[place]} was not asked for`,
        )
      }
      const form = forms.get(type)
      if (form !== undefined) this.get(form)
    }
  }
}

/** Builds a block of extensions, and remembers their types. */
export class ExtensionWriter {
  readonly types: number[] = []

  constructor(readonly writer: Writer) {}

  add<T>(form: ExtensionForm<T>, value: T): void {
    this.addRaw(form.extension.type, () => form.encode(this.writer, value))
  }

  /** RFC 9846 §4.3 #1: the length is that of what `encode` has written. */
  addRaw(type: number, encode: () => void): void {
    this.types.push(type)
    this.writer.u16(type).within16(encode)
  }
}

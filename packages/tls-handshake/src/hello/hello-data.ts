import { configError } from '@x/tls-record'
import { hex } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { EXTENSIONS } from '../extensions/registry.ts'
import { HandshakeType, handshakeTypeName } from '../messages/handshake-message.ts'

/** A hello as data: plain objects, numbers and hexadecimal text, which JSON keeps as they are. */

/** One extension as it stands. */
export interface HelloExtension {
  readonly type: number
  /** IANA's, where it is known here; for readers, and of no effect when a hello is written. */
  readonly name?: string
  /** Its content, hexadecimal. */
  readonly data: string
}

/** A ClientHello (RFC 9846 §4.2.2, RFC 5246 §7.4.1.2) as it stands. */
export interface ClientHelloData {
  /** legacy_version: 0x0303 in TLS 1.2 and 1.3. */
  readonly version: number
  /** Hexadecimal, 32 bytes. */
  readonly random: string
  /** Hexadecimal, 0 to 32 bytes. */
  readonly sessionId: string
  readonly cipherSuites: readonly number[]
  readonly compressionMethods: readonly number[]
  /** In their order; absent where the hello ends before them, as it may up to TLS 1.2. */
  readonly extensions?: readonly HelloExtension[]
}

/** A ServerHello or HelloRetryRequest (RFC 9846 §4.2.3) as it stands. */
export interface ServerHelloData {
  readonly version: number
  readonly random: string
  readonly sessionId: string
  readonly cipherSuite: number
  readonly compressionMethod: number
  readonly extensions?: readonly HelloExtension[]
}

/**
 * Reads a ClientHello whatever it offers: what `encodeClientHello` makes of the result is the same, byte for byte.
 *
 * @param message the handshake message, its 4-byte header included: what `onClientHello` has as `raw`
 * @throws {TlsError} decode_error where it is no ClientHello
 * @example
 * const server = { …, onClientHello: ({ raw }) => console.log(parseClientHello(raw)) }
 */
export function parseClientHello(message: Uint8Array): ClientHelloData {
  const reader = open(message, HandshakeType.client_hello)
  const version = reader.u16()
  const random = hex(reader.bytes(32))
  const sessionId = hex(reader.vector8(0, 32))
  const cipherSuites = reader.list16(0)
  const compressionMethods = [...reader.vector8()]
  const extensions = readExtensions(reader)
  return { version, random, sessionId, cipherSuites, compressionMethods, extensions }
}

/** The same of a ServerHello. @throws {TlsError} decode_error */
export function parseServerHello(message: Uint8Array): ServerHelloData {
  const reader = open(message, HandshakeType.server_hello)
  const version = reader.u16()
  const random = hex(reader.bytes(32))
  const sessionId = hex(reader.vector8(0, 32))
  const cipherSuite = reader.u16()
  const compressionMethod = reader.u8()
  const extensions = readExtensions(reader)
  return { version, random, sessionId, cipherSuite, compressionMethod, extensions }
}

/** Writes a ClientHello as its data has it, 4-byte header included. @throws {TlsError} `INVALID_ARGUMENT` for what fits none */
export function encodeClientHello(hello: ClientHelloData): Uint8Array {
  const random = bytesOf(hello.random, 'random')
  if (random.length !== 32) throw invalid(`random must have 32 bytes, not ${random.length}`)
  const sessionId = bytesOf(hello.sessionId, 'sessionId')
  if (sessionId.length > 32) throw invalid(`sessionId has at most 32 bytes, not ${sessionId.length}`)
  const writer = new Writer(512, true)
  writer.u8(HandshakeType.client_hello).within24(() => {
    writer.u16(number16(hello.version, 'version')).bytes(random).vector8(sessionId)
    writer.list16(hello.cipherSuites.map((suite) => number16(suite, 'cipherSuites')))
    writer.vector8(Uint8Array.from(hello.compressionMethods))
    if (hello.extensions) writeExtensions(writer, hello.extensions)
  })
  return writer.finish()
}

function writeExtensions(writer: Writer, extensions: readonly HelloExtension[]): void {
  writer.within16(() => {
    for (const { type, data } of extensions)
      writer.u16(number16(type, 'extensions')).vector16(bytesOf(data, `extension ${type}`))
  })
}

function open(message: Uint8Array, type: number): Reader {
  const reader = new Reader(message, handshakeTypeName(type))
  if (reader.u8() !== type) reader.fail(`a handshake message of another type, ${message[0]}`)
  const body = new Reader(reader.vector24(), handshakeTypeName(type))
  reader.end()
  return body
}

/** The last thing in a hello. */
function readExtensions(reader: Reader): HelloExtension[] | undefined {
  if (reader.left === 0) return undefined
  const extensions: HelloExtension[] = []
  reader.nested(reader.vector16(), (list) => {
    while (list.left > 0) {
      const type = list.u16()
      const name = EXTENSIONS.get(type)?.name
      extensions.push({ type, ...(name !== undefined && { name }), data: hex(list.vector16()) })
    }
  })
  reader.end()
  return extensions
}

const invalid = (words: string) => configError('INVALID_ARGUMENT', `a hello as data: ${words}`)

function number16(value: number, where: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw invalid(`${where}: a number of two bytes is due`)
  return value
}

/** @throws {TlsError} `INVALID_ARGUMENT` for what is no hexadecimal text */
export function bytesOf(text: string, where: string): Uint8Array {
  if (typeof text !== 'string' || text.length % 2 !== 0 || /[^0-9a-f]/i.test(text))
    throw invalid(`${where} must be hexadecimal text, two digits a byte`)
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

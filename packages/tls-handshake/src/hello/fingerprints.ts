import type { CryptoProvider, Hash } from '@x/crypto-primitives'
import { configError } from '@x/tls-record'
import { hex, utf8 } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { ALPN, alpn } from '../extensions/alpn.ts'
import { EC_POINT_FORMATS } from '../extensions/ec-point-formats.ts'
import { SERVER_NAME } from '../extensions/server-name.ts'
import { SIGNATURE_ALGORITHMS } from '../extensions/signature-algorithms.ts'
import { SUPPORTED_GROUPS } from '../extensions/supported-groups.ts'
import { SUPPORTED_VERSIONS } from '../extensions/supported-versions.ts'
import { isGrease } from '../registry/grease.ts'
import { bytesOf, type ClientHelloData, type ServerHelloData } from './hello-data.ts'

/** Fingerprints of hellos: what software on the other side is likely to be. They prove nothing. */

/** A fingerprint, and the text it is the hash of. */
export interface Fingerprint {
  readonly hash: string
  readonly text: string
}

/**
 * JA3 of a ClientHello: version, suites, extensions, groups and point formats, without GREASE, and the MD5 of that text.
 *
 * @param provider has MD5
 * @throws {TlsError} `INVALID_ARGUMENT` where it has not
 */
export function ja3(hello: ClientHelloData, provider: CryptoProvider): Fingerprint {
  const formats = dataOf(hello, EC_POINT_FORMATS.type)
  return ja3Of(
    [
      String(hello.version),
      joined(hello.cipherSuites),
      joined((hello.extensions ?? []).map(({ type }) => type)),
      joined(numbersOf(hello, SUPPORTED_GROUPS.type)),
      formats ? [...(read(formats, (reader) => reader.vector8()) ?? [])].join('-') : '',
    ],
    provider,
  )
}

/** JA3S of a ServerHello: version, suite, extensions. */
export function ja3s(hello: ServerHelloData, provider: CryptoProvider): Fingerprint {
  const extensions = (hello.extensions ?? []).map(({ type }) => type)
  return ja3Of([String(hello.version), String(hello.cipherSuite), extensions.join('-')], provider)
}

function ja3Of(parts: readonly string[], provider: CryptoProvider): Fingerprint {
  const text = parts.join(',')
  return { text, hash: hex(hashOf(provider, 'md5').digest(utf8(text))) }
}

const joined = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join('-')

/** What JA4 calls a version. */
const JA4_VERSIONS: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
])

/**
 * JA4 of a ClientHello. `text` is its raw form (JA4_r), with suites and extensions in order of their numbers.
 *
 * @param transport `t`: TLS over TCP, the default; `q`: QUIC; `d`: DTLS
 */
export function ja4(hello: ClientHelloData, provider: CryptoProvider, transport: 't' | 'q' | 'd' = 't'): Fingerprint {
  const suites = hello.cipherSuites.filter((suite) => !isGrease(suite))
  const types = (hello.extensions ?? []).map(({ type }) => type).filter((type) => !isGrease(type))
  const versions = numbersOf(hello, SUPPORTED_VERSIONS.type, 1).filter((version) => !isGrease(version))
  const version = versions.length > 0 ? Math.max(...versions) : hello.version
  const head = [
    transport,
    JA4_VERSIONS.get(version) ?? '00',
    types.includes(SERVER_NAME.type) ? 'd' : 'i',
    twoDigits(suites.length),
    twoDigits(types.length),
    alpnCode(hello),
  ].join('')
  const sortedSuites = suites.map(fourDigits).sort().join(',')
  const sortedTypes = types
    .filter((type) => type !== SERVER_NAME.type && type !== ALPN.type)
    .map(fourDigits)
    .sort()
    .join(',')
  const schemes = numbersOf(hello, SIGNATURE_ALGORITHMS.type)
    .filter((scheme) => !isGrease(scheme))
    .map(fourDigits)
    .join(',')
  const rest = schemes === '' ? sortedTypes : `${sortedTypes}_${schemes}`
  const sha256 = hashOf(provider, 'sha256')
  const twelve = (text: string, isEmpty: boolean) =>
    isEmpty ? '0'.repeat(12) : hex(sha256.digest(utf8(text))).slice(0, 12)
  return {
    hash: [head, twelve(sortedSuites, suites.length === 0), twelve(rest, types.length === 0)].join('_'),
    text: [head, sortedSuites, rest].join('_'),
  }
}

const twoDigits = (count: number): string => String(Math.min(count, 99)).padStart(2, '0')
const fourDigits = (value: number): string => value.toString(16).padStart(4, '0')

/** The first protocol's first and last character; of their hexadecimal digits where one is no letter and no digit. */
function alpnCode(hello: ClientHelloData): string {
  const data = dataOf(hello, ALPN.type)
  const first = data && read(data, (reader) => alpn.decode(reader))?.[0]
  if (!first || first.length === 0) return '00'
  const ends = String.fromCharCode(first[0], first[first.length - 1])
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends
  const digits = hex(first)
  return digits[0] + digits[digits.length - 1]
}

function dataOf({ extensions }: ClientHelloData, type: number): Uint8Array | undefined {
  const found = extensions?.find((extension) => extension.type === type)
  return found && bytesOf(found.data, `extension ${type}`)
}

/** A list of numbers that an extension is; nothing of it where it is malformed. */
function numbersOf(hello: ClientHelloData, type: number, lengthBytes: 1 | 2 = 2): readonly number[] {
  const data = dataOf(hello, type)
  return (data && read(data, (reader) => reader.list16(0, lengthBytes))) ?? []
}

function read<T>(data: Uint8Array, decode: (reader: Reader) => T): T | undefined {
  try {
    return decode(new Reader(data, 'an extension'))
  } catch {
    return undefined
  }
}

function hashOf(provider: CryptoProvider, name: 'md5' | 'sha256'): Hash {
  const hash = provider.hashes[name]
  if (!hash) throw configError('INVALID_ARGUMENT', `fingerprints: the provider "${provider.name}" has no ${name}`)
  return hash
}

import { configError } from '@x/tls-record'
import { hex } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { COOKIE } from '../extensions/cookie.ts'
import { EARLY_DATA } from '../extensions/early-data.ts'
import { clientKeyShares, KEY_SHARE } from '../extensions/key-share.ts'
import { PADDING } from '../extensions/padding.ts'
import { PRE_SHARED_KEY } from '../extensions/pre-shared-key.ts'
import { SERVER_NAME } from '../extensions/server-name.ts'
import { SESSION_TICKET } from '../extensions/session-ticket.ts'
import { SIGNATURE_ALGORITHMS } from '../extensions/signature-algorithms.ts'
import { SUPPORTED_GROUPS } from '../extensions/supported-groups.ts'
import { SUPPORTED_VERSIONS } from '../extensions/supported-versions.ts'
import { isGrease } from '../registry/grease.ts'
import { bytesOf, type ClientHelloData, type HelloExtension, parseClientHello } from './hello-data.ts'

/**
 * The form of a client's hello: all of it that is the same from connection to connection, in JSON. What differs is filled
 * in for each: the Random, the session id, the server's name, key shares, tickets, GREASE (RFC 8701), padding.
 */
export interface HelloProfile {
  readonly version: number
  /** Bytes of the session id where no session is resumed: 0 or 32. */
  readonly sessionIdLength: number
  readonly cipherSuites: readonly (number | 'GREASE')[]
  readonly compressionMethods: readonly number[]
  readonly extensions: readonly ProfileExtension[]
}

export type ProfileExtension =
  | {
      readonly type: number | 'GREASE'
      /** Hexadecimal. */
      readonly data: string
      /** Offsets in it, bytes, of numbers that are GREASE. */
      readonly grease?: readonly number[]
    }
  | { readonly type: number; readonly fill: 'server_name' | 'session_ticket' }
  | { readonly type: number; readonly fill: 'key_share'; readonly groups: readonly (number | 'GREASE')[] }
  /** Up to so many bytes of the whole message. */
  | { readonly type: number; readonly fill: 'padding'; readonly to: number }
  /** A GREASE ECH extension (RFC 9849 §6.2): its lengths stay, its contents are random. */
  | { readonly type: number; readonly fill: 'ech_grease'; readonly data: string }

/** encrypted_client_hello (RFC 9849 §5). */
export const ENCRYPTED_CLIENT_HELLO = 0xfe0d

/** What belongs to one connection, and to no form. */
const PASSING: ReadonlySet<number> = /* @__PURE__ */ (() =>
  new Set([PRE_SHARED_KEY.type, EARLY_DATA.type, COOKIE.type]))()

/** Lists of numbers among which GREASE may stand, and where in the extension they begin. */
const LISTS: ReadonlyMap<number, number> = /* @__PURE__ */ (() =>
  new Map([
    [SUPPORTED_GROUPS.type, 2],
    [SIGNATURE_ALGORITHMS.type, 2],
    [SUPPORTED_VERSIONS.type, 1],
  ]))()

/**
 * Takes the form of a recorded ClientHello, the first of its connection.
 *
 * @param recorded the handshake message, or its data
 * @throws {TlsError} decode_error for what is no ClientHello; `INVALID_ARGUMENT`
 * @example
 * const profile = helloProfile(recorded) // JSON.stringify(profile) keeps it
 */
export function helloProfile(recorded: Uint8Array | ClientHelloData): HelloProfile {
  const hello = recorded instanceof Uint8Array ? parseClientHello(recorded) : recorded
  const extensions = hello.extensions ?? []
  return {
    version: hello.version,
    sessionIdLength: hello.sessionId.length / 2,
    cipherSuites: hello.cipherSuites.map(orGrease),
    compressionMethods: [...hello.compressionMethods],
    extensions: extensions
      .filter(({ type }) => !PASSING.has(type))
      .map((extension) => profiled(extension, lengthOf(hello))),
  }
}

const orGrease = (value: number): number | 'GREASE' => (isGrease(value) ? 'GREASE' : value)

/** Bytes of the message: what padding fills up to. */
function lengthOf({ sessionId, cipherSuites, compressionMethods, extensions = [] }: ClientHelloData): number {
  const fixed = 4 + 2 + 32 + 1 + sessionId.length / 2 + 2 + 2 * cipherSuites.length + 1 + compressionMethods.length + 2
  return extensions.reduce((length, { data }) => length + 4 + data.length / 2, fixed)
}

function profiled({ type, data }: HelloExtension, length: number): ProfileExtension {
  switch (type) {
    case SERVER_NAME.type:
      return { type, fill: 'server_name' }
    case SESSION_TICKET.type:
      return { type, fill: 'session_ticket' }
    case PADDING.type:
      return { type, fill: 'padding', to: length }
    case ENCRYPTED_CLIENT_HELLO:
      return { type, fill: 'ech_grease', data }
    case KEY_SHARE.type: {
      const shares = clientKeyShares.decode(new Reader(bytesOf(data, 'key_share'), 'key_share'))
      return { type, fill: 'key_share', groups: shares.map(({ group }) => orGrease(group)) }
    }
  }
  if (isGrease(type)) return { type: 'GREASE', data }
  const start = LISTS.get(type)
  if (start === undefined) return { type, data }
  const bytes = bytesOf(data, `extension ${type}`)
  const grease: number[] = []
  for (let at = start; at + 1 < bytes.length; at += 2) {
    if (!isGrease((bytes[at] << 8) | bytes[at + 1])) continue
    grease.push(at)
    // Which one it was is no part of the form.
    bytes.fill(0x0a, at, at + 2)
  }
  return grease.length > 0 ? { type, data: hex(bytes), grease } : { type, data }
}

/** Numbers that a list in a profile offers, without GREASE. */
export function listed(profile: HelloProfile, type: number): number[] {
  const found = profile.extensions.find((extension) => extension.type === type)
  if (!found || !('data' in found)) return []
  const bytes = bytesOf(found.data, `extension ${type}`)
  const numbers: number[] = []
  for (let at = LISTS.get(type) ?? 2; at + 1 < bytes.length; at += 2) {
    const value = (bytes[at] << 8) | bytes[at + 1]
    if (!isGrease(value)) numbers.push(value)
  }
  return numbers
}

/** The content of an extension of a profile, where it is the same each time. */
export function contentOf(profile: HelloProfile, type: number): Uint8Array | undefined {
  const found = profile.extensions.find((extension) => extension.type === type)
  return found && 'data' in found ? bytesOf(found.data, `extension ${type}`) : undefined
}

/** @throws {TlsError} `INVALID_ARGUMENT` */
export function checkProfile(profile: HelloProfile): void {
  const isProfile =
    typeof profile === 'object' &&
    profile !== null &&
    Array.isArray(profile.cipherSuites) &&
    Array.isArray(profile.compressionMethods) &&
    Array.isArray(profile.extensions) &&
    (profile.sessionIdLength === 0 || profile.sessionIdLength === 32)
  if (!isProfile) throw configError('INVALID_ARGUMENT', 'a profile of a hello is due, as helloProfile makes it')
}

import type { CryptoProvider } from '@x/crypto-primitives'
import { configError, flag, list, type OptionTable, optionTable, readOptions, thing, Version } from '@x/tls-record'
import { hex } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { ClientConfig } from '../config.ts'
import { ALPN, alpn } from '../extensions/alpn.ts'
import { COMPRESS_CERTIFICATE } from '../extensions/compress-certificate.ts'
import { COOKIE } from '../extensions/cookie.ts'
import { EARLY_DATA } from '../extensions/early-data.ts'
import { clientKeyShares, KEY_SHARE } from '../extensions/key-share.ts'
import { PADDING } from '../extensions/padding.ts'
import { POST_HANDSHAKE_AUTH } from '../extensions/post-handshake-auth.ts'
import { PRE_SHARED_KEY } from '../extensions/pre-shared-key.ts'
import { RECORD_SIZE_LIMIT } from '../extensions/record-size-limit.ts'
import { SERVER_NAME } from '../extensions/server-name.ts'
import { SESSION_TICKET } from '../extensions/session-ticket.ts'
import { SIGNATURE_ALGORITHMS } from '../extensions/signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { STATUS_REQUEST } from '../extensions/status-request.ts'
import { SUPPORTED_GROUPS } from '../extensions/supported-groups.ts'
import { SUPPORTED_VERSIONS } from '../extensions/supported-versions.ts'
import {
  cipherSuite13,
  EMPTY_RENEGOTIATION_INFO_SCSV,
  FALLBACK_SCSV,
  supportsSuite13,
} from '../registry/cipher-suites.ts'
import { cipherSuite12, enabledSuites12 } from '../registry/cipher-suites12.ts'
import { greaseValue } from '../registry/grease.ts'
import { groupName } from '../registry/groups.ts'
import { signatureScheme } from '../registry/signature-schemes.ts'
import type { ProtocolVersion } from '../registry/versions.ts'
import {
  bytesOf,
  type ClientHelloData,
  encodeClientHello,
  type HelloExtension,
  parseClientHello,
} from './hello-data.ts'
import { checkProfile, contentOf, type HelloProfile, listed, type ProfileExtension } from './profile.ts'

export interface ProfiledOptions {
  readonly provider: CryptoProvider
  /** Certificate compression that the profile offers needs its algorithms, as in the configuration. */
  readonly certificateCompression?: ClientConfig['certificateCompression']
  /** Offers what is missing all the same: a server that takes it ends the handshake. Default false. */
  readonly allowMissing?: boolean
}

/**
 * What makes one connection's ClientHello look like a profile, byte for byte but for what is random, and completes the
 * handshake with whatever the server takes of it: a part of a client's configuration. Each connection needs its own.
 *
 * Everything that a profile offers may be answered, so everything must be there: an algorithm that the provider lacks is
 * said before anything is sent.
 *
 * @throws {TlsError} `UNSUPPORTED_PROFILE` naming what is missing; `INVALID_ARGUMENT` for what is no profile
 * @example
 * const tls = TlsConnection.client({ provider, serverName, parseCertificate, verifyPeer, ...profiledHello(profile, { provider }) })
 */
export function profiledHello(profile: HelloProfile, options: ProfiledOptions): Partial<ClientConfig> {
  checkProfile(profile)
  const { provider, certificateCompression, allowMissing } = readOptions('profiledHello', PROFILED, options, 'provider')
  const missing: string[] = []
  const suites = profile.cipherSuites.filter((suite) => suite !== 'GREASE' && !SIGNALS.has(suite)) as number[]
  for (const id of suites) if (!hasSuite(provider, id)) missing.push(`cipher suite ${number(id)}`)
  const groups = listed(profile, SUPPORTED_GROUPS.type)
  const named = groups.map(groupName)
  for (const [i, name] of named.entries())
    if (name === undefined || !provider.groups[name]) missing.push(`group ${number(groups[i])}`)
  // One that is unknown is of a key that no suite here goes with.
  const schemes = listed(profile, SIGNATURE_ALGORITHMS.type).filter((id) => signatureScheme(id) !== undefined)
  const compression = compressionOf(profile)
  for (const id of compression)
    if (!certificateCompression?.some((one) => one.id === id && one.decompress))
      missing.push(`certificate compression ${id}`)
  if (missing.length > 0 && !allowMissing)
    throw configError(
      'UNSUPPORTED_PROFILE',
      `the profile offers what is not here: ${missing.join(', ')}; allowMissing offers it all the same`,
    )

  const offered = listed(profile, SUPPORTED_VERSIONS.type)
  const versions = (offered.length > 0 ? offered : [profile.version]).filter(
    (version) => version >= Version.TLS10 && version <= Version.TLS13,
  ) as ProtocolVersion[]
  const has = (type: number) => profile.extensions.some((extension) => extension.type === type)
  const protocols = contentOf(profile, ALPN.type)
  const limit = contentOf(profile, RECORD_SIZE_LIMIT.type)
  const shares = profile.extensions.find((extension) => extension.type === KEY_SHARE.type)
  const shareGroups = shares && 'groups' in shares ? shares.groups.filter((group) => group !== 'GREASE') : []
  return {
    versions,
    cipherSuites: suites.filter((id) => hasSuite(provider, id)),
    groups: named.filter((name) => name !== undefined && provider.groups[name]) as NonNullable<ClientConfig['groups']>,
    keyShares: shareGroups.flatMap((group) => groupName(group as number) ?? []),
    ...(schemes.length > 0 && { signatureSchemes: schemes }),
    ...(protocols && { alpnProtocols: alpn.decode(new Reader(protocols, ALPN.name)) }),
    ...(limit && { recordSizeLimit: new Reader(limit, RECORD_SIZE_LIMIT.name).u16() }),
    ...(compression.length > 0 && certificateCompression && { certificateCompression }),
    requestOcsp: has(STATUS_REQUEST.type),
    requestSct: has(SIGNED_CERTIFICATE_TIMESTAMP.type),
    postHandshakeAuth: has(POST_HANDSHAKE_AUTH.type),
    middleboxCompatibility: profile.sessionIdLength > 0,
    grease: false,
    permuteExtensions: false,
    rewriteClientHello: formOf(profile, provider),
  }
}

const PROFILED: OptionTable = /* @__PURE__ */ optionTable(
  [/* @__PURE__ */ thing('randomBytes'), 'provider'],
  [/* @__PURE__ */ list(/* @__PURE__ */ thing('id')), 'certificateCompression'],
  [flag, 'allowMissing'],
)

const SIGNALS: ReadonlySet<number> = /* @__PURE__ */ (() => new Set([FALLBACK_SCSV, EMPTY_RENEGOTIATION_INFO_SCSV]))()

const number = (id: number): string => `0x${id.toString(16).padStart(4, '0')}`

function hasSuite(provider: CryptoProvider, id: number): boolean {
  const newer = cipherSuite13(id)
  if (newer) return supportsSuite13(provider, newer)
  const older = cipherSuite12(id)
  return older !== undefined && enabledSuites12(provider, [id]).length > 0
}

function compressionOf(profile: HelloProfile): number[] {
  const content = contentOf(profile, COMPRESS_CERTIFICATE.type)
  return content ? new Reader(content, COMPRESS_CERTIFICATE.name).list16(2, 1) : []
}

/** GREASE of one connection; a group has the same in both of its lists. */
interface Grease {
  readonly suite: number
  readonly group: number
  readonly extensions: readonly number[]
  /** By the type of the extension that it stands in. */
  readonly lists: ReadonlyMap<number, number>
}

/** A hello of ours in, one of the profile's form out; the second of a connection keeps what the first one drew. */
function formOf(profile: HelloProfile, provider: CryptoProvider): (raw: Uint8Array) => Uint8Array {
  let drawn: { readonly grease: Grease; readonly ech: ReadonlyMap<ProfileExtension, string> } | undefined
  return (raw) => {
    drawn ??= { grease: drawGrease(provider), ech: drawEch(profile, provider) }
    const { grease, ech } = drawn
    const ours = parseClientHello(raw)
    const own = new Map(ours.extensions?.map((extension) => [extension.type, extension]))
    const extensions: HelloExtension[] = []
    let nextGrease = 0
    for (const extension of profile.extensions) {
      if (extension.type === 'GREASE')
        extensions.push({ type: grease.extensions[nextGrease++ % 2], data: (extension as { data: string }).data })
      else if ('fill' in extension) {
        const filled = fill(extension, own, grease, ech)
        if (filled) extensions.push(filled)
      } else extensions.push({ type: extension.type, data: withGrease(extension, grease) })
    }
    // What only a connection has, where ours has it: a cookie, early data, and last of all PSKs (RFC 9846 §4.3.11).
    const tail = [COOKIE, EARLY_DATA].flatMap(({ type }) => own.get(type) ?? [])
    const padding = extensions.findIndex(({ type }) => type === PADDING.type)
    extensions.splice(padding < 0 ? extensions.length : padding, 0, ...tail)
    const psk = own.get(PRE_SHARED_KEY.type)
    if (psk) extensions.push(psk)
    const hello: ClientHelloData = {
      version: profile.version,
      random: ours.random,
      sessionId: ours.sessionId,
      cipherSuites: profile.cipherSuites.map((suite) => (suite === 'GREASE' ? grease.suite : suite)),
      compressionMethods: profile.compressionMethods,
      extensions: profile.extensions.length > 0 || extensions.length > 0 ? extensions : undefined,
    }
    return encodeClientHello(padded(hello, profile))
  }
}

function drawGrease(provider: CryptoProvider): Grease {
  const random = provider.randomBytes(6)
  const first = greaseValue(random[2])
  const second = greaseValue(random[3])
  return {
    suite: greaseValue(random[0]),
    group: greaseValue(random[1]),
    // Two extensions of one type may not stand in one hello.
    extensions: [first, second === first ? second ^ 0x1010 : second],
    lists: new Map([
      [SUPPORTED_GROUPS.type, greaseValue(random[1])],
      [SUPPORTED_VERSIONS.type, greaseValue(random[4])],
      [SIGNATURE_ALGORITHMS.type, greaseValue(random[5])],
    ]),
  }
}

/** RFC 9849 §6.2: a GREASE extension of random contents, which the second hello repeats. */
function drawEch(profile: HelloProfile, provider: CryptoProvider): Map<ProfileExtension, string> {
  const drawn = new Map<ProfileExtension, string>()
  for (const extension of profile.extensions) {
    if (!('fill' in extension) || extension.fill !== 'ech_grease') continue
    const reader = new Reader(bytesOf(extension.data, 'encrypted_client_hello'), 'encrypted_client_hello')
    const fixed = reader.bytes(5)
    reader.u8()
    const enc = reader.vector16()
    const payload = reader.vector16()
    reader.end()
    const writer = new Writer(extension.data.length / 2, true)
    writer.bytes(fixed).bytes(provider.randomBytes(1))
    writer.vector16(provider.randomBytes(enc.length)).vector16(provider.randomBytes(payload.length))
    drawn.set(extension, hex(writer.finish()))
  }
  return drawn
}

function fill(
  extension: Extract<ProfileExtension, { fill: string }>,
  own: ReadonlyMap<number, HelloExtension>,
  grease: Grease,
  ech: ReadonlyMap<ProfileExtension, string>,
): HelloExtension | undefined {
  const { type } = extension
  switch (extension.fill) {
    case 'server_name':
      return own.get(SERVER_NAME.type)
    case 'session_ticket':
      return own.get(SESSION_TICKET.type) ?? { type, data: '' }
    case 'padding':
      return { type, data: '' }
    case 'ech_grease':
      return { type, data: ech.get(extension)! }
    case 'key_share':
      return keyShares(extension.groups, own.get(KEY_SHARE.type), grease)
  }
}

/** Our shares in the order of the profile's groups; those of a second hello as they are. */
function keyShares(
  groups: readonly (number | 'GREASE')[],
  own: HelloExtension | undefined,
  grease: Grease,
): HelloExtension | undefined {
  if (!own) return undefined
  const shares = clientKeyShares.decode(new Reader(bytesOf(own.data, 'key_share'), 'key_share'))
  const isFirst = shares.every(({ group }) => groups.includes(group))
  if (!isFirst) return own
  const writer = new Writer(own.data.length / 2 + 8, true)
  clientKeyShares.encode(
    writer,
    groups.flatMap((group) =>
      group === 'GREASE'
        ? [{ group: grease.group, keyExchange: Uint8Array.of(0) }]
        : shares.filter((share) => share.group === group),
    ),
  )
  return { type: own.type, data: hex(writer.finish()) }
}

function withGrease(
  {
    type,
    data,
    grease: places = [],
  }: Extract<ProfileExtension, { data: string; type: number | 'GREASE' }> & {
    readonly grease?: readonly number[]
  },
  grease: Grease,
): string {
  if (places.length === 0) return data
  const bytes = bytesOf(data, `extension ${type}`)
  const value = grease.lists.get(type as number) ?? grease.group
  for (const at of places) {
    bytes[at] = value >> 8
    bytes[at + 1] = value & 0xff
  }
  return hex(bytes)
}

/** Fills padding (RFC 7685) up to the profile's length; where nothing is left to fill it goes. */
function padded(hello: ClientHelloData, profile: HelloProfile): ClientHelloData {
  const padding = profile.extensions.find((extension) => 'fill' in extension && extension.fill === 'padding')
  if (!padding || !('to' in padding)) return hello
  const extensions = hello.extensions!
  const without = extensions.filter(({ type }) => type !== PADDING.type)
  const short = padding.to - encodeClientHello({ ...hello, extensions: without }).length
  if (short <= 0) return { ...hello, extensions: without }
  // Four bytes say that it is padding; an empty one breaks some servers (RFC 7685 §4).
  const data = '00'.repeat(Math.max(1, short - 4))
  return { ...hello, extensions: extensions.map((one) => (one.type === PADDING.type ? { ...one, data } : one)) }
}

import { Version } from '@x/tls-record'
import { utf8 } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { ProtocolVersion } from '../config.ts'
import type { Session } from '../session.ts'

/** Of the format below; a change of the format changes it, and old sessions are then forgotten. */
const FORMAT = 1

const FLAGS = { client: 1, extendedMasterSecret: 2, verified: 4, verifiedOk: 8 } as const

/** Optional parts, each by a tag of its own, so that a session without them stays small. */
const TAGS = {
  ticket: 1,
  authenticatedAt: 2,
  ageAdd: 3,
  maxEarlyData: 4,
  alpn: 5,
  serverName: 6,
  sessionIdContext: 7,
  group: 8,
  peerSignatureScheme: 9,
  ocspResponse: 10,
  sctList: 11,
  verifiedResult: 12,
  applicationData: 13,
  pskIdentity: 14,
  verifierId: 15,
  peerRawPublicKey: 16,
} as const

const LAST_TAG = 16

/** A session as bytes. They hold its secret: keep them as you keep a key. */
export function encodeSession(session: Session): Uint8Array {
  const writer = new Writer(512, true)
  writer.u8(FORMAT).within24(() => writeSession(writer, session))
  return writer.finish()
}

function writeSession(writer: Writer, session: Session): void {
  let flags = 0
  if (session.side === 'client') flags |= FLAGS.client
  if (session.extendedMasterSecret) flags |= FLAGS.extendedMasterSecret
  if (session.verified) flags |= FLAGS.verified | (session.verified.ok ? FLAGS.verifiedOk : 0)
  writer.u8(flags).u16(session.version).u16(session.cipherSuite)
  writer.vector8(session.secret).vector8(session.sessionId).u32(session.lifetime)
  writeUint64(writer, session.createdAt)
  writer.within24(() => {
    for (const certificate of session.peerCertificates) writer.vector24(certificate)
  })
  const optional = (tag: number, write: () => void): void => {
    writer.u8(tag).within24(write)
  }
  const opaque = (tag: number, bytes: Uint8Array | undefined): void => {
    if (bytes) optional(tag, () => writer.bytes(bytes))
  }
  const number = (tag: number, value: number | undefined): void => {
    if (value !== undefined) optional(tag, () => writeUint64(writer, value))
  }
  opaque(TAGS.ticket, session.ticket)
  number(TAGS.authenticatedAt, session.authenticatedAt)
  number(TAGS.ageAdd, session.ageAdd)
  number(TAGS.maxEarlyData, session.maxEarlyData)
  opaque(TAGS.alpn, session.alpn)
  if (session.serverName !== undefined) opaque(TAGS.serverName, utf8(session.serverName))
  opaque(TAGS.sessionIdContext, session.sessionIdContext)
  number(TAGS.group, session.group)
  number(TAGS.peerSignatureScheme, session.peerSignatureScheme)
  opaque(TAGS.ocspResponse, session.ocspResponse)
  opaque(TAGS.sctList, session.sctList)
  if (session.verified?.result !== undefined) {
    opaque(TAGS.verifiedResult, utf8(JSON.stringify(session.verified.result)))
  }
  opaque(TAGS.applicationData, session.applicationData)
  opaque(TAGS.pskIdentity, session.pskIdentity)
  if (session.verifierId !== undefined) opaque(TAGS.verifierId, utf8(session.verifierId))
  opaque(TAGS.peerRawPublicKey, session.peerRawPublicKey)
}

/**
 * The session that {@link encodeSession} wrote.
 *
 * @throws {TlsError} for bytes that are not a session of this format
 */
export function decodeSession(bytes: Uint8Array): Session {
  const outer = new Reader(new Uint8Array(bytes), 'session', 'BAD_SESSION')
  if (outer.u8() !== FORMAT) outer.fail('an unknown format')
  const session = outer.nested(outer.vector24(), readSession)
  outer.end()
  return session
}

function readSession(reader: Reader): Session {
  const flags = reader.u8()
  const version = reader.u16()
  if (version < Version.TLS10 || version > Version.TLS13) reader.fail('an unknown version')
  const cipherSuite = reader.u16()
  const secret = reader.vector8(1)
  const sessionId = reader.vector8(0, 32)
  const lifetime = reader.u32()
  const createdAt = readUint64(reader)
  const peerCertificates: Uint8Array[] = []
  reader.nested(reader.vector24(), (list) => {
    while (list.left > 0) peerCertificates.push(list.vector24(1))
  })
  const parts = new Map<number, Uint8Array>()
  while (reader.left > 0) {
    const tag = reader.u8()
    if (parts.has(tag) || tag < 1 || tag > LAST_TAG) reader.fail(`part ${tag}`)
    parts.set(tag, reader.vector24())
  }
  const number = (tag: number): number | undefined => {
    const part = parts.get(tag)
    return part && reader.nested(part, readUint64)
  }
  const text = (tag: number): string | undefined => {
    const part = parts.get(tag)
    return part && new TextDecoder().decode(part)
  }
  return {
    side: flags & FLAGS.client ? 'client' : 'server',
    version: version as ProtocolVersion,
    cipherSuite,
    secret,
    sessionId,
    extendedMasterSecret: (flags & FLAGS.extendedMasterSecret) !== 0,
    ticket: parts.get(TAGS.ticket),
    lifetime,
    createdAt,
    authenticatedAt: number(TAGS.authenticatedAt),
    ageAdd: number(TAGS.ageAdd),
    maxEarlyData: number(TAGS.maxEarlyData),
    alpn: parts.get(TAGS.alpn),
    serverName: text(TAGS.serverName),
    sessionIdContext: parts.get(TAGS.sessionIdContext),
    group: number(TAGS.group),
    peerSignatureScheme: number(TAGS.peerSignatureScheme),
    peerCertificates,
    ocspResponse: parts.get(TAGS.ocspResponse),
    sctList: parts.get(TAGS.sctList),
    verified:
      flags & FLAGS.verified
        ? { ok: (flags & FLAGS.verifiedOk) !== 0, result: parseJson(reader, text(TAGS.verifiedResult)) }
        : undefined,
    applicationData: parts.get(TAGS.applicationData),
    pskIdentity: parts.get(TAGS.pskIdentity),
    verifierId: text(TAGS.verifierId),
    peerRawPublicKey: parts.get(TAGS.peerRawPublicKey),
  }
}

function parseJson(reader: Reader, json: string | undefined): unknown {
  if (json === undefined) return undefined
  try {
    return JSON.parse(json)
  } catch {
    return reader.fail('a verdict that is not JSON')
  }
}

/** 8 bytes of a safe integer. */
function writeUint64(writer: Writer, value: number): void {
  writer.u32(Math.floor(value / 0x100000000)).u32(value >>> 0)
}

function readUint64(reader: Reader): number {
  const high = reader.u32()
  const value = high * 0x100000000 + reader.u32()
  if (!Number.isSafeInteger(value)) reader.fail('a number of 64 bits beyond 2^53')
  return value
}

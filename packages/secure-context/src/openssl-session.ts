/**
 * OpenSSL's serialisation of a session (`i2d_SSL_SESSION`, ssl/ssl_asn1.c): the DER that Node's `'session'` event, its
 * `session` option and its tickets hold. With it a session made by OpenSSL resumes here, and ours there.
 */
import type { ProtocolVersion, Session } from '@x/tls-handshake'
import { DerReader, nodeVerifyCode, VERIFY_CODES, type VerifyCode, verifyMessage } from '@x/x509/tls'
import { BackwardDer } from './backward-der.ts'
import { checkBytes, checkSide } from './checks.ts'
import { decodeExtras, encodeExtras } from './session-extras.ts'

/** SSL_SESSION_ASN1_VERSION */
const FORMAT = 1
const SEQUENCE = 0x30
const EMPTY = new Uint8Array(0)
const encoder = /* @__PURE__ */ new TextEncoder()
/** SSL_SESS_FLAG_EXTMS */
const EXTENDED_MASTER_SECRET = 1

/** Context-specific tags of the optional fields. */
const FIELD = {
  time: 1,
  timeout: 2,
  peer: 3,
  sessionIdContext: 4,
  verifyResult: 5,
  hostname: 6,
  pskIdentityHint: 7,
  pskIdentity: 8,
  ticketLifetimeHint: 9,
  ticket: 10,
  compressionId: 11,
  srpUsername: 12,
  flags: 13,
  ticketAgeAdd: 14,
  maxEarlyData: 15,
  alpn: 16,
  maxFragmentLength: 17,
  applicationData: 18,
  group: 19,
  peerRawPublicKey: 20,
} as const

const codes = Object.entries(VERIFY_CODES) as [VerifyCode, readonly [number, string]][]

/** X509_V_ERR_UNSPECIFIED */
const UNSPECIFIED = 1

function verifyNumber({ verified, peerCertificates }: Session): number {
  // Nothing was said against nobody; of somebody it must have been said.
  if (verified ? verified.ok : peerCertificates.length === 0) return 0
  const { code } = (verified?.result ?? {}) as { code?: string }
  return VERIFY_CODES[code as VerifyCode]?.[0] ?? UNSPECIFIED
}

function verdict(number: number): NonNullable<Session['verified']> {
  if (number === 0) return { ok: true }
  const code = codes.find(([, [known]]) => known === number)?.[0] ?? 'UNSPECIFIED'
  return { ok: false, result: { code: nodeVerifyCode(code), message: verifyMessage(code) } }
}

/** The number says all that the verdict does. */
function isPlain(session: Session): boolean {
  const { verified } = session
  const said = verdict(verifyNumber(session)).result as { code: string; message: string } | undefined
  const { code, message } = (verified?.result ?? {}) as { code?: string; message?: string }
  return !verified || verified.ok || (said?.code === code && said?.message === message)
}

/**
 * The echo of an id tells an OpenSSL client that its ticket was taken, so every ticket has one, of the client's choice
 * (RFC 5077 §3.4). The end of the ticket is as unique as the ticket.
 */
function sessionIdOf({ version, sessionId, ticket }: Session): Uint8Array {
  return sessionId.length > 0 || !ticket || version === 0x0304 ? sessionId : ticket.subarray(-32)
}

/** Bytes that tags, lengths and numbers of a session take, at most. */
const OVERHEAD = 320

/** A session as OpenSSL writes it. The bytes hold its secret. Of the peer's chain OpenSSL knows the leaf alone. */
export function encodeOpenSslSession(session: Session): Uint8Array {
  const { version, cipherSuite, secret, ticket, sessionIdContext = EMPTY, alpn } = session
  const sessionId = sessionIdOf(session)
  const [leaf = EMPTY] = session.peerCertificates
  const applicationData = encodeExtras(session, isPlain(session))
  const hostname = session.serverName === undefined ? undefined : encoder.encode(session.serverName)
  let capacity = OVERHEAD + secret.length + sessionId.length + sessionIdContext.length + leaf.length
  for (const part of [ticket, hostname, alpn, applicationData, session.pskIdentity]) if (part) capacity += part.length

  const out = new BackwardDer(capacity)
  const end = out.start
  const number = (tag: number, value: number) => {
    const after = out.start
    if (value !== 0) out.integer(value).header(0xa0 | tag, after)
  }
  const bytes = (tag: number, value: Uint8Array | undefined) => {
    const after = out.start
    if (value) out.octetString(value).header(0xa0 | tag, after)
  }
  // The last field first.
  number(FIELD.group, session.group ?? 0)
  bytes(FIELD.applicationData, applicationData)
  bytes(FIELD.alpn, alpn)
  number(FIELD.maxEarlyData, session.maxEarlyData ?? 0)
  number(FIELD.ticketAgeAdd, session.ageAdd ?? 0)
  // A TLS 1.3 session has no such flag: OpenSSL would refuse the handshake (inconsistent extms).
  number(FIELD.flags, session.extendedMasterSecret && version < 0x0304 ? EXTENDED_MASTER_SECRET : 0)
  bytes(FIELD.ticket, ticket)
  if (ticket) number(FIELD.ticketLifetimeHint, session.lifetime)
  bytes(FIELD.pskIdentity, session.pskIdentity)
  bytes(FIELD.hostname, hostname)
  number(FIELD.verifyResult, verifyNumber(session))
  bytes(FIELD.sessionIdContext, sessionIdContext)
  if (leaf.length > 0) {
    const after = out.start
    out.raw(leaf).header(0xa0 | FIELD.peer, after)
  }
  number(FIELD.timeout, session.lifetime)
  number(FIELD.time, Math.floor(session.createdAt / 1000))
  out.octetString(secret).octetString(sessionId)
  out.octetString(Uint8Array.of(cipherSuite >> 8, cipherSuite))
  return out.integer(version).integer(FORMAT).header(SEQUENCE, end).finish()
}

/**
 * Reads a session that OpenSSL (or `encodeOpenSslSession`) wrote.
 *
 * @param side who is going to resume it
 * @throws {X509Error} for bytes that are not such a session
 */
export function decodeOpenSslSession(input: Uint8Array, side: Session['side']): Session {
  checkSide('decodeOpenSslSession: the side', side)
  // The session keeps parts of the bytes, which belong to the caller. (A Buffer's `slice` would not copy.)
  const outer = DerReader.open(new Uint8Array(checkBytes('decodeOpenSslSession: the session', input)), 'SSL_SESSION')
  const reader = outer.sequence('')
  outer.finish()
  if (reader.number('version') !== FORMAT) reader.fail('UNSUPPORTED', 'a version other than 1', 'version')
  const version = reader.number('ssl_version')
  if (version < 0x0301 || version > 0x0304)
    reader.fail('UNSUPPORTED', `protocol version 0x${version.toString(16)}`, 'ssl_version')
  const cipher = reader.octetString('cipher')
  if (cipher.length !== 2) reader.fail('INVALID_STRUCTURE', `${cipher.length} bytes instead of 2`, 'cipher')
  const sessionId = reader.octetString('session_id')
  const secret = reader.octetString('master_key')

  const optional = <T>(tag: number, read: (field: DerReader) => T): T | undefined => {
    if (!reader.is(0xa0 | tag)) return undefined
    const field = reader.explicit(tag, `[${tag}]`)
    const value = read(field)
    field.finish()
    return value
  }
  const number = (tag: number) => optional(tag, (field) => field.number(''))
  const bytes = (tag: number) => optional(tag, (field) => field.octetString(''))

  const time = number(FIELD.time) ?? 0
  const timeout = number(FIELD.timeout) ?? 0
  const leaf = optional(FIELD.peer, (field) => field.raw(''))
  const sessionIdContext = bytes(FIELD.sessionIdContext)
  const verifyResult = number(FIELD.verifyResult) ?? 0
  const hostname = bytes(FIELD.hostname)
  bytes(FIELD.pskIdentityHint)
  const pskIdentity = bytes(FIELD.pskIdentity)
  const lifetimeHint = number(FIELD.ticketLifetimeHint)
  const ticket = bytes(FIELD.ticket)
  bytes(FIELD.compressionId)
  bytes(FIELD.srpUsername)
  const flags = number(FIELD.flags) ?? 0
  const ageAdd = number(FIELD.ticketAgeAdd)
  const maxEarlyData = number(FIELD.maxEarlyData)
  const alpn = bytes(FIELD.alpn)
  number(FIELD.maxFragmentLength)
  const { above, verifierId, verdict: told, applicationData } = decodeExtras(bytes(FIELD.applicationData))
  const group = number(FIELD.group)
  optional(FIELD.peerRawPublicKey, (field) => field.raw(''))
  reader.finish()

  return {
    side,
    version: version as ProtocolVersion,
    cipherSuite: cipher[0]! * 256 + cipher[1]!,
    secret,
    sessionId,
    extendedMasterSecret: version === 0x0304 || (flags & EXTENDED_MASTER_SECRET) !== 0,
    ticket,
    lifetime: lifetimeHint || timeout,
    createdAt: time * 1000,
    authenticatedAt: time * 1000,
    ageAdd: version === 0x0304 ? (ageAdd ?? 0) : undefined,
    maxEarlyData,
    alpn,
    serverName: hostname && new TextDecoder().decode(hostname),
    sessionIdContext: sessionIdContext?.length ? sessionIdContext : undefined,
    group,
    peerCertificates: leaf ? [leaf, ...above] : [],
    verifierId,
    pskIdentity,
    // A number that says no is not outdone by words.
    verified: verifyResult !== 0 && told !== undefined ? { ok: false, result: told } : verdict(verifyResult),
    applicationData,
  }
}

/** Decoders of @x/tls-handshake: each message and extension, sessions, and a connection that is told anything. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { decodeOpenSslSession, encodeOpenSslSession, readPeerCertificate } from '@x/secure-context'
import { Reader } from '../../../../packages/tls-handshake/src/codec/reader.ts'
import { Writer } from '../../../../packages/tls-handshake/src/codec/writer.ts'
import { alpn } from '../../../../packages/tls-handshake/src/extensions/alpn.ts'
import { certificateAuthorities } from '../../../../packages/tls-handshake/src/extensions/certificate-authorities.ts'
import {
  clientCertificateType,
  clientCertificateTypes,
  serverCertificateType,
  serverCertificateTypes,
} from '../../../../packages/tls-handshake/src/extensions/certificate-types.ts'
import { compressCertificate } from '../../../../packages/tls-handshake/src/extensions/compress-certificate.ts'
import { cookie } from '../../../../packages/tls-handshake/src/extensions/cookie.ts'
import { maxEarlyDataSize } from '../../../../packages/tls-handshake/src/extensions/early-data.ts'
import { ecPointFormats } from '../../../../packages/tls-handshake/src/extensions/ec-point-formats.ts'
import { clientEch } from '../../../../packages/tls-handshake/src/extensions/encrypted-client-hello.ts'
import type { ExtensionForm } from '../../../../packages/tls-handshake/src/extensions/extension.ts'
import {
  clientKeyShares,
  retryGroup,
  serverKeyShare,
} from '../../../../packages/tls-handshake/src/extensions/key-share.ts'
import { maxFragmentLength } from '../../../../packages/tls-handshake/src/extensions/max-fragment-length.ts'
import { npnAnswer } from '../../../../packages/tls-handshake/src/extensions/next-protocol-negotiation.ts'
import { padding } from '../../../../packages/tls-handshake/src/extensions/padding.ts'
import { offeredPsks, selectedPsk } from '../../../../packages/tls-handshake/src/extensions/pre-shared-key.ts'
import { pskKeyExchangeModes } from '../../../../packages/tls-handshake/src/extensions/psk-key-exchange-modes.ts'
import { quicTransportParameters } from '../../../../packages/tls-handshake/src/extensions/quic-transport-parameters.ts'
import { recordSizeLimit } from '../../../../packages/tls-handshake/src/extensions/record-size-limit.ts'
import { renegotiationInfo } from '../../../../packages/tls-handshake/src/extensions/renegotiation-info.ts'
import { serverName } from '../../../../packages/tls-handshake/src/extensions/server-name.ts'
import { sessionTicket } from '../../../../packages/tls-handshake/src/extensions/session-ticket.ts'
import {
  signatureAlgorithms,
  signatureAlgorithmsCert,
} from '../../../../packages/tls-handshake/src/extensions/signature-algorithms.ts'
import { sctList } from '../../../../packages/tls-handshake/src/extensions/signed-certificate-timestamp.ts'
import { certificateStatus, statusRequest } from '../../../../packages/tls-handshake/src/extensions/status-request.ts'
import { supportedGroups } from '../../../../packages/tls-handshake/src/extensions/supported-groups.ts'
import {
  selectedVersion,
  supportedVersions,
} from '../../../../packages/tls-handshake/src/extensions/supported-versions.ts'
import { tlsFlags } from '../../../../packages/tls-handshake/src/extensions/tls-flags.ts'
import {
  type Connection,
  decodeSession,
  encodeSession,
  type Session,
  TlsConnection,
} from '../../../../packages/tls-handshake/src/index.ts'
import {
  decodeCertificate13,
  decodeCompressedCertificate,
  encodeCertificate13,
  encodeCompressedCertificate,
} from '../../../../packages/tls-handshake/src/messages/certificate.ts'
import { decodeCertificateRequest13 } from '../../../../packages/tls-handshake/src/messages/certificate-request.ts'
import {
  decodeCertificateRequest12,
  encodeCertificateRequest12,
} from '../../../../packages/tls-handshake/src/messages/certificate-request12.ts'
import {
  decodeCertificateVerify,
  encodeCertificateVerify,
} from '../../../../packages/tls-handshake/src/messages/certificate-verify.ts'
import {
  decodeCertificate12,
  encodeCertificate12,
} from '../../../../packages/tls-handshake/src/messages/certificate12.ts'
import { decodeClientHello } from '../../../../packages/tls-handshake/src/messages/client-hello.ts'
import {
  decodeClientKeyExchange,
  encodeClientKeyExchange,
} from '../../../../packages/tls-handshake/src/messages/client-key-exchange.ts'
import { decodeEncryptedExtensions } from '../../../../packages/tls-handshake/src/messages/encrypted-extensions.ts'
import type { HandshakeMessage } from '../../../../packages/tls-handshake/src/messages/handshake-message.ts'
import { decodeKeyUpdate, encodeKeyUpdate } from '../../../../packages/tls-handshake/src/messages/key-update.ts'
import {
  decodeNewSessionTicket13,
  encodeNewSessionTicket13,
} from '../../../../packages/tls-handshake/src/messages/new-session-ticket.ts'
import { decodeServerHello } from '../../../../packages/tls-handshake/src/messages/server-hello.ts'
import {
  decodeServerKeyExchange,
  encodeServerKeyExchange,
} from '../../../../packages/tls-handshake/src/messages/server-key-exchange.ts'
import {
  decodeCertificateStatusMessage,
  decodeNewSessionTicket12,
  decodeNextProtocol,
  encodeCertificateStatusMessage,
  encodeNewSessionTicket12,
  encodeNextProtocol,
} from '../../../../packages/tls-handshake/src/messages/session-messages12.ts'
import { cipherSuite12 } from '../../../../packages/tls-handshake/src/registry/cipher-suites12.ts'
import { authority, credentialsOf } from '../identities.ts'
import { Fault, isDeclared, sameAgain, type Target } from './target.ts'

/** Handshakes that were held, by what was said in them. */
const said = new Map<number, Uint8Array[]>()
/** What each side wrote, flight by flight. */
const flights: { client: Uint8Array[]; server: Uint8Array[] }[] = []
export const sessions: Session[] = []

const common = {
  provider,
  parseCertificate: (der: Uint8Array) => readPeerCertificate(der, provider),
  verifyPeer: () => ({ ok: true }) as const,
  renegotiation: 'freely',
} as const
export const clientConfig = (version: number, more: object = {}) =>
  ({
    ...common,
    versions: [version],
    serverName: 'localhost',
    alpnProtocols: [Uint8Array.of(97), Uint8Array.of(98)],
    credentials: credentialsOf('alice'),
    ...more,
  }) as never
export const serverConfig = (version: number, more: object = {}) =>
  ({
    ...common,
    versions: [version],
    credentials: credentialsOf('server'),
    requestCertificate: true,
    alpnProtocols: [Uint8Array.of(98)],
    certificateAuthorities: [authority.certificate.subject.raw],
    ...more,
  }) as never

function listen(raw: Uint8Array): void {
  const heard = said.get(raw[0]) ?? []
  if (heard.length < 24) said.set(raw[0], [...heard, raw.slice()])
}

function converse(version: number, clientMore: object = {}, serverMore: object = {}): void {
  const onMessage = (direction: string, type: number, raw: Uint8Array) => {
    if (direction === 'read' && type === 22) listen(raw)
  }
  const client = TlsConnection.client(clientConfig(version, { onMessage, ...clientMore }))
  const server = TlsConnection.server(serverConfig(version, { onMessage, ...serverMore }))
  const flight = { client: [] as Uint8Array[], server: [] as Uint8Array[] }
  const take = (from: Connection, to: Connection, list: Uint8Array[]): boolean => {
    const bytes = new Uint8Array(Buffer.concat(from.takeOutput()))
    for (const event of from.takeEvents())
      if (event.type === 'session' || event.type === 'sessionIssued') sessions.push(event.session)
    if (bytes.length === 0) return false
    list.push(bytes.slice())
    to.receive(bytes)
    return true
  }
  while (take(client, server, flight.client) || take(server, client, flight.server)) {}
  if (client.error ?? server.error) throw client.error ?? server.error
  flights.push(flight)
}

for (const version of [0x0304, 0x0303, 0x0301]) converse(version)
converse(0x0304, { session: sessions.find(({ side, version }) => side === 'client' && version === 0x0304) })
const psk = { identity: new TextEncoder().encode('me'), key: new Uint8Array(32).fill(1) }
converse(0x0304, { psks: [psk] }, { psks: [psk] })
converse(0x0304, { groups: ['x25519', 'secp256r1'], keyShares: ['x25519'] }, { groups: ['secp256r1'] })

const asMessage = (raw: Uint8Array): HandshakeMessage => ({ type: raw[0], raw, body: raw.subarray(4) })
const types: Readonly<Record<string, number>> = {
  ClientHello: 1,
  ServerHello: 2,
  NewSessionTicket: 4,
  EncryptedExtensions: 8,
  Certificate: 11,
  ServerKeyExchange: 12,
  CertificateRequest: 13,
  CertificateVerify: 15,
  ClientKeyExchange: 16,
  CertificateStatus: 22,
  KeyUpdate: 24,
  CompressedCertificate: 25,
  NextProtocol: 67,
}
/** What asks for any extension. */
const asked: ReadonlySet<number> = new Set(Array.from({ length: 256 }, (_, type) => type).concat(13172, 65281))

function message<T>(
  name: string,
  decode: (message: HandshakeMessage) => T,
  encode?: (value: T) => Uint8Array,
  ...more: Uint8Array[]
): Target {
  const [type] = name.split(',')
  return {
    name,
    format: 'tls',
    // A body alone: its type and length are the buffer's matter.
    seeds: () => [...(said.get(types[type]) ?? []), ...more].map((raw) => raw.slice(4)),
    read(body) {
      const read = (bytes: Uint8Array): T => decode(asMessage(bytes))
      const value = read(new Writer().u8(types[type]).vector24(body).finish())
      if (encode) sameAgain(value, encode, read)
    },
  }
}

const ecdhe = cipherSuite12(0xc02b)!
const dhe = cipherSuite12(0x009e)!
const dhePsk = cipherSuite12(0x00aa)!

const messages: Target[] = [
  message('ClientHello', (one) => decodeClientHello(one)),
  message('ServerHello', (one) => decodeServerHello(one)),
  message('EncryptedExtensions', (one) => decodeEncryptedExtensions(one, asked)),
  message('CertificateRequest, TLS 1.3', (one) => decodeCertificateRequest13(one)),
  message('CertificateRequest, TLS 1.2', (one) => decodeCertificateRequest12(one, 0x0303), encodeCertificateRequest12),
  message('CertificateRequest, TLS 1.1', (one) => decodeCertificateRequest12(one, 0x0302), encodeCertificateRequest12),
  message('Certificate, TLS 1.3', (one) => decodeCertificate13(one.body, asked), encodeCertificate13),
  message(
    'Certificate, TLS 1.2',
    (one) => decodeCertificate12(one),
    (chain) => encodeCertificate12(chain),
  ),
  message(
    'Certificate, TLS 1.2, raw public key',
    (one) => decodeCertificate12(one, true),
    (list) => encodeCertificate12(list, true),
  ),
  message(
    'CompressedCertificate',
    (one) => decodeCompressedCertificate(one.body),
    encodeCompressedCertificate,
    encodeCompressedCertificate({ algorithm: 1, uncompressedLength: 300, compressed: new Uint8Array(40) }),
  ),
  message('CertificateVerify', decodeCertificateVerify, encodeCertificateVerify),
  message('NewSessionTicket, TLS 1.3', decodeNewSessionTicket13, (ticket) => encodeNewSessionTicket13(ticket)),
  message('NewSessionTicket, TLS 1.2', decodeNewSessionTicket12, ({ lifetime, ticket }) =>
    encodeNewSessionTicket12(lifetime, ticket),
  ),
  message('KeyUpdate', decodeKeyUpdate, encodeKeyUpdate, encodeKeyUpdate(true)),
  ...[ecdhe, dhe, dhePsk].map((suite) =>
    message(
      `ServerKeyExchange, ${suite.keyExchange}`,
      (one) => decodeServerKeyExchange(one, suite, 0x0303),
      encodeServerKeyExchange,
    ),
  ),
  ...[ecdhe, dhe, dhePsk].map(({ keyExchange }) =>
    message(
      `ClientKeyExchange, ${keyExchange}`,
      (one) => decodeClientKeyExchange(one, keyExchange),
      (value) => encodeClientKeyExchange(value, keyExchange),
    ),
  ),
  message(
    'CertificateStatus',
    decodeCertificateStatusMessage,
    encodeCertificateStatusMessage,
    encodeCertificateStatusMessage(new Uint8Array(30)),
  ),
  message('NextProtocol', decodeNextProtocol, encodeNextProtocol, encodeNextProtocol(new Uint8Array(8))),
]

/** A few bodies that are none of anybody's: from them each form's own are found. */
const BEGINNINGS = [[], [0], [1], [0, 0], [0, 2, 0, 1], [2, 3, 4], [0, 5, 0, 3, 1, 2, 3], new Array<number>(40).fill(0)]

const forms: Target[] = (
  [
    alpn,
    certificateAuthorities,
    certificateStatus,
    clientCertificateType,
    clientCertificateTypes,
    clientEch,
    clientKeyShares,
    compressCertificate,
    cookie,
    ecPointFormats,
    maxEarlyDataSize,
    maxFragmentLength,
    serverCertificateType,
    serverCertificateTypes,
    npnAnswer,
    offeredPsks,
    padding,
    pskKeyExchangeModes,
    quicTransportParameters,
    recordSizeLimit,
    renegotiationInfo,
    retryGroup,
    sctList,
    selectedPsk,
    selectedVersion,
    serverKeyShare,
    serverName,
    sessionTicket,
    signatureAlgorithms,
    signatureAlgorithmsCert,
    statusRequest,
    supportedGroups,
    supportedVersions,
    tlsFlags,
  ] as unknown as ExtensionForm<unknown>[]
).map((form, index) => ({
  name: `extension ${form.extension.name}${index > 0 ? ` ${index}` : ''}`,
  format: 'tls',
  seeds: () => BEGINNINGS.map((bytes) => Uint8Array.from(bytes)),
  read(bytes) {
    const decode = (body: Uint8Array): unknown => {
      const reader = new Reader(body, form.extension.name)
      const value = form.decode(reader)
      reader.end()
      return value
    }
    const encode = (value: unknown): Uint8Array => {
      const writer = new Writer()
      form.encode(writer, value)
      return writer.finish()
    }
    const value = decode(bytes)
    // A status_request for what is no OCSP response is not written.
    if (value !== false) sameAgain(value, encode, decode)
  },
}))

/** A connection never throws at what comes: it ends with one error of the peer's making. */
export function hear(tls: Connection, bytes: Uint8Array): void {
  tls.takeOutput()
  try {
    tls.receive(bytes)
  } catch (error) {
    throw new Fault('a connection threw at what it received', { cause: error })
  }
  const errors = tls.takeEvents().filter(({ type }) => type === 'error')
  if (errors.length > 1) throw new Fault(`${errors.length} errors`)
  const { error } = tls
  if (!error) return
  if (!isDeclared(error)) throw new Fault('an error that is no TlsError', { cause: error })
  if (error.blame !== 'peer') throw new Fault(`what came is blamed on ${error.blame}`, { cause: error })
}

const conversations: Target[] = [0x0304, 0x0303, 0x0301].flatMap((version, index): Target[] => [
  {
    name: `a server of 0x${version.toString(16)} hears a hello`,
    format: 'tls',
    seeds: () => flights.map(({ client }) => client[0]),
    stepsPerByte: 200,
    read: (bytes) => hear(TlsConnection.server(serverConfig(version, { psks: [psk] })), bytes),
  },
  {
    name: `a client of 0x${version.toString(16)} hears a flight`,
    format: 'tls',
    seeds: () => [flights[index].server[0]],
    stepsPerByte: 200,
    read: (bytes) => hear(TlsConnection.client(clientConfig(version)), bytes),
  },
])

const session = (
  name: string,
  encode: (session: Session) => Uint8Array,
  decode: (bytes: Uint8Array) => Session,
  format: 'der' | 'tls',
): Target => ({
  name,
  format,
  seeds: () => sessions.slice(0, 8).map(encode),
  read: (bytes) => sameAgain(decode(bytes), encode, decode),
})

export const TLS_TARGETS: readonly Target[] = [
  ...messages,
  ...forms,
  session('session', encodeSession, decodeSession, 'tls'),
  ...(['client', 'server'] as const).map((side) =>
    session(`session as OpenSSL's, ${side}`, encodeOpenSslSession, (bytes) => decodeOpenSslSession(bytes, side), 'der'),
  ),
  ...conversations,
]

import { answered, bytes, peerError, Version } from '@x/tls-record'
import { readAgain } from '../checked-config.ts'
import { EMPTY, equalBytes } from '../codec/bytes.ts'
import type { CertificateRequestInfo, ClientConfig, ProtocolVersion } from '../config.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import { allows } from '../handshake/allowed.ts'
import { inBoth } from '../handshake/in-common.ts'
import { readCertificates } from '../handshake/peer-certificates.ts'
import { mayRenegotiate, renegotiated } from '../handshake/peer-state.ts'
import { type PeerKey, shownChain } from '../handshake/raw-public-key.ts'
import { rememberedFacts } from '../handshake/remembered-facts.ts'
import { type Flow, idle, nextMessage } from '../handshake/step.ts'
import { type CertificateRequest12, decodeCertificateRequest12 } from '../messages/certificate-request12.ts'
import { decodeCertificate12, encodeCertificate12 } from '../messages/certificate12.ts'
import { checkFinished, encodeFinished } from '../messages/finished.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import { checkDowngradeSentinel, decodeServerHello, type ServerHello } from '../messages/server-hello.ts'
import { decodeServerKeyExchange, type ServerKeyExchange } from '../messages/server-key-exchange.ts'
import {
  decodeCertificateStatusMessage,
  decodeEmpty,
  decodeNewSessionTicket12,
  encodeNextProtocol,
} from '../messages/session-messages12.ts'
import { hasCertificate, hasPsk } from '../registry/cipher-suites12.ts'
import { groupName } from '../registry/groups.ts'
import type { Session } from '../session.ts'
import { nextChangeCipherSpec } from '../tls12/change-cipher-spec.ts'
import { connectionSecrets12, masterSecret, prfHash, verifyData } from '../tls12/key-schedule.ts'
import { checkServerKey12 } from '../tls12/peer-certificate.ts'
import { type Protections, protections } from '../tls12/protection.ts'
import { signedParameters, verifySignature12 } from '../tls12/signatures.ts'
import type { Connection12, FinishedPair } from '../tls12/state.ts'
import { handshakeHash } from '../tls12/transcript12.ts'
import { verifyServer } from './answers.ts'
import { ClientContext12 } from './client-context12.ts'
import { sendClientHello } from './client-hello.ts'
import { sendClientKeyExchange } from './key-exchange12.ts'
import { MAX_TICKET_LIFETIME } from './resumption.ts'
import { type Client12, processServerHello, type Renegotiation } from './server-hello12.ts'

/** The client's side of TLS up to 1.2, from the ServerHello on (RFC 5246 §7.3), and what comes after it. */
export function* clientHandshake12(hs: ClientContext12, hello: ServerHello, version: ProtocolVersion): Flow {
  checkDowngradeSentinel(hello.random, version, hs.versions[0])
  hs.facts.earlyDataReason = 'protocol_version'
  let finished = yield* handshake(hs, hello, version, undefined)
  for (let count = 0; ; count++) {
    yield* waitForRenegotiation(hs, count)
    const next = yield* renegotiate(hs, version, finished)
    hs = next.hs
    finished = next.finished
  }
}

function* handshake(
  hs: ClientContext12,
  hello: ServerHello,
  version: ProtocolVersion,
  previous: Renegotiation | undefined,
): Flow<FinishedPair> {
  const client = processServerHello(hs, hello, version, previous)
  const finished = client.resumed ? yield* abbreviated(client, client.resumed) : yield* full(client)
  hs.facts.renegotiations = (hs.facts.renegotiations ?? -1) + 1
  hs.wire.complete(previous !== undefined)
  return finished
}

/** RFC 5246 §7.3, figure 1: RFC 5246 §7.4 #1, RFC 5246 §7.3 #2, #4, RFC 5246 §1.2 #2. */
function* full(client: Client12): Flow<FinishedPair> {
  const { hs, suite } = client
  const leaf = hasCertificate(suite) ? yield* readServerCertificate(client) : undefined
  if (!leaf && !hasPsk(suite)) requireAnonymity(client)
  const keyExchange = yield* readServerKeyExchange(client, leaf)
  const request = yield* readRequestAndDone(client)
  // In a renegotiation the certificate is the same; the clock and what is stapled to it are not.
  if (leaf) yield* verifyServer(client.hs, leaf, false)
  const credential = request ? yield* selectCredential(client, request) : undefined
  if (request)
    hs.send(encodeCertificate12(credential ? shownChain(credential.credential) : [], hs.shownType !== 'x509'))
  const premaster = yield* sendClientKeyExchange(client, leaf, keyExchange)
  deriveMaster(client, premaster)
  if (credential) yield* credential.prove()
  const state = client.state!
  const keys = protections(hs.provider, state, client.encryptThenMac)
  const clientFinished = sendFinished(client, keys)
  startFalseStart(client)
  const ticket = yield* readTicket(client)
  const serverFinished = yield* readFinished(client, keys)
  keepSession(client, ticket)
  return { client: clientFinished, server: serverFinished }
}

/** RFC 5246 §F.1.1.1: an anonymous server is anybody. `verifyPeer` has nothing to look at. */
function requireAnonymity({ hs, suite }: Client12): void {
  if (!allows(hs.config, 'allowUnverifiedPeer')) {
    throw peerError(
      'handshake_failure',
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
      `${suite.name} is anonymous, and the server is to be verified`,
    )
  }
}

/** RFC 5246 §7.3, figure 2. */
function* abbreviated(client: Client12, session: Session): Flow<FinishedPair> {
  const { hs, suite, version } = client
  const { facts } = hs
  const hash = prfHash(hs.provider, suite, version)
  client.state = { version, suite, hash, master: new Uint8Array(session.secret), randoms: randoms(client) }
  logMaster(client)
  hs.transcript.start(hash)
  resumeServerCredential(client, session)
  const keys = protections(hs.provider, client.state, client.encryptThenMac)
  const ticket = yield* readTicket(client)
  const server = yield* readFinished(client, keys)
  const clientFinished = sendFinished(client, keys)
  facts.session = session
  if (ticket) keepSession(client, ticket)
  return { client: clientFinished, server }
}

// --- The server's flight

/** A message of these types. A HelloRequest in between is ignored, and never in the transcript (RFC 5246 §7.4.1.1 #5). */
function* next(...allowed: number[]): Flow<HandshakeMessage> {
  for (;;) {
    const message = yield* nextMessage(...allowed, HandshakeType.hello_request)
    if (message.type !== HandshakeType.hello_request) return message
    decodeEmpty(message)
  }
}

function* readServerCertificate(client: Client12): Flow<PeerKey> {
  const { hs, suite, previous } = client
  const message = yield* next(HandshakeType.certificate)
  const chain = decodeCertificate12(message, hs.rawPeer)
  // RFC 5246 §7.4.2: a server's list is never empty.
  if (chain.length === 0) throw peerError('decode_error', 'LENGTH_MISMATCH', 'the server sent no certificate')
  const leaf = hs.parts.rawPublicKeys?.peerKey(hs, chain) ?? readCertificates(hs.config, chain)
  checkServerKey12(leaf, suite)
  checkCurve(client, leaf)
  // A triple handshake attack, or a server that changes under us.
  if (previous?.chain && !sameChain(previous.chain, chain)) {
    throw peerError(
      'illegal_parameter',
      'SERVER_CERT_CHANGED',
      'the server shows another certificate in a renegotiation',
    )
  }
  hs.received(message)
  hs.peerShows(chain)
  return leaf
}

function sameChain(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((der, index) => equalBytes(der, b[index]))
}

/** RFC 8422 §5.3: an ECDSA key on one of the curves that we said we know. */
function checkCurve({ hs, suite }: Client12, { publicKey }: PeerKey): void {
  if (suite.authentication !== 'ecdsa' || publicKey.type !== 'ec') return
  if (!hs.groups12.some(({ name }) => name === publicKey.curve)) {
    throw peerError('illegal_parameter', 'BAD_ECC_CERT', `a certificate on ${publicKey.curve}, which we did not offer`)
  }
}

/** CertificateStatus if there is one (RFC 6066 §8), and ServerKeyExchange where the suite has one. */
function* readServerKeyExchange(client: Client12, leaf: PeerKey | undefined): Flow<ServerKeyExchange | undefined> {
  const { hs, suite, version } = client
  const optional = suite.keyExchange === 'psk' || suite.keyExchange === 'rsa_psk'
  const needed = suite.keyExchange !== 'rsa' && !optional
  const afterwards = [HandshakeType.server_hello_done, ...(leaf ? [HandshakeType.certificate_request] : [])]
  const status = client.statusPromised && leaf ? [HandshakeType.certificate_status] : []
  const exchange = needed || optional ? [HandshakeType.server_key_exchange] : []
  let message = yield* next(...status, ...exchange, ...(needed ? [] : afterwards))
  if (message.type === HandshakeType.certificate_status) {
    hs.pending.ocspResponse = decodeCertificateStatusMessage(message)
    hs.received(message)
    message = yield* next(...exchange, ...(needed ? [] : afterwards))
  }
  if (message.type !== HandshakeType.server_key_exchange) {
    hs.unread = message
    return undefined
  }
  const keyExchange = decodeServerKeyExchange(message, suite, version)
  if (keyExchange.signature) {
    const content = signedParameters(randoms(client), keyExchange.signed)
    yield* verifySignature12(version, leaf!, hs.signatureSchemes, keyExchange.scheme, content, keyExchange.signature)
    hs.pending.signatureScheme = keyExchange.scheme
  }
  hs.received(message)
  return keyExchange
}

/** CertificateRequest if there is one, and ServerHelloDone. */
function* readRequestAndDone(client: Client12): Flow<CertificateRequest12 | undefined> {
  const { hs, suite, version } = client
  const requests = hasCertificate(suite) ? [HandshakeType.certificate_request] : []
  let message = hs.unread ?? (yield* next(HandshakeType.server_hello_done, ...requests))
  hs.unread = undefined
  let request: CertificateRequest12 | undefined
  if (message.type === HandshakeType.certificate_request) {
    request = decodeCertificateRequest12(message, version)
    hs.received(message)
    message = yield* next(HandshakeType.server_hello_done)
  }
  decodeEmpty(message)
  hs.received(message)
  hs.wire.requireRecordBoundary()
  return request
}

/** The server was authenticated when the session was made. */
function resumeServerCredential(client: Client12, session: Session): void {
  const { pending, lent } = client.hs
  pending.certificates = session.peerCertificates
  pending.rawPublicKey = session.peerRawPublicKey
  pending.pskIdentity = session.pskIdentity
  pending.ocspResponse = session.ocspResponse
  pending.sctList = session.sctList
  pending.signatureScheme = session.peerSignatureScheme
  pending.group = session.group === undefined ? undefined : groupName(session.group)
  pending.verification = lent.verification
}

// --- Our flight

/** RFC 5246 §7.4.6 #1, #4, RFC 5246 §7.4.4 #3, #4: a credential that fits the request, if we have any. */
function* selectCredential(client: Client12, request: CertificateRequest12) {
  const { facts, parts } = client.hs
  const info: CertificateRequestInfo = {
    version: client.version,
    signatureSchemes: request.signatureSchemes ?? [],
    get certificateAuthorities() {
      return request.authorities
    },
    certificateTypes: request.certificateTypes,
  }
  facts.certificateRequest = info
  facts.sharedSignatureSchemes = inBoth(client.hs.signatureSchemes, request.signatureSchemes, false)
  return parts.certificates12 && (yield* parts.certificates12.select(client.hs, client.version, request, info))
}

const randoms = (client: Client12): Connection12['randoms'] => ({
  client: client.hs.random,
  server: client.serverRandom,
})

function deriveMaster(client: Client12, premaster: Uint8Array): void {
  const { hs, suite, version } = client
  const hash = prfHash(hs.provider, suite, version)
  const sessionHash = client.extendedMasterSecret ? handshakeHash(hs.transcript, hash) : undefined
  client.state = {
    version,
    suite,
    hash,
    master: masterSecret(hash, premaster, randoms(client), sessionHash),
    randoms: randoms(client),
  }
  logMaster(client)
}

function logMaster({ hs, state }: Client12): void {
  hs.secrets.tls12 = connectionSecrets12(state!)
  hs.logSecret('CLIENT_RANDOM', hs.random, state!.master)
}

/** ChangeCipherSpec, NextProtocol where NPN was negotiated, Finished. @returns verify_data */
function sendFinished(client: Client12, keys: Protections): Uint8Array {
  const { hs } = client
  const { hash, master, suite, version } = client.state!
  const { wire, config, facts, pending } = hs
  hs.transcript.start(hash)
  wire.sendChangeCipherSpec()
  wire.changeWriteKeys(keys.client)
  wire.writer.peerMaxFragment = hs.recordLimits.send
  wire.writer.splitFirstByte =
    version === Version.TLS10 && suite.cbc !== undefined && suite.cbc !== 'null' && config.cbcRecordSplitting !== false
  if (client.npnProtocols) {
    pending.npnProtocol = answered('selectNpn', bytes(0, 255), config.selectNpn!(client.npnProtocols))
    hs.send(encodeNextProtocol(pending.npnProtocol))
  }
  const data = verifyData(hash, master, 'client', hs.transcript.digest())
  facts.localFinished = data
  hs.send(encodeFinished(data))
  return data
}

/** False Start (RFC 7918; RFC 7919 §8.9 #2): only with forward secrecy by curves, an AEAD, and a protocol agreed on. */
function startFalseStart({ hs, suite }: Client12): void {
  const { config, pending } = hs
  if (!config.falseStart || !suite.aead || !suite.keyExchange.startsWith('ecdhe')) return
  const agreed = pending.alpnProtocol ?? pending.npnProtocol
  if (agreed === undefined && config.falseStart !== 'without-alpn') return
  hs.presumePeer()
  hs.wire.openOutgoing()
}

// --- The server's last flight

interface ReceivedTicket {
  readonly lifetime: number
  readonly ticket: Uint8Array
}

/** NewSessionTicket, where the ServerHello promised one (RFC 5077 §3.3). */
function* readTicket({ hs, ticketPromised }: Client12): Flow<ReceivedTicket | undefined> {
  if (!ticketPromised) return undefined
  const message = yield* next(HandshakeType.new_session_ticket)
  const ticket = decodeNewSessionTicket12(message)
  hs.received(message)
  return ticket.ticket.length > 0 ? ticket : undefined
}

/** ChangeCipherSpec and Finished. @returns verify_data */
function* readFinished(client: Client12, keys: Protections): Flow<Uint8Array> {
  const { hs } = client
  const { hash, master } = client.state!
  yield* nextChangeCipherSpec(hs.wire)
  hs.wire.changeReadKeys(keys.server)
  hs.wire.reader.maxPlaintext = hs.recordLimits.receive
  const message = yield* nextMessage(HandshakeType.finished)
  const expected = verifyData(hash, master, 'server', hs.transcript.digest())
  checkFinished(message, expected)
  hs.received(message)
  hs.wire.requireRecordBoundary()
  hs.establishPeer(expected)
  return expected
}

/** A session to resume later, by its ticket or its id. A renegotiation's is not kept. */
function keepSession(client: Client12, ticket: ReceivedTicket | undefined): void {
  const { hs, version, suite, sessionId, resumed, previous } = client
  const { facts, config } = hs
  if (previous || (ticket === undefined && sessionId.length === 0)) return
  const now = hs.now()
  const lifetime = ticket?.lifetime || DEFAULT_LIFETIME
  const session: Session = {
    side: 'client',
    version,
    cipherSuite: suite.id,
    secret: client.state!.master.slice(),
    sessionId: ticket ? EMPTY : sessionId.slice(),
    extendedMasterSecret: client.extendedMasterSecret,
    ticket: ticket?.ticket.slice(),
    lifetime: Math.min(lifetime, MAX_TICKET_LIFETIME),
    createdAt: now,
    authenticatedAt: resumed?.authenticatedAt ?? now,
    ...rememberedFacts(hs.wire.peer!, config.serverName, config),
  }
  facts.session = session
  hs.wire.emit({ type: 'session', session })
}

/** Seconds, for sessions whose server gives no hint. */
const DEFAULT_LIFETIME = 7200

// --- Renegotiation (RFC 5746)

/** Until the server asks, or the application wants to. */
function* waitForRenegotiation(hs: ClientContext12, count: number): Flow {
  for (;;) {
    const message = yield* idle(HandshakeType.hello_request)
    if (message === undefined) return
    decodeEmpty(message)
    const policy = hs.wire.closed ? 'never' : (hs.wire.renegotiation ?? hs.config.renegotiation ?? 'never')
    if (policy === 'ignore') continue
    hs.wire.requireRecordBoundary()
    if (policy === 'explicit') {
      hs.wire.emit({ type: 'renegotiationRequest' })
      continue
    }
    // RFC 5746 §4.2 #2: not with a peer that could be spliced.
    if (policy === 'never' || (policy === 'once' && count > 0) || !mayRenegotiate(hs.wire.peer)) {
      throw peerError(
        'no_renegotiation',
        'NO_RENEGOTIATION',
        'the server asks for a renegotiation, which is not allowed',
      )
    }
    return
  }
}

function* renegotiate(
  first: ClientContext12,
  version: ProtocolVersion,
  finished: FinishedPair,
): Flow<{ hs: ClientContext12; finished: FinishedPair }> {
  const { facts, wire } = first
  const peer = wire.peer!
  const previous: Renegotiation = {
    finished,
    version,
    chain: peer.rawPublicKey ? [peer.rawPublicKey] : peer.certificates,
    extendedMasterSecret: peer.extendedMasterSecret ?? false,
  }
  // The version is fixed; neither a session nor a protocol is negotiated anew.
  const config: ClientConfig = Object.assign(Object.create(readAgain(first.config)) as ClientConfig, {
    session: undefined,
    alpnProtocols: undefined,
    selectNpn: undefined,
    psks: undefined,
    versions: [version],
  })
  const hs = new ClientContext12(config, wire, facts, first.secrets, first.parts)
  hs.pending = renegotiated(peer)
  hs.renegotiating = finished
  wire.holdOutgoing()
  yield* sendClientHello(hs)
  const message = yield* next(HandshakeType.server_hello)
  const hello = decodeServerHello(message)
  // RFC 9846 §4.2.3 #18: nor to TLS 1.3, which says so in an extension.
  const selected = hello.extensions.get(selectedVersion) ?? hello.legacyVersion
  if (hello.legacyVersion !== version || selected >= Version.TLS13) {
    throw peerError('protocol_version', 'UNSUPPORTED_PROTOCOL', 'the version changes in a renegotiation')
  }
  const pair = yield* handshake(hs, hello, version, previous)
  return { hs, finished: pair }
}

import { wipe } from '@x/crypto-primitives'
import { Alert, peerError, TlsError, Version } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import { alpn } from '../extensions/alpn.ts'
import { SERVER_CERTIFICATE_TYPE } from '../extensions/certificate-types.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { EARLY_DATA, earlyData } from '../extensions/early-data.ts'
import { type KeyShareEntry, serverKeyShare } from '../extensions/key-share.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { POST_HANDSHAKE_AUTH } from '../extensions/post-handshake-auth.ts'
import { selectedPsk } from '../extensions/pre-shared-key.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import type { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { SIGNATURE_ALGORITHMS } from '../extensions/signature-algorithms.ts'
import { SUPPORTED_GROUPS, supportedGroups } from '../extensions/supported-groups.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import { own } from '../handshake/own.ts'
import { publicRandom } from '../handshake/public-random.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { encodeEncryptedExtensions } from '../messages/encrypted-extensions.ts'
import { checkFinished } from '../messages/finished.ts'
import { decodeBody, HandshakeType } from '../messages/handshake-message.ts'
import { encodeServerHello } from '../messages/server-hello.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import { enabledGroups13, type Group } from '../registry/groups.ts'
import { bothLists } from '../registry/words.ts'
import { finishedData, type Presentation, sendCredential, sendFinished } from '../tls13/authentication.ts'
import { type CredentialChoice, chooseCredential13, type PeerWishes } from '../tls13/credentials.ts'
import { withPeerShare } from '../tls13/key-exchange.ts'
import { KeySchedule } from '../tls13/key-schedule.ts'
import { TrafficKeys } from '../tls13/traffic-keys.ts'
import { selectProtocol, staple } from './answers.ts'
import { certificateRequest, compressedCertificate, readClientAuthentication } from './client-authentication13.ts'
import { judgeEarlyData, ticketAgeSkew } from './early-data.ts'
import { confirm, offerRetryConfigs } from './encrypted-client-hello.ts'
import { type Offers, readOffers, retryHello, selectGroup13, sharedPskModes, sharedSuites13 } from './hello13.ts'
import { issueTickets, serverPostHandshake13, type TicketSource } from './post-handshake13.ts'
import { answerTypes, clientType, settleClientType, showableTypes } from './raw-public-keys.ts'
import { checkBinder, type SelectedPsk, selectPsk } from './select-psk.ts'
import type { ServerContext } from './server-context.ts'

/** What a TLS 1.3 server has decided. */
interface Server13 extends TicketSource {
  readonly hello: ClientHello
  readonly schedule: KeySchedule
  readonly keyExchange: { readonly group: Group; readonly share: KeyShareEntry } | undefined
  readonly presentation: Presentation | undefined
  readonly acceptsEarlyData: boolean
  /** The client understands tickets that we can issue (RFC 9846 §4.3.9 #5). */
  readonly wantsTickets: boolean
  clientHandshakeSecret: Uint8Array
  serverHandshakeSecret: Uint8Array
  earlySecret?: Uint8Array
  /** The extensions that a Certificate may answer. */
  requested: ReadonlySet<number>
}

/** The server's side of TLS 1.3, from the ClientHello on (RFC 9846 §2). @returns what comes after the handshake */
export function* serverHandshake13(hs: ServerContext, first: ClientHello): Flow<Flow> {
  const server = yield* negotiate(hs, first)
  // There is no third hello.
  hs.opened?.context.destroy()
  let resumptionSecret: Uint8Array | undefined
  try {
    // RFC 9846 §4 #1, RFC 9846 §4.4.1 #1, RFC 9846 §4.4.2 #2, RFC 9846 §4.5.1 #1, RFC 9846 §4.5.2 #1: in this order, at once,
    // RFC 9846 §4.3.11.3 #1: whether or not early data is still under way.
    yield* sendServerHello(server)
    sendEncryptedExtensions(server)
    const requestsCertificate = sendCertificateRequest(server)
    if (server.presentation) yield* sendCredential(hs, hs.transcript, 'server', server.presentation)
    sendServerFinished(server)
    if (server.acceptsEarlyData) {
      // RFC 9846 §4.3.11.2: the binder is over the hello, as a Finished is over the handshake. Who made it sends the early data.
      hs.presumePeer()
      // RFC 9001 §8.3: QUIC has no EndOfEarlyData, and tells early data from the rest by its packets.
      if (!hs.wire.quic) yield* readEarlyData(server)
    }
    if (requestsCertificate) yield* readClientCredential(server)
    resumptionSecret = yield* readClientFinished(server)
    hs.wire.complete(false)
    if (server.wantsTickets) yield* issueTickets(server, resumptionSecret)
  } finally {
    server.schedule.destroy()
    wipe(server.clientHandshakeSecret, server.serverHandshakeSecret, server.earlySecret, resumptionSecret)
    server.clientHandshakeSecret = server.serverHandshakeSecret = EMPTY
    server.earlySecret = undefined
  }
  return serverPostHandshake13(hs, hs.authenticatesLater)
}

// --- Negotiation (RFC 9846 §4.2.1)

function* negotiate(hs: ServerContext, first: ClientHello): Flow<Server13> {
  const { facts, pending, wire } = hs
  wire.enter('handshake')
  wire.writer.version = Version.TLS12
  let hello = first
  let offers = readOffers(hello)
  let suites = sharedSuites13(hs, hello)
  let selected = yield* choosePsk(hs, hello, offers, suites)
  let exchange = chooseExchange(hs, offers, selected)
  if (exchange.retry || hs.config.cookie) {
    // RFC 9846 §4.2.4 #9: from here on there is no other.
    const suite = selected?.suite ?? suites[0]
    const { group } = exchange
    ;({ hello, offers } = yield* retryHello(hs, first, suite, exchange.retry ? group : undefined))
    suites = [suite]
    selected = yield* choosePsk(hs, hello, offers, suites, selected)
    exchange = chooseExchange(hs, offers, selected)
    // RFC 9846 §4.2.2: the groups may not change, nor the shares if none was asked for; a third hello there is not.
    if (exchange.retry) {
      throw peerError('illegal_parameter', 'BAD_KEY_SHARE', 'the second ClientHello has no share of the group to use')
    }
  }
  const suite = selected?.suite ?? suites[0]
  const hash = hs.hash(suite.hash)
  const schedule = new KeySchedule(hash, selected?.psk.secret)
  if (selected) checkBinder(hs, hello, selected, schedule)
  // RFC 9846 §5.1 #6: a ClientHello ends its record when keys change after it.
  wire.requireRecordBoundary()
  hs.transcript.start(hash)
  hs.received(hello.message)

  pending.cipherSuite = suite.id
  pending.group = exchange.group?.name
  pending.resumed = selected?.psk.session !== undefined
  pending.pskIdentity = selected?.psk.external?.identity
  if (selected) restoreSession(hs, selected)
  yield* selectProtocol(hs, hs.hello)
  wire.quic?.receive(hello.extensions, pending.alpnProtocol)
  // RFC 9846 §4.3.10 #5: taken, passed over, or not even looked at behind a HelloRetryRequest.
  facts.earlyDataReason = yield* judgeEarlyData(hs, first, selected)
  const acceptsEarlyData = facts.earlyDataReason === 'accepted'
  facts.earlyDataAccepted = acceptsEarlyData
  const presentation = selected ? undefined : yield* selectCredential(hs, hello)
  // RFC 9846 §4.3.6 #1: only of a client that has said it can, and that has something to show. RFC 9846 §4.4.2 #9,
  // RFC 9846 F.1 #1: nor where an external PSK says who both are.
  hs.authenticatesLater =
    hello.extensions.has(POST_HANDSHAKE_AUTH) &&
    clientType(hs, hello.extensions) !== undefined &&
    selected?.psk.external === undefined
  if (asksForCertificate({ hs, selected }) || hs.authenticatesLater) settleClientType(hs, hello.extensions)
  const cipher = { suite: suite.id, aead: hs.provider.aeads[suite.aead]!, hash }
  hs.secrets.hash = hash
  hs.secrets.cipher = cipher
  return {
    hs,
    hello,
    suite,
    cipher,
    schedule,
    selected,
    keyExchange: exchange.group && { group: exchange.group, share: exchange.share! },
    presentation,
    acceptsEarlyData,
    wantsTickets: hs.ticketProtection !== undefined && sharedPskModes(hs, offers).length > 0,
    clientHandshakeSecret: EMPTY,
    serverHandshakeSecret: EMPTY,
    requested: new Set(),
  }
}

/** A PSK, when the client allows a mode that we allow (RFC 9846 §4.3.9). */
function* choosePsk(
  hs: ServerContext,
  hello: ClientHello,
  offers: Offers,
  suites: readonly CipherSuite13[],
  before?: SelectedPsk,
): Flow<SelectedPsk | undefined> {
  const selected = yield* selectPsk(hs, hello, suites)
  const { config } = hs
  // RFC 9846 §4.2.2: only PSKs that do not go with the suite may be left out, and this one does.
  if (before?.psk.external && selected?.psk.external !== before.psk.external) {
    throw peerError('illegal_parameter', 'BAD_PSK_IDENTITY', 'the second ClientHello lacks the PSK of the first')
  }
  if (selected && isUsable(hs, offers)) {
    const external = selected.psk.external !== undefined
    if (!(external && config.preferCertificate && fittingCertificate(hs, hello))) return selected
  }
  if (config.credentials?.length) return undefined
  // Nothing but a PSK could have authenticated us.
  if (selected) throw peerError('handshake_failure', 'NO_SUPPORTED_PSK_MODE', 'no PSK key exchange mode in common')
  if (config.psks?.length) {
    throw peerError('handshake_failure', 'BAD_PSK_IDENTITY', 'no PSK in common, and no certificate to show')
  }
  return undefined
}

/** A PSK can be used in a mode that both sides allow. */
function isUsable(hs: ServerContext, offers: Offers): boolean {
  const modes = sharedPskModes(hs, offers)
  return modes.includes('psk_ke') || (modes.includes('psk_dhe_ke') && selectGroup13(hs, offers) !== undefined)
}

function fittingCertificate(hs: ServerContext, hello: ClientHello): boolean {
  return (
    hello.extensions.has(SIGNATURE_ALGORITHMS) &&
    chooseCredential13(hs.config, hs.config.credentials ?? [], wishesOf(hs), 'server', showableTypes(hello.extensions))
      .credential !== undefined
  )
}

interface Exchange {
  readonly group?: Group
  readonly share?: KeyShareEntry
  /** The client has sent no share of the group. */
  readonly retry: boolean
}

/** Which group, or none with psk_ke. */
function chooseExchange(hs: ServerContext, offers: Offers, selected: SelectedPsk | undefined): Exchange {
  const modes = selected ? sharedPskModes(hs, offers) : []
  const choice = selectGroup13(hs, offers)
  if (selected && (modes[0] === 'psk_ke' || choice === undefined)) return { retry: false }
  if (choice === undefined) {
    const ours = enabledGroups13(hs.provider, hs.config.groups)
    const groups = bothLists(
      'group',
      offers.groups ?? [],
      ours.map(({ id }) => id),
    )
    // RFC 9846 §9.2 #10, #12, RFC 9846 §4.2.1 #1, #4.
    throw offers.groups === undefined
      ? peerError('missing_extension', 'MISSING_SUPPORTED_GROUPS_EXTENSION', 'supported_groups is missing')
      : peerError('handshake_failure', 'NO_SHARED_GROUP', `no group in common: ${groups}`)
  }
  return { ...choice, retry: choice.share === undefined }
}

/** What the session knows of the client. */
function restoreSession(hs: ServerContext, selected: SelectedPsk): void {
  const { facts, pending } = hs
  const { session } = selected.psk
  if (session === undefined) return
  facts.session = session
  pending.certificates = session.peerCertificates
  pending.rawPublicKey = session.peerRawPublicKey
  pending.pskIdentity = session.pskIdentity
  pending.verification = selected.psk.lent?.verification
  pending.signatureScheme = session.peerSignatureScheme
  facts.ticketAgeSkew = ticketAgeSkew(hs, selected)
}

const wishesOf = (hs: ServerContext): PeerWishes => ({
  signatureSchemes: hs.knownSchemes(hs.hello.signatureSchemes),
  certificateAuthorities: hs.hello.certificateAuthorities,
})

/** RFC 7250 §4.2: unsupported_certificate, to a client that has named types and none that we have. */
const hasNoType = (choice: CredentialChoice, offered: ExtensionBlock): boolean =>
  choice.credential === undefined &&
  choice.reason === 'UNKNOWN_CERTIFICATE_TYPE' &&
  offered.has(SERVER_CERTIFICATE_TYPE)

/** The certificate to show, and what is stapled to it (RFC 9846 §4.5.1.2). */
function* selectCredential(hs: ServerContext, hello: ClientHello): Flow<Presentation> {
  const { config, facts } = hs
  const wishes = hs.hello
  // RFC 9846 §4.3.3 #3: without it no certificate can be shown.
  if (!hello.extensions.has(SIGNATURE_ALGORITHMS)) {
    throw peerError(
      'missing_extension',
      'MISSING_SIGALGS_EXTENSION',
      'signature_algorithms is missing from the ClientHello',
    )
  }
  facts.sharedSignatureSchemes = hs.sharedSchemes(wishes.signatureSchemes)
  const choice = chooseCredential13(
    config,
    config.credentials ?? [],
    wishesOf(hs),
    'server',
    showableTypes(hello.extensions),
  )
  if (choice.credential === undefined) {
    const ours = config.credentials?.length
      ? 'no certificate of ours fits what the client accepts'
      : 'there is no certificate'
    const lists = bothLists('signature scheme', wishes.signatureSchemes ?? [], hs.signatureSchemes)
    throw new TlsError(choice.reason, `${ours}: ${lists}`, {
      alert: hasNoType(choice, hello.extensions) ? Alert.unsupported_certificate : Alert.handshake_failure,
      blame: config.credentials?.length ? 'peer' : 'config',
    })
  }
  const { credential, scheme } = choice
  facts.credential = credential
  return {
    credential,
    scheme,
    ocspResponse: wishes.ocspRequested ? yield* staple(config, credential, wishes) : undefined,
    sctList: wishes.sctRequested ? own(credential, 'sctList') : undefined,
    compression: hello.extensions.get(compressCertificate) ?? [],
  }
}

// --- ServerHello to Finished

function* sendServerHello(server: Server13): Flow {
  const { hs, hello, suite, keyExchange, selected, schedule, cipher } = server
  const { wire, provider } = hs
  let ours: KeyShareEntry | undefined
  let secret: Uint8Array | undefined
  if (keyExchange) {
    const group = provider.groups[keyExchange.group.name]!
    const result = yield* withPeerShare(() => group.respond(keyExchange.share.keyExchange))
    // RFC 9846 §2 #1, RFC 9846 §4.3.8 #15, #16: of the group of the client's own share; with psk_ke there is none.
    ours = { group: keyExchange.group.id, keyExchange: result.share }
    secret = result.secret
  }
  const clientRandom = hs.clientRandom
  if (server.acceptsEarlyData) {
    const helloHash = hs.transcript.digest()
    server.earlySecret = schedule.clientEarlyTrafficSecret(helloHash)
    hs.logSecret('CLIENT_EARLY_TRAFFIC_SECRET', clientRandom, server.earlySecret)
    hs.secrets.earlyExporter = schedule.earlyExporterSecret(helloHash)
    hs.secrets.earlyHash = schedule.hash
    hs.logSecret('EARLY_EXPORTER_SECRET', clientRandom, hs.secrets.earlyExporter)
  }
  // RFC 9846 §4.2.3 #1, #4, #7, RFC 9846 §4.3.1 #10, RFC 9846 §4.3.9 #7, #8. RFC 9846 §4.2.3 #9, #10, RFC 9846 §4.3.1 #9: what keys need.
  const answer = encodeServerHello(
    { version: Version.TLS12, random: publicRandom(provider, 32), sessionId: hello.sessionId, cipherSuite: suite.id },
    (extensions) => {
      if (selected) extensions.add(selectedPsk, selected.index)
      if (ours) extensions.add(serverKeyShare, ours)
      extensions.add(selectedVersion, Version.TLS13)
    },
  )
  confirm(hs, answer, false)
  hs.send(answer)
  // RFC 9846 E.4 #1: behind our first message, to a client that has sent a session id.
  if (hello.sessionId.length > 0 && !hs.facts.helloRetried) wire.sendChangeCipherSpec()
  schedule.enterHandshake(secret)
  secret?.fill(0)
  const helloHash = hs.transcript.digest()
  server.clientHandshakeSecret = schedule.clientHandshakeTrafficSecret(helloHash)
  server.serverHandshakeSecret = schedule.serverHandshakeTrafficSecret(helloHash)
  hs.logSecret('CLIENT_HANDSHAKE_TRAFFIC_SECRET', clientRandom, server.clientHandshakeSecret)
  hs.logSecret('SERVER_HANDSHAKE_TRAFFIC_SECRET', clientRandom, server.serverHandshakeSecret)
  schedule.enterMain()
  wire.changeWriteKeys(new TrafficKeys(cipher, server.serverHandshakeSecret))
}

/** RFC 6066 §3 wants no acknowledgement in a resumption; RFC 9846 §4.3 negotiates anew, and some servers acknowledge. */
function acknowledgesName({ hs }: Server13): boolean {
  const { acknowledgeServerName: policy = true } = hs.config
  return hs.hello.serverName !== undefined && (policy === 'always' || (policy && !hs.pending.resumed))
}

/** EncryptedExtensions (RFC 9846 §4.4.1). */
function sendEncryptedExtensions(server: Server13): void {
  const { hs, hello } = server
  const { config, pending, wire } = hs
  const limit = hello.extensions.get(recordSizeLimit)
  // RFC 8449 §5 #1.
  const fragment = limit === undefined ? hello.extensions.get(maxFragmentLength) : undefined
  hs.send(
    // RFC 9846 §4.3 #5: each of them to a client that has asked for it.
    encodeEncryptedExtensions((extensions: ExtensionWriter) => {
      // RFC 9846 §4.3.7 #4: all of them, where the configuration has it so.
      if (config.announceGroups && hello.extensions.has(SUPPORTED_GROUPS)) {
        extensions.add(
          supportedGroups,
          enabledGroups13(hs.provider, config.groups).map(({ id }) => id),
        )
      }
      // RFC 8449 §4: an answer is only for those who asked.
      if (limit !== undefined) extensions.add(recordSizeLimit, config.recordSizeLimit ?? 16385)
      if (fragment !== undefined) extensions.add(maxFragmentLength, fragment)
      if (acknowledgesName(server)) extensions.add(serverNameAnswer, true)
      if (pending.alpnProtocol) extensions.add(alpn, [pending.alpnProtocol])
      answerTypes(hs, hello.extensions, asksForCertificate(server) || hs.authenticatesLater)?.(extensions)
      if (server.acceptsEarlyData) extensions.add(earlyData, true)
      wire.quic?.answer(extensions)
      offerRetryConfigs(hs, hello, extensions)
    }),
  )
  if (limit !== undefined) {
    wire.writer.maxInner = Math.min(wire.writer.maxInner, limit)
    if (config.recordSizeLimit)
      wire.reader.maxPlaintext = Math.min(wire.reader.maxPlaintext, config.recordSizeLimit - 1)
  }
  if (fragment !== undefined) {
    wire.writer.peerMaxFragment = wire.reader.maxPlaintext = fragment
  }
}

/** A CertificateRequest is due. RFC 9846 §4.4.2 #8, #9, RFC 9846 F.1 #1: never with a PSK. */
const asksForCertificate = ({ hs, selected }: Pick<Server13, 'hs' | 'selected'>): boolean =>
  hs.config.requestCertificate === true && !selected

/** CertificateRequest (RFC 9846 §4.4.2). */
function sendCertificateRequest(server: Server13): boolean {
  const { hs } = server
  if (!asksForCertificate(server)) return false
  const { message, requested } = certificateRequest(hs, EMPTY)
  server.requested = requested
  hs.send(message)
  return true
}

function sendServerFinished(server: Server13): void {
  const { hs, schedule, cipher } = server
  const { secrets, facts, wire } = hs
  facts.localFinished = sendFinished(hs, server.serverHandshakeSecret, hs.transcript)
  const applicationHash = hs.transcript.digest()
  secrets.write = schedule.serverApplicationTrafficSecret(applicationHash)
  secrets.read = schedule.clientApplicationTrafficSecret(applicationHash)
  secrets.exporter = schedule.exporterSecret(applicationHash)
  hs.logSecret('CLIENT_TRAFFIC_SECRET_0', hs.clientRandom, secrets.read)
  hs.logSecret('SERVER_TRAFFIC_SECRET_0', hs.clientRandom, secrets.write)
  hs.logSecret('EXPORTER_SECRET', hs.clientRandom, secrets.exporter)
  server.serverHandshakeSecret.fill(0)
  wire.changeWriteKeys(new TrafficKeys(cipher, secrets.write))
  wire.reader.version = Version.TLS12

  if (server.acceptsEarlyData) {
    wire.changeReadKeys(new TrafficKeys(cipher, server.earlySecret!), true)
    server.earlySecret!.fill(0)
    // RFC 9846 §4.3.10 #11, #12: from here on it is read as any other record is.
    wire.admitEarlyData(hs.config.maxEarlyData!)
    // The client has proved to know the PSK: 0.5-RTT data is for it alone.
    wire.openOutgoing()
    if (!wire.quic) return
  }
  // RFC 9846 §4.3.10 #10: what was sent on the chance that we take it is passed over.
  if (server.hello.extensions.has(EARLY_DATA)) wire.reader.skipEarlyData()
  wire.reader.allowPlaintextAlert = true
  wire.changeReadKeys(new TrafficKeys(cipher, server.clientHandshakeSecret))
}

// --- The client's second flight

/** Early data, until EndOfEarlyData (RFC 9846 §4.6). */
function* readEarlyData(server: Server13): Flow {
  const { hs, cipher } = server
  const message = yield* nextMessage(HandshakeType.end_of_early_data)
  decodeBody(message, () => undefined)
  hs.received(message)
  hs.wire.enter('handshake')
  hs.wire.changeReadKeys(new TrafficKeys(cipher, server.clientHandshakeSecret))
}

function* readClientCredential(server: Server13): Flow {
  const { hs } = server
  const message = yield* nextMessage(HandshakeType.certificate, ...compressedCertificate(hs))
  yield* readClientAuthentication(hs, message, EMPTY, server.requested, hs.transcript)
}

/** @returns the resumption secret, from which tickets get their PSKs */
function* readClientFinished(server: Server13): Flow<Uint8Array> {
  const { hs, schedule, cipher } = server
  const { secrets, wire } = hs
  const message = yield* nextMessage(HandshakeType.finished)
  const expected = finishedData(hs, server.clientHandshakeSecret, hs.transcript)
  checkFinished(message, expected)
  hs.received(message)
  hs.establishPeer(expected)
  const resumptionSecret = schedule.resumptionSecret(hs.transcript.digest())
  schedule.destroy()
  server.clientHandshakeSecret.fill(0)
  wire.changeReadKeys(new TrafficKeys(cipher, secrets.read!))
  return resumptionSecret
}

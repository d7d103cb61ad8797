import type { KeyAgreement } from '@x/crypto-primitives'
import { Alert, answered, bytes, MAX_PLAINTEXT, peerError, TlsError, Version } from '@x/tls-record'
import { concatBytes, EMPTY } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Credential, ProtocolVersion } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { ecPointFormats, UNCOMPRESSED } from '../extensions/ec-point-formats.ts'
import { encryptThenMac } from '../extensions/encrypt-then-mac.ts'
import { extendedMainSecret } from '../extensions/extended-main-secret.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { npnAnswer } from '../extensions/next-protocol-negotiation.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import type { ExtensionWriter } from '../extensions/registry.ts'
import { renegotiationInfo } from '../extensions/renegotiation-info.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { sessionTicketAnswer } from '../extensions/session-ticket.ts'
import { sctList } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequestAnswer } from '../extensions/status-request.ts'
import { NO_LIMITS } from '../handshake/context.ts'
import { own } from '../handshake/own.ts'
import { renegotiated } from '../handshake/peer-state.ts'
import { type PeerKey, readRawPublicKey, shownChain, typeOf } from '../handshake/raw-public-key.ts'
import { answer, type Flow, idle, nextMessage } from '../handshake/step.ts'
import { CertificateType, encodeCertificateRequest12 } from '../messages/certificate-request12.ts'
import { decodeCertificate12, encodeCertificate12 } from '../messages/certificate12.ts'
import { type ClientHello, receiveClientHello } from '../messages/client-hello.ts'
import { decodeClientKeyExchange } from '../messages/client-key-exchange.ts'
import { checkFinished, encodeFinished } from '../messages/finished.ts'
import { decodeBody, type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import { encodeServerHello } from '../messages/server-hello.ts'
import {
  encodeServerKeyExchange,
  type KeyExchangeParameters,
  writeParameters,
} from '../messages/server-key-exchange.ts'
import {
  decodeNextProtocol,
  encodeCertificateStatusMessage,
  encodeHelloRequest,
  encodeServerHelloDone,
} from '../messages/session-messages12.ts'
import { hasCertificate, hasPsk } from '../registry/cipher-suites12.ts'
import { groupName } from '../registry/groups.ts'
import { isScheme12 } from '../registry/signature-schemes.ts'
import type { Session } from '../session.ts'
import { nextChangeCipherSpec } from '../tls12/change-cipher-spec.ts'
import { leftPadded } from '../tls12/integer.ts'
import {
  connectionSecrets12,
  masterSecret,
  prfHash,
  pskPremaster,
  stripLeadingZeros,
  verifyData,
} from '../tls12/key-schedule.ts'
import { readClientChain12 } from '../tls12/peer-certificate.ts'
import { versionedPremaster } from '../tls12/premaster.ts'
import { type Protections, protections } from '../tls12/protection.ts'
import { type Signing, signedParameters, verifySignature12 } from '../tls12/signatures.ts'
import type { Connection12, FinishedPair } from '../tls12/state.ts'
import { handshakeHash } from '../tls12/transcript12.ts'
import { withPeerShare } from '../tls13/key-exchange.ts'
import { Transcript } from '../tls13/transcript.ts'
import { verifyClient } from './client-authentication13.ts'
import { negotiate, type Previous, type Server12 } from './negotiate12.ts'
import { answerTypes } from './raw-public-keys.ts'
import { ReceivedHello } from './received-hello.ts'
import type { DhGroup } from './select-suite12.ts'
import type { ServerContext } from './server-context.ts'
import { forgetSession, sendTicket, storeSession } from './sessions12.ts'

/** The server's side of TLS up to 1.2, from the ClientHello on (RFC 5246 §7.3), and what comes after it. */
export function* serverHandshake12(hs: ServerContext, hello: ClientHello, version: ProtocolVersion): Flow {
  hs.facts.earlyDataReason = 'protocol_version'
  try {
    yield* handshakes(hs, hello, version)
  } finally {
    // It ends by an error alone.
    forgetSession(hs)
  }
}

function* handshakes(hs: ServerContext, hello: ClientHello, version: ProtocolVersion): Flow {
  let finished = yield* handshake(hs, hello, version, undefined)
  for (let count = 0; ; count++) {
    const next = yield* waitForRenegotiation(hs, count)
    const peer = hs.wire.peer!
    const previous = { finished, extendedMasterSecret: peer.extendedMasterSecret ?? false }
    hs.readConfigAgain()
    hs.pending = renegotiated(peer)
    hs.transcript = new Transcript()
    hs.clientRandom = next.random
    hs.hello = hs.facts.clientHello = new ReceivedHello(next, hs.hello)
    hs.wire.holdOutgoing()
    // RFC 9846 §4.2.2 #4, #5: of the same version, whatever the hello offers.
    finished = yield* handshake(hs, next, version, previous)
  }
}

function* handshake(
  hs: ServerContext,
  hello: ClientHello,
  version: ProtocolVersion,
  previous: Previous | undefined,
): Flow<FinishedPair> {
  const server = yield* negotiate(hs, hello, version, previous)
  const finished = server.resumed ? yield* abbreviated(server, server.resumed) : yield* full(server)
  hs.facts.renegotiations = (hs.facts.renegotiations ?? -1) + 1
  hs.wire.complete(previous !== undefined)
  return finished
}

/** RFC 5246 §7.3, figure 1: RFC 5246 §7.4 #1, RFC 5246 §7.3 #4, RFC 5246 §7.4.2 #1, RFC 5246 §7.4.7 #1, #2, RFC 5246 §7.4.8 #1. */
function* full(server: Server12): Flow<FinishedPair> {
  const { hs, suite } = server
  sendServerHello(server)
  if (hasCertificate(suite)) sendCertificate(server)
  const agreement = yield* sendServerKeyExchange(server)
  const requests = sendCertificateRequest(server)
  hs.send(encodeServerHelloDone())
  const leaf = requests ? yield* readClientCertificate(server) : undefined
  const premaster = yield* readClientKeyExchange(server, agreement)
  deriveMaster(server, premaster)
  if (leaf) yield* readCertificateVerify(server, leaf)
  const keys = protections(hs.provider, server.state!, server.encryptThenMac)
  const client = yield* readFinished(server, keys)
  yield* storeSession(server)
  yield* sendTicket(server)
  return { client, server: sendFinished(server, keys) }
}

/** RFC 5246 §7.3, figure 2. */
function* abbreviated(server: Server12, session: Session): Flow<FinishedPair> {
  const { hs, suite, version } = server
  const { facts, pending } = hs
  const hash = prfHash(hs.provider, suite, version)
  server.state = { version, suite, hash, master: new Uint8Array(session.secret), randoms: randoms(server) }
  logMaster(server)
  facts.session = session
  pending.certificates = session.peerCertificates
  pending.rawPublicKey = session.peerRawPublicKey
  pending.pskIdentity = session.pskIdentity
  pending.verification = server.lent?.verification
  pending.signatureScheme = session.peerSignatureScheme
  pending.group = session.group === undefined ? undefined : groupName(session.group)
  sendServerHello(server)
  hs.transcript.start(hash)
  yield* sendTicket(server)
  const keys = protections(hs.provider, server.state, server.encryptThenMac)
  const own = sendFinished(server, keys)
  const client = yield* readFinished(server, keys)
  return { client, server: own }
}

// --- Our first flight

function sendServerHello(server: Server12): void {
  const { hs, hello, suite, resumed } = server
  const { config, wire } = hs
  wire.enter('handshake')
  const { extensions: offered } = hello
  const limit = offered.get(recordSizeLimit)
  // RFC 8449 §4 #2: the most that a record of this version holds.
  const ownLimit = Math.min(config.recordSizeLimit ?? MAX_PLAINTEXT, MAX_PLAINTEXT)
  const fragment = limit === undefined ? offered.get(maxFragmentLength) : undefined
  // RFC 5246 §7.4.1.4 #1, RFC 5246 §7.4.1.4.1 #6: what was asked for.
  const writers: ((extensions: ExtensionWriter) => void)[] = []
  if (server.secureRenegotiation) {
    const { previous } = server
    const info = previous ? concatBytes(previous.finished.client, previous.finished.server) : EMPTY
    // RFC 5746 §3.6 #4, RFC 5746 §3.7 #5.
    writers.push((extensions) => extensions.add(renegotiationInfo, info))
  }
  // RFC 6066 §3 #10, #15.
  if (hs.hello.serverName !== undefined && config.acknowledgeServerName !== false && !resumed) {
    writers.push((extensions) => extensions.add(serverNameAnswer, true))
  }
  if (suite.keyExchange.startsWith('ecdhe') && offered.has(ecPointFormats.extension)) {
    writers.push((extensions) => extensions.add(ecPointFormats, [UNCOMPRESSED]))
  }
  // RFC 7627 §5.2 #2, #4, RFC 7627 §5.3 #8.
  if (server.extendedMasterSecret) writers.push((extensions) => extensions.add(extendedMainSecret, true))
  if (server.encryptThenMac) writers.push((extensions) => extensions.add(encryptThenMac, true))
  if (server.issuesTicket) writers.push((extensions) => extensions.add(sessionTicketAnswer, true))
  // RFC 6066 §8 #6, #8, RFC 6066 §1.1 #4: only where it was asked for, and a certificate goes out.
  if (server.ocspResponse) writers.push((extensions) => extensions.add(statusRequestAnswer, true))
  const shown = server.choice?.credential
  const scts = shown && own(shown, 'sctList')
  if (scts && hs.hello.sctRequested) writers.push((extensions) => extensions.add(sctList, scts))
  const types = answerTypes(hs, offered, server.requestsCertificate)
  if (types) writers.push(types)
  const { alpnProtocol } = hs.pending
  if (alpnProtocol && !server.previous) writers.push((extensions) => extensions.add(alpn, [alpnProtocol]))
  if (server.npn) writers.push((extensions) => extensions.add(npnAnswer, config.npnProtocols!))
  if (fragment !== undefined) writers.push((extensions) => extensions.add(maxFragmentLength, fragment))
  if (limit !== undefined) writers.push((extensions) => extensions.add(recordSizeLimit, ownLimit))

  hs.send(
    encodeServerHello(
      // RFC 9846 §4.3.1 #8, RFC 9846 E #3: the version stands here, and in every record from here on, and supported_versions is left out.
      { version: server.version, random: server.serverRandom, sessionId: server.sessionId, cipherSuite: suite.id },
      // RFC 5246 §7.4.1.3: an empty block is left out.
      writers.length > 0
        ? (extensions) => {
            for (const write of writers) write(extensions)
          }
        : undefined,
    ),
  )
  // RFC 8449 §4: a limit belongs to the keys of the handshake that set it, and one that sets none ends it.
  hs.recordLimits = NO_LIMITS
  if (limit !== undefined) {
    hs.recordLimits = { send: limit, receive: Math.min(NO_LIMITS.receive, ownLimit) }
  }
  // RFC 6066 §4 #7: at once.
  if (fragment !== undefined) {
    wire.writer.peerMaxFragment = wire.reader.maxPlaintext = fragment
    hs.recordLimits = { send: fragment, receive: fragment }
  }
}

function sendCertificate({ hs, choice, ocspResponse }: Server12): void {
  const { credential } = choice!
  hs.send(encodeCertificate12(shownChain(credential!), typeOf(credential!) !== 'x509'))
  // RFC 6066 §1.1 #1: it is in the transcript as every other message is.
  if (ocspResponse) hs.send(encodeCertificateStatusMessage(ocspResponse))
}

/** ServerKeyExchange, where the suite has one (RFC 5246 §7.4.3). @returns what the client's share completes */
function* sendServerKeyExchange(server: Server12): Flow<KeyAgreement | undefined> {
  const { hs, suite, choice } = server
  const { provider, pending, config } = hs
  let agreement: KeyAgreement | undefined
  let parameters: KeyExchangeParameters | undefined
  if (choice!.group) {
    pending.group = choice!.group.name
    agreement = provider.groups[choice!.group.name]!.initiate()
    parameters = { kind: 'ecdhe', group: choice!.group.id, share: agreement.share }
  } else if (choice!.dh) {
    const dh: DhGroup = choice!.dh
    pending.dhInfo = { bits: dh.bits }
    agreement = dh.group.initiate()
    parameters = { kind: 'dhe', p: dh.p, g: dh.g, share: agreement.share }
  }
  const pskHint = hasPsk(suite) ? (config.pskIdentityHint ?? (parameters ? EMPTY : undefined)) : undefined
  if (parameters === undefined && pskHint === undefined) return undefined
  const writer = new Writer(256)
  if (parameters) writeParameters(writer, parameters)
  const signed = writer.finish()
  const { signing, credential } = choice!
  const signature = signing && parameters ? yield* sign(server, credential!, signing, signed) : undefined
  hs.send(encodeServerKeyExchange({ pskHint, signed, scheme: signature && signing!.scheme, signature }))
  return agreement
}

function* sign(server: Server12, { signer }: Credential, signing: Signing, parameters: Uint8Array): Flow<Uint8Array> {
  const content = signedParameters(randoms(server), parameters)
  server.hs.facts.localSignatureScheme = signing.scheme
  return answered('sign', bytes(1), yield* answer('sign', () => signer.sign(signing.algorithm, content)))
}

/** CertificateRequest (RFC 5246 §7.4.4). */
function sendCertificateRequest({ hs, requestsCertificate, version }: Server12): boolean {
  const { config } = hs
  if (!requestsCertificate) return false
  hs.send(
    encodeCertificateRequest12({
      certificateTypes: [CertificateType.rsa_sign, CertificateType.ecdsa_sign],
      signatureSchemes: version >= Version.TLS12 ? hs.signatureSchemes.filter(isScheme12) : undefined,
      authorities: config.certificateAuthorities ?? [],
    }),
  )
  return true
}

// --- The client's flight

/** @returns the leaf, or `undefined` where the client has none */
function* readClientCertificate({ hs }: Server12): Flow<PeerKey | undefined> {
  const { config, pending } = hs
  const message = yield* nextMessage(HandshakeType.certificate)
  const chain = decodeCertificate12(message, hs.rawPeer)
  hs.received(message)
  hs.peerShows(chain)
  if (chain.length === 0) {
    // RFC 5246 §7.4.6.
    if (config.requireCertificate) {
      throw peerError('handshake_failure', 'PEER_DID_NOT_RETURN_A_CERTIFICATE', 'the client sent no certificate')
    }
    return undefined
  }
  const leaf = hs.rawPeer ? undefined : readClientChain12(config, chain)
  const key = leaf ?? readRawPublicKey(config, chain)
  pending.verification = yield* verifyClient(hs, leaf)
  return key
}

/** ClientKeyExchange (RFC 5246 §7.4.7). @returns the premaster secret */
function* readClientKeyExchange(server: Server12, agreement: KeyAgreement | undefined): Flow<Uint8Array> {
  const { hs, suite, choice } = server
  const message = yield* nextMessage(HandshakeType.client_key_exchange)
  const { pskIdentity, exchange } = decodeClientKeyExchange(message, suite.keyExchange)
  hs.received(message)
  const psk = pskIdentity ? yield* findPsk(hs, pskIdentity) : undefined
  let secret: Uint8Array | undefined
  if (agreement) {
    // RFC 5246 §7.4.7.2: the client's value may come without its leading zeros.
    const share = choice!.dh ? leftPadded(exchange!, choice!.dh.group.initiatorShareLength) : exchange!
    // RFC 7919 §4 #10, #11, RFC 7919 §5.1 #1.
    const shared = yield* withPeerShare(
      () => agreement.complete(share),
      choice!.dh ? 'handshake_failure' : 'illegal_parameter',
    )
    secret = suite.keyExchange.startsWith('dhe') ? stripLeadingZeros(shared) : shared
  } else if (exchange) secret = yield* decryptPremaster(server, exchange)
  return psk ? pskPremaster(secret, psk) : secret!
}

function* findPsk(hs: ServerContext, identity: Uint8Array): Flow<Uint8Array> {
  const { pskCallback } = hs.config
  const key = pskCallback ? yield* answer('selectPsk', () => pskCallback(identity)) : null
  // As OpenSSL: an empty key is none.
  if (key === null || key === undefined || answered('pskCallback', bytes(), key).length === 0) {
    // RFC 4279 §2.
    throw peerError('unknown_psk_identity', 'PSK_IDENTITY_NOT_FOUND', 'no PSK has this identity')
  }
  hs.pending.pskIdentity = identity
  return key
}

function* decryptPremaster({ hs, hello, choice }: Server12, ciphertext: Uint8Array): Flow<Uint8Array> {
  const { signer } = choice!.credential!
  const random = hs.provider.randomBytes(48)
  const plain = yield* answer('decryptPremaster', () => signer.decryptPremaster!(ciphertext))
  return versionedPremaster(plain, hello.legacyVersion, random)
}

const randoms = (server: Server12): Connection12['randoms'] => ({
  client: server.hs.clientRandom,
  server: server.serverRandom,
})

function deriveMaster(server: Server12, premaster: Uint8Array): void {
  const { hs, suite, version } = server
  const hash = prfHash(hs.provider, suite, version)
  const sessionHash = server.extendedMasterSecret ? handshakeHash(hs.transcript, hash) : undefined
  server.state = {
    version,
    suite,
    hash,
    master: masterSecret(hash, premaster, randoms(server), sessionHash),
    randoms: randoms(server),
  }
  logMaster(server)
}

function logMaster({ hs, state }: Server12): void {
  hs.secrets.tls12 = connectionSecrets12(state!)
  hs.logSecret('CLIENT_RANDOM', hs.clientRandom, state!.master)
}

/** CertificateVerify (RFC 5246 §7.4.8). */
function* readCertificateVerify({ hs, version }: Server12, leaf: PeerKey): Flow {
  const message = yield* nextMessage(HandshakeType.certificate_verify)
  const { scheme, signature } = decodeBody(message, (reader) => ({
    scheme: version >= Version.TLS12 ? reader.u16() : undefined,
    signature: reader.vector16(),
  }))
  yield* verifySignature12(version, leaf, hs.signatureSchemes, scheme, hs.transcript.kept, signature)
  hs.pending.signatureScheme = scheme
  hs.received(message)
}

/** ChangeCipherSpec, NextProtocol where NPN was negotiated, Finished. @returns verify_data */
function* readFinished(server: Server12, keys: Protections): Flow<Uint8Array> {
  const { hs, state } = server
  hs.transcript.start(state!.hash)
  yield* nextChangeCipherSpec(hs.wire)
  hs.wire.changeReadKeys(keys.client)
  hs.wire.reader.maxPlaintext = hs.recordLimits.receive
  if (server.npn) {
    const message = yield* nextMessage(HandshakeType.next_protocol)
    hs.pending.npnProtocol = decodeNextProtocol(message)
    hs.received(message)
  }
  const message = yield* nextMessage(HandshakeType.finished)
  const expected = verifyData(state!.hash, state!.master, 'client', hs.transcript.digest())
  checkFinished(message, expected)
  hs.received(message)
  hs.wire.requireRecordBoundary()
  hs.establishPeer(expected)
  return expected
}

// --- Our last flight

/** ChangeCipherSpec and Finished. @returns verify_data */
function sendFinished({ hs, state }: Server12, keys: Protections): Uint8Array {
  const { wire, config } = hs
  const { hash, master, suite, version } = state!
  wire.sendChangeCipherSpec()
  wire.changeWriteKeys(keys.server)
  wire.writer.peerMaxFragment = hs.recordLimits.send
  wire.writer.splitFirstByte =
    version === Version.TLS10 && suite.cbc !== undefined && suite.cbc !== 'null' && config.cbcRecordSplitting !== false
  const data = verifyData(hash, master, 'server', hs.transcript.digest())
  hs.facts.localFinished = data
  hs.send(encodeFinished(data))
  return data
}

// --- Renegotiation (RFC 5746)

/**
 * Until the client starts one, whether we asked (the application's wish) or not.
 *
 * @param count how many there were
 */
function* waitForRenegotiation(hs: ServerContext, count: number): Flow<ClientHello> {
  const { config, wire } = hs
  let asked = false
  for (;;) {
    const message: HandshakeMessage | undefined = yield* idle(HandshakeType.client_hello)
    if (message === undefined) {
      // Never in one record with our Finished: that is the last of its flight.
      wire.flush()
      if (!asked) wire.send(encodeHelloRequest())
      asked = true
      continue
    }
    const policy = wire.renegotiation ?? config.renegotiation ?? 'never'
    const allowed = policy === 'freely' || (policy === 'once' && count === 0)
    if (wire.closed || !(asked || allowed)) {
      throw new TlsError('NO_RENEGOTIATION', 'the client starts a renegotiation, which is not allowed', {
        alert: Alert.no_renegotiation,
      })
    }
    wire.emit({ type: 'renegotiationRequest' })
    return receiveClientHello(message)
  }
}

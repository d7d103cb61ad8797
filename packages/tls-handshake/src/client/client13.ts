import { wipe } from '@x/crypto-primitives'
import { peerError, Version } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import type { CertificateRequestInfo } from '../config.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { formsOf } from '../extensions/extension.ts'
import { KEY_SHARE, serverKeyShare } from '../extensions/key-share.ts'
import { selectedPsk } from '../extensions/pre-shared-key.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { selectedVersion } from '../extensions/supported-versions.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import { inBoth } from '../handshake/in-common.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { emptyCertificate13 } from '../messages/certificate.ts'
import { type CertificateRequest13, decodeCertificateRequest13 } from '../messages/certificate-request.ts'
import { decodeEncryptedExtensions } from '../messages/encrypted-extensions.ts'
import { checkFinished } from '../messages/finished.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import {
  finishedData,
  readCertificate13,
  readCertificateVerify,
  readChain13,
  sendFinished,
} from '../tls13/authentication.ts'
import { withPeerShare } from '../tls13/key-exchange.ts'
import { KeySchedule } from '../tls13/key-schedule.ts'
import type { Psk } from '../tls13/psk.ts'
import { TrafficKeys } from '../tls13/traffic-keys.ts'
import type { Transcript } from '../tls13/transcript.ts'
import { limitFragments, negotiatedProtocol, verifyServer } from './answers.ts'
import type { Client13, ClientContext } from './client-context.ts'
import { offeredGroup } from './client-hello.ts'
import { sendChangeCipherSpecOnce } from './hello-retry.ts'
import { clientPostHandshake13 } from './post-handshake13.ts'
import { checkServerHello13 } from './server-hello13.ts'

/** The client's side of TLS 1.3, from the ServerHello on (RFC 9846 §2). @returns what comes after the handshake */
export function* clientHandshake13(hs: ClientContext, hello: ServerHello): Flow<Flow> {
  const client = yield* processServerHello(hs, hello)
  let resumptionSecret: Uint8Array
  try {
    enterHandshakeKeys(client)
    yield* readEncryptedExtensions(client)
    const request = client.psk ? undefined : yield* readServerCredential(client)
    if (client.psk) hs.parts.preSharedKeys!.resume(client)
    const serverFinished = yield* readServerFinished(client)
    if (hs.earlyData) hs.parts.earlyData!.end(client)
    // RFC 9846 §4.5.1 #2, #4, RFC 9846 §4.5.2 #2: only where it was asked for; a Finished in any case.
    if (request) yield* sendClientCredential(client, request, hs.transcript)
    resumptionSecret = sendClientFinished(client, serverFinished)
    hs.wire.complete(false)
  } finally {
    client.schedule.destroy()
    wipe(client.clientHandshakeSecret, client.serverHandshakeSecret)
    client.clientHandshakeSecret = client.serverHandshakeSecret = EMPTY
  }
  return clientPostHandshake13(client, resumptionSecret)
}

// --- ServerHello (RFC 9846 §4.2.3)

const SERVER_HELLO = /* @__PURE__ */ formsOf(selectedPsk, selectedVersion, serverKeyShare, tlsFlags)

function* processServerHello(hs: ClientContext, hello: ServerHello): Flow<Client13> {
  const { facts, pending, provider } = hs
  // RFC 9846 §4.2.4 #6: a second HelloRetryRequest is unexpected_message.
  if (hello.isRetryRequest) {
    throw peerError('unexpected_message', 'UNEXPECTED_MESSAGE', 'a second HelloRetryRequest')
  }
  const suite = checkServerHello13(hs, hello)
  hello.extensions.admit('SH', SERVER_HELLO, hs.offeredExtensions)
  const psk = hs.parts.preSharedKeys?.accept(hs, hello, suite)
  facts.version = Version.TLS13
  pending.cipherSuite = suite.id
  pending.resumed = psk?.session !== undefined
  pending.pskIdentity = psk?.external?.identity
  hs.wire.enter('handshake')
  hs.wire.reader.version = Version.TLS12
  hs.wire.writer.version = Version.TLS12

  const sharedSecret = yield* agree(hs, hello, psk)
  const hash = hs.hash(suite.hash)
  hs.transcript.start(hash)
  hs.received(hello.message)
  const schedule =
    psk !== undefined && psk === hs.earlyData?.psk ? hs.earlyData.schedule : new KeySchedule(hash, psk?.secret)
  schedule.enterHandshake(sharedSecret)
  sharedSecret?.fill(0)
  const cipher = { suite: suite.id, aead: provider.aeads[suite.aead]!, hash }
  hs.secrets.hash = hash
  hs.secrets.cipher = cipher
  const none = new Uint8Array(0)
  return { hs, suite, cipher, schedule, psk, clientHandshakeSecret: none, serverHandshakeSecret: none }
}

/** key_share (RFC 9846 §4.3.8): the shared secret, or `undefined` with psk_ke. */
function* agree(hs: ClientContext, hello: ServerHello, psk: Psk | undefined): Flow<Uint8Array | undefined> {
  const share = hello.extensions.get(serverKeyShare)
  if (share === undefined) {
    if (psk !== undefined && hs.pskModes.includes('psk_ke')) return undefined
    // RFC 9846 §4.3.11 #11, RFC 9846 §9.2 #6.
    throw peerError('missing_extension', 'NO_SUITABLE_KEY_SHARE', `${KEY_SHARE.name} is missing from the ServerHello`)
  }
  if (psk !== undefined && !hs.pskModes.includes('psk_dhe_ke')) {
    throw peerError('illegal_parameter', 'BAD_KEY_SHARE', 'a key share, but only psk_ke was offered')
  }
  // RFC 9846 §4.3.8 #17, #18: behind a HelloRetryRequest there is one agreement left, of the group that it named.
  const group = offeredGroup(hs, share.group)
  const agreement = hs.agreements.get(share.group)
  if (group === undefined || agreement === undefined) {
    throw peerError('illegal_parameter', 'WRONG_CURVE', `a share of group ${share.group}, for which we sent none`)
  }
  hs.pending.group = group.name
  hs.agreements.delete(share.group)
  for (const other of hs.agreements.values()) other.destroy()
  hs.agreements.clear()
  return yield* withPeerShare(() => agreement.complete(share.keyExchange))
}

function enterHandshakeKeys(client: Client13): void {
  const { hs, schedule, cipher } = client
  const helloHash = hs.transcript.digest()
  client.clientHandshakeSecret = schedule.clientHandshakeTrafficSecret(helloHash)
  client.serverHandshakeSecret = schedule.serverHandshakeTrafficSecret(helloHash)
  hs.logSecret('CLIENT_HANDSHAKE_TRAFFIC_SECRET', hs.random, client.clientHandshakeSecret)
  hs.logSecret('SERVER_HANDSHAKE_TRAFFIC_SECRET', hs.random, client.serverHandshakeSecret)
  schedule.enterMain()
  hs.wire.changeReadKeys(new TrafficKeys(cipher, client.serverHandshakeSecret))
  // With early data under way, its keys stay until the server has said what becomes of it.
  // QUIC has both at once.
  if (!hs.earlyData || hs.wire.quic) writeWithHandshakeKeys(client)
}

/** From here on alerts, too, are encrypted (RFC 9846 A.1 #1). */
export function writeWithHandshakeKeys(client: Client13): void {
  sendChangeCipherSpecOnce(client.hs)
  client.hs.wire.changeWriteKeys(new TrafficKeys(client.cipher, client.clientHandshakeSecret))
}

// --- EncryptedExtensions (RFC 9846 §4.4.1)

function* readEncryptedExtensions(client: Client13): Flow {
  const { hs } = client
  const { config, pending } = hs
  const message = yield* nextMessage(HandshakeType.encrypted_extensions)
  const extensions = decodeEncryptedExtensions(message, hs.offeredExtensions)
  hs.received(message)
  pending.serverName = config.serverName
  extensions.get(serverNameAnswer)
  // RFC 9846 §4.3.7 #3: not to be acted upon before the handshake is complete; we have no use for it.
  extensions.get(supportedGroups)
  pending.alpnProtocol = negotiatedProtocol(hs, extensions)
  limitFragments(hs, extensions)
  hs.parts.rawPublicKeys?.settle(hs, extensions)
  hs.wire.quic?.receive(extensions, pending.alpnProtocol)
  // Offered in a first hello only: after a HelloRetryRequest it is no longer among the offers.
  if (hs.earlyData) hs.parts.earlyData!.settle(client, extensions)
}

// --- The server's authentication (RFC 9846 §4.5)

/** CertificateRequest if there is one, Certificate, CertificateVerify. */
function* readServerCredential(client: Client13): Flow<CertificateRequest13 | undefined> {
  const { hs } = client
  const { pending } = hs
  const compressed = hs.config.certificateCompression?.length ? [HandshakeType.compressed_certificate] : []
  let message: HandshakeMessage = yield* nextMessage(
    HandshakeType.certificate_request,
    HandshakeType.certificate,
    ...compressed,
  )
  let request: CertificateRequest13 | undefined
  if (message.type === HandshakeType.certificate_request) {
    request = readCertificateRequest(hs, message)
    hs.received(message)
    message = yield* nextMessage(HandshakeType.certificate, ...compressed)
  }
  const certificate = readCertificate13(hs, message, EMPTY, hs.offeredExtensions, hs.parts.compressedCertificates)
  // RFC 9846 §4.5.1.3 #1, RFC 9846 §4.5.1 #15: a server's list is never empty.
  if (certificate.chain.length === 0) {
    throw peerError('decode_error', 'PEER_DID_NOT_RETURN_A_CERTIFICATE', 'the server sent no certificate')
  }
  const { chain } = certificate
  const leaf = hs.parts.rawPublicKeys?.peerKey(hs, chain) ?? readChain13(hs.config, chain)
  hs.received(message)
  hs.peerShows(chain)
  pending.ocspResponse = certificate.ocspResponse
  pending.sctList = certificate.sctList

  const verify = yield* nextMessage(HandshakeType.certificate_verify)
  const transcriptHash = hs.transcript.digest()
  pending.signatureScheme = yield* readCertificateVerify(verify, 'server', transcriptHash, leaf, hs.signatureSchemes)
  hs.received(verify)
  yield* verifyServer(client.hs, leaf, false)
  return request
}

// --- CertificateRequest (RFC 9846 §4.4.2)

/** @param postHandshake then the context tells requests apart, and is not empty */
export function readCertificateRequest(
  hs: ClientContext,
  message: HandshakeMessage,
  postHandshake = false,
): CertificateRequest13 {
  const request = decodeCertificateRequest13(message)
  // RFC 9846 §4.4.2 #4: zero length in a handshake.
  if (!postHandshake && request.context.length > 0) {
    throw peerError('decode_error', 'INVALID_CONTEXT', 'a certificate_request_context during the handshake')
  }
  const signatureSchemes = request.extensions.get(signatureAlgorithms)
  if (signatureSchemes === undefined) {
    // RFC 9846 §4.4.2 #6.
    throw peerError(
      'missing_extension',
      'MISSING_SIGALGS_EXTENSION',
      'signature_algorithms is missing from CertificateRequest',
    )
  }
  const info: CertificateRequestInfo = {
    version: Version.TLS13,
    signatureSchemes,
    // Read when asked for: there may be thirty thousand, and kept they would take many times their bytes.
    get certificateAuthorities() {
      return request.extensions.get(certificateAuthorities) ?? []
    },
    context: postHandshake ? request.context : undefined,
  }
  hs.facts.certificateRequest = info
  hs.facts.sharedSignatureSchemes = inBoth(hs.signatureSchemes, signatureSchemes, false)
  return request
}

/** What a request is answered with; an empty Certificate where we have none of our own (RFC 9846 §4.5.1 #3). */
function* sendClientCredential(client: Client13, request: CertificateRequest13, transcript: Transcript): Flow {
  const { certificates } = client.hs.parts
  if (certificates) yield* certificates.send(client, request, transcript)
  else sendNoCredential(client.hs, request, transcript)
}

export function sendNoCredential(hs: ClientContext, request: CertificateRequest13, transcript: Transcript): void {
  const message = emptyCertificate13(request.context)
  transcript.add(message)
  hs.wire.send(message)
}

// --- Finished (RFC 9846 §4.5.3)

interface ServerFinished {
  readonly applicationHash: Uint8Array
}

function* readServerFinished(client: Client13): Flow<ServerFinished> {
  const { hs } = client
  // RFC 9846 §4.6 #3, RFC 9846 §4.7.3 #1: neither EndOfEarlyData nor KeyUpdate.
  const message = yield* nextMessage(HandshakeType.finished)
  const expected = finishedData(hs, client.serverHandshakeSecret, hs.transcript)
  checkFinished(message, expected)
  hs.received(message)
  hs.wire.requireRecordBoundary()
  hs.establishPeer(expected)
  return { applicationHash: hs.transcript.digest() }
}

/** @returns the resumption secret, from which tickets get their PSKs */
function sendClientFinished(client: Client13, { applicationHash }: ServerFinished): Uint8Array {
  const { hs, schedule, cipher } = client
  const { secrets, facts, wire, random } = hs
  facts.localFinished = sendFinished(hs, client.clientHandshakeSecret, hs.transcript)
  secrets.write = schedule.clientApplicationTrafficSecret(applicationHash)
  secrets.read = schedule.serverApplicationTrafficSecret(applicationHash)
  secrets.exporter = schedule.exporterSecret(applicationHash)
  hs.logSecret('CLIENT_TRAFFIC_SECRET_0', random, secrets.write)
  hs.logSecret('SERVER_TRAFFIC_SECRET_0', random, secrets.read)
  hs.logSecret('EXPORTER_SECRET', random, secrets.exporter)
  const resumptionSecret = schedule.resumptionSecret(hs.transcript.digest())
  schedule.destroy()
  wipe(client.clientHandshakeSecret, client.serverHandshakeSecret)
  // RFC 9846 §4.5.3 #3: what follows a Finished is under these.
  wire.changeWriteKeys(new TrafficKeys(cipher, secrets.write))
  wire.changeReadKeys(new TrafficKeys(cipher, secrets.read))
  return resumptionSecret
}

import { Bare, peerError, Version } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import type { TrafficCipher } from '../handshake/keys.ts'
import { rememberedFacts } from '../handshake/remembered-facts.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { checkFinished } from '../messages/finished.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import { encodeNewSessionTicket13 } from '../messages/new-session-ticket.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import { greaseValue } from '../registry/grease.ts'
import type { Session } from '../session.ts'
import { sealTicket } from '../sessions/ticket-protection.ts'
import { finishedData } from '../tls13/authentication.ts'
import { ticketPsk } from '../tls13/key-schedule.ts'
import { receiveKeyUpdate } from '../tls13/key-update.ts'
import type { Transcript } from '../tls13/transcript.ts'
import { certificateRequest, compressedCertificate, readClientAuthentication } from './client-authentication13.ts'
import type { SelectedPsk } from './select-psk.ts'
import type { ServerContext } from './server-context.ts'

/** What tickets are made of. */
export interface TicketSource {
  readonly hs: ServerContext
  readonly suite: CipherSuite13
  readonly cipher: TrafficCipher
  /** The PSK of this handshake. */
  readonly selected: SelectedPsk | undefined
}

/** NewSessionTicket, as many as configured, in every connection (RFC 9846 §4.7.1, RFC 9846 C.4 #3). */
export function* issueTickets(server: TicketSource, resumptionSecret: Uint8Array): Flow {
  const { ticketCount = 2, resumptionTicketCount = ticketCount } = server.hs.config
  const ticket = server.selected?.psk.ticket
  const count = !ticket ? ticketCount : ticket.renew ? Math.min(1, ticketCount) : resumptionTicketCount
  for (let i = 0; i < count; i++) yield* issueTicket(server, resumptionSecret, i)
}

function* issueTicket(server: TicketSource, resumptionSecret: Uint8Array, number: number): Flow {
  const { hs, suite, selected, cipher } = server
  const { facts, config, provider } = hs
  // RFC 9846 §4.7.1 #14: unique within the connection.
  const nonce = Uint8Array.of(number >>> 8, number)
  const [a, b, c, d] = provider.randomBytes(4)
  const ageAdd = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  const now = hs.now()
  const maxEarlyData = config.maxEarlyData && config.antiReplay ? config.maxEarlyData : undefined
  const session: Session & { ticket?: Uint8Array } = {
    side: 'server',
    version: Version.TLS13,
    cipherSuite: suite.id,
    secret: ticketPsk(cipher.hash, resumptionSecret, nonce),
    sessionId: EMPTY,
    extendedMasterSecret: true,
    ticket: undefined,
    lifetime: hs.sessionLifetime,
    createdAt: now,
    authenticatedAt: selected?.psk.session?.authenticatedAt ?? now,
    ageAdd,
    maxEarlyData,
    applicationData: hs.wire.quic?.earlyDataContext,
    sessionIdContext: config.sessionIdContext,
    ...rememberedFacts(hs.wire.peer!, hs.hello.serverName, config),
  }
  const ticket = yield* sealTicket(hs.ticketProtection!, session)
  if (ticket === null || ticket.length === 0) return
  hs.wire.send(
    encodeNewSessionTicket13(
      { lifetime: session.lifetime, ageAdd, nonce, ticket, maxEarlyData },
      config.grease ? greaseValue(provider.randomBytes(1)[0]) : undefined,
    ),
  )
  session.ticket = ticket
  if (number === 0) facts.session = session
  hs.wire.emit({ type: 'sessionIssued', session })
}

/** What a client may send after the handshake (RFC 9846 §4.7). Ends only with the connection. */
export function* serverPostHandshake13(hs: ServerContext, clientAuthenticates: boolean): Flow {
  const requests: PendingRequest[] = []
  if (clientAuthenticates) offerRequests(hs, hs.transcript, requests)
  hs.forgetHello()
  for (;;) {
    // Whether a Certificate is expected is known only when it comes: a request may go out while we wait here.
    // RFC 9846 §4.7.2 #7: anything else may come first. RFC 9846 §4.2.2 #3: but no ClientHello.
    const message = yield* nextMessage(
      HandshakeType.key_update,
      HandshakeType.certificate,
      ...compressedCertificate(hs),
    )
    if (message.type === HandshakeType.key_update) {
      receiveKeyUpdate(hs, message)
      continue
    }
    const request = requests.shift()
    if (request === undefined) {
      throw peerError('unexpected_message', 'UNEXPECTED_MESSAGE', 'a Certificate that was not asked for')
    }
    yield* readAnswer(hs, message, request)
  }
}

/** A post-handshake CertificateRequest that waits for its answer; clients answer in order. */
interface PendingRequest {
  readonly context: Uint8Array
  readonly transcript: Transcript
  readonly requested: ReadonlySet<number>
}

function offerRequests(hs: ServerContext, mainTranscript: Transcript, requests: PendingRequest[]): void {
  hs.wire.onRequestCertificate(() => {
    requests.push(sendRequest(hs, mainTranscript.fork()))
    return true
  })
}

function sendRequest(hs: ServerContext, transcript: Transcript): PendingRequest {
  // RFC 9846 §4.4.2 #3, #5: no other request of this connection has it.
  const context = hs.provider.randomBytes(16)
  const { message, requested } = certificateRequest(hs, context)
  transcript.add(message)
  hs.wire.send(message)
  return { context, transcript, requested }
}

function* readAnswer(hs: ServerContext, message: HandshakeMessage, request: PendingRequest): Flow {
  const { transcript } = request
  hs.pending = Object.assign(new Bare(), hs.wire.peer)
  hs.wire.enter('authentication')
  yield* readClientAuthentication(hs, message, request.context, request.requested, transcript)
  const finished = yield* nextMessage(HandshakeType.finished)
  const expected = finishedData(hs, hs.secrets.read!, transcript)
  checkFinished(finished, expected)
  hs.establishPeer(expected)
  hs.wire.enter('open')
  hs.wire.emit({ type: 'postHandshakeAuth' })
}

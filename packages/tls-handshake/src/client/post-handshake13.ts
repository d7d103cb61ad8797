import { peerError } from '@x/tls-record'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import { decodeNewSessionTicket13 } from '../messages/new-session-ticket.ts'
import { GROUP_IDS } from '../registry/groups.ts'
import type { Session } from '../session.ts'
import { sendFinished } from '../tls13/authentication.ts'
import { ticketPsk } from '../tls13/key-schedule.ts'
import { receiveKeyUpdate } from '../tls13/key-update.ts'
import { Transcript } from '../tls13/transcript.ts'
import { type Client13, readCertificateRequest, sendClientCredential } from './client13.ts'
import { MAX_TICKET_LIFETIME } from './resumption.ts'

/** What a server may send after the handshake (RFC 9846 §4.7). Ends only with the connection. */
export function* clientPostHandshake13(client: Client13, resumptionSecret: Uint8Array): Flow {
  const { hs } = client
  // Each post-handshake authentication covers the main handshake and itself, not the others.
  const mainTranscript = hs.config.postHandshakeAuth ? hs.transcript : undefined
  hs.transcript = new Transcript()
  hs.agreements.clear()
  const allowed: number[] = [HandshakeType.new_session_ticket, HandshakeType.key_update]
  if (mainTranscript) allowed.push(HandshakeType.certificate_request)
  for (let tickets = 0, requests = 0; ; ) {
    const message = yield* nextMessage(...allowed)
    switch (message.type) {
      case HandshakeType.new_session_ticket:
        receiveTicket(client, message, resumptionSecret, ++tickets)
        break
      case HandshakeType.key_update:
        receiveKeyUpdate(hs, message)
        break
      default:
        if (++requests > MAX_REQUESTS) {
          throw peerError(
            'unexpected_message',
            'UNEXPECTED_MESSAGE',
            `more than ${MAX_REQUESTS} requests for a certificate`,
          )
        }
        // A request that crosses our close_notify cannot be answered any more.
        if (hs.wire.closed) break
        yield* answerCertificateRequest(client, message, mainTranscript!.fork())
    }
  }
}

/** Tickets that are given to the application, at most; more are read and dropped. */
const MAX_TICKETS = 8

/** Post-handshake requests for a certificate that are answered: each may cost a signature. */
const MAX_REQUESTS = 32

/** NewSessionTicket (RFC 9846 §4.7.1). */
function receiveTicket(client: Client13, message: HandshakeMessage, resumptionSecret: Uint8Array, count: number): void {
  const { hs, suite, psk } = client
  const { config, facts } = hs
  const ticket = decodeNewSessionTicket13(message)
  // RFC 9846 §4.7.1: a lifetime of zero means discard at once; without resumption tickets are ignored.
  if (ticket.lifetime === 0 || config.tickets === false || count > MAX_TICKETS) return
  const now = hs.now()
  const authenticatedAt = psk?.session?.authenticatedAt ?? now
  const session: Session = {
    side: 'client',
    version: 0x0304,
    cipherSuite: suite.id,
    secret: ticketPsk(client.cipher.hash, resumptionSecret, ticket.nonce),
    sessionId: new Uint8Array(0),
    extendedMasterSecret: true,
    ticket: ticket.ticket.slice(),
    lifetime: Math.min(ticket.lifetime, MAX_TICKET_LIFETIME),
    createdAt: now,
    authenticatedAt,
    ageAdd: ticket.ageAdd,
    maxEarlyData: ticket.maxEarlyData,
    alpn: facts.alpnProtocol,
    serverName: config.serverName,
    group: facts.group && GROUP_IDS[facts.group],
    peerSignatureScheme: facts.peerSignatureScheme,
    peerCertificates: facts.peerCertificates ?? [],
    ocspResponse: facts.ocspResponse,
    sctList: facts.sctList,
    verified: facts.peerVerification && { ok: facts.peerVerification.ok, result: facts.peerVerification.result },
  }
  facts.session = session
  hs.wire.emit({ type: 'session', session })
}

/** Post-handshake authentication (RFC 9846 §4.7.2): Certificate, CertificateVerify, Finished, all at once. */
function* answerCertificateRequest(client: Client13, message: HandshakeMessage, transcript: Transcript): Flow {
  const { hs } = client
  const request = readCertificateRequest(hs, message, true)
  if (request.context.length === 0) {
    throw peerError('decode_error', 'INVALID_CONTEXT', 'a post-handshake CertificateRequest without a context')
  }
  transcript.add(message.raw)
  yield* sendClientCredential(client, request, transcript)
  sendFinished(hs, hs.secrets.write!, transcript)
  hs.wire.emit({ type: 'postHandshakeAuth' })
}

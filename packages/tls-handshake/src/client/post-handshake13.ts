import { peerError } from '@x/tls-record'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import { sendFinished } from '../tls13/authentication.ts'
import { receiveKeyUpdate } from '../tls13/key-update.ts'
import { Transcript } from '../tls13/transcript.ts'
import { type Client13, readCertificateRequest, sendClientCredential } from './client13.ts'

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
        // RFC 9846 §4.7.1: without resumption tickets are ignored.
        client.hs.parts.preSharedKeys?.receiveTicket(client, message, resumptionSecret, ++tickets)
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

/** Post-handshake requests for a certificate that are answered: each may cost a signature. */
const MAX_REQUESTS = 32

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

import { type Flow, nextMessage } from '../handshake/step.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { receiveKeyUpdate } from '../tls13/key-update.ts'
import type { Client13 } from './client-context.ts'

/** What a server may send after the handshake (RFC 9846 §4.7). Ends only with the connection, by an error or not. */
export function* clientPostHandshake13(client: Client13, resumptionSecret: Uint8Array): Flow {
  const { hs } = client
  const answerRequest = hs.config.postHandshakeAuth ? hs.parts.certificates?.answerRequests(client) : undefined
  hs.forgetHello()
  const allowed: number[] = [HandshakeType.new_session_ticket, HandshakeType.key_update]
  // RFC 9846 §4.7.2 #6: only where it was offered.
  if (answerRequest) allowed.push(HandshakeType.certificate_request)
  try {
    for (let tickets = 0; ; ) {
      const message = yield* nextMessage(...allowed)
      switch (message.type) {
        case HandshakeType.new_session_ticket:
          // RFC 9846 §4.7.1 #3: without resumption tickets are ignored.
          client.hs.parts.preSharedKeys?.receiveTicket(client, message, resumptionSecret, ++tickets)
          break
        case HandshakeType.key_update:
          receiveKeyUpdate(hs, message)
          break
        default:
          yield* answerRequest!(message)
      }
    }
  } finally {
    resumptionSecret.fill(0)
  }
}

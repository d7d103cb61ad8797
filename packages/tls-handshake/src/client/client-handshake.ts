import { Version } from '@x/tls-record'
import type { ProtocolVersion } from '../config.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { decodeServerHello, type ServerHello } from '../messages/server-hello.ts'
import type { ClientContext } from './client-context.ts'
import { sendClientHello } from './client-hello.ts'
import { clientHandshake13 } from './client13.ts'
import { answerHelloRetryRequest } from './hello-retry.ts'
import { negotiateVersion } from './negotiate-version.ts'

/** Goes on where the server selects TLS 1.2 or older. */
export type OlderHandshake = (hello: ServerHello, version: ProtocolVersion) => Flow

/**
 * A client's handshake and what comes after it.
 *
 * @param olderHandshake a context that offers only TLS 1.3 needs none
 */
export function* clientHandshake(hs: ClientContext, olderHandshake?: OlderHandshake): Flow {
  // What only the handshake needs goes with its generators: a connection may live long.
  yield* yield* firstHandshake(hs, olderHandshake)
}

/** Common until the version is known. @returns what comes after */
function* firstHandshake(hs: ClientContext, olderHandshake: OlderHandshake | undefined): Flow<Flow> {
  // RFC 9846 §4.2.2 #1: first of all.
  yield* sendClientHello(hs)
  let hello = yield* readServerHello()
  if (hello.isRetryRequest) {
    answerHelloRetryRequest(hs, hello)
    hello = yield* readServerHello()
  }
  const version = negotiateVersion(hs, hello)
  return version === Version.TLS13 ? yield* clientHandshake13(hs, hello) : olderHandshake!(hello, version)
}

function* readServerHello(): Flow<ServerHello> {
  return decodeServerHello(yield* nextMessage(HandshakeType.server_hello))
}

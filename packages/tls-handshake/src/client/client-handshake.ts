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

/**
 * A client's handshake and what comes after it: common until the version is known.
 *
 * @param olderHandshake goes on where the server selects TLS 1.2 or older; a context that offers none of them needs none
 */
export function* clientHandshake(
  hs: ClientContext,
  olderHandshake?: (hello: ServerHello, version: ProtocolVersion) => Flow,
): Flow {
  sendClientHello(hs)
  let hello = yield* readServerHello()
  if (hello.isRetryRequest) {
    answerHelloRetryRequest(hs, hello)
    hello = yield* readServerHello()
  }
  const version = negotiateVersion(hs, hello)
  if (version === Version.TLS13) yield* clientHandshake13(hs, hello)
  else yield* olderHandshake!(hello, version)
}

function* readServerHello(): Flow<ServerHello> {
  return decodeServerHello(yield* nextMessage(HandshakeType.server_hello))
}

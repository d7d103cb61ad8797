import { clientOfAllVersions } from './client/all-versions.ts'
import { EVERY_PART } from './client/every-part.ts'
import type { ClientConfig, ServerConfig } from './config.ts'
import { Connection } from './connection.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { Flow } from './handshake/step.ts'
import { ServerContext } from './server/server-context.ts'
import { serverHandshake } from './server/server-handshake.ts'
import { checkCredentials } from './tls13/credentials.ts'

/** A connection of either side, of TLS 1.0 to 1.3. */
export class TlsConnection extends Connection {
  /** A client's side. Its ClientHello is in the output at once. */
  static client(config: ClientConfig): TlsConnection {
    return new TlsConnection('client', config, clientOfAllVersions(config, EVERY_PART))
  }

  /** A server's side. */
  static server(config: ServerConfig): TlsConnection {
    return new TlsConnection('server', config, (...connection) => checkedHandshake(config, ...connection))
  }

  private constructor(...made: ConstructorParameters<typeof Connection>) {
    super(...made)
  }
}

function* checkedHandshake(config: ServerConfig, ...connection: Parameters<Handshake>): Flow {
  checkCredentials(config.credentials)
  yield* serverHandshake(new ServerContext(config, ...connection))
}

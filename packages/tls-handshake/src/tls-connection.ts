import { configTable } from './checked-config.ts'
import { clientOfAllVersions } from './client/all-versions.ts'
import { CLIENT } from './client/client-options.ts'
import { EVERY_PART } from './client/every-part.ts'
import type { ClientConfig, ServerConfig } from './config.ts'
import { Connection } from './connection.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { Flow } from './handshake/step.ts'
import { ServerContext } from './server/server-context.ts'
import { serverHandshake } from './server/server-handshake.ts'
import { refuseContradictions, SERVER } from './server/server-options.ts'
import { readInheriting } from './shared-config.ts'
import { checkCredentials } from './tls13/credentials.ts'

/** One configuration may serve both sides: what is the other's is checked, and of no effect. */
const OPTIONS = /* @__PURE__ */ configTable([...CLIENT, ...SERVER])

/** A connection of either side, of TLS 1.0 to 1.3. */
export class TlsConnection extends Connection {
  /**
   * A client's side. Its ClientHello is in the output at once.
   *
   * @param given read whole now, and again for each renegotiation: own properties alone, or of a `sharedConfig`
   * @throws {TlsError} `INVALID_ARGUMENT`, `blame` `config`, for what is no option, of a wrong type or out of its range
   */
  static client(given: ClientConfig): TlsConnection {
    const config = readInheriting('TlsConnection.client', OPTIONS, given)
    return new TlsConnection('client', config, clientOfAllVersions(config, EVERY_PART))
  }

  /** A server's side. @throws {TlsError} as for a client */
  static server(given: ServerConfig): TlsConnection {
    const config = readInheriting('TlsConnection.server', OPTIONS, given)
    refuseContradictions('TlsConnection.server', config)
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

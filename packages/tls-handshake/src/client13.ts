/** Clients of TLS 1.3 alone: no server, and nothing of TLS up to 1.2. */
import { configError, Version } from '@x/tls-record'
import { ClientContext, type ClientParts } from './client/client-context.ts'
import { clientHandshake } from './client/client-handshake.ts'
import { readClientConfig } from './client/client-options.ts'
import { partsFor } from './client/parts.ts'
import type { ClientConfig } from './config.ts'
import { Connection } from './connection.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { Flow } from './handshake/step.ts'

/**
 * A client's connection of TLS 1.3. Its ClientHello is in the output at once. A server that selects an older version
 * gets the alert protocol_version; what the configuration says about older versions is of no effect.
 *
 * @param parts what it can do beside a handshake with a server's certificate: `preSharedKeys` (tickets and
 *   resumption too), `earlyData`, `clientCertificates`, `compressedCertificates`, `rawPublicKeys`, `helloForms`
 * @throws {TlsError} `MISSING_PART` for an option whose part was not given; `NO_PROTOCOLS_AVAILABLE` when `versions` names any but TLS 1.3: `tlsClient` of
 *   `@x/tls-handshake/client` speaks them
 * @example
 * const tls = tls13Client({ provider, serverName, parseCertificate, verifyPeer })
 * send(tls.takeOutput())
 */
export function tls13Client(given: ClientConfig, ...parts: readonly ClientParts[]): Connection {
  const config = readClientConfig('tls13Client', given)
  if (config.versions?.some((version) => version !== Version.TLS13) || config.versions?.length === 0) {
    throw configError(
      'NO_PROTOCOLS_AVAILABLE',
      'versions must be TLS 1.3 alone: @x/tls-handshake/client has the others',
      'protocol_version',
    )
  }
  const joined = partsFor(config, parts)
  return new Connection('client', config, (...connection) => handshake(config, joined, ...connection))
}

function* handshake(config: ClientConfig, parts: ClientParts, ...connection: Parameters<Handshake>): Flow {
  parts.certificates?.check(config.credentials, parts)
  yield* clientHandshake(new ClientContext(config, ...connection, parts))
}

export { Alert, AlertError, alertName, TlsError } from '@x/tls-record'
export { clientCertificates13 as clientCertificates } from './client/certificates13.ts'
export type { ClientParts } from './client/client-context.ts'
export { compressedCertificates } from './client/compressed-certificates.ts'
export { earlyData } from './client/early-data13.ts'
export { helloForms } from './client/hello-form.ts'
export { preSharedKeys } from './client/pre-shared-keys13.ts'
export { rawPublicKeys } from './client/raw-public-keys.ts'
export type * from './config.ts'
export type { Connection } from './connection.ts'
export type * from './events.ts'
export type { EarlyDataReason } from './handshake/facts.ts'
export type { PeerState } from './handshake/peer-state.ts'
export type { Question } from './handshake/step.ts'
export type * from './session.ts'

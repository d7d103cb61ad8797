/** Clients of TLS 1.0 to 1.3, without the server's side. */
import { clientOfAllVersions } from './client/all-versions.ts'
import type { ClientParts } from './client/client-context.ts'
import { readClientConfig } from './client/client-options.ts'
import { partsFor } from './client/parts.ts'
import type { ClientConfig } from './config.ts'
import { Connection } from './connection.ts'

/**
 * A client's connection of TLS 1.0 to 1.3. Its ClientHello is in the output at once.
 *
 * @param parts what it can do beside a handshake with a server's certificate: `preSharedKeys` (tickets and
 *   resumption too), `earlyData`, `clientCertificates`, `compressedCertificates`, `rawPublicKeys`, `helloForms`. `TlsConnection.client` has them all
 * @throws {TlsError} `INVALID_ARGUMENT` for what is no option, of a wrong type or out of its range; `MISSING_PART` for an
 *   option whose part was not given
 * @example
 * const tls = tlsClient({ provider, serverName, parseCertificate, verifyPeer })
 * send(tls.takeOutput())
 */
export function tlsClient(given: ClientConfig, ...parts: readonly ClientParts[]): Connection {
  const config = readClientConfig('tlsClient', given)
  return new Connection('client', config, clientOfAllVersions(config, partsFor(config, parts)))
}

export { Alert, AlertError, alertName, TlsError } from '@x/tls-record'
export type { ClientParts } from './client/client-context.ts'
export { compressedCertificates } from './client/compressed-certificates.ts'
export { earlyData } from './client/early-data13.ts'
export { clientCertificates } from './client/every-part.ts'
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

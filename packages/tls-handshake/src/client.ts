/** Clients of TLS 1.0 to 1.3, without the server's side. */
import { clientOfAllVersions } from './client/all-versions.ts'
import type { ClientConfig } from './config.ts'
import { Connection } from './connection.ts'

/**
 * A client's connection of TLS 1.0 to 1.3, as `TlsConnection.client` makes it. Its ClientHello is in the output at once.
 *
 * @example
 * const tls = tlsClient({ provider, serverName, parseCertificate, verifyPeer })
 * send(tls.takeOutput())
 */
export function tlsClient(config: ClientConfig): Connection {
  return new Connection('client', config, clientOfAllVersions(config))
}

export { Alert, AlertError, alertName, TlsError } from '@x/tls-record'
export type * from './config.ts'
export type { Connection } from './connection.ts'
export type * from './events.ts'
export type { EarlyDataReason } from './handshake/facts.ts'
export type { Question } from './handshake/step.ts'
export type * from './session.ts'

/** TLS 1.3 by CRYPTO bytes and levels, as QUIC uses it (RFC 9001): no records. */
import { ClientContext, type ClientParts } from './client/client-context.ts'
import { clientHandshake } from './client/client-handshake.ts'
import { CLIENT } from './client/client-options.ts'
import { partsFor } from './client/parts.ts'
import type { Flow } from './handshake/step.ts'
import { type QuicClientConfig, type QuicServerConfig, readQuicConfig } from './quic/quic-config.ts'
import { QuicConnection } from './quic/quic-connection.ts'
import { ServerContext } from './server/server-context.ts'
import { serverHandshake } from './server/server-handshake.ts'
import { refuseContradictions, SERVER } from './server/server-options.ts'
import { checkCredentials } from './tls13/credentials.ts'

/**
 * A client's side. Its ClientHello is in the output at once, at level `initial`.
 *
 * @param parts as for `tls13Client`: `preSharedKeys`, `earlyData`, `clientCertificates`, …
 * @throws {TlsError} `INVALID_ARGUMENT` for what is no option or has no meaning in QUIC, and without `transportParameters` or
 *   `alpnProtocols`; `MISSING_PART` for an option whose part was not given
 */
export function quicClient(given: QuicClientConfig, ...parts: readonly ClientParts[]): QuicConnection {
  const config = readQuicConfig('quicClient', CLIENT, given)
  const joined = partsFor(config, parts)
  return new QuicConnection('client', config, function* (...connection): Flow {
    joined.certificates?.check(config.credentials, joined)
    yield* clientHandshake(new ClientContext(config, ...connection, joined))
  })
}

/**
 * A server's side. `maxEarlyData` is a yes or no here: how much there may be is said by QUIC (RFC 9001 §4.6.1).
 *
 * @throws {TlsError} as {@link quicClient}
 */
export function quicServer(given: QuicServerConfig): QuicConnection {
  const config = readQuicConfig('quicServer', SERVER, given)
  refuseContradictions('quicServer', config)
  return new QuicConnection('server', config, function* (...connection): Flow {
    checkCredentials(config.credentials)
    yield* serverHandshake(new ServerContext(config, ...connection))
  })
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
export type { PeerState } from './handshake/peer-state.ts'
export type { Question } from './handshake/step.ts'
export { nextPacketSecret, type PacketKeys, type PacketSecret, packetKeys } from './quic/packet-keys.ts'
export type { QuicClientConfig, QuicServerConfig } from './quic/quic-config.ts'
export type { QuicConnection, QuicCrypto, QuicEvent, QuicLevel, QuicSecret } from './quic/quic-connection.ts'
export { QuicErrorCode } from './quic/quic-error.ts'
export type * from './session.ts'

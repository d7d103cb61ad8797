import type { TlsConnection } from '@x/tls-handshake'
import { clientConnection } from './client-config.ts'
import type { ConfiguredSocket } from './configured-socket.ts'
import { serverConnection } from './server-config.ts'

/**
 * Turns a socket's options into the configuration of its connection: every hook of the handshake that Node's callbacks
 * answer is here.
 */
export function makeConnection(socket: ConfiguredSocket): TlsConnection {
  return socket._tlsOptions.isServer ? serverConnection(socket) : clientConnection(socket)
}

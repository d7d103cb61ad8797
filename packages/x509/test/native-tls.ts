import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'

/**
 * What Node's own tls says of a chain: the code of its verification error, or `OK`. A real handshake over a socket.
 *
 * @param server the chain and key that the server sends; it may send weak ones, the client decides
 */
export async function nativeVerdict(server: { cert: string; key: string }, client: ConnectionOptions): Promise<string> {
  const listening = createServer({ ...server, ciphers: 'DEFAULT:@SECLEVEL=0' }, (socket) => socket.end())
  listening.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as { port: number }
  try {
    return await new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect(
        { port, host: '127.0.0.1', rejectUnauthorized: false, checkServerIdentity: () => undefined, ...client },
        () => {
          resolve(socket.authorized ? 'OK' : String(socket.authorizationError))
          socket.destroy()
        },
      )
      socket.on('error', reject)
    })
  } finally {
    listening.close()
  }
}

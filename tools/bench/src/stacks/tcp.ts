/** The floor: the same bytes without TLS. */
import net from 'node:net'
import type { Stack } from './stack.ts'
import { duplexConnection } from './tls-module.ts'

const stack: Stack = {
  abilities: { client: ['1.3'], server: ['1.3'], ciphers: ['aes-128-gcm'], resumption: false },
  connect: ({ port }) =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(duplexConnection(socket)))
      socket.on('error', reject)
    }),
  listen: (_, onConnection) =>
    new Promise((resolve) => {
      const server = net.createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => {})
        onConnection(duplexConnection(socket))
      })
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    }),
}
export default stack

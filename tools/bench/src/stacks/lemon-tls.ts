import net from 'node:net'
import type { Duplex } from 'node:stream'
import lemon, { TLSSocket } from 'lemon-tls'
import type { Cipher, Connection, Stack, Version } from './stack.ts'
import { duplexConnection } from './tls-module.ts'

const SUITES: Record<'1.3' | '1.2', Record<Cipher, number[]>> = {
  '1.3': { 'aes-128-gcm': [0x1301], 'chacha20-poly1305': [0x1303], 'aes-128-cbc': [] },
  '1.2': { 'aes-128-gcm': [0xc02b, 0xc02f], 'chacha20-poly1305': [0xcca9, 0xcca8], 'aes-128-cbc': [] },
}
const limits = (version: Version, cipher: Cipher) => ({
  minVersion: `TLSv${version as '1.3'}` as const,
  maxVersion: `TLSv${version as '1.3'}` as const,
  allowedCipherSuites: SUITES[version as '1.3'][cipher],
})

type LemonSocket = Duplex & { isResumed?: boolean }

function wrap(socket: LemonSocket): Connection {
  let session: unknown
  socket.on('session', (given: unknown) => {
    session = given
  })
  return duplexConnection(socket, { session: () => session, resumed: () => !!socket.isResumed })
}

const stack: Stack = {
  abilities: {
    client: ['1.3', '1.2'],
    server: ['1.3', '1.2'],
    ciphers: ['aes-128-gcm', 'chacha20-poly1305'],
    resumption: true,
  },
  // Its own `connect` drops the suites and never sets TCP_NODELAY, which costs 40 ms a connection on loopback.
  connect: ({ port, ca, version, cipher, session }) =>
    new Promise((resolve, reject) => {
      const raw = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        const options = {
          isServer: false,
          servername: 'localhost',
          ca,
          session: session as Buffer,
          ...limits(version, cipher),
        }
        const socket = new TLSSocket(raw, options) as LemonSocket
        const connection = wrap(socket)
        socket.once('secureConnect', () => resolve(connection))
        socket.on('error', reject)
        socket.on('close', () => reject(new Error('closed')))
      })
      raw.on('error', reject)
    }),
  listen: ({ identities, version, cipher }, onConnection) =>
    new Promise((resolve) => {
      const options = { ...identities[0], ...limits(version, cipher) }
      const server = lemon.createServer(options, (given) => {
        const socket = given as unknown as LemonSocket & net.Socket
        socket.on('error', () => {})
        socket.setNoDelay?.(true)
        onConnection(wrap(socket))
      }) as unknown as net.Server
      server.on('tlsClientError', () => {})
      server.on('error', () => {})
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    }),
}
export default stack

import type { Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import tls from '@x/node-tls-compat'

interface TransportOptions {
  connection?: Socket | TLSSocket
  tls?: ConnectionOptions
}
declare function createTransport(options: TransportOptions): void
const shared: tls.ConnectionOptions = { servername: 'mail.example', ca: ['pem'] }
const { servername, ca } = shared
createTransport({ connection: tls.connect(465, 'mail.example', shared), tls: { servername, ca } }) // wrong: createTransport({ connection: 'tls' })

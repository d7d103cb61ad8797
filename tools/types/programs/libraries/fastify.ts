import type { Server, TlsOptions } from 'node:tls'
import tls from '@x/node-tls-compat'

interface ServerOptions {
  https: TlsOptions | null
  serverFactory?: (handler: () => void) => Server
}
declare function fastify(options: ServerOptions): void
fastify({ https: { key: 'pem', cert: 'pem' }, serverFactory: (handler) => tls.createServer({}, handler) }) // wrong: fastify({ https: null, serverFactory: () => tls.connect(443) })

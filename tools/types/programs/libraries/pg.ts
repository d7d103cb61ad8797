import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import tls from '@x/node-tls-compat'

/** As PostgreSQL clients take it: a stream that was made for them, and TLS options. */
interface ClientConfig {
  host?: string
  stream?: Duplex | (() => Duplex)
  ssl?: boolean | ConnectionOptions
}
declare class Client {
  constructor(config: ClientConfig)
}
export const client = new Client({ stream: () => tls.connect({ port: 5432 }), ssl: { ca: 'pem' } }) // wrong: export const client = new Client({ stream: () => tls, ssl: true })

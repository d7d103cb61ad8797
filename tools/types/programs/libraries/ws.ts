import type { ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import tls from '@x/node-tls-compat'

interface ClientOptions extends Omit<ClientRequestArgs, 'createConnection'> {
  createConnection?: (options: { host?: string; port?: number }) => Duplex
}
declare class WebSocket {
  constructor(url: string, options: ClientOptions)
}
export const socket = new WebSocket('wss://example.com', { createConnection: (options) => tls.connect(options) }) // wrong: export const socket = new WebSocket('wss://example.com', { createConnection: () => tls.createServer() })

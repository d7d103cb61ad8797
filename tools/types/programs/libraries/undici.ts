import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import tls from '@x/node-tls-compat'

type Callback = (...result: [null, Socket | TLSSocket] | [Error, null]) => void
interface ConnectOptions {
  hostname: string
  port: string
  servername?: string
}
declare class Agent {
  constructor(options: { connect: (options: ConnectOptions, callback: Callback) => void })
}
export const agent = new Agent({
  connect({ hostname, port, servername }, callback) {
    const socket: tls.TLSSocket = tls.connect({ host: hostname, port: Number(port), servername }, () => callback(null, socket)) // wrong: const socket: tls.TLSSocket = tls.connect({ host: hostname, port: Number(port) }, () => callback(null, tls))
    socket.once('error', (error) => callback(error, null))
  },
})

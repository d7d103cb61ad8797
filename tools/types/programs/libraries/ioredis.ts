import type { NetConnectOpts, Socket } from 'node:net'
import tls, { type ConnectionOptions } from '@x/node-tls-compat'

abstract class Connector {
  abstract connect(): Promise<Socket>
}
export class TlsConnector extends Connector {
  constructor(private readonly options: ConnectionOptions & { host: string; port: number }) {
    super()
  }
  async connect(): Promise<Socket> {
    const { host, port } = this.options satisfies NetConnectOpts | object
    return tls.connect({ ...this.options, host, port }) // wrong: return tls.connect
  }
}

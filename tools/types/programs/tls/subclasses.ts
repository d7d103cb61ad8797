import type { Duplex } from 'node:stream'
import { Server, TLSSocket } from '@x/node-tls-compat'

class Counting extends TLSSocket {
  count = 0
  constructor(raw: Duplex) {
    super(raw, { isServer: true })
    this.on('data', (chunk: Buffer) => (this.count += chunk.length)) // wrong: this.on('data', (chunk: Buffer) => (this.count += chunk))
  }
}
class Greeting extends Server {
  constructor() {
    super({ cert: '', key: '' }, (socket) => socket.write('hello'))
  }
}
export const made = (raw: Duplex) => [new Counting(raw).count, new Greeting().maxConnections]

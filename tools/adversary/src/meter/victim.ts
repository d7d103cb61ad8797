/** A process with one stack in it, that serves or connects as it is told, and says what it has used. */
import nodeTls from 'node:tls'
import { portableProvider } from '@x/crypto-primitives/portable'
import ourTls from '@x/node-tls-compat'
import { counted } from './counting-provider.ts'

export type StackName = 'node:tls' | 'ours' | 'portable'

export type Order =
  | { readonly do: 'serve'; readonly options: object }
  | { readonly do: 'connect'; readonly port: number; readonly options: object }
  | { readonly do: 'usage' }
  | { readonly do: 'memory' }
  | { readonly do: 'close' }

/** CPU in microseconds, memory in bytes. */
export interface Answer {
  readonly port?: number
  readonly cpu?: number
  readonly memory?: number
  readonly operations?: number
}

const stack = process.argv[2] as StackName
const counter = { operations: 0 }
const tls = stack === 'node:tls' ? nodeTls : (ourTls as unknown as typeof nodeTls)
const more = stack === 'portable' ? { provider: counted(portableProvider, counter) } : {}
const open = new Set<{ destroy(): void }>()
const servers = new Set<{ close(): void }>()

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function follow(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'serve': {
      const server = tls.createServer({ ...order.options, ...more } as nodeTls.TlsOptions, (socket) =>
        socket.on('error', () => {}).resume(),
      )
      server.on('tlsClientError', () => {})
      server.on('connection', (socket) => {
        open.add(socket)
        socket.on('close', () => open.delete(socket))
      })
      servers.add(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { port: (server.address() as { port: number }).port }
    }
    case 'connect': {
      const options = { ...order.options, ...more, port: order.port, host: '127.0.0.1', servername: 'localhost' }
      const socket = tls.connect(options as nodeTls.ConnectionOptions)
      socket.on('error', () => {}).resume()
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      return {}
    }
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return { cpu: user + system, operations: counter.operations }
    }
    case 'memory': {
      for (let i = 0; i < 4; i++) {
        globalThis.gc!()
        await pause(5)
      }
      const { heapUsed, external } = process.memoryUsage()
      return { memory: heapUsed + external }
    }
    case 'close': {
      for (const one of open) one.destroy()
      for (const one of servers) one.close()
      servers.clear()
      await pause(10)
      return {}
    }
  }
}

process.on('message', (order: Order) => void follow(order).then((answer) => process.send!(answer)))
process.on('uncaughtException', (error) => console.log(`${stack}: nobody caught ${error.stack}`))

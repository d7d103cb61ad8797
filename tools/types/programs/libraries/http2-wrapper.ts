import type { TLSSocket } from 'node:tls'
import tls from '@x/node-tls-compat'

type Connect = (options: { host: string; ALPNProtocols: string[] }, callback: () => void) => TLSSocket
declare function resolveProtocol(options: {
  createConnection: Connect
}): Promise<{ alpnProtocol: string | false | null }>
const { alpnProtocol } = await resolveProtocol({ createConnection: (options, callback) => tls.connect(options, callback) }) // wrong: const { alpnProtocol } = await resolveProtocol({ createConnection: tls })
console.log(alpnProtocol)

import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import tls from '@x/node-tls-compat'

const socket = tls.connect({ host: 'example.com', port: 443, timeout: 1000, ALPNProtocols: ['http/1.1'] })
await once(socket, 'secureConnect')
await pipeline(socket, process.stdout) // wrong: await pipeline(socket, 'stdout')
for await (const chunk of socket) console.log(chunk)

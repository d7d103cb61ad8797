import net from 'node:net'
import tls from '@x/node-tls-compat'

const raw = net.connect(25, 'mail.example')
const client = tls.connect({ socket: raw, servername: 'mail.example' }) // wrong: const client = tls.connect({ socket: 'raw', servername: 'mail.example' })
net.createServer((socket) => {
  const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: tls.createSecureContext() })
  secure.on('secure', () => secure.end())
})
console.log(client.encrypted)

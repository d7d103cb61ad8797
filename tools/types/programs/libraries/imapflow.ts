import type { Socket } from 'node:net'
import tls from '@x/node-tls-compat'

declare function upgrade(raw: Socket): Promise<tls.TLSSocket>
declare const raw: Socket
const secured: tls.TLSSocket = await new Promise<tls.TLSSocket>((resolve, reject) => {
  const socket: tls.TLSSocket = tls.connect({ socket: raw, host: 'imap.example', rejectUnauthorized: true }, () => resolve(socket)) // wrong: const socket: tls.TLSSocket = tls.connect({ socket: raw, host: 'imap.example' }, () => resolve(raw))
  socket.once('error', reject)
})
console.log((await upgrade(secured)).getCipher().name)

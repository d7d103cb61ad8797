// A server and a client of ours in whatever runtime runs this: both providers, both versions, an authority that is not
// trusted, a peer that goes away. Prints what happened as JSON.
import { once } from 'node:events'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import tls from '@x/node-tls-compat'
import { createAuthority } from '@x/x509'

const payload = new Uint8Array(1_000_000).map((_, i) => i * 7)

async function echo(provider, version) {
  const authority = createAuthority({ provider })
  const server = tls.createServer({ ...authority.issue('localhost'), provider, maxVersion: version }, (socket) => {
    socket.pipe(socket)
    socket.on('error', () => {})
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address()
  const socket = tls.connect({ port, host: 'localhost', ca: authority.cert, provider })
  let length = 0
  let same = true
  socket.on('data', (data) => {
    for (let i = 0; i < data.length; i++) same &&= data[i] === payload[length + i]
    length += data.length
    if (length === payload.length) socket.end()
  })
  let protocol
  socket.on('secureConnect', () => {
    protocol = socket.getProtocol()
  })
  socket.write(payload)
  await once(socket, 'end')
  const facts = { protocol, authorized: socket.authorized, length, same }

  const stranger = tls.connect({ port, host: 'localhost', ca: createAuthority({ provider }).cert, provider })
  const [{ code }] = await once(stranger, 'error')
  server.close()
  return { ...facts, stranger: code }
}

const results = []
for (const provider of [nodeProvider, portableProvider])
  for (const version of ['TLSv1.2', 'TLSv1.3']) results.push(await echo(provider, version))
console.log(JSON.stringify(results))
process.exit()

// The other end in Deno (rustls) or Bun (BoringSSL), through their node:tls: as node-peer.cjs, with lines.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import tls from 'node:tls'

const [role, port, certFile, keyFile, caFile] = process.argv.slice(2)
const [cert, key, ca] = [certFile, keyFile, caFile].map((file) => readFileSync(file, 'utf8'))

if (role === 'server') {
  const server = tls.createServer({ cert, key }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => socket.write(chunk))
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
} else {
  const once = () =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ port: Number(port), host: '127.0.0.1', servername: 'localhost', ca }, () =>
        socket.write('hello from a runtime\n'),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        if (!text.endsWith('\n')) return
        console.log(text.trim())
        socket.end()
        resolve()
      })
      socket.on('error', reject)
    })
  await once()
  await once()
  process.exit(0)
}

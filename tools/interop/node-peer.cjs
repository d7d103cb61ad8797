// The other end, in another Node, on its native tls: an echo server, or a client that sends a file and takes it back.
'use strict'
const tls = require('node:tls')
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')

const [role, options] = [process.argv[2], JSON.parse(process.argv[3])]

if (role === 'server') {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
  process.stdin.resume().on('end', () => process.exit(0))
} else {
  const file = readFileSync(options.file)
  const hash = createHash('sha256')
  const socket = tls.connect({ ...options, host: '127.0.0.1', servername: 'localhost' }, () => socket.end(file))
  socket.on('data', (chunk) => hash.update(chunk))
  socket.on('end', () => console.log(JSON.stringify({ hash: hash.digest('hex'), protocol, cipher, group })))
  let protocol, cipher, group
  socket.on('secureConnect', () => {
    protocol = socket.getProtocol()
    cipher = socket.getCipher().name
    group = socket.getEphemeralKeyInfo().name
  })
  socket.on('error', (error) => {
    console.error(error)
    process.exit(1)
  })
}

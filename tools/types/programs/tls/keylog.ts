import fs from 'node:fs'
import tls from '@x/node-tls-compat'

const log = fs.createWriteStream('/tmp/ssl-keys.log', { flags: 'a' })
tls.createServer().on('keylog', (line, socket) => {
  if (socket.remoteAddress === '127.0.0.1') log.write(line) // wrong: if (socket.remoteAddress === 127) log.write(line)
})
tls.connect(443).on('keylog', (line) => log.write(line))

import fs from 'node:fs'
import { createServer } from '@x/node-tls-compat'

createServer({ pfx: fs.readFileSync('server.pfx'), passphrase: 'sample' }, (socket) => socket.end()).listen(8000)
createServer({ pfx: [{ buf: fs.readFileSync('server.pfx'), passphrase: 'sample' }] }) // wrong: createServer({ pfx: [{ buf: 5 }] })

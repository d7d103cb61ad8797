import tls from '@x/node-tls-compat'

const server = tls.createServer()
server.addContext('*.example.com', { key: 'key', cert: 'cert' })
server.addContext('example.org', tls.createSecureContext())
server.setSecureContext({ key: 'key', cert: 'cert' })
server.setTicketKeys(Buffer.alloc(48)) // wrong: server.setTicketKeys('48 bytes')
const keys: Buffer = server.getTicketKeys()
console.log(keys.length)

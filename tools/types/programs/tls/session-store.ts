import tls from '@x/node-tls-compat'

const store = new Map<string, Buffer>()
const server = tls.createServer()
server.on('newSession', (id, data, callback) => {
  store.set(id.toString('hex'), data)
  callback() // wrong: callback(5)
})
server.on('resumeSession', (id, callback) => callback(null, store.get(id.toString('hex')) as Buffer))
server.on('OCSPRequest', (certificate, issuer, callback) => {
  console.log(certificate.length, issuer.length)
  callback(null, Buffer.alloc(0))
})

import fs from 'node:fs'
import tls from '@x/node-tls-compat'

const server = tls.createServer(
  {
    key: fs.readFileSync('server-key.pem'),
    cert: fs.readFileSync('server-cert.pem'),
    requestCert: true, // wrong: requestCert: 'yes',
    ca: [fs.readFileSync('client-cert.pem')],
  },
  (socket) => {
    console.log('server connected', socket.authorized ? 'authorized' : 'unauthorized')
    socket.write('welcome!\n')
    socket.setEncoding('utf8')
    socket.pipe(socket)
  },
)
server.listen(8000, () => console.log('server bound'))

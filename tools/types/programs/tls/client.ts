import fs from 'node:fs'
import tls from '@x/node-tls-compat'

const options = {
  key: fs.readFileSync('client-key.pem'),
  cert: fs.readFileSync('client-cert.pem'),
  ca: [fs.readFileSync('server-cert.pem')],
  checkServerIdentity: () => undefined,
}
const socket = tls.connect(8000, options, () => {
  console.log('client connected', socket.authorized ? 'authorized' : 'unauthorized')
  process.stdin.pipe(socket)
  process.stdin.resume()
})
socket.setEncoding('utf8') // wrong: socket.setEncoding(8)
socket.on('data', (data) => console.log(data))
socket.on('end', () => console.log('server ends connection'))

import fs from 'node:fs'
import http2 from '@x/node-tls-compat/http2'

const client = http2.connect('https://localhost:8443', { ca: fs.readFileSync('localhost-cert.pem') }) // wrong: const client = http2.connect('https://localhost:8443', { ca: 5 })
client.on('error', (error) => console.error(error))
const request = client.request({ ':path': '/' })
request.on('response', (headers) => console.log(headers[':status']?.toFixed()))
request.setEncoding('utf8')
request.on('end', () => client.close())
request.end()

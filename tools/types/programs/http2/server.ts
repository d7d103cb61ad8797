import fs from 'node:fs'
import http2 from '@x/node-tls-compat/http2'

const server = http2.createSecureServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') })
server.on('error', (error) => console.error(error))
server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
  console.log(headers[':path'])
  stream.respond({ 'content-type': 'text/html; charset=utf-8', ':status': 200 }) // wrong: stream.respond(200)
  stream.end('<h1>Hello World</h1>')
})
server.listen(8443)

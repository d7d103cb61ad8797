import fs from 'node:fs'
import https from '@x/node-tls-compat/https'

const options = { key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem'), requestCert: true }
https
  .createServer(options, (request, response) => {
    response.writeHead(200) // wrong: response.writeHead('OK')
    response.end(`hello ${request.headers.host}\n`)
  })
  .listen(8000)
https.createServer().closeAllConnections()

// An HTTPS server of Node's own modules, with our tls under them: HTTP/1.1 and HTTP/2 on one port. `/report` is what a
// page tells us; it is printed for the test.
import './ours.mjs'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'

const { CERT, KEY } = process.env

const PAGE = `<!doctype html><title>page</title><script type="module">
const body = new Uint8Array(2_000_000).fill(7)
const response = await fetch('/echo', { method: 'POST', body })
const echo = new Uint8Array(await response.arrayBuffer())
const many = await Promise.all(Array.from({ length: 30 }, async (_, i) =>
  (await (await fetch('/echo', { method: 'POST', body: String(i) })).text()) === String(i)))
await fetch('/report', { method: 'POST', body: JSON.stringify({
  echo: echo.length === body.length && echo.every((byte) => byte === 7),
  many: many.every(Boolean),
  secure: isSecureContext,
  protocol: performance.getEntriesByType('navigation')[0].nextHopProtocol,
}) })
</script>`

const server = createSecureServer(
  { cert: readFileSync(CERT), key: readFileSync(KEY), allowHTTP1: true },
  (request, response) => {
    const { socket } = request.stream?.session ?? request
    if (request.url === '/echo') {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      request.pipe(response)
    } else if (request.url === '/report') {
      let text = ''
      request.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        console.log(text)
        response.end()
      })
    } else if (request.url === '/tls') {
      response.end(
        JSON.stringify({
          version: socket.getProtocol(),
          suite: socket.getCipher().standardName,
          http: request.httpVersion,
        }),
      )
    } else if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(PAGE)
    } else {
      response.writeHead(404)
      response.end()
    }
  },
)
// Scanners send much that is no handshake, and leave in the middle: it must stay with their connection.
server.on('tlsClientError', () => {})
server.on('sessionError', () => {})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))

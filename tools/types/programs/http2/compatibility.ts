import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from '@x/node-tls-compat/http2'

function onRequest(request: Http2ServerRequest, response: Http2ServerResponse) {
  const { alpnProtocol } = request.stream.session?.socket as import('node:tls').TLSSocket
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ alpnProtocol, httpVersion: request.httpVersion })) // wrong: response.end({ alpnProtocol })
}
createSecureServer({ key: 'pem', cert: 'pem', allowHTTP1: true }, onRequest).listen(8000)

import type nodeHttp2 from 'node:http2'
import http2 from '@x/node-tls-compat/http2'

const wanted: Pick<typeof nodeHttp2, 'connect' | 'createServer' | 'createSecureServer' | 'constants'> = http2 // wrong: const wanted: Pick<typeof nodeHttp2, 'connect'> = http2.connect
declare const clientOptions: nodeHttp2.SecureClientSessionOptions
declare const serverOptions: nodeHttp2.SecureServerOptions
const session: nodeHttp2.ClientHttp2Session = http2.connect('https://a.test', clientOptions)
const server: nodeHttp2.Http2SecureServer = http2.createSecureServer(serverOptions)
console.log(wanted, session, server)

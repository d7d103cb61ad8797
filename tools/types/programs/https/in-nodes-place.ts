import type nodeHttps from 'node:https'
import https, { createServer, Server } from '@x/node-tls-compat/https'

const wanted: Pick<typeof nodeHttps, 'request' | 'get' | 'createServer' | 'Agent' | 'Server' | 'globalAgent'> = https // wrong: const wanted: Pick<typeof nodeHttps, 'request' | 'Agent'> = https.request
declare const requestOptions: nodeHttps.RequestOptions
declare const serverOptions: nodeHttps.ServerOptions
const server: nodeHttps.Server = createServer(serverOptions, (_request, response) => response.end())
const options: https.ServerOptions = { ...serverOptions, handshakeTimeout: 1000 }
console.log(wanted, https.request(requestOptions), server, new Server(options))

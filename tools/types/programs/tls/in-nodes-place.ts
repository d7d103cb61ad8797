import type nodeTls from 'node:tls'
import tls from '@x/node-tls-compat'

/** Whoever wants Node's module, socket, server, context or options gets ours, and ours take Node's. */
type Wanted = Pick<
  typeof nodeTls,
  | 'connect'
  | 'createServer'
  | 'createSecureContext'
  | 'TLSSocket'
  | 'Server'
  | 'checkServerIdentity'
  | 'getCiphers'
  | 'rootCertificates'
  | 'DEFAULT_MAX_VERSION'
>
const wanted: Wanted = tls // wrong: const wanted: Wanted = tls.connect
declare const options: nodeTls.ConnectionOptions
declare const serverOptions: nodeTls.TlsOptions
declare const contextOptions: nodeTls.SecureContextOptions
const socket: nodeTls.TLSSocket = tls.connect(options)
const server: nodeTls.Server = tls.createServer(serverOptions, (one: nodeTls.TLSSocket) => one.end())
const context: nodeTls.SecureContext = tls.createSecureContext(contextOptions)
console.log(wanted, socket, server, context)

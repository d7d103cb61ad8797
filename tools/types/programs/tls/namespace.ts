import tls from '@x/node-tls-compat'

const contextOptions: tls.SecureContextOptions = { minVersion: 'TLSv1.3' } // wrong: const contextOptions: tls.SecureContextOptions = { minVersion: 1.3 }
const options: tls.ConnectionOptions = { ...contextOptions, host: 'example.com' }
const serverOptions: tls.TlsOptions = { ...contextOptions, requestCert: true }
const socketOptions: tls.TLSSocketOptions = { ...contextOptions, isServer: true }
const context: tls.SecureContext = tls.createSecureContext(contextOptions)
const socket: tls.TLSSocket = tls.connect({ ...options, secureContext: context })
const server: tls.Server = tls.createServer(serverOptions)
console.log(socket, server, socketOptions)

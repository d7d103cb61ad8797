import type { Signer } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import tls, { type Verify } from '@x/node-tls-compat'

const verify: Verify = async ({ certificates, servername }) =>
  certificates.length > 1 && servername ? null : new Error('a chain is asked for')
declare const key: Signer
declare const streams: { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> }
const socket = tls.connect({ port: 443, verify, provider: nodeProvider, key, cert: 'pem' })
tls.createServer({ key: [key, 'pem'], cert: ['pem', 'pem'], verify: () => undefined }) // wrong: tls.createServer({ key: [key, 'pem'], cert: ['pem', 'pem'], verify: () => true })
console.log(socket.getSignatureScheme()?.length, socket.npnProtocol, tls.connect({ socket: streams }))

import type nodeTls from 'node:tls'
import tls from '@x/node-tls-compat'

type Picked = Pick<nodeTls.ConnectionOptions, 'ca' | 'cert' | 'ciphers' | 'ecdhCurve' | 'passphrase' | 'secureProtocol'>
interface MongoOptions extends Picked {
  checkServerIdentity?: nodeTls.ConnectionOptions['checkServerIdentity']
  secureContext?: nodeTls.SecureContext
}
const options: MongoOptions = {
  ca: 'pem',
  secureContext: tls.createSecureContext(),
  checkServerIdentity: () => undefined,
}
export const socket: nodeTls.TLSSocket = tls.connect({ ...options, port: 27017 }) // wrong: export const socket: nodeTls.Server = tls.connect({ ...options, port: 27017 })

import type { SecureContext } from 'node:tls'
import tls, { createSecureContext } from '@x/node-tls-compat'

interface VerifyOptions {
  checkServerIdentity?: (hostname: string, certificate: import('node:tls').PeerCertificate) => Error | undefined
}
declare function createFromSecureContext(context: SecureContext, verify?: VerifyOptions): void
createFromSecureContext(createSecureContext({ ca: 'pem' }), { checkServerIdentity: tls.checkServerIdentity }) // wrong: createFromSecureContext({ ca: 'pem' })

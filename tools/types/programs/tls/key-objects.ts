import { createPrivateKey } from 'node:crypto'
import tls from '@x/node-tls-compat'

const pem = createPrivateKey('').export({ type: 'pkcs8', format: 'pem' })
tls.createSecureContext({ key: pem, cert: Buffer.alloc(0), ca: ['a', Buffer.alloc(0)], crl: 'crl', sigalgs: 'ed25519' })
tls.createSecureContext({ key: [{ pem, passphrase: 'x' }], ecdhCurve: 'X25519:P-256', dhparam: 'auto' }) // wrong: tls.createSecureContext({ key: [{ pem: 5, passphrase: 'x' }] })

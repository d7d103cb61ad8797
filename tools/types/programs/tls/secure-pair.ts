import net from 'node:net'
import tls, { type SecurePair } from '@x/node-tls-compat'

const pair: SecurePair = tls.createSecurePair(tls.createSecureContext(), false, true, true)
const socket = net.connect(443)
pair.encrypted.pipe(socket).pipe(pair.encrypted)
pair.on('secure', () => console.log(pair.cleartext.getPeerCertificate().subject.CN)) // wrong: pair.on('secure', () => console.log(pair.clear.getPeerCertificate()))

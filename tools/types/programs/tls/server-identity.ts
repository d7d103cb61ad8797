import tls, { type PeerCertificate } from '@x/node-tls-compat'

tls.connect({
  port: 443,
  checkServerIdentity(host, certificate) {
    const error = tls.checkServerIdentity(host, certificate)
    if (error) return error
    return pinned(certificate) ? undefined : new Error('not the pinned key') // wrong: return pinned(certificate) ? undefined : 'not the pinned key'
  },
})
const pinned = (certificate: PeerCertificate) => certificate.fingerprint256 === 'AA:BB'

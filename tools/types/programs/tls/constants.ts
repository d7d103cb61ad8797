import tls, { DEFAULT_CIPHERS, getCiphers, rootCertificates } from '@x/node-tls-compat'

tls.DEFAULT_MIN_VERSION = 'TLSv1.2' // wrong: tls.DEFAULT_MIN_VERSION = 'TLSv9'
const ciphers: string[] = getCiphers()
const roots: readonly string[] = rootCertificates
console.log(ciphers.length, roots[0], DEFAULT_CIPHERS.split(':'), tls.CLIENT_RENEG_LIMIT * 2, tls.DEFAULT_ECDH_CURVE)

import tls from '@x/node-tls-compat'
import https, { type RequestOptions } from '@x/node-tls-compat/https'

const options: RequestOptions = {
  host: 'example.com',
  checkServerIdentity(host, certificate) {
    const error = tls.checkServerIdentity(host, certificate)
    if (error) return error
    return certificate.fingerprint256.length > 0 ? undefined : new Error('pinned')
  },
  minVersion: 'TLSv1.3', // wrong: minVersion: 'TLSv3',
}
https.request({ ...options, agent: new https.Agent({ minVersion: options.minVersion }) }).end()

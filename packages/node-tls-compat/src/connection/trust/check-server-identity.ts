import { checkServerIdentity as check, type IdentityCertificate } from '@x/x509/tls'
import { domainToASCII } from '#host'
import { nodeError } from '../../errors/node-error.ts'

/**
 * Checks that a certificate is for a host. Replace it, in the options of `tls.connect`, to add checks of your own.
 *
 * @param hostname a host name or an IP address
 * @param cert what `getPeerCertificate()` returns
 * @returns nothing when it is, else an error with `reason`, `host` and `cert`
 * @throws {SyntaxError} `ERR_TLS_CERT_ALTNAME_FORMAT`
 * @see https://nodejs.org/api/tls.html#tlscheckserveridentityhostname-cert
 */
export function checkServerIdentity(hostname: string, cert: IdentityCertificate): Error | undefined {
  const host = `${hostname}`
  // Certificates hold A-labels (RFC 5890); an IP address has no ASCII form of a domain.
  const ascii = /[^\0-\x7f]/.test(host) ? domainToASCII(host) : host
  const error = check(host, cert, ascii)
  if (!error) {
    return undefined
  }
  return nodeError(Error, error.code, error.message, { reason: error.reason, host: error.host, cert })
}

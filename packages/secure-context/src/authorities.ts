import { Certificate, parseCertificates, pemBlocks } from '@x/x509/tls'
import { checkInput, type Input } from './checks.ts'

const LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']

/**
 * The certificates of a `ca`, read as OpenSSL reads them: one after another until the first that can't be read. What
 * stands before it is trusted, and nothing is thrown.
 *
 * A `TRUSTED CERTIFICATE` with trust settings is passed over: we do not know what it is trusted for.
 */
export function readAuthorities(input: Input): Certificate[] {
  checkInput('readAuthorities: what is given', input)
  const found: Certificate[] = []
  try {
    if (typeof input !== 'string' && input[0] === 0x30) return parseCertificates(input)
    for (const { label, bytes } of pemBlocks(input)) {
      if (!LABELS.includes(label)) continue
      if (label === 'TRUSTED CERTIFICATE' && hasTrustSettings(bytes)) continue
      found.push(Certificate.parse(bytes))
    }
  } catch {
    // No error in Node either.
  }
  return found
}

/** OpenSSL's X509_CERT_AUX: a second structure behind the certificate. */
function hasTrustSettings(der: Uint8Array): boolean {
  const lengthBytes = der[1]! < 0x80 ? 0 : der[1]! & 0x7f
  let length = der[1]!
  if (lengthBytes > 0) {
    length = 0
    for (const byte of der.subarray(2, 2 + lengthBytes)) length = length * 256 + byte
  }
  return der.length > 2 + lengthBytes + length
}

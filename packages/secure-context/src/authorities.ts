import { type Certificate, certificateOf, isCertificateLabel, parseCertificates, pemBlocks } from '@x/x509/tls'
import { checkInput, type Input } from './checks.ts'

/**
 * The certificates of a `ca`, read as OpenSSL reads them: one after another until the first that can't be read. What
 * stands before it is trusted, and nothing is thrown.
 */
export function readAuthorities(input: Input): Certificate[] {
  checkInput('readAuthorities: what is given', input)
  const found: Certificate[] = []
  try {
    if (typeof input !== 'string' && input[0] === 0x30) return parseCertificates(input)
    for (const block of pemBlocks(input)) if (isCertificateLabel(block.label)) found.push(certificateOf(block))
  } catch {
    // No error in Node either.
  }
  return found
}

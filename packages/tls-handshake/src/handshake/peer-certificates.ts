import { peerError } from '@x/tls-record'
import type { PeerCertificate, TlsConfig } from '../config.ts'

/**
 * Has every certificate of a list read when it comes, so that what is none is refused now and throws nowhere later. Of the
 * leaf the key is read too, and what it may be used for. RFC 5246 §7.4.2 #7, RFC 5246 §7.4.6 #5: X.509 and nothing else.
 *
 * @param chain not empty
 * @returns the leaf
 * @throws {TlsError} decode_error
 */
export function readCertificates(config: TlsConfig, chain: readonly Uint8Array[]): PeerCertificate {
  let leaf: PeerCertificate
  try {
    leaf = config.parseCertificate(chain[0])
    void leaf.publicKey.type
    void leaf.keyUsage
  } catch (cause) {
    throw peerError('decode_error', 'CANNOT_PARSE_LEAF_CERT', "the peer's certificate cannot be parsed", cause)
  }
  for (let at = 1; at < chain.length; at++) {
    try {
      config.parseCertificate(chain[at])
    } catch (cause) {
      throw peerError(
        'decode_error',
        'CANNOT_PARSE_CERT',
        `certificate ${at} of the peer's list, counted from 0, cannot be parsed`,
        cause,
      )
    }
  }
  return leaf
}

import { peerError } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import type { ClientContext } from './client-context.ts'

/** What RFC 9846 §4.2.3 asks of a ServerHello and of a HelloRetryRequest alike. @returns the suite */
export function checkServerHello13(hs: ClientContext, hello: ServerHello): CipherSuite13 {
  // RFC 9846 §4.2.3 #5.
  if (!equalBytes(hello.sessionId, hs.sessionId)) {
    throw peerError('illegal_parameter', 'INVALID_SESSION_ID', 'legacy_session_id_echo is not what we sent')
  }
  const suite = hs.suites13.find(({ id }) => id === hello.cipherSuite)
  // RFC 9846 §4.2.3 #6, RFC 9846 §4.2.4 #8.
  if (suite === undefined) {
    throw peerError(
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
      `cipher suite 0x${hello.cipherSuite.toString(16).padStart(4, '0')} was not offered for TLS 1.3`,
    )
  }
  // RFC 9846 §4.2.4 #10: the same as in the HelloRetryRequest.
  if (hs.retrySuite !== undefined && hs.retrySuite !== suite.id) {
    throw peerError('illegal_parameter', 'WRONG_CIPHER_RETURNED', 'the cipher suite changed after a HelloRetryRequest')
  }
  // RFC 9846 §4.2.3 #8.
  if (hello.compressionMethod !== 0) {
    throw peerError('illegal_parameter', 'INVALID_COMPRESSION_ALGORITHM', 'legacy_compression_method is not null')
  }
  return suite
}

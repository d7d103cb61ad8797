import { peerError } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import { ALPN } from '../extensions/alpn.ts'
import { CERTIFICATE_AUTHORITIES } from '../extensions/certificate-authorities.ts'
import { CLIENT_CERTIFICATE_TYPE, SERVER_CERTIFICATE_TYPE } from '../extensions/certificate-types.ts'
import { COMPRESS_CERTIFICATE } from '../extensions/compress-certificate.ts'
import { EARLY_DATA } from '../extensions/early-data.ts'
import type { Extension } from '../extensions/extension.ts'
import { POST_HANDSHAKE_AUTH } from '../extensions/post-handshake-auth.ts'
import { PRE_SHARED_KEY } from '../extensions/pre-shared-key.ts'
import { PSK_KEY_EXCHANGE_MODES } from '../extensions/psk-key-exchange-modes.ts'
import { RECORD_SIZE_LIMIT } from '../extensions/record-size-limit.ts'
import { SERVER_NAME } from '../extensions/server-name.ts'
import { SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT } from '../extensions/signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { STATUS_REQUEST } from '../extensions/status-request.ts'
import { SUPPORTED_GROUPS } from '../extensions/supported-groups.ts'
import { SUPPORTED_VERSIONS } from '../extensions/supported-versions.ts'
import type { ClientHello } from '../messages/client-hello.ts'

/** What our choices rest on: some of them are made by the first hello, others by the second. */
const UNCHANGED: readonly Extension[] = /* @__PURE__ */ (() => [
  ALPN,
  CERTIFICATE_AUTHORITIES,
  CLIENT_CERTIFICATE_TYPE,
  COMPRESS_CERTIFICATE,
  POST_HANDSHAKE_AUTH,
  PSK_KEY_EXCHANGE_MODES,
  RECORD_SIZE_LIMIT,
  SERVER_CERTIFICATE_TYPE,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SIGNATURE_ALGORITHMS_CERT,
  SIGNED_CERTIFICATE_TIMESTAMP,
  STATUS_REQUEST,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
])()

/**
 * A second ClientHello is the first one, but for what its key shares, PSKs, cookie and padding are (RFC 9846 §4.2.2 #2).
 *
 * @throws {TlsError} illegal_parameter, or missing_extension without the PSKs
 */
export function checkSecondHello(first: ClientHello, second: ClientHello): void {
  const changed =
    !equalBytes(first.random, second.random) ||
    !equalBytes(first.sessionId, second.sessionId) ||
    first.cipherSuites.length !== second.cipherSuites.length ||
    !first.cipherSuites.every((suite, i) => suite === second.cipherSuites[i])
      ? 'random, session id or cipher suites'
      : UNCHANGED.find(({ type }) => !sameBody(first.extensions.body(type), second.extensions.body(type)))?.name
  if (changed) {
    throw peerError(
      'illegal_parameter',
      'BAD_HELLO_RETRY',
      `the second ClientHello differs from the first in what must not change: ${changed}`,
    )
  }
  // RFC 9846 §4.3.10 #6: early_data is removed.
  if (second.extensions.has(EARLY_DATA)) {
    throw peerError('illegal_parameter', 'BAD_EARLY_DATA', 'early_data in a second ClientHello')
  }
  // RFC 9846 §4.2.2: single PSKs may go, pre_shared_key may not, nor come.
  const [before, after] = [first, second].map(({ extensions }) => extensions.has(PRE_SHARED_KEY))
  if (before && !after) {
    throw peerError('missing_extension', 'BAD_PSK', 'pre_shared_key is missing from the second ClientHello')
  }
  if (after && !before) {
    throw peerError('illegal_parameter', 'BAD_PSK', 'pre_shared_key in the second ClientHello alone')
  }
}

const sameBody = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b)

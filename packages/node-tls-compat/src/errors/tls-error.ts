import { TlsError } from '@x/tls-record'
import { ALERT_PREFIX } from '#host'
import { reasonNumber } from './openssl-reasons.ts'

/** Numbers in parentheses are in OpenSSL's names but not in its sentences. */
const SENTENCES: Record<string, string> = {
  TLSV1_ALERT_USER_CANCELED: 'tlsv1 alert user cancelled',
  TLSV1_ALERT_UNKNOWN_CA: 'tlsv1 alert unknown ca',
}

/** "wrong version number", from WRONG_VERSION_NUMBER. */
function sentence(reason: string): string {
  const special = SENTENCES[reason]
  if (special) {
    return special
  }
  if (reason.startsWith('SSLV3_ALERT_')) {
    return ALERT_PREFIX + reason.slice('SSLV3_ALERT_'.length).toLowerCase().replaceAll('_', ' ')
  }
  return reason.toLowerCase().replaceAll('_', ' ')
}

/** Names of our own and BoringSSL's, where OpenSSL has no name of its own, and what it says instead. */
const OPENSSL_REASONS: Record<string, string> = {
  UNCOMPRESSED_CERT_TOO_LARGE: 'EXCESSIVE_MESSAGE_SIZE',
  NO_SHARED_GROUP: 'NO_SUITABLE_KEY_SHARE',
}

export interface NodeTlsError extends Error {
  code: string
  library: string
  reason: string
}

/**
 * A failure of the protocol as Node shows it: `code` ERR_SSL_*, `library`, `reason`, and OpenSSL's error line as message.
 * What came, what was allowed and where the rule stands is in `cause`.
 */
export function toNodeError(error: TlsError): Error {
  // A hook of the application threw: its own error is the one to show.
  if (error.reason === 'CALLBACK_FAILED' && error.cause instanceof Error) {
    return error.cause
  }
  const name = OPENSSL_REASONS[error.reason] ?? error.reason
  const reason = sentence(name)
  const number = error.alertReceived && error.alert !== undefined ? 1000 + error.alert : reasonNumber(name)
  const hex = (0x0a000000 + number).toString(16).toUpperCase().padStart(8, '0')
  const alert = error.alertReceived && error.alert !== undefined ? `SSL alert number ${error.alert}` : ''
  const message = `0000000000000000:error:${hex}:SSL routines:tls:${reason}:@x/tls-handshake:0:${alert}\n`
  return Object.assign(new Error(message, { cause: error }), {
    library: 'SSL routines',
    reason,
    code: `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`,
  })
}

/**
 * What a call into OpenSSL would throw, which names no file and line.
 *
 * @param number eight hexadecimal digits
 */
export function opensslCallError(number: string, reason: string, cause?: unknown): NodeTlsError {
  const error = new Error(`error:${number}:SSL routines::${reason}`, cause === undefined ? undefined : { cause })
  return Object.assign(error, {
    library: 'SSL routines',
    reason,
    code: `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`,
  })
}

const RECORDS = ['APP_DATA_IN_HANDSHAKE', 'UNEXPECTED_RECORD']

/**
 * The error when the peer's first record is no handshake message: OpenSSL says the same of all of them, a server even of an
 * alert. The alert, which tells why the client went away, is in `cause`.
 */
export function asFirstRecord(error: TlsError, side: 'client' | 'server'): TlsError {
  if (!(error.alertReceived && side === 'server') && !RECORDS.includes(error.reason)) {
    return error
  }
  return new TlsError('UNEXPECTED_MESSAGE', error.message, { blame: 'peer', cause: error })
}

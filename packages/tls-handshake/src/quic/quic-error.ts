import { Alert, TlsError } from '@x/tls-record'

/** Errors of the transport that a handshake can give cause for (RFC 9000 §20.1). */
export const QuicErrorCode = { protocol_violation: 0x0a, crypto_buffer_exceeded: 0x0d, crypto_error: 0x0100 } as const

/** What RFC 9001 has the transport say, with a code of its own where TLS has no alert for it. */
export class QuicHandshakeError extends TlsError {
  constructor(
    readonly code: number,
    reason: string,
    message: string,
  ) {
    super(reason, message, { alert: Alert.unexpected_message, blame: 'peer' })
  }
}

/** The error code of CONNECTION_CLOSE: CRYPTO_ERROR and the alert (RFC 9001 §4.8), or the transport's own. */
export function quicErrorCode(error: TlsError): number {
  if (error instanceof QuicHandshakeError) return error.code
  return QuicErrorCode.crypto_error + (error.alert ?? Alert.internal_error)
}

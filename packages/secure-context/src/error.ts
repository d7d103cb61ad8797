import { X509Error } from '@x/x509/tls'

/**
 * A context option that OpenSSL would refuse. `code`, `reason` and `library` are what Node gives for it; the message is
 * OpenSSL's error string, or Node's own sentence where OpenSSL has none.
 */
export class ContextError extends Error {
  declare readonly code?: string
  declare readonly reason?: string
  declare readonly library?: string
  /** Lower entries of OpenSSL's error queue, newest first, as Node shows them. */
  declare readonly opensslErrorStack?: readonly string[]

  constructor(
    message: string,
    fields: { code?: string; reason?: string; library?: string; opensslErrorStack?: readonly string[] } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    Object.assign(this, fields)
  }

  /**
   * An entry of OpenSSL's error queue.
   *
   * @param number OpenSSL's packed library and reason number
   * @param prefix what Node puts before the reason in `code`
   */
  static openssl(
    number: number,
    library: string,
    reason: string,
    prefix: 'ERR_SSL_' | 'ERR_OSSL_' | 'ERR_OSSL_PEM_' | 'ERR_OSSL_X509_',
    stack?: readonly string[],
    cause?: unknown,
  ) {
    const code = prefix + reason.toUpperCase().replaceAll(' ', '_')
    const hex = number.toString(16).toUpperCase().padStart(8, '0')
    return new ContextError(
      `error:${hex}:${library}::${reason}`,
      { library, reason, code, ...(stack && { opensslErrorStack: stack }) },
      cause === undefined ? undefined : { cause },
    )
  }

  /**
   * OpenSSL's words for text that holds no certificate.
   *
   * @param cause what the reader of the text said, where it found a block that it can't read
   */
  static pem(cause?: unknown) {
    const expected = cause instanceof X509Error && cause.code === 'INVALID_PEM' ? (cause.expected ?? '') : ''
    const [number, reason] = expected.startsWith('-----END ')
      ? ([0x04800066, 'bad end line'] as const)
      : expected.startsWith('base64')
        ? ([0x04800064, 'bad base64 decode'] as const)
        : ([0x0480006c, 'no start line'] as const)
    return ContextError.openssl(number, 'PEM routines', reason, 'ERR_OSSL_PEM_', undefined, cause)
  }
}

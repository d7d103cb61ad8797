import { Alert, type AlertName, alertName, receivedAlertReason } from './alert.ts'

/** Whose fault an error is: what the peer sent, what we failed to do, or what we were configured with. */
export type Blame = 'peer' | 'local' | 'config'

/**
 * The one error of a TLS connection.
 *
 * `reason` is stable and named as OpenSSL names it where OpenSSL has a name; `message` says what was received, what was
 * allowed, and where the rule stands. No secret is ever in it.
 */
export class TlsError extends Error {
  override readonly name = 'TlsError'

  constructor(
    /** OpenSSL's reason name: `WRONG_VERSION_NUMBER`, `SSLV3_ALERT_HANDSHAKE_FAILURE` … */
    readonly reason: string,
    message: string,
    options: {
      alert?: number
      alertReceived?: boolean
      blame?: Blame
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.alert = options.alert
    this.alertReceived = options.alertReceived ?? false
    this.blame = options.blame ?? 'peer'
  }

  /** The alert that goes with it (AlertDescription): ours, or the peer's if `alertReceived`. Absent: none is sent. */
  readonly alert: number | undefined
  /** The peer sent the alert; it is never answered (RFC 9846 §6.2). */
  readonly alertReceived: boolean
  readonly blame: Blame
}

/**
 * Thrown by a hook of the application to choose the alert that ends the handshake.
 *
 * @example
 * throw new AlertError(Alert.access_denied, 'this client is not on the list')
 */
export class AlertError extends Error {
  override readonly name = 'AlertError'

  constructor(
    /** AlertDescription. */
    readonly alert: number,
    message: string = alertName(alert),
    /** The reason that the connection's {@link TlsError} will carry. */
    readonly reason: string = 'CALLBACK_FAILED',
  ) {
    super(message)
  }
}

/** The peer broke a rule: the error to throw, with the alert that the rule asks for. */
export function peerError(alert: AlertName, reason: string, message: string, cause?: unknown): TlsError {
  return new TlsError(reason, message, { alert: Alert[alert], blame: 'peer', cause })
}

/** We cannot go on, through no fault of the peer. */
export function localError(reason: string, message: string, cause?: unknown): TlsError {
  return new TlsError(reason, message, { alert: Alert.internal_error, blame: 'local', cause })
}

/** What we were configured with makes it impossible. */
export function configError(reason: string, message: string, alert: AlertName = 'internal_error'): TlsError {
  return new TlsError(reason, message, { alert: Alert[alert], blame: 'config' })
}

/** A fatal alert came. */
export function receivedAlertError(alert: number): TlsError {
  return new TlsError(receivedAlertReason(alert), `the peer sent the fatal alert ${alertName(alert)}`, {
    alert,
    alertReceived: true,
  })
}

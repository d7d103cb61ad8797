import type { TlsError } from '@x/tls-record'
import type { Session } from './session.ts'

/** What `connection.takeEvents()` gives, in the order it happened. */
export type TlsEvent =
  /** The handshake (or a renegotiation) is complete: properties of the connection are final, application data may be written. */
  | { readonly type: 'secure'; readonly renegotiation: boolean }
  /** Application data: a view that stays valid until the buffer passed to `receive` is reused. */
  | { readonly type: 'data'; readonly bytes: Uint8Array; readonly early: boolean }
  /** Client: a session to keep for later. */
  | { readonly type: 'session'; readonly session: Session }
  /** Server: a session was made (its ticket is on the way, or its id is in the store). */
  | { readonly type: 'sessionIssued'; readonly session: Session }
  /** The peer's close_notify: no more data will come. */
  | { readonly type: 'closeNotify' }
  /** The transport ended (`receiveEnd`) without close_notify. */
  | { readonly type: 'truncated' }
  /** A warning alert that is tolerated: user_canceled, no_renegotiation, unrecognized_name. */
  | { readonly type: 'warning'; readonly alert: number }
  /** The peer changed its keys. */
  | { readonly type: 'keyUpdate' }
  /** A peer asks for renegotiation and the policy is `explicit` (client), or one starts (server). */
  | { readonly type: 'renegotiationRequest' }
  /** Client: what became of the 0-RTT data; on rejection it was not delivered and must be written again by the caller. */
  | { readonly type: 'earlyData'; readonly accepted: boolean }
  /** Client: a post-handshake CertificateRequest was answered. Server: the client's certificate came. */
  | { readonly type: 'postHandshakeAuth' }
  /** The connection failed. Our alert, if any, is in the output already. Always the last event; reported once. */
  | { readonly type: 'error'; readonly error: TlsError }

/** AlertDescription (RFC 9846 §6, RFC 5246 §7.2): IANA's names and numbers. */
export const Alert = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  decryption_failed: 21,
  record_overflow: 22,
  decompression_failure: 30,
  handshake_failure: 40,
  no_certificate: 41,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  certificate_unobtainable: 111,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  bad_certificate_hash_value: 114,
  unknown_psk_identity: 115,
  certificate_required: 116,
  general_error: 117,
  no_application_protocol: 120,
  ech_required: 121,
} as const

export type AlertName = keyof typeof Alert

/** AlertLevel (RFC 9846 §6). */
export const AlertLevel = { warning: 1, fatal: 2 } as const

const names = /* @__PURE__ */ new Map<number, AlertName>(
  (Object.entries(Alert) as [AlertName, number][]).map(([name, number]) => [number, name]),
)

/** IANA's name of an alert, or `unknown alert (N)`. */
export function alertName(alert: number): string {
  return names.get(alert) ?? `unknown alert (${alert})`
}

/** The alerts that SSL 3.0 had; OpenSSL calls the others `TLSV1_ALERT_*`. */
const SSL3_ALERTS: ReadonlySet<number> = /* @__PURE__ */ new Set([10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47])
/** Those of RFC 6066. OpenSSL says `TLSV1_` without `ALERT_`. */
const EXTENSION_ALERTS: ReadonlySet<number> = /* @__PURE__ */ new Set([110, 111, 112, 113, 114])
/** Those of TLS 1.3. */
const TLS13_ALERTS: ReadonlySet<number> = /* @__PURE__ */ new Set([109, 116])

/** OpenSSL's reason name for a fatal alert that the peer sent: `SSLV3_ALERT_HANDSHAKE_FAILURE`, `TLSV1_ALERT_UNKNOWN_CA` … */
export function receivedAlertReason(alert: number): string {
  const name = names.get(alert)?.toUpperCase()
  if (name === undefined) return 'UNKNOWN_ALERT_TYPE'
  if (SSL3_ALERTS.has(alert)) return `SSLV3_ALERT_${name}`
  if (EXTENSION_ALERTS.has(alert)) return `TLSV1_${name}`
  if (TLS13_ALERTS.has(alert)) return `TLSV13_ALERT_${name}`
  return `TLSV1_ALERT_${name}`
}

export { Alert, ContentType as Type } from '@x/tls-record'
export { HandshakeType as Message } from '../../src/messages/handshake-message.ts'

/** Extension numbers by the names that tests use. */
export const Ext = {
  server_name: 0,
  status_request: 5,
  supported_groups: 10,
  signature_algorithms: 13,
  alpn: 16,
  sct: 18,
  padding: 21,
  extended_main_secret: 23,
  compress_certificate: 27,
  record_size_limit: 28,
  pre_shared_key: 41,
  early_data: 42,
  supported_versions: 43,
  cookie: 44,
  psk_key_exchange_modes: 45,
  certificate_authorities: 47,
  key_share: 51,
  unknown: 0x7777,
} as const

/** ContentType (RFC 9846 §5.1); RFC 9846 §5 #4, RFC 5246 §6 #1: these are sent, and no others. */
export const ContentType = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
} as const

/** ProtocolVersion as on the wire. */
export const Version = {
  SSL30: 0x0300,
  TLS10: 0x0301,
  TLS11: 0x0302,
  TLS12: 0x0303,
  TLS13: 0x0304,
} as const

/** Bytes of a record's header. */
export const HEADER_LENGTH = 5
/** Plaintext of a record, at most (RFC 9846 §5.1). */
export const MAX_PLAINTEXT = 16384
/** TLSInnerPlaintext at most: content, type byte and padding (RFC 9846 §5.4). */
export const MAX_INNER_PLAINTEXT = MAX_PLAINTEXT + 1
/** TLSCiphertext.length at most: TLS 1.3 (RFC 9846 §5.2), and up to 1.2 (RFC 5246 §6.2.3). */
export const MAX_CIPHERTEXT_13 = MAX_PLAINTEXT + 256
/** RFC 5246 §6.2.3 #1, RFC 5246 §6.2.3.3 #3. */
export const MAX_CIPHERTEXT_12 = MAX_PLAINTEXT + 2048
/** What a record of ours or theirs really grows by, at most: an IV, a MAC by SHA-384, and padding. */
export const MAX_EXPANSION = 16 + 48 + 256

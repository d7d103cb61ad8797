import { type Extension, form } from './extension.ts'

/** renegotiation_info (RFC 5746 §3.2), up to TLS 1.2. */
export const RENEGOTIATION_INFO: Extension = { type: 0xff01, name: 'renegotiation_info', places: ['CH', 'SH12'] }

/** renegotiated_connection: empty in a first handshake, then verify_data of the last. */
export const renegotiationInfo = /* @__PURE__ */ form<Uint8Array>(
  RENEGOTIATION_INFO,
  (reader) => reader.vector8(),
  (writer, connection) => {
    writer.vector8(connection)
  },
)

import { peerError } from '@x/tls-record'
import { type Extension, form } from './extension.ts'

/** record_size_limit (RFC 8449 §4). */
export const RECORD_SIZE_LIMIT: Extension = { type: 28, name: 'record_size_limit', places: ['CH', 'SH12', 'EE'] }

/** Bytes of plaintext; in TLS 1.3 content type and padding count. */
export const recordSizeLimit = /* @__PURE__ */ form<number>(
  RECORD_SIZE_LIMIT,
  (reader) => {
    const limit = reader.u16()
    // RFC 8449 §4 #3, #9: smaller than 64 is illegal_parameter, and nothing is too large.
    if (limit < 64) throw peerError('illegal_parameter', 'BAD_EXTENSION', `record_size_limit ${limit}, less than 64`)
    return limit
  },
  (writer, limit) => {
    writer.u16(limit)
  },
)

import { peerError } from '@x/tls-record'
import { type Extension, form } from './extension.ts'

/** max_fragment_length (RFC 6066 §4). */
export const MAX_FRAGMENT_LENGTH: Extension = { type: 1, name: 'max_fragment_length', places: ['CH', 'SH12', 'EE'] }

/** Bytes: 512, 1024, 2048 or 4096. */
export const maxFragmentLength = /* @__PURE__ */ form<number>(
  MAX_FRAGMENT_LENGTH,
  (reader) => {
    const code = reader.u8()
    // RFC 6066 §4 #2, #5: any other value is illegal_parameter.
    if (code < 1 || code > 4) {
      throw peerError('illegal_parameter', 'SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH', `max_fragment_length code ${code}`)
    }
    return 256 << code
  },
  (writer, length) => {
    writer.u8(Math.log2(length) - 8)
  },
)

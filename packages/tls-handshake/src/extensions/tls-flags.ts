import { peerError } from '@x/tls-record'
import { type Extension, form } from './extension.ts'

/** tls_flags (draft-ietf-tls-tlsflags): known, so that a malformed one is refused; none of its flags means anything to us. */
export const TLS_FLAGS: Extension = {
  type: 62,
  name: 'tls_flags',
  places: ['CH', 'SH', 'HRR', 'EE', 'CR', 'CT', 'NST'],
}

/** The numbers of the flags that are set. */
export const tlsFlags = /* @__PURE__ */ form<readonly number[]>(
  TLS_FLAGS,
  (reader) => {
    const bytes = reader.vector8(1)
    // Section 2: trailing zero bytes are illegal_parameter.
    if (bytes[bytes.length - 1] === 0) {
      throw peerError('illegal_parameter', 'BAD_EXTENSION', 'tls_flags ends in a byte without a flag')
    }
    const flags: number[] = []
    for (let flag = 0; flag < 8 * bytes.length; flag++) if (bytes[flag >> 3] & (1 << (flag & 7))) flags.push(flag)
    return flags
  },
  (writer, flags) => {
    const bytes = new Uint8Array(Math.floor(Math.max(...flags) / 8) + 1)
    for (const flag of flags) bytes[flag >> 3] |= 1 << (flag & 7)
    writer.vector8(bytes)
  },
)

import { readDistinguishedNames } from './distinguished-names.ts'
import { type Extension, form } from './extension.ts'

/** certificate_authorities (RFC 9846 §4.3.4). */
export const CERTIFICATE_AUTHORITIES: Extension = { type: 47, name: 'certificate_authorities', places: ['CH', 'CR'] }

/** DER Names. */
export const certificateAuthorities = /* @__PURE__ */ form<readonly Uint8Array[]>(
  CERTIFICATE_AUTHORITIES,
  (reader) => reader.nested(reader.vector16(3), readDistinguishedNames),
  (writer, names) => {
    writer.within16(() => {
      for (const name of names) writer.vector16(name)
    })
  },
)

import { type Extension, emptyForm, form } from './extension.ts'

/** signed_certificate_timestamp (RFC 6962 §3.3.1). */
export const SIGNED_CERTIFICATE_TIMESTAMP: Extension = {
  type: 18,
  name: 'signed_certificate_timestamp',
  places: ['CH', 'SH12', 'CR', 'CT'],
}

export const sctRequest = /* @__PURE__ */ emptyForm(SIGNED_CERTIFICATE_TIMESTAMP)

/** The SignedCertificateTimestampList, its length included. */
export const sctList = /* @__PURE__ */ form<Uint8Array>(
  SIGNED_CERTIFICATE_TIMESTAMP,
  (reader) => {
    const bytes = reader.rest()
    reader.nested(bytes, (list) =>
      list.nested(list.vector16(1), (entries) => {
        while (entries.left > 0) entries.vector16(1)
      }),
    )
    return bytes
  },
  (writer, list) => {
    writer.bytes(list)
  },
)

import { type Extension, form } from './extension.ts'

/** ec_point_formats (RFC 8422 §5.1.2). */
export const EC_POINT_FORMATS: Extension = { type: 11, name: 'ec_point_formats', places: ['CH', 'SH12'] }

export const UNCOMPRESSED = 0

export const ecPointFormats = /* @__PURE__ */ form<readonly number[]>(
  EC_POINT_FORMATS,
  (reader) => [...reader.vector8(1)],
  (writer, formats) => {
    writer.vector8(Uint8Array.from(formats))
  },
)

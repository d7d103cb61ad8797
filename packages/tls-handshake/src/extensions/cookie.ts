import { type Extension, form } from './extension.ts'

/** cookie (RFC 9846 §4.3.2). */
export const COOKIE: Extension = { type: 44, name: 'cookie', places: ['CH', 'HRR'] }

export const cookie = /* @__PURE__ */ form<Uint8Array>(
  COOKIE,
  (reader) => reader.vector16(1),
  (writer, value) => {
    writer.vector16(value)
  },
)

import { type Extension, form } from './extension.ts'

/** padding (RFC 7685): zeros. */
export const PADDING: Extension = { type: 21, name: 'padding', places: ['CH'] }

/** Bytes of padding. */
export const padding = /* @__PURE__ */ form<number>(
  PADDING,
  (reader) => reader.rest().length,
  (writer, length) => {
    writer.bytes(new Uint8Array(length))
  },
)

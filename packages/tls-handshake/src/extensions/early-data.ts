import { type Extension, emptyForm, form } from './extension.ts'

/** early_data (RFC 9846 §4.3.10). */
export const EARLY_DATA: Extension = { type: 42, name: 'early_data', places: ['CH', 'EE', 'NST'] }

export const earlyData = /* @__PURE__ */ emptyForm(EARLY_DATA)

/** max_early_data_size of a ticket, bytes. */
export const maxEarlyDataSize = /* @__PURE__ */ form<number>(
  EARLY_DATA,
  (reader) => reader.u32(),
  (writer, size) => {
    writer.u32(size)
  },
)

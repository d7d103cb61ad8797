import { type Extension, form } from './extension.ts'

/** key_share (RFC 9846 §4.3.8). */
export const KEY_SHARE: Extension = { type: 51, name: 'key_share', places: ['CH', 'SH', 'HRR'] }

export interface KeyShareEntry {
  readonly group: number
  readonly keyExchange: Uint8Array
}

/** KeyShareClientHello. */
export const clientKeyShares = /* @__PURE__ */ form<readonly KeyShareEntry[]>(
  KEY_SHARE,
  (reader) =>
    reader.nested(reader.vector16(), (list) => {
      const shares: KeyShareEntry[] = []
      while (list.left > 0) shares.push({ group: list.u16(), keyExchange: list.vector16(1) })
      return shares
    }),
  (writer, shares) => {
    writer.within16(() => {
      for (const { group, keyExchange } of shares) writer.u16(group).vector16(keyExchange)
    })
  },
)

/** KeyShareServerHello. */
export const serverKeyShare = /* @__PURE__ */ form<KeyShareEntry>(
  KEY_SHARE,
  (reader) => ({ group: reader.u16(), keyExchange: reader.vector16(1) }),
  (writer, { group, keyExchange }) => {
    writer.u16(group).vector16(keyExchange)
  },
)

/** KeyShareHelloRetryRequest: the group that is wanted. */
export const retryGroup = /* @__PURE__ */ form<number>(
  KEY_SHARE,
  (reader) => reader.u16(),
  (writer, group) => {
    writer.u16(group)
  },
)

import { type Extension, form } from './extension.ts'

/** pre_shared_key (RFC 9846 §4.3.11). Last in a ClientHello. */
export const PRE_SHARED_KEY: Extension = { type: 41, name: 'pre_shared_key', places: ['CH', 'SH'] }

export interface OfferedIdentity {
  readonly identity: Uint8Array
  readonly obfuscatedTicketAge: number
}

export interface OfferedPsks {
  readonly identities: readonly OfferedIdentity[]
  readonly binders: readonly Uint8Array[]
}

export const offeredPsks = /* @__PURE__ */ form<OfferedPsks>(
  PRE_SHARED_KEY,
  (reader) => {
    const identities = reader.nested(reader.vector16(7), (list) => {
      const found: OfferedIdentity[] = []
      while (list.left > 0) found.push({ identity: list.vector16(1), obfuscatedTicketAge: list.u32() })
      return found
    })
    // PskBinderEntry<32..255>: one of a wrong length is a binder that does not verify, like any other wrong one.
    const binders = reader.nested(reader.vector16(2), (list) => {
      const found: Uint8Array[] = []
      while (list.left > 0) found.push(list.vector8(1))
      return found
    })
    return { identities, binders }
  },
  (writer, psks) => {
    writer.within16(() => {
      for (const { identity, obfuscatedTicketAge } of psks.identities) {
        writer.vector16(identity).u32(obfuscatedTicketAge)
      }
    })
    writer.within16(() => {
      for (const binder of psks.binders) writer.vector8(binder)
    })
  },
)

/** Bytes that the binders take at the end of a ClientHello, their length included: what Truncate() removes. */
export function bindersLength(binders: readonly Uint8Array[]): number {
  return binders.reduce((length, binder) => length + 1 + binder.length, 2)
}

/** The identity the server chose: an index into those offered. */
export const selectedPsk = /* @__PURE__ */ form<number>(
  PRE_SHARED_KEY,
  (reader) => reader.u16(),
  (writer, index) => {
    writer.u16(index)
  },
)

import { type Extension, form } from './extension.ts'

/** application_layer_protocol_negotiation (RFC 7301 §3.1 #2, #3). */
export const ALPN: Extension = {
  type: 16,
  name: 'application_layer_protocol_negotiation',
  places: ['CH', 'SH12', 'EE'],
}

/** Protocol names, in the client's order; in an answer exactly one. */
export const alpn = /* @__PURE__ */ form<readonly Uint8Array[]>(
  ALPN,
  (reader) =>
    reader.nested(reader.vector16(2), (list) => {
      const protocols: Uint8Array[] = []
      while (list.left > 0) protocols.push(list.vector8(1))
      return protocols
    }),
  (writer, protocols) => {
    writer.within16(() => {
      for (const protocol of protocols) writer.vector8(protocol)
    })
  },
)

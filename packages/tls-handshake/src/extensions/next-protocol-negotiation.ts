import { type Extension, emptyForm, form } from './extension.ts'

/** next_protocol_negotiation (draft-agl-tls-nextprotoneg-04), up to TLS 1.2. */
export const NEXT_PROTOCOL_NEGOTIATION: Extension = {
  type: 13172,
  name: 'next_protocol_negotiation',
  places: ['CH', 'SH12'],
}

export const npnRequest = /* @__PURE__ */ emptyForm(NEXT_PROTOCOL_NEGOTIATION)

/** What the server speaks. */
export const npnAnswer = /* @__PURE__ */ form<readonly Uint8Array[]>(
  NEXT_PROTOCOL_NEGOTIATION,
  (reader) => {
    const protocols: Uint8Array[] = []
    while (reader.left > 0) protocols.push(reader.vector8(1))
    return protocols
  },
  (writer, protocols) => {
    for (const protocol of protocols) writer.vector8(protocol)
  },
)

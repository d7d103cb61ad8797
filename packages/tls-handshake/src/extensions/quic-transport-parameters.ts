import { type Extension, form } from './extension.ts'

/** quic_transport_parameters (RFC 9001 §8.2): what they say is QUIC's matter (RFC 9000 §18). */
export const QUIC_TRANSPORT_PARAMETERS: Extension = {
  type: 57,
  name: 'quic_transport_parameters',
  places: ['CH', 'EE'],
}

export const quicTransportParameters = /* @__PURE__ */ form<Uint8Array>(
  QUIC_TRANSPORT_PARAMETERS,
  (reader) => reader.bytes(reader.left),
  (writer, parameters) => {
    writer.bytes(parameters)
  },
)

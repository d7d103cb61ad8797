import { maxEarlyDataSize } from '../extensions/early-data.ts'
import { formsOf } from '../extensions/extension.ts'
import { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** NewSessionTicket of TLS 1.3 (RFC 9846 §4.7.1). */
export interface NewSessionTicket13 {
  /** Seconds. */
  readonly lifetime: number
  readonly ageAdd: number
  readonly nonce: Uint8Array
  readonly ticket: Uint8Array
  /** Bytes; `undefined`: no early data with this ticket. */
  readonly maxEarlyData?: number
}

const FORMS = /* @__PURE__ */ formsOf(maxEarlyDataSize, tlsFlags)

export function decodeNewSessionTicket13(message: HandshakeMessage): NewSessionTicket13 {
  return decodeBody(message, (reader) => {
    const lifetime = reader.u32()
    const ageAdd = reader.u32()
    const nonce = reader.vector8()
    const ticket = reader.vector16(1)
    const extensions = ExtensionBlock.decode(reader, 'illegal_parameter')
    extensions.admit('NST', FORMS)
    return { lifetime, ageAdd, nonce, ticket, maxEarlyData: extensions.get(maxEarlyDataSize) }
  })
}

export function encodeNewSessionTicket13(ticket: NewSessionTicket13, greaseType?: number): Uint8Array {
  return encodeHandshake(
    HandshakeType.new_session_ticket,
    (writer) => {
      writer.u32(ticket.lifetime).u32(ticket.ageAdd).vector8(ticket.nonce).vector16(ticket.ticket)
      writer.within16(() => {
        const extensions = new ExtensionWriter(writer)
        if (ticket.maxEarlyData) extensions.add(maxEarlyDataSize, ticket.maxEarlyData)
        if (greaseType !== undefined) extensions.addRaw(greaseType, () => {})
      })
    },
    ticket.ticket.length + 64,
  )
}

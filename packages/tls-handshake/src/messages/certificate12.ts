import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/**
 * Certificate of TLS up to 1.2 (RFC 5246 §7.4.2 #3): the chain, leaf first; empty for a client without one.
 *
 * @param raw it holds no list but one raw public key (RFC 7250 §3); an empty one is none, which the RFC has no form for
 */
export function decodeCertificate12(message: HandshakeMessage, raw = false): Uint8Array[] {
  return decodeBody(message, (reader) => {
    if (raw) return [reader.vector24()].filter(({ length }) => length > 0)
    const chain: Uint8Array[] = []
    reader.nested(reader.vector24(), (list) => {
      while (list.left > 0) chain.push(list.vector24(1))
    })
    return chain
  })
}

export function encodeCertificate12(chain: readonly Uint8Array[], raw = false): Uint8Array {
  return encodeHandshake(
    HandshakeType.certificate,
    (writer) => {
      writer.within24(() => {
        for (const der of chain) raw ? writer.bytes(der) : writer.vector24(der)
      })
    },
    4096,
  )
}

import { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** EncryptedExtensions (RFC 9846 §4.4.1). */
export function decodeEncryptedExtensions(message: HandshakeMessage, offered: ReadonlySet<number>): ExtensionBlock {
  return decodeBody(message, (reader) => {
    const extensions = ExtensionBlock.decode(reader)
    extensions.admit('EE', offered)
    return extensions
  })
}

export function encodeEncryptedExtensions(write: (extensions: ExtensionWriter) => void): Uint8Array {
  return encodeHandshake(HandshakeType.encrypted_extensions, (writer) => {
    writer.within16(() => write(new ExtensionWriter(writer)))
  })
}

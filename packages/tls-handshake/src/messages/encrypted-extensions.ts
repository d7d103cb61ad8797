import { alpn } from '../extensions/alpn.ts'
import { earlyData } from '../extensions/early-data.ts'
import { formsOf } from '../extensions/extension.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

const FORMS = /* @__PURE__ */ formsOf(
  alpn,
  earlyData,
  maxFragmentLength,
  recordSizeLimit,
  serverNameAnswer,
  supportedGroups,
  tlsFlags,
)

/** EncryptedExtensions (RFC 9846 §4.4.1). */
export function decodeEncryptedExtensions(message: HandshakeMessage, offered: ReadonlySet<number>): ExtensionBlock {
  return decodeBody(message, (reader) => {
    const extensions = ExtensionBlock.decode(reader)
    extensions.admit('EE', FORMS, offered)
    return extensions
  })
}

export function encodeEncryptedExtensions(write: (extensions: ExtensionWriter) => void): Uint8Array {
  return encodeHandshake(HandshakeType.encrypted_extensions, (writer) => {
    writer.within16(() => write(new ExtensionWriter(writer)))
  })
}

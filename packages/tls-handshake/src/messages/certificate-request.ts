import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { formsOf } from '../extensions/extension.ts'
import { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { serverNameAnswer } from '../extensions/server-name.ts'
import { signatureAlgorithms, signatureAlgorithmsCert } from '../extensions/signature-algorithms.ts'
import { sctRequest } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequestAnswer } from '../extensions/status-request.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** CertificateRequest of TLS 1.3 (RFC 9846 §4.4.2). */
export interface CertificateRequest13 {
  readonly context: Uint8Array
  readonly extensions: ExtensionBlock
}

const FORMS = /* @__PURE__ */ formsOf(
  certificateAuthorities,
  compressCertificate,
  sctRequest,
  serverNameAnswer,
  signatureAlgorithms,
  signatureAlgorithmsCert,
  statusRequestAnswer,
  tlsFlags,
)

export function decodeCertificateRequest13(message: HandshakeMessage): CertificateRequest13 {
  return decodeBody(message, (reader) => {
    const context = reader.vector8()
    const extensions = ExtensionBlock.decode(reader)
    extensions.admit('CR', FORMS)
    extensions.forgetUnknown()
    return { context, extensions }
  })
}

/** @returns the message, and the types it asks for: a Certificate may answer only these */
export function encodeCertificateRequest13(
  context: Uint8Array,
  write: (extensions: ExtensionWriter) => void,
): { message: Uint8Array; requested: Set<number> } {
  const requested = new Set<number>()
  const message = encodeHandshake(HandshakeType.certificate_request, (writer) => {
    writer.vector8(context).within16(() => {
      const extensions = new ExtensionWriter(writer)
      write(extensions)
      for (const type of extensions.types) requested.add(type)
    })
  })
  return { message, requested }
}

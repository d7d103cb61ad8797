import { concatBytes, utf8 } from '../codec/bytes.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** CertificateVerify (RFC 9846 §4.5.2; the same shape in TLS 1.2). */
export interface CertificateVerify {
  readonly scheme: number
  readonly signature: Uint8Array
}

export function decodeCertificateVerify(message: HandshakeMessage): CertificateVerify {
  return decodeBody(message, (reader) => ({ scheme: reader.u16(), signature: reader.vector16() }))
}

export function encodeCertificateVerify({ scheme, signature }: CertificateVerify): Uint8Array {
  return encodeHandshake(
    HandshakeType.certificate_verify,
    (writer) => {
      writer.u16(scheme).vector16(signature)
    },
    signature.length + 16,
  )
}

/** 64 spaces, a context that tells the sides apart, a zero. */
const prefix = (signer: 'client' | 'server') =>
  concatBytes(new Uint8Array(64).fill(0x20), utf8(`TLS 1.3, ${signer} CertificateVerify`), Uint8Array.of(0))

const prefixes = { client: /* @__PURE__ */ prefix('client'), server: /* @__PURE__ */ prefix('server') }

/** What is signed in TLS 1.3: the signer's prefix, and the transcript's hash. */
export function certificateVerifyContent(signer: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
  return concatBytes(prefixes[signer], transcriptHash)
}

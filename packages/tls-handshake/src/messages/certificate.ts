import { EMPTY } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { formsOf } from '../extensions/extension.ts'
import { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { sctList } from '../extensions/signed-certificate-timestamp.ts'
import { certificateStatus } from '../extensions/status-request.ts'
import { tlsFlags } from '../extensions/tls-flags.ts'
import { encodeHandshake, HandshakeType } from './handshake-message.ts'

/** Certificate of TLS 1.3 (RFC 9846 §4.5.1): the chain, and what is stapled to its leaf. */
export interface Certificate13 {
  readonly context: Uint8Array
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[]
  readonly ocspResponse?: Uint8Array
  readonly sctList?: Uint8Array
}

const FORMS = /* @__PURE__ */ formsOf(certificateStatus, sctList, tlsFlags)

/** @param offered extensions that were asked for; others in an entry are refused */
export function decodeCertificate13(body: Uint8Array, offered: ReadonlySet<number>): Certificate13 {
  const reader = new Reader(body, 'certificate')
  const context = reader.vector8()
  const chain: Uint8Array[] = []
  let ocspResponse: Uint8Array | undefined
  let scts: Uint8Array | undefined
  reader.nested(reader.vector24(), (list) => {
    while (list.left > 0) {
      chain.push(list.vector24(1))
      const extensions = ExtensionBlock.decode(list)
      extensions.admit('CT', FORMS, offered)
      // RFC 9846 §4.5.1: they belong to their certificate; only the leaf's are of use to us. RFC 9846 §4.5.1.1 #1: a CertificateStatus.
      if (chain.length === 1) {
        ocspResponse = extensions.get(certificateStatus)
        scts = extensions.get(sctList)
      }
    }
  })
  reader.end()
  return { context, chain, ocspResponse, sctList: scts }
}

/** The body, which is also what compression works on (RFC 8879 §4). */
export function writeCertificate13(writer: Writer, certificate: Certificate13): void {
  // RFC 9846 §4.5.1 #5: a server's context is empty. RFC 9846 §4.5.1 #9: the leaf goes first.
  writer.vector8(certificate.context).within24(() => {
    certificate.chain.forEach((der, index) => {
      writer.vector24(der).within16(() => {
        if (index > 0) return
        const extensions = new ExtensionWriter(writer)
        // RFC 9846 §4.5.1 #8, RFC 9846 §4.5.1.1 #1, #5.
        if (certificate.ocspResponse) extensions.add(certificateStatus, certificate.ocspResponse)
        if (certificate.sctList) extensions.add(sctList, certificate.sctList)
      })
    })
  })
}

export function encodeCertificate13(certificate: Certificate13): Uint8Array {
  return encodeHandshake(HandshakeType.certificate, (writer) => writeCertificate13(writer, certificate), 4096)
}

/** A Certificate that declines: no certificates. */
export function emptyCertificate13(context: Uint8Array = EMPTY): Uint8Array {
  return encodeCertificate13({ context, chain: [] })
}

/** CompressedCertificate (RFC 8879 §4). */
export interface CompressedCertificate {
  readonly algorithm: number
  readonly uncompressedLength: number
  readonly compressed: Uint8Array
}

export function decodeCompressedCertificate(body: Uint8Array): CompressedCertificate {
  const reader = new Reader(body, 'compressed_certificate')
  const algorithm = reader.u16()
  const uncompressedLength = reader.u24()
  const compressed = reader.vector24(1)
  reader.end()
  return { algorithm, uncompressedLength, compressed }
}

export function encodeCompressedCertificate(certificate: CompressedCertificate): Uint8Array {
  return encodeHandshake(
    HandshakeType.compressed_certificate,
    (writer) => {
      writer.u16(certificate.algorithm).u24(certificate.uncompressedLength).vector24(certificate.compressed)
    },
    certificate.compressed.length + 16,
  )
}

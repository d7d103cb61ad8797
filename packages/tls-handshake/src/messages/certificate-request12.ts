import type { KeyInfo } from '@x/crypto-primitives'
import { Version } from '@x/tls-record'
import { readDistinguishedNames } from '../extensions/distinguished-names.ts'
import { decodeBody, encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** ClientCertificateType (RFC 5246 §7.4.4, RFC 8422 §5.5). */
export const CertificateType = { rsa_sign: 1, ecdsa_sign: 64 } as const

/** The type that a key counts as; EdDSA is one of ecdsa_sign's (RFC 8422 §5.5). Others are of TLS 1.3 alone. */
export function certificateTypeOf({ type }: KeyInfo): number | undefined {
  if (type === 'rsa' || type === 'rsa-pss') return CertificateType.rsa_sign
  return type === 'ec' || type === 'ed25519' || type === 'ed448' ? CertificateType.ecdsa_sign : undefined
}

/** CertificateRequest of TLS up to 1.2. */
export interface CertificateRequest12 {
  readonly certificateTypes: readonly number[]
  /** TLS 1.2 only. */
  readonly signatureSchemes?: readonly number[]
  /** DER Names; empty: any authority. */
  readonly authorities: readonly Uint8Array[]
}

export function decodeCertificateRequest12(message: HandshakeMessage, version: number): CertificateRequest12 {
  return decodeBody(message, (reader) => {
    const certificateTypes = [...reader.vector8(1)]
    // RFC 5246 §7.4.4: at least one.
    const signatureSchemes = version >= Version.TLS12 ? reader.list16() : undefined
    const block = reader.vector16()
    const readNames = (): Uint8Array[] => reader.nested(block, readDistinguishedNames)
    readNames()
    return {
      certificateTypes,
      signatureSchemes,
      // Read when asked for: there may be thirty thousand, and kept they would take many times their bytes.
      get authorities() {
        return readNames()
      },
    }
  })
}

export function encodeCertificateRequest12(request: CertificateRequest12): Uint8Array {
  return encodeHandshake(HandshakeType.certificate_request, (writer) => {
    writer.vector8(Uint8Array.from(request.certificateTypes))
    if (request.signatureSchemes) writer.list16(request.signatureSchemes)
    writer.within16(() => {
      for (const name of request.authorities) writer.vector16(name)
    })
  })
}

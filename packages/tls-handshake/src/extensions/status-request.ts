import { EMPTY } from '../codec/bytes.ts'
import type { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { type Extension, emptyForm, form } from './extension.ts'

/** status_request (RFC 6066 §8; RFC 9846 §4.5.1.1). */
export const STATUS_REQUEST: Extension = { type: 5, name: 'status_request', places: ['CH', 'SH12', 'CR', 'CT'] }

const OCSP = 1

/** The request (RFC 6066 §8 #2); false for a status type we do not know, which is ignored. */
export const statusRequest = /* @__PURE__ */ form<boolean>(
  STATUS_REQUEST,
  (reader) => {
    if (reader.u8() !== OCSP) {
      reader.rest()
      return false
    }
    // ResponderID responder_id_list<0..2^16-1>, each opaque<1..2^16-1>.
    reader.nested(reader.vector16(), (responders) => {
      while (responders.left > 0) responders.vector16(1)
    })
    reader.vector16()
    return true
  },
  (writer) => {
    writer.u8(OCSP).vector16(EMPTY).vector16(EMPTY)
  },
)

/** CertificateStatus (RFC 6066 §8): a DER OCSPResponse, in TLS 1.3 inside the Certificate message. */
export function decodeCertificateStatus(reader: Reader): Uint8Array {
  if (reader.u8() !== OCSP) reader.fail('a status type other than ocsp')
  return reader.vector24(1)
}

export function encodeCertificateStatus(writer: Writer, response: Uint8Array): void {
  writer.u8(OCSP).vector24(response)
}

/** The answer in a CertificateEntry of TLS 1.3. */
export const certificateStatus = /* @__PURE__ */ form<Uint8Array>(
  STATUS_REQUEST,
  decodeCertificateStatus,
  encodeCertificateStatus,
)

/** In a CertificateRequest, and the answer in a ServerHello of TLS up to 1.2: a CertificateStatus message may follow (RFC 6066 §8 #6, #8). */
export const statusRequestAnswer = /* @__PURE__ */ emptyForm(STATUS_REQUEST)

import { peerError } from '@x/tls-record'
import type { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import { type Extension, form } from './extension.ts'

/** client_certificate_type and server_certificate_type (RFC 7250 §3). */
export const CLIENT_CERTIFICATE_TYPE: Extension = {
  type: 19,
  name: 'client_certificate_type',
  places: ['CH', 'SH12', 'EE'],
}
export const SERVER_CERTIFICATE_TYPE: Extension = {
  type: 20,
  name: 'server_certificate_type',
  places: ['CH', 'SH12', 'EE'],
}

/** TLS Certificate Types (IANA). 1, OpenPGP, is of the past (RFC 9846 §4.5.1 #14). */
export const CertificateFormat = { x509: 0, raw_public_key: 2 } as const

/** A ClientHello's list, in order of preference. */
function decodeList(reader: Reader): readonly number[] {
  const types = [...reader.vector8(1)]
  // RFC 7250 §4.1: X.509 alone is what holds without the extension, which is then left out.
  if (types.every((type) => type === CertificateFormat.x509)) {
    throw peerError('illegal_parameter', 'BAD_EXTENSION', `${reader.what} lists nothing but X.509, the default`)
  }
  return types
}

const encodeList = (writer: Writer, types: readonly number[]): void => {
  writer.vector8(Uint8Array.from(types))
}
const decodeOne = (reader: Reader): number => reader.u8()
const encodeOne = (writer: Writer, type: number): void => {
  writer.u8(type)
}

export const clientCertificateTypes = /* @__PURE__ */ form(CLIENT_CERTIFICATE_TYPE, decodeList, encodeList)
export const serverCertificateTypes = /* @__PURE__ */ form(SERVER_CERTIFICATE_TYPE, decodeList, encodeList)
/** A server's choice. */
export const clientCertificateType = /* @__PURE__ */ form(CLIENT_CERTIFICATE_TYPE, decodeOne, encodeOne)
export const serverCertificateType = /* @__PURE__ */ form(SERVER_CERTIFICATE_TYPE, decodeOne, encodeOne)

import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { isBytes, wrongInput } from '../input.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** SignedCertificateTimestamp (RFC 6962 §3.2). */
export interface SignedCertificateTimestamp {
  /** 0 is v1; others are kept as they are and never verify. */
  readonly version: number
  /** SHA-256 of the log's public key. */
  readonly logId: Uint8Array
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly extensions: Uint8Array
  /** HashAlgorithm and SignatureAlgorithm of RFC 5246 §7.4.1.4.1. */
  readonly hashAlgorithm: number
  readonly signatureAlgorithm: number
  readonly signature: Uint8Array
  /** The serialized SCT. */
  readonly raw: Uint8Array
}

function malformed(problem: string, offset: number): never {
  throw new X509Error('INVALID_STRUCTURE', `SignedCertificateTimestampList (offset ${offset}): ${problem}`, {
    path: 'SignedCertificateTimestampList',
    offset,
    expected: problem,
  })
}

/**
 * SignedCertificateTimestampList (RFC 6962 §3.3) in TLS encoding: as in a certificate, an OCSP response or the TLS
 * extension.
 *
 * @throws {X509Error} `INVALID_STRUCTURE`
 */
export function parseSctList(bytes: Uint8Array): SignedCertificateTimestamp[] {
  if (!isBytes(bytes)) throw wrongInput('an SCT list', 'a Uint8Array', bytes)
  const uint16 = (at: number) => {
    if (at + 2 > bytes.length) malformed('truncated', at)
    return (bytes[at]! << 8) | bytes[at + 1]!
  }
  if (uint16(0) !== bytes.length - 2) malformed('the length does not fit the list', 0)
  const list: SignedCertificateTimestamp[] = []
  for (let at = 2; at < bytes.length; ) {
    const length = uint16(at)
    const end = at + 2 + length
    if (length === 0 || end > bytes.length) malformed('an SCT longer than the list', at)
    list.push(parseSct(bytes.subarray(at + 2, end), at + 2))
    at = end
  }
  if (list.length === 0) malformed('an empty list', 2)
  return list
}

function parseSct(raw: Uint8Array, offset: number): SignedCertificateTimestamp {
  const version = raw[0]!
  const empty = new Uint8Array(0)
  if (version !== 0)
    return {
      version,
      logId: empty,
      timestamp: 0,
      extensions: empty,
      hashAlgorithm: 0,
      signatureAlgorithm: 0,
      signature: empty,
      raw,
    }
  if (raw.length < 47) malformed('truncated SCT', offset)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const timestamp = view.getUint32(33) * 2 ** 32 + view.getUint32(37)
  const extensionsEnd = 43 + view.getUint16(41)
  if (extensionsEnd + 4 > raw.length) malformed('SCT extensions longer than the SCT', offset)
  if (extensionsEnd + 4 + view.getUint16(extensionsEnd + 2) !== raw.length)
    malformed('an SCT signature that does not fill the SCT', offset)
  return {
    version,
    logId: raw.subarray(1, 33),
    timestamp,
    extensions: raw.subarray(43, extensionsEnd),
    hashAlgorithm: raw[extensionsEnd]!,
    signatureAlgorithm: raw[extensionsEnd + 1]!,
    signature: raw.subarray(extensionsEnd + 4),
    raw,
  }
}

/** The TLS encoding of a list of SCTs, from their `raw` bytes. */
export function encodeSctList(list: readonly Pick<SignedCertificateTimestamp, 'raw'>[]): Uint8Array {
  const length = list.reduce((sum, { raw }) => sum + 2 + raw.length, 0)
  const out = new Uint8Array(2 + length)
  const view = new DataView(out.buffer)
  view.setUint16(0, length)
  let at = 2
  for (const { raw } of list) {
    view.setUint16(at, raw.length)
    out.set(raw, at + 2)
    at += 2 + raw.length
  }
  return out
}

export const signedCertificateTimestampList = /* @__PURE__ */ decoder<readonly SignedCertificateTimestamp[]>(
  'signedCertificateTimestampList',
  OID.signedCertificateTimestampList,
  (reader, field) => parseSctList(reader.octetString(field)),
)

export const encodeSignedCertificateTimestampList: Encode<readonly SignedCertificateTimestamp[]> = (list) =>
  der.octetString(encodeSctList(list))

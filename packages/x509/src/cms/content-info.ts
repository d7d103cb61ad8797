import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { derOf, encodePem } from '../pem.ts'

/** ContentInfo (RFC 5652 §3): what a message is, and the message. */

/** Labels that CMS messages have in PEM; RFC 7468 §8 and §9. */
const LABELS = ['CMS', 'PKCS7', 'PKCS #7 SIGNED DATA']

/**
 * Opens the ContentInfo of a message, in DER, BER or PEM.
 *
 * @param types the content types that are wanted, by OID and name
 * @throws {X509Error} `UNSUPPORTED` for a message of another type
 */
export function openContentInfo(
  input: Uint8Array | string,
  types: Readonly<Record<string, string>>,
): { readonly type: string; readonly content: DerReader } {
  const outer = DerReader.open(derOf(input, LABELS), '', BER_LIMITS)
  const info = outer.sequence('ContentInfo')
  outer.finish()
  const type = info.oid('contentType')
  if (types[type] === undefined)
    info.fail('UNSUPPORTED', `content type ${type}; ${Object.values(types).join(' or ')} is expected`, 'contentType')
  const content = info.explicit(0, 'content')
  info.finish()
  return { type, content }
}

/** Writes a ContentInfo. */
export function encodeContentInfo(type: string, content: Uint8Array): Uint8Array
export function encodeContentInfo(
  type: string,
  content: Uint8Array,
  format: 'der' | 'pem' | undefined,
): Uint8Array | string
export function encodeContentInfo(type: string, content: Uint8Array, format?: 'der' | 'pem'): Uint8Array | string {
  const bytes = der.sequence(der.oid(type), der.explicit(0, content))
  return format === 'pem' ? encodePem('CMS', bytes) : bytes
}

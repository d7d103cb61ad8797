import { latin1 } from '../bytes.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { EXTENDED_KEY_USAGE } from '../oids.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** KeyUsage (RFC 5280 §4.2.1.3), in the order of its bits. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

export type KeyUsageName = (typeof KEY_USAGES)[number]

export const keyUsage = /* @__PURE__ */ decoder<readonly KeyUsageName[]>('keyUsage', OID.keyUsage, (reader, field) => {
  const bits = reader.namedBits(field)
  return KEY_USAGES.filter((_, i) => bits & (1 << i))
})

export const encodeKeyUsage: Encode<readonly KeyUsageName[]> = (usages) =>
  der.namedBits(usages.reduce((bits, usage) => bits | (1 << KEY_USAGES.indexOf(usage)), 0))

/** ExtKeyUsageSyntax (RFC 5280 §4.2.1.12): dotted OIDs. An empty list is read, as OpenSSL does: it is for no purpose. */
export const extKeyUsage = /* @__PURE__ */ decoder<readonly string[]>(
  'extKeyUsage',
  OID.extKeyUsage,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const purposes: string[] = []
    while (!sequence.done) purposes.push(sequence.oid('KeyPurposeId'))
    return purposes
  },
)

export const encodeExtKeyUsage: Encode<readonly string[]> = (purposes) =>
  der.sequence(...purposes.map((purpose) => der.oid(extendedKeyUsageOid(purpose))))

/** The OID of a purpose given by name (`serverAuth`) or OID. */
export function extendedKeyUsageOid(purpose: string): string {
  return (EXTENDED_KEY_USAGE as Readonly<Record<string, string>>)[purpose] ?? purpose
}

/** Netscape's certificate type, which OpenSSL still obeys; in the order of its bits. */
export const NETSCAPE_CERT_TYPES = [
  'sslClient',
  'sslServer',
  'smime',
  'objectSigning',
  'reserved',
  'sslCA',
  'smimeCA',
  'objectSigningCA',
] as const

export const netscapeCertType = /* @__PURE__ */ decoder<readonly (typeof NETSCAPE_CERT_TYPES)[number][]>(
  'netscapeCertType',
  OID.netscapeCertType,
  (reader, field) => {
    const bits = reader.namedBits(field)
    return NETSCAPE_CERT_TYPES.filter((_, i) => bits & (1 << i))
  },
)

export const encodeNetscapeCertType: Encode<readonly (typeof NETSCAPE_CERT_TYPES)[number][]> = (types) =>
  der.namedBits(types.reduce((bits, type) => bits | (1 << NETSCAPE_CERT_TYPES.indexOf(type)), 0))

/** TLS features that a server must offer (RFC 7633): 5 is status_request, "must staple". */
export const tlsFeature = /* @__PURE__ */ decoder<readonly number[]>('tlsFeature', OID.tlsFeature, (reader, field) => {
  const sequence = reader.sequence(field)
  const features: number[] = []
  while (!sequence.done) features.push(sequence.number('feature'))
  return features
})

export const encodeTlsFeature: Encode<readonly number[]> = (features) =>
  der.sequence(...features.map((feature) => der.integer(feature)))

/** An extension that says all it has to say by being there: NULL (RFC 6960 §4.2.2.2.1 #2, RFC 6962 §3.1). */
export const nullExtension = (name: keyof typeof OID, oid: string) =>
  decoder<true>(name, oid, (reader, field) => {
    reader.null(field)
    return true
  })

export const encodeNullExtension: Encode<true> = () => der.nullValue()

export const netscapeComment = /* @__PURE__ */ decoder<string>(
  'netscapeComment',
  OID.netscapeComment,
  (reader, field) => latin1(reader.value(Tag.IA5_STRING, field)),
)

export const encodeNetscapeComment: Encode<string> = (text) => der.ia5String(text)

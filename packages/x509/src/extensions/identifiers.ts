import type { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { encodeGeneralNames, type GeneralName, readGeneralName, readGeneralNames } from '../names/general-name.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** AuthorityKeyIdentifier (RFC 5280 §4.2.1.1). */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array
  readonly authorityCertIssuer?: readonly GeneralName[]
  /** Contents of the INTEGER. */
  readonly authorityCertSerialNumber?: Uint8Array
}

export const authorityKeyIdentifier = /* @__PURE__ */ decoder<AuthorityKeyIdentifier>(
  'authorityKeyIdentifier',
  OID.authorityKeyIdentifier,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const keyIdentifier = sequence.is(0x80) ? sequence.octetString('keyIdentifier', 0x80) : undefined
    const authorityCertIssuer = sequence.is(0xa1) ? readGeneralNames(sequence, 'authorityCertIssuer', 0xa1) : undefined
    const authorityCertSerialNumber = sequence.is(0x82)
      ? sequence.integer('authorityCertSerialNumber', 0x82)
      : undefined
    sequence.finish()
    return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }
  },
)

export const encodeAuthorityKeyIdentifier: Encode<AuthorityKeyIdentifier> = ({
  keyIdentifier,
  authorityCertIssuer,
  authorityCertSerialNumber,
}) => {
  const parts: Uint8Array[] = []
  if (keyIdentifier) parts.push(der.implicit(0, keyIdentifier))
  if (authorityCertIssuer) parts.push(encodeGeneralNames(authorityCertIssuer, 0xa1))
  if (authorityCertSerialNumber) parts.push(der.implicit(2, authorityCertSerialNumber))
  return der.sequence(...parts)
}

/** SubjectKeyIdentifier (RFC 5280 §4.2.1.2). */
export const subjectKeyIdentifier = /* @__PURE__ */ decoder<Uint8Array>(
  'subjectKeyIdentifier',
  OID.subjectKeyIdentifier,
  (reader, field) => reader.octetString(field),
)

export const encodeSubjectKeyIdentifier: Encode<Uint8Array> = (identifier) => der.octetString(identifier)

/**
 * SubjectAltName and IssuerAltName (RFC 5280 §4.2.1.6, RFC 5280 §4.2.1.7 #1). An empty sequence is read, since OpenSSL reads it: it
 * names nothing, and the strict profile refuses it.
 */
const alternativeName = (name: keyof typeof OID, oid: string) =>
  decoder<readonly GeneralName[]>(name, oid, (reader, field) => {
    const sequence = reader.sequence(field)
    const names: GeneralName[] = []
    while (!sequence.done) names.push(readGeneralName(sequence, 'GeneralName'))
    return names
  })

export const encodeAlternativeName: Encode<readonly GeneralName[]> = (names) => encodeGeneralNames(names)

export const subjectAltName = /* @__PURE__ */ alternativeName('subjectAltName', OID.subjectAltName)
export const issuerAltName = /* @__PURE__ */ alternativeName('issuerAltName', OID.issuerAltName)

/** An attribute with any number of values (RFC 2986 §4, RFC 5280 §4.2.1.8). */
export interface Attribute {
  readonly oid: string
  /** DER of each value. */
  readonly values: readonly Uint8Array[]
}

export function readAttribute(reader: DerReader, field: string): Attribute {
  const attribute = reader.sequence(field)
  const oid = attribute.oid('type')
  const set = attribute.set('values')
  const values: Uint8Array[] = []
  while (!set.done) values.push(set.raw('value'))
  attribute.finish()
  return { oid, values }
}

export function encodeAttribute({ oid, values }: Attribute): Uint8Array {
  return der.sequence(der.oid(oid), der.setOf(values))
}

export const subjectDirectoryAttributes = /* @__PURE__ */ decoder<readonly Attribute[]>(
  'subjectDirectoryAttributes',
  OID.subjectDirectoryAttributes,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const attributes: Attribute[] = []
    do attributes.push(readAttribute(sequence, 'Attribute'))
    while (!sequence.done)
    return attributes
  },
)

export const encodeSubjectDirectoryAttributes: Encode<readonly Attribute[]> = (attributes) =>
  der.sequence(...attributes.map(encodeAttribute))

import { latin1 } from '../bytes.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { parseIpAddress } from './ip-address.ts'
import { Name } from './name.ts'

/** GeneralName (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | { readonly type: 'otherName'; readonly oid: string /** DER of the value. */; readonly value: Uint8Array }
  | { readonly type: 'email'; readonly value: string }
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'x400Address' /** DER as found. */; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly value: Name }
  | { readonly type: 'ediPartyName' /** DER as found. */; readonly value: Uint8Array }
  | { readonly type: 'uri'; readonly value: string }
  /** 4 or 16 bytes in names; 8 or 32 (address and mask) in name constraints. */
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string }

export function readGeneralName(reader: DerReader, field: string): GeneralName {
  switch (reader.tag) {
    case 0xa0: {
      const other = reader.enter(0xa0, field)
      const oid = other.oid('type-id')
      const wrapped = other.explicit(0, 'value')
      const value = wrapped.raw('value')
      wrapped.finish()
      other.finish()
      return { type: 'otherName', oid, value }
    }
    case 0x81:
      return { type: 'email', value: ia5(reader, 0x81, field) }
    case 0x82:
      return { type: 'dns', value: ia5(reader, 0x82, field) }
    case 0xa3:
      return { type: 'x400Address', value: reader.rawOf(0xa3, field) }
    case 0xa4: {
      // A CHOICE cannot be tagged implicitly: [4] holds the whole Name.
      const wrapped = reader.enter(0xa4, field)
      const value = Name.read(wrapped, 'directoryName')
      wrapped.finish()
      return { type: 'directoryName', value }
    }
    case 0xa5:
      return { type: 'ediPartyName', value: reader.rawOf(0xa5, field) }
    case 0x86:
      return { type: 'uri', value: ia5(reader, 0x86, field) }
    case 0x87:
      return { type: 'ip', value: reader.value(0x87, field) }
    case 0x88:
      return { type: 'registeredID', value: reader.oid(field, 0x88) }
    default:
      return reader.fail('INVALID_STRUCTURE', `expected a GeneralName, found ${Tag.describe(reader.tag)}`, field)
  }
}

/**
 * The text of an IA5String. Bytes above 7F are not IA5, but OpenSSL and Node read such names, as Latin-1; they match no
 * host and break every name constraint.
 */
function ia5(reader: DerReader, tag: number, field: string): string {
  return latin1(reader.value(tag, field))
}

/** GeneralNames: SEQUENCE SIZE (1..MAX), `tag` where it is tagged implicitly. */
export function readGeneralNames(reader: DerReader, field: string, tag = Tag.SEQUENCE): GeneralName[] {
  const sequence = reader.enter(tag, field)
  const names: GeneralName[] = []
  do names.push(readGeneralName(sequence, 'GeneralName'))
  while (!sequence.done)
  return names
}

/** DER of one name. @throws {X509Error} `INVALID_ARGUMENT` */
export function encodeGeneralName(name: GeneralName): Uint8Array {
  switch (name.type) {
    case 'otherName':
      return der.explicit(0, der.oid(name.oid), der.explicit(0, name.value))
    case 'email':
      return der.ia5String(name.value, 0x81)
    case 'dns':
      return der.ia5String(name.value, 0x82)
    case 'directoryName':
      return der.explicit(4, name.value.raw)
    case 'uri':
      return der.ia5String(name.value, 0x86)
    case 'ip':
      return der.implicit(7, name.value)
    case 'registeredID':
      return der.oid(name.value, 0x88)
    default:
      return name.value
  }
}

export function encodeGeneralNames(names: readonly GeneralName[], tag = Tag.SEQUENCE): Uint8Array {
  return der.element(tag, ...names.map(encodeGeneralName))
}

/**
 * A subject alternative name from text: an IP address, an e-mail address, a URI, else a DNS name. The prefixes of
 * OpenSSL's configuration (`DNS:`, `IP:`, `email:`, `URI:`) say it outright.
 */
export function generalNameFrom(text: string): GeneralName {
  const prefixed = /^(DNS|IP(?: Address)?|email|URI|RID):\s*(.*)$/i.exec(text)
  const kind = prefixed?.[1]?.toLowerCase()
  const value = prefixed ? prefixed[2]! : text
  // RFC 5280 §4.2.1.6 #8, #9, #10.
  const address = kind === undefined || kind.startsWith('ip') ? parseIpAddress(value) : null
  if (address) return { type: 'ip', value: address }
  if (kind?.startsWith('ip')) throw new X509Error('INVALID_ARGUMENT', `not an IP address: ${JSON.stringify(value)}`)
  if (kind === 'rid') return { type: 'registeredID', value }
  if (kind === 'uri' || (!kind && /^[a-z][a-z0-9+.-]*:\/\//i.test(value))) return { type: 'uri', value }
  if (kind === 'email' || (!kind && value.includes('@'))) return { type: 'email', value }
  return { type: 'dns', value }
}

import { DerReader } from '../der/reader.ts'
import type * as OID from './oids.ts'

/** How one extension is read. */
export interface ExtensionDecoder<T> {
  /** As RFC 5280's module spells it. */
  readonly name: string
  readonly oid: string
  /** Reads extnValue's contents. @throws {X509Error} */
  decode(value: Uint8Array): T
}

/** DER for extnValue. Readers and writers stand apart: a program that verifies writes none. @throws {X509Error} */
export type Encode<T> = (value: T) => Uint8Array

/** A decoder from a function over a reader; what follows the one element is refused. */
export function decoder<T>(
  name: keyof typeof OID,
  oid: string,
  read: (reader: DerReader, field: string) => T,
): ExtensionDecoder<T> {
  return {
    name,
    oid,
    decode(value) {
      const reader = DerReader.open(value, '')
      const decoded = read(reader, name)
      reader.finish()
      return decoded
    },
  }
}

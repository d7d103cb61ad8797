import { concatBytes } from '../bytes.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import type { Extension } from './list.ts'

/**
 * Extensions (RFC 5280 §4.1): SEQUENCE SIZE (1..MAX) of Extension. An empty sequence is read, as OpenSSL does: enough
 * libraries write it for none.
 */
export function readExtensions(reader: DerReader, field: string): Extension[] {
  const sequence = reader.sequence(field)
  const extensions: Extension[] = []
  while (!sequence.done) {
    const extension = sequence.sequence('Extension')
    const oid = extension.oid('extnID')
    // X.690 §11.5 forbids an explicit FALSE; it is common in old certificates, and OpenSSL and Go read it.
    const critical = extension.is(Tag.BOOLEAN) ? extension.boolean('critical') : false
    const value = extension.octetString('extnValue')
    extension.finish()
    extensions.push({ oid, critical, value })
  }
  return extensions
}

export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  // Not spread: a certificate of a megabyte may have more of them than a call has arguments.
  const encoded = extensions.map(({ oid, critical, value }) =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
  )
  return der.element(Tag.SEQUENCE, concatBytes(encoded))
}

import { DerReader } from '../der/reader.ts'
import { EXTENSION } from '../oids.ts'

/** How one extension is read and written. */
export interface ExtensionCodec<T> {
  readonly oid: string
  /** Reads extnValue's contents. @throws {X509Error} */
  decode(value: Uint8Array): T
  /** DER for extnValue. @throws {X509Error} */
  encode(value: T): Uint8Array
}

/** A codec, by the extension's name, from functions over a reader; what follows the one element is refused. */
export function codec<T>(
  field: keyof typeof EXTENSION,
  read: (reader: DerReader, field: string) => T,
  encode: (value: T) => Uint8Array,
): ExtensionCodec<T> {
  return {
    oid: EXTENSION[field],
    decode(value) {
      const reader = DerReader.open(value, '')
      const decoded = read(reader, field)
      reader.finish()
      return decoded
    },
    encode,
  }
}

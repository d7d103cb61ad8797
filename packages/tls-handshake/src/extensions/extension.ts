import type { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'

/**
 * Where an extension may stand (RFC 9846 §4.3): ClientHello, ServerHello, HelloRetryRequest, EncryptedExtensions,
 * CertificateRequest, Certificate, NewSessionTicket; `SH12` is the ServerHello of TLS up to 1.2.
 */
export type Place = 'CH' | 'SH' | 'SH12' | 'HRR' | 'EE' | 'CR' | 'CT' | 'NST'

/** An extension: its number and name (IANA), and where it may stand. */
export interface Extension {
  readonly type: number
  readonly name: string
  readonly places: readonly Place[]
}

/** One form of an extension: many look different in a request and in an answer. */
export interface ExtensionForm<T> {
  readonly extension: Extension
  readonly decode: (reader: Reader) => T
  readonly encode: (writer: Writer, value: T) => void
}

export function form<T>(
  extension: Extension,
  decode: (reader: Reader) => T,
  encode: (writer: Writer, value: T) => void,
): ExtensionForm<T> {
  return { extension, decode, encode }
}

/** A form as far as reading goes. */
export type ReadableForm<T> = Pick<ExtensionForm<T>, 'extension' | 'decode'>

/** The forms that extensions have in one kind of message, by number. */
export type ExtensionForms = ReadonlyMap<number, ReadableForm<unknown>>

export function formsOf(...forms: readonly ReadableForm<unknown>[]): ExtensionForms {
  return new Map(forms.map((one) => [one.extension.type, one]))
}

/** A form without content: the extension being there is all it says. */
export function emptyForm(extension: Extension): ExtensionForm<true> {
  return form(
    extension,
    () => true,
    () => {},
  )
}

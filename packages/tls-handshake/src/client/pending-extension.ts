import type { Writer } from '../codec/writer.ts'
import type { ExtensionForm } from '../extensions/extension.ts'

/** An extension of a ClientHello with its content, until all are put in order. */
export interface PendingExtension {
  readonly type: number
  readonly encode: (writer: Writer) => void
}

export function pending<T>(form: ExtensionForm<T>, value: T): PendingExtension {
  return { type: form.extension.type, encode: (writer) => form.encode(writer, value) }
}

import { Buffer } from '#host'
export const isView = (value: unknown): value is ArrayBufferView => ArrayBuffer.isView(value)

/** The bytes of a view, without copying. */
export function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

/** A copy, for what the caller may change or wipe afterwards. No Buffer: below us `slice` copies, as a Buffer's does not. */
export function copyOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(bytesOf(view))
}

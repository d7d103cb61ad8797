import { X509Error } from './error.ts'

/** Bytes as they are handed in; of another realm too. */
export const isBytes = (input: unknown): input is Uint8Array =>
  input instanceof Uint8Array || Object.prototype.toString.call(input) === '[object Uint8Array]'

/** The error for what was handed in and cannot be read. */
export function wrongInput(what: string, expected: string, input: unknown): X509Error {
  const type = typeof input === 'object' ? Object.prototype.toString.call(input).slice(8, -1) : typeof input
  const hint = input instanceof ArrayBuffer ? ': new Uint8Array(buffer) is a view of it' : ''
  return new X509Error('INVALID_ARGUMENT', `${what} must be ${expected}, not ${type}${hint}`)
}

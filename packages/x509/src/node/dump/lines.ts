import { toHex } from '../../bytes.ts'

/** Lines a number of spaces further in. */
export const indent = (text: string, spaces: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))

/** Bytes with colons, so many a line, each line ending in a newline. */
export function hexLines(bytes: Uint8Array, perLine: number): string {
  let out = ''
  for (let at = 0; at < bytes.length; at += perLine) {
    const last = at + perLine >= bytes.length
    out += `${toHex(bytes.subarray(at, at + perLine), ':')}${last ? '' : ':'}\n`
  }
  return out
}

/** Bytes with colons in upper case, in one line. */
export const hexLine = (bytes: Uint8Array): string => toHex(bytes, ':').toUpperCase()

/** An unsigned number as OpenSSL prints large ones: a zero in front of a first bit that is set. */
export function numberLines(number: Uint8Array): string {
  const start = number.findIndex((byte) => byte !== 0)
  const bytes = start < 0 ? Uint8Array.of(0) : number.subarray(start)
  return hexLines(bytes[0]! >= 0x80 ? Uint8Array.of(0, ...bytes) : bytes, 15)
}

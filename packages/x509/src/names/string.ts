import { asciiBytes, latin1, utf8Bytes } from '../bytes.ts'
import * as Tag from '../der/tag.ts'

/** The character string types of DER, and the form in which RFC 5280 §7.1 compares them. */

/** True for the types of DirectoryString and the other character strings that names may hold. */
export function isStringTag(tag: number): boolean {
  switch (tag) {
    case Tag.UTF8_STRING:
    case Tag.NUMERIC_STRING:
    case Tag.PRINTABLE_STRING:
    case Tag.TELETEX_STRING:
    case Tag.IA5_STRING:
    case Tag.VISIBLE_STRING:
    case Tag.UNIVERSAL_STRING:
    case Tag.BMP_STRING:
      return true
    default:
      return false
  }
}

/** Made when the first text asks for it, and most are ASCII: hosts load theirs late. */
let utf8: TextDecoder | undefined

/** The text of a character string; `null` when the bytes are not of that type. TeletexString is read as Latin-1. */
export function decodeString(tag: number, contents: Uint8Array): string | null {
  switch (tag) {
    case Tag.UTF8_STRING: {
      let ascii = true
      for (let i = 0; i < contents.length && ascii; i++) ascii = contents[i]! < 0x80
      if (ascii) return latin1(contents)
      try {
        utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
        return utf8.decode(contents)
      } catch {
        return null
      }
    }
    case Tag.BMP_STRING: {
      if (contents.length % 2) return null
      let out = ''
      for (let i = 0; i < contents.length; i += 2) out += String.fromCharCode((contents[i]! << 8) | contents[i + 1]!)
      // Half a surrogate pair is no text.
      return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(out) ? null : out
    }
    case Tag.UNIVERSAL_STRING: {
      if (contents.length % 4) return null
      let out = ''
      for (let i = 0; i < contents.length; i += 4) {
        const point = contents[i]! * 0x1000000 + (contents[i + 1]! << 16) + (contents[i + 2]! << 8) + contents[i + 3]!
        if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null
        out += String.fromCodePoint(point)
      }
      return out
    }
    case Tag.TELETEX_STRING:
      return latin1(contents)
    default:
      for (let i = 0; i < contents.length; i++) if (contents[i]! >= 0x80) return null
      return latin1(contents)
  }
}

/** The contents of a character string of this type; `null` when the text does not fit it. */
export function encodeString(tag: number, text: string): Uint8Array | null {
  switch (tag) {
    case Tag.UTF8_STRING:
      return utf8Bytes(text)
    case Tag.BMP_STRING: {
      const out = new Uint8Array(text.length * 2)
      for (let i = 0; i < text.length; i++) {
        out[2 * i] = text.charCodeAt(i) >> 8
        out[2 * i + 1] = text.charCodeAt(i) & 0xff
      }
      return out
    }
    case Tag.UNIVERSAL_STRING: {
      const points = Array.from(text, (c) => c.codePointAt(0)!)
      return Uint8Array.from(points.flatMap((p) => [p >>> 24, (p >> 16) & 0xff, (p >> 8) & 0xff, p & 0xff]))
    }
    case Tag.TELETEX_STRING:
      return /^[\0-\xff]*$/.test(text) ? asciiBytes(text) : null
    case Tag.PRINTABLE_STRING:
      return isPrintable(text) ? asciiBytes(text) : null
    case Tag.NUMERIC_STRING:
      return /^[0-9 ]*$/.test(text) ? asciiBytes(text) : null
    default:
      return /^[\0-\x7f]*$/.test(text) ? asciiBytes(text) : null
  }
}

/** X.680 §41.4. */
export function isPrintable(text: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)
}

/**
 * The form that two equal strings share: type dropped, case of ASCII folded, outer white space cut and inner runs made
 * one space (RFC 5280 §7.1, as OpenSSL does it).
 */
export function canonicalText(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--
  let start = 0
  while (start < end && isSpace(text.charCodeAt(start))) start++
  return text
    .slice(start, end)
    .replace(/[ \t-\r]+/g, ' ')
    .replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

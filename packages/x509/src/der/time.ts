/** The two times of DER as RFC 5280 §4.1.2.5 restricts them, in milliseconds since 1970. */

function fromParts(year: number, text: Uint8Array, at: number): number | null {
  const part = (i: number) => {
    const tens = text[at + 2 * i]! - 48
    const ones = text[at + 2 * i + 1]! - 48
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
  }
  const month = part(0)
  const day = part(1)
  const hour = part(2)
  const minute = part(3)
  const second = part(4)
  if (month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return null
  if (second < 0 || second > 59 || text[at + 10] !== 0x5a) return null
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (day > (month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31))
    return null
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  if (year >= 100) return time
  // Date.UTC takes 0 to 99 for the twentieth century.
  return new Date(time).setUTCFullYear(year)
}

function digits(text: Uint8Array, from: number, count: number): number {
  let out = 0
  for (let i = from; i < from + count; i++) {
    const digit = text[i]! - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    out = out * 10 + digit
  }
  return out
}

/** YYMMDDHHMMSSZ; years 50 to 99 are of the twentieth century (RFC 5280 §4.1.2.5.1 #1, #2, #3, #4). */
export function parseUtcTime(contents: Uint8Array): number | null {
  if (contents.length !== 13) return null
  const year = digits(contents, 0, 2)
  return year < 0 ? null : fromParts(year < 50 ? 2000 + year : 1900 + year, contents, 2)
}

/** YYYYMMDDHHMMSSZ, no fractions (RFC 5280 §4.1.2.5.2 #1, #2). */
export function parseGeneralizedTime(contents: Uint8Array): number | null {
  if (contents.length !== 15) return null
  const year = digits(contents, 0, 4)
  return year < 0 ? null : fromParts(year, contents, 4)
}

/** `YYYYMMDDHHMMSSZ` of a time, or the shorter form without the century. */
export function formatTime(time: number, century: boolean): string {
  const text = new Date(time)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:T]/g, '')
  return century ? text : text.slice(2)
}

/** Contents as ASCII, for messages. */
export function describeTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}

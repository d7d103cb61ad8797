/**
 * The dotted form of an OBJECT IDENTIFIER's contents (X.690 §8.19), or `null` when the arcs are not minimally encoded,
 * cut short, or larger than 2^53 (no registry has such an arc; UUID arcs are kept exact by BigInt up to 128 bits).
 */
export function decodeOid(contents: Uint8Array): string | null {
  const length = contents.length
  // The attribute types and certificate extensions, 2.5.x.y, are nearly all that a certificate has.
  if (length === 3 && contents[0] === 0x55 && contents[1]! < 0x80 && contents[2]! < 0x80)
    return `2.5.${contents[1]}.${contents[2]}`
  if (length === 0 || length > 128 || contents[length - 1]! >= 0x80) return null
  let out = ''
  let arc = 0
  let big = 0n
  let digits = 0
  for (let i = 0; i < length; i++) {
    const byte = contents[i]!
    if (digits === 0 && byte === 0x80) return null
    digits++
    if (digits > 19) return null
    if (digits <= 7) arc = arc * 128 + (byte & 0x7f)
    else big = ((digits === 8 ? BigInt(arc) : big) << 7n) | BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    if (out === '') {
      if (digits > 7) out = `2.${big - 80n}`
      else out = arc < 40 ? `0.${arc}` : arc < 80 ? `1.${arc - 40}` : `2.${arc - 80}`
    } else out += digits > 7 ? `.${big}` : `.${arc}`
    arc = 0
    digits = 0
  }
  return out
}

/** Whether contents are arcs at all, of any number and size: what OpenSSL asks of them. */
export function isOid(contents: Uint8Array): boolean {
  const { length } = contents
  if (length === 0 || contents[length - 1]! >= 0x80) return false
  for (let i = 0; i < length; i++) if (contents[i] === 0x80 && (i === 0 || contents[i - 1]! < 0x80)) return false
  return true
}

/** The contents of an OBJECT IDENTIFIER; `null` when the text is not a dotted one. */
export function encodeOid(oid: string): Uint8Array | null {
  if (!/^[0-2](\.(0|[1-9]\d{0,38}))+$/.test(oid)) return null
  const arcs = oid.split('.').map(BigInt)
  if (arcs[0]! < 2n && arcs[1]! > 39n) return null
  const bytes: number[] = []
  for (const arc of [arcs[0]! * 40n + arcs[1]!, ...arcs.slice(2)]) {
    const septets = [Number(arc & 127n)]
    for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) septets.unshift(Number(rest & 127n) | 0x80)
    if (septets.length > 19) return null
    bytes.push(...septets)
  }
  return bytes.length > 128 ? null : Uint8Array.from(bytes)
}

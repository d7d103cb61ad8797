/** IP addresses as bytes and as text. */

/** Four or sixteen bytes of an address in text, or `null`. IPv4: four decimal numbers without leading zeros. */
export function parseIpAddress(text: string): Uint8Array | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Uint8Array | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return null
  const out = new Uint8Array(4)
  for (let i = 0; i < 4; i++) {
    const part = match[i + 1]!
    const value = Number(part)
    if (value > 255 || (part.length > 1 && part[0] === '0')) return null
    out[i] = value
  }
  return out
}

function parseIpv6(text: string): Uint8Array | null {
  const percent = text.indexOf('%')
  let address = percent >= 0 ? text.slice(0, percent) : text
  // RFC 4291 §2.2: the last 32 bits may be written as IPv4.
  if (address.includes('.')) {
    const colon = address.lastIndexOf(':')
    const v4 = parseIpv4(address.slice(colon + 1))
    if (!v4) return null
    address = `${address.slice(0, colon + 1)}${((v4[0]! << 8) | v4[1]!).toString(16)}:${((v4[2]! << 8) | v4[3]!).toString(16)}`
  }
  const halves = address.split('::')
  if (halves.length > 2) return null
  const head = halves[0] ? halves[0].split(':') : []
  const tail = halves[1] ? halves[1].split(':') : []
  if (halves.length === 1 ? head.length !== 8 : head.length + tail.length > 7) return null
  const out = new Uint8Array(16)
  const write = (groups: string[], at: number) =>
    groups.every((group, i) => {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return false
      const value = Number.parseInt(group, 16)
      out[at + 2 * i] = value >> 8
      out[at + 2 * i + 1] = value & 0xff
      return true
    })
  return write(head, 0) && write(tail, 16 - 2 * tail.length) ? out : null
}

/**
 * Dotted IPv4, or IPv6 as Node prints it: RFC 5952, lower case, the longest run of zeros as `::`, and the last 32 bits
 * dotted in addresses that hold one of IPv4.
 */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups: string[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16))
  if (groups.length !== 8) return groups.join(':')
  let best = -1
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && groups[i + length] === '0') length++
    if (length > bestLength) {
      best = i
      bestLength = length
    }
  }
  const holdsIpv4 = best === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 'ffff'))
  if (holdsIpv4) return `::${bestLength === 5 ? 'ffff:' : ''}${bytes.subarray(12).join('.')}`
  return best < 0
    ? groups.join(':')
    : `${groups.slice(0, best).join(':')}::${groups.slice(best + bestLength).join(':')}`
}

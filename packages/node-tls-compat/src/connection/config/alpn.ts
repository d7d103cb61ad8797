import { Buffer, CHECKS_ALPN_LISTS } from '#host'
import { invalidArgType, invalidArgValue, outOfRange } from '../../errors/node-error.ts'
import { bytesOf, isView } from '../../host/bytes.ts'

function encodeText(protocol: unknown): Buffer {
  if (typeof protocol !== 'string') {
    throw invalidArgType('string', 'of type string or an instance of Buffer or ArrayBuffer', protocol)
  }
  return Buffer.from(protocol)
}

/** RFC 7301 §3.1: each name is one length byte and 1 to 255 bytes of name. */
function encode(protocols: readonly (string | ArrayBufferView)[]): Buffer {
  const names = protocols.map((protocol, index) => {
    const name = isView(protocol) ? Buffer.from(bytesOf(protocol)) : encodeText(protocol)
    if (name.length === 0) {
      throw invalidArgValue(`protocols[${index}]`, protocol, 'must be a non-empty string')
    }
    if (name.length > 255) {
      const sentence = `The byte length of the protocol at index ${index} exceeds the maximum length.`
      throw outOfRange('protocols', '<= 255', name.length, sentence)
    }
    return name
  })
  return Buffer.concat(names.flatMap((name) => [Buffer.of(name.length), name]))
}

function check(list: Buffer): Buffer {
  if (!CHECKS_ALPN_LISTS) {
    return list
  }
  for (let offset = 0; offset < list.length; ) {
    const length = list[offset]!
    if (length === 0) {
      throw invalidArgValue('ALPNProtocols', list, 'must not contain zero-length protocol')
    }
    if (offset + 1 + length > list.length) {
      throw invalidArgValue('ALPNProtocols', list, 'contains truncated protocol')
    }
    offset += 1 + length
  }
  return list
}

/**
 * Turns names, or a list in wire format, into the wire format, and leaves a copy in `out.ALPNProtocols`.
 *
 * @see https://nodejs.org/api/tls.html (`ALPNProtocols` of `tls.createServer` and `tls.connect`)
 */
export function convertALPNProtocols(protocols: unknown, out: { ALPNProtocols?: Buffer }): void {
  if (Array.isArray(protocols)) {
    out.ALPNProtocols = encode(protocols)
  } else if (isView(protocols)) {
    out.ALPNProtocols = check(Buffer.from(bytesOf(protocols)))
  }
}

/**
 * The same for Next Protocol Negotiation (TLS up to 1.2), which io.js 3 had and Node 10 removed.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-agl-tls-nextprotoneg-04
 */
export function convertNPNProtocols(protocols: unknown, out: { NPNProtocols?: Buffer }): void {
  if (Array.isArray(protocols)) {
    out.NPNProtocols = encode(protocols)
  } else if (isView(protocols)) {
    out.NPNProtocols = check(Buffer.from(bytesOf(protocols)))
  }
}

/** OpenSSL's `SSL_select_next_proto`: the server's first name that is ours too, else our own first. */
export function selectNextProtocol(ours: readonly Uint8Array[], offered: readonly Uint8Array[]): Uint8Array {
  return offered.find((name) => ours.some((own) => Buffer.compare(own, name) === 0)) ?? ours[0]!
}

/** The names in a list in wire format; none when it is malformed. */
export function alpnNames(list: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = []
  for (let offset = 0; offset < list.length; ) {
    const length = list[offset]!
    if (length === 0 || offset + 1 + length > list.length) {
      return []
    }
    names.push(list.subarray(offset + 1, offset + 1 + length))
    offset += 1 + length
  }
  return names
}

import { Version } from '@x/tls-record'
import { Reader } from '../codec/reader.ts'
import type { Writer } from '../codec/writer.ts'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'
import { encodeHandshake, type HandshakeMessage, HandshakeType } from './handshake-message.ts'

/** ECCurveType (RFC 8422 §5.4): explicit curves are gone. */
const NAMED_CURVE = 3

/** ServerDHParams or ServerECDHParams. */
export type KeyExchangeParameters =
  | { readonly kind: 'ecdhe'; readonly group: number; readonly share: Uint8Array }
  | { readonly kind: 'dhe'; readonly p: Uint8Array; readonly g: Uint8Array; readonly share: Uint8Array }

/** ServerKeyExchange (RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2). */
export interface ServerKeyExchange {
  readonly pskHint?: Uint8Array
  readonly parameters?: KeyExchangeParameters
  /** What a signature covers after both Randoms: the parameters as they came. */
  readonly signed: Uint8Array
  /** TLS 1.2 only. */
  readonly scheme?: number
  readonly signature?: Uint8Array
}

const kindOf = (suite: CipherSuite12): 'ecdhe' | 'dhe' | undefined =>
  suite.keyExchange.startsWith('ecdhe') ? 'ecdhe' : suite.keyExchange.startsWith('dhe') ? 'dhe' : undefined

/** @param version of the connection: TLS 1.2 names the signature's scheme */
export function decodeServerKeyExchange(
  message: HandshakeMessage,
  suite: CipherSuite12,
  version: number,
): ServerKeyExchange {
  const reader = new Reader(message.body, 'server_key_exchange')
  const psk = suite.keyExchange.endsWith('psk')
  const pskHint = psk ? reader.vector16() : undefined
  const start = reader.offset
  const kind = kindOf(suite)
  let parameters: KeyExchangeParameters | undefined
  if (kind === 'ecdhe') {
    // RFC 8422 §5.4: only named curves.
    if (reader.u8() !== NAMED_CURVE) reader.fail('a curve that is not named')
    parameters = { kind, group: reader.u16(), share: reader.vector8(1) }
  } else if (kind === 'dhe') {
    parameters = { kind, p: reader.vector16(1), g: reader.vector16(1), share: reader.vector16(1) }
  }
  const signed = message.body.subarray(start, reader.offset)
  let scheme: number | undefined
  let signature: Uint8Array | undefined
  if (!psk && suite.authentication !== 'anonymous') {
    if (version >= Version.TLS12) scheme = reader.u16()
    signature = reader.vector16()
  }
  reader.end()
  return { pskHint, parameters, signed, scheme, signature }
}

export function writeParameters(writer: Writer, parameters: KeyExchangeParameters): void {
  if (parameters.kind === 'ecdhe') writer.u8(NAMED_CURVE).u16(parameters.group).vector8(parameters.share)
  else writer.vector16(parameters.p).vector16(parameters.g).vector16(parameters.share)
}

export function encodeServerKeyExchange(fields: {
  readonly pskHint?: Uint8Array
  /** Parameters, encoded. */
  readonly signed: Uint8Array
  readonly scheme?: number
  readonly signature?: Uint8Array
}): Uint8Array {
  return encodeHandshake(HandshakeType.server_key_exchange, (writer) => {
    if (fields.pskHint) writer.vector16(fields.pskHint)
    writer.bytes(fields.signed)
    if (fields.scheme !== undefined) writer.u16(fields.scheme)
    if (fields.signature) writer.vector16(fields.signature)
  })
}

import { generateKeyPairSync, sign } from 'node:crypto'
import { nodeProvider } from '@x/crypto-primitives/node'
import type { Credential } from '@x/tls-handshake'
import { encodePem, parsePrivateKey } from '@x/x509'

/** Certificates of any content, signed for what they are; the last of a chain is nobody's root. */

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const signer = nodeProvider.importPrivateKey(parsePrivateKey(pem))
const SPKI = KEY.publicKey.export({ type: 'spki', format: 'der' })
type Bytes = Uint8Array | readonly number[]

function length(count: number): number[] {
  if (count < 128) return [count]
  return count < 65536 ? [0x82, count >> 8, count & 255] : [0x83, count >> 16, (count >> 8) & 255, count & 255]
}

export function tlv(tag: number, ...parts: readonly Bytes[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([tag, ...length(body.length)]), body])
}
export const seq = (...parts: readonly Bytes[]): Buffer => tlv(0x30, ...parts)
const text = (tag: number, value: string): Buffer => tlv(tag, Buffer.from(value))

export function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const out = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 127]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128)
    out.push(...groups)
  }
  return tlv(6, out)
}

export const extension = (id: string, value: Bytes, critical = false): Buffer =>
  seq(oid(id), ...(critical ? [tlv(1, [255])] : []), tlv(4, value))
export const rdn = (value: string, type = '2.5.4.3'): Buffer => tlv(0x31, seq(oid(type), text(0x0c, value)))
export const name = (...values: readonly string[]): Buffer => seq(...values.map((value) => rdn(value)))
export const dns = (value: string): Buffer => text(0x82, value)
export const many = (count: number, make: (index: number) => Bytes): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.from(make(index)))

const ALGORITHM = seq(oid('1.2.840.10045.4.3.2'))
export const CA = extension('2.5.29.19', seq(tlv(1, [255])), true)

export interface Parts {
  readonly subject?: Buffer
  readonly issuer?: Buffer
  readonly serial?: Bytes
  readonly spki?: Bytes
  readonly extensions?: readonly Buffer[]
}

export function certificate({
  subject = name('a'),
  issuer = name('b'),
  serial = [1],
  spki = SPKI,
  extensions = [],
}: Parts): Buffer {
  const validity = seq(text(0x17, '260101000000Z'), text(0x17, '360101000000Z'))
  const tbs = seq(
    ...[tlv(0xa0, tlv(2, [2])), tlv(2, serial), ALGORITHM, issuer, validity, subject, spki],
    ...(extensions.length > 0 ? [tlv(0xa3, seq(...extensions))] : []),
  )
  return seq(tbs, ALGORITHM, tlv(3, [0], sign('sha256', tbs, KEY.privateKey)))
}

/** Shown in a handshake: all keys are the same. */
export const credential = (...chain: readonly Buffer[]): Credential => ({
  chain: chain.map((der) => new Uint8Array(der)),
  signer,
})

export const asPem = (der: Uint8Array): string => encodePem('CERTIFICATE', der)

import type { CryptoProvider, PrivateKey, PublicKeyData } from '@x/crypto-primitives'
import { bitLength } from '../../bytes.ts'
import { CURVES } from '../../keys/curve-names.ts'
import type { DhParameters } from '../../keys/dh-parameters.ts'
import { hexLines, indent, numberLines } from './lines.ts'

const part = (heading: string, lines: string) => `${heading}:\n${indent(lines, 4)}`

/** A public key, as `openssl pkey -pubin -text` prints it. */
export function dumpPublicKey(key: PublicKeyData): string {
  switch (key.type) {
    case 'rsa':
    case 'rsa-pss':
      return `Public-Key: (${bitLength(key.n)} bit)\n${part('Modulus', numberLines(key.n))}${exponent('Exponent', key.e)}${restrictions(key)}`
    case 'ec':
      return `Public-Key: (${CURVES[key.curve].bits} bit)\n${part('pub', hexLines(key.point, 15))}${curve(key.curve)}`
    case 'dsa':
      return (
        `Public-Key: (${bitLength(key.p)} bit)\n${part('pub', numberLines(key.y))}` +
        `${part('P', numberLines(key.p))}${part('Q', numberLines(key.q))}${part('G', numberLines(key.g))}`
      )
    default:
      return `${key.type.toUpperCase()} Public-Key:\n${part('pub', hexLines(key.bytes, 15))}`
  }
}

/**
 * A private key, as `openssl pkey -text` prints it.
 *
 * @param secrets false: its public half, and that there is more
 */
export function dumpPrivateKey(key: PrivateKey, provider: CryptoProvider, secrets = true): string {
  const { data } = key
  if (!secrets)
    return dumpPublicKey(key.publicKey).replace('Public-Key:', 'Private-Key, of which the public half is shown:')
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return (
        `Private-Key: (${bitLength(data.n)} bit, 2 primes)\n${part('modulus', numberLines(data.n))}` +
        `${exponent('publicExponent', data.e)}${part('privateExponent', numberLines(data.d))}` +
        `${part('prime1', numberLines(data.p))}${part('prime2', numberLines(data.q))}` +
        `${part('exponent1', numberLines(data.dp))}${part('exponent2', numberLines(data.dq))}` +
        `${part('coefficient', numberLines(data.qi))}${restrictions(data)}`
      )
    case 'ec': {
      const { publicKey } = provider.importPrivateKey(data)
      const point = publicKey.type === 'ec' ? publicKey.point : new Uint8Array(0)
      return (
        `Private-Key: (${CURVES[data.curve].bits} bit)\n${part('priv', hexLines(data.d, 15))}` +
        `${part('pub', hexLines(point, 15))}${curve(data.curve)}`
      )
    }
    case 'dsa':
      return `Private-Key: (${bitLength(data.p)} bit)\n${part('priv', numberLines(data.x))}${dumpPublicKey(key.publicKey).replace(/^.*\n/, '')}`
    default: {
      const secret =
        'seed' in data && data.seed ? part('seed', hexLines(data.seed, 15)) : part('priv', hexLines(data.bytes!, 15))
      return `${data.type.toUpperCase()} Private-Key:\n${secret}${dumpPublicKey(key.publicKey).replace(/^.*\n/, '')}`
    }
  }
}

function exponent(heading: string, value: Uint8Array): string {
  const number = value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return number < 1n << 64n ? `${heading}: ${number} (0x${number.toString(16)})\n` : part(heading, numberLines(value))
}

function curve(name: keyof typeof CURVES): string {
  const { openssl, nist } = CURVES[name]
  return `ASN1 OID: ${openssl}\n${nist ? `NIST CURVE: ${nist}\n` : ''}`
}

function restrictions(key: Pick<Extract<PublicKeyData, { n: Uint8Array }>, 'type' | 'pss'>): string {
  if (key.type !== 'rsa-pss') return ''
  if (!key.pss) return 'No PSS parameter restrictions\n'
  const { hash, mgfHash, saltLength } = key.pss
  return `PSS parameter restrictions:\n  Hash Algorithm: ${hash}\n  Mask Algorithm: mgf1 with ${mgfHash}\n  Minimum Salt Length: 0x${saltLength.toString(16).toUpperCase()}\n`
}

export function dumpDhParameters({ p, g }: DhParameters): string {
  return `DH Parameters: (${bitLength(p)} bit)\n${indent(part('P', numberLines(p)), 4)}${indent(exponent('G', g), 4)}`
}

import type { CryptoProvider, GroupName, Hash, HashName, KeyExchangeGroup, PublicKeyData } from '@x/crypto-primitives'
import { hkdfExpand, hkdfExtract } from '@x/crypto-primitives/kdf'
import { encodeAlgorithmIdentifier } from '../algorithm.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type WrapKeyLength, wrapOid } from './key-wrap.ts'

/** Key agreement for messages: ECDH with an ephemeral key (RFC 5753), X25519 and X448 (RFC 8418). */

interface Scheme {
  readonly hash: HashName
  readonly kdf: 'x963' | 'hkdf'
}

/** By OID. On the curves here the cofactor is one, or the function clears it. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  '1.3.133.16.840.63.0.2': { hash: 'sha1', kdf: 'x963' },
  '1.3.132.1.11.0': { hash: 'sha224', kdf: 'x963' },
  '1.3.132.1.11.1': { hash: 'sha256', kdf: 'x963' },
  '1.3.132.1.11.2': { hash: 'sha384', kdf: 'x963' },
  '1.3.132.1.11.3': { hash: 'sha512', kdf: 'x963' },
  '1.3.133.16.840.63.0.3': { hash: 'sha1', kdf: 'x963' },
  '1.3.132.1.14.0': { hash: 'sha224', kdf: 'x963' },
  '1.3.132.1.14.1': { hash: 'sha256', kdf: 'x963' },
  '1.3.132.1.14.2': { hash: 'sha384', kdf: 'x963' },
  '1.3.132.1.14.3': { hash: 'sha512', kdf: 'x963' },
  '1.2.840.113549.1.9.16.3.19': { hash: 'sha256', kdf: 'hkdf' },
  '1.2.840.113549.1.9.16.3.20': { hash: 'sha384', kdf: 'hkdf' },
  '1.2.840.113549.1.9.16.3.21': { hash: 'sha512', kdf: 'hkdf' },
}

/** @throws {X509Error} `UNSUPPORTED` */
export function agreementScheme(oid: string): Scheme {
  if (!Object.hasOwn(SCHEMES, oid)) throw new X509Error('UNSUPPORTED', `key agreement ${oid} is not known here`)
  return SCHEMES[oid]!
}

/** What is written for a key: SHA-256, or the hash that matches a larger curve (RFC 5753 §7.1.4, RFC 8418 §2.1). */
export function schemeFor(key: PublicKeyData): string {
  if (key.type === 'x25519') return '1.2.840.113549.1.9.16.3.19'
  if (key.type === 'x448') return '1.2.840.113549.1.9.16.3.21'
  const large = key.type === 'ec' && /521|512/.test(key.curve)
  const middle = key.type === 'ec' && /384/.test(key.curve)
  return large ? '1.3.132.1.11.3' : middle ? '1.3.132.1.11.2' : '1.3.132.1.11.1'
}

/** The group of a key. @throws {X509Error} `UNSUPPORTED` for a key that agrees on nothing, or where the provider lacks it */
export function groupOf(
  key: Pick<PublicKeyData, 'type'> & { curve?: string },
  provider: CryptoProvider,
): KeyExchangeGroup {
  const name = key.type === 'ec' ? key.curve : key.type
  const group = provider.groups[name as GroupName]
  if (!group?.agreeWith)
    throw new X509Error('UNSUPPORTED', `the provider "${provider.name}" has no key agreement with keys of type ${name}`)
  return group
}

/**
 * The key that wraps the content's key, from the secret that was agreed on.
 *
 * @param keyInfo DER of the wrap's AlgorithmIdentifier, as the message has it
 * @param ukm the message's user keying material
 */
export function deriveKek(
  { hash: name, kdf }: Scheme,
  secret: Uint8Array,
  keyInfo: Uint8Array,
  length: WrapKeyLength,
  ukm: Uint8Array | undefined,
  provider: CryptoProvider,
): Uint8Array {
  const hash = provider.hashes[name]
  if (!hash) throw new X509Error('UNSUPPORTED', `the provider "${provider.name}" has no ${name}`)
  // ECC-CMS-SharedInfo (RFC 5753 §7.2).
  const info = der.sequence(
    keyInfo,
    ...(ukm ? [der.explicit(0, der.octetString(ukm))] : []),
    der.explicit(2, der.octetString(Uint8Array.of(0, 0, (8 * length) >> 8, 8 * length))),
  )
  // RFC 8418 §2.2: the user keying material, or zeros, is the salt.
  if (kdf === 'hkdf')
    return hkdfExpand(hash, hkdfExtract(hash, ukm ?? new Uint8Array(hash.outputLength), secret), info, length)
  return x963(hash, secret, info, length)
}

/** The key derivation function of ANSI X9.63 (SEC 1 §3.6.1). */
function x963(hash: Hash, secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(length / hash.outputLength) * hash.outputLength)
  for (let at = 0, i = 1; at < length; at += hash.outputLength, i++)
    out.set(hash.digest(secret, Uint8Array.of(0, 0, 0, i), info), at)
  return out.subarray(0, length)
}

/** DER of the AlgorithmIdentifier of a wrap; parameters are absent (RFC 3565 §2.3.2). */
export const encodeWrap = (length: WrapKeyLength): Uint8Array => encodeAlgorithmIdentifier(wrapOid(length))

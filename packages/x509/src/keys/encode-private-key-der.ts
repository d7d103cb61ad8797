import type { PrivateKeyData } from '@x/crypto-primitives'
import { padInteger } from '../bytes.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { NAMED_CURVES, scalarLength } from './curves.ts'
import type { DsaKey, EcKey, Numbers, RsaKey } from './private-key-der.ts'
import { encodeKeyAlgorithm } from './public-key.ts'

/** Private keys written as DER: PKCS#8, PKCS#1, SEC 1 and OpenSSL's DSA form. */

/** DER of PrivateKeyInfo. The public key is written where the inner form has a place for it (EC). */
export function encodePkcs8(key: PrivateKeyData): Uint8Array {
  return der.sequence(der.integer(0), encodeKeyAlgorithm(key), der.octetString(innerKey(key)))
}

function innerKey(key: PrivateKeyData): Uint8Array {
  switch (key.type) {
    case 'rsa':
    case 'rsa-pss':
      return encodeRsaPrivateKey(key)
    case 'ec':
      return encodeEcPrivateKey(key, false)
    case 'dsa':
      return der.integer(key.x)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      if (key.seed && key.bytes) return der.sequence(der.octetString(key.seed), der.octetString(key.bytes))
      if (key.seed) return der.implicit(0, key.seed)
      if (key.bytes) return der.octetString(key.bytes)
      throw new X509Error('INVALID_ARGUMENT', `${key.type}: neither seed nor key`)
    default:
      return der.octetString(key.bytes)
  }
}

/** DER of RSAPrivateKey. */
export function encodeRsaPrivateKey(key: Numbers<RsaKey>): Uint8Array {
  const numbers = [key.n, key.e, key.d, key.p, key.q, key.dp, key.dq, key.qi]
  const others = (key.otherPrimes ?? []).map(({ r, d, t }) =>
    der.sequence(der.integer(r), der.integer(d), der.integer(t)),
  )
  return der.sequence(
    der.integer(others.length > 0 ? 1 : 0),
    ...numbers.map((number) => der.integer(number)),
    ...(others.length > 0 ? [der.sequence(...others)] : []),
  )
}

/** DER of ECPrivateKey; PKCS#8 leaves the curve to its algorithm identifier. */
export function encodeEcPrivateKey(key: EcKey, nameCurve: boolean): Uint8Array {
  const d = padInteger(key.d, scalarLength(key.curve))
  if (!d) throw new X509Error('INVALID_ARGUMENT', `a scalar too long for ${key.curve}`)
  const parts = [der.integer(1), der.octetString(d)]
  if (nameCurve) parts.push(der.explicit(0, der.oid(NAMED_CURVES[key.curve].oid)))
  if (key.point) parts.push(der.explicit(1, der.bitString(key.point)))
  return der.sequence(...parts)
}

/** DER of OpenSSL's DSAPrivateKey; the public value must be known. */
export function encodeDsaPrivateKey(key: DsaKey): Uint8Array {
  if (!key.y) throw new X509Error('INVALID_ARGUMENT', 'the traditional form of a DSA key holds its public value')
  return der.sequence(der.integer(0), ...[key.p, key.q, key.g, key.y, key.x].map((number) => der.integer(number)))
}

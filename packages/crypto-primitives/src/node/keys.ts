import {
  generateKey as portableGenerate,
  importPrivateKey as portablePrivate,
  importPublicKey as portablePublic,
} from '../portable/keys.ts'
import type { KeySpec, PrivateKey, PrivateKeyData, PublicKey, PublicKeyData } from '../provider.ts'
import { generateNativeEdwardsKey, importNativeEdwardsPrivateKey, importNativeEdwardsPublicKey } from './edwards.ts'
import { generateNativeEcKey, hasNativeCurve, importNativeEcPrivateKey, importNativeEcPublicKey } from './elliptic.ts'
import { hashes } from './hash.ts'
import { generateNativeRsaKey, importNativeRsaPrivateKey, importNativeRsaPublicKey } from './rsa.ts'

/** A public key in OpenSSL where it can be, else in JavaScript. */
export function importPublicKey(data: PublicKeyData): PublicKey {
  if (data.type === 'rsa' || data.type === 'rsa-pss') return importNativeRsaPublicKey(data)
  if (data.type === 'ec' && hasNativeCurve(data.curve)) return importNativeEcPublicKey(data.curve, data.point)
  if (data.type === 'ed25519' || data.type === 'ed448') return importNativeEdwardsPublicKey(data.type, data.bytes)
  return portablePublic(data, hashes)
}

/** A private key in OpenSSL where it can be, else in JavaScript. */
export function importPrivateKey(data: PrivateKeyData): PrivateKey {
  if (data.type === 'rsa' || data.type === 'rsa-pss') return importNativeRsaPrivateKey(data)
  if (data.type === 'ec' && hasNativeCurve(data.curve)) return importNativeEcPrivateKey(data.curve, data)
  if (data.type === 'ed25519' || data.type === 'ed448') return importNativeEdwardsPrivateKey(data.type, data.bytes)
  return portablePrivate(data, hashes)
}

/** A fresh key, from OpenSSL where it can be. */
export function generateKey(spec: KeySpec): PrivateKey {
  if (spec.type === 'rsa' || spec.type === 'rsa-pss') return generateNativeRsaKey(spec)
  if (spec.type === 'ec' && hasNativeCurve(spec.curve)) return generateNativeEcKey(spec.curve)
  if (spec.type === 'ed25519' || spec.type === 'ed448') return generateNativeEdwardsKey(spec.type)
  return portableGenerate(spec, hashes)
}

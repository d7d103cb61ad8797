import { randomBytes } from 'node:crypto'
import { importDsaPrivateKey, importDsaPublicKey } from '../dsa.ts'
import { CryptoError } from '../error.ts'
import type { CurveName, KeySpec, PrivateKey, PrivateKeyData, PublicKey, PublicKeyData } from '../provider.ts'
import { importEcPublicKey } from '../signatures/ecdsa-keys.ts'
import { privateKey, publicKey } from '../signatures/eddsa-keys.ts'
import { withHiddenData } from '../signatures/hidden-data.ts'
import { withOwnPublicHalf } from '../signatures/public-half.ts'
import { bytesOf } from './bytes.ts'
import { curves, portableEcKeys } from './curves.ts'
import {
  generateNativeEcScalar,
  hasNativeCurve,
  importNativeEcPrivateKey,
  importNativeEcPublicKey,
} from './elliptic.ts'
import { hashes } from './hash.ts'
import { PORTABLE_ED448 } from './noble-448.ts'
import {
  generateNativeOctetKey,
  hasNativeEd448,
  importNativeOctetPrivateKey,
  importNativeOctetPublicKey,
} from './octet-keys.ts'
import { importNativeMlDsaPrivateKey, importNativeMlDsaPublicKey } from './post-quantum.ts'
import { generateNativeRsaKey, importNativeRsaPrivateKey, importNativeRsaPublicKey } from './rsa.ts'

function curveNamed(name: CurveName) {
  const curve = curves[name]
  if (!curve) throw new CryptoError('UNSUPPORTED', `curve ${name} is not offered`)
  return curve
}

function ecPublicKey({ curve, point }: { curve: CurveName; point: Uint8Array }): PublicKey {
  const portable = () => importEcPublicKey(curveNamed(curve), point, hashes)
  return hasNativeCurve(curve) ? importNativeEcPublicKey(curve, point, portable) : portable()
}

function ecPrivateKey(data: { curve: CurveName; d: Uint8Array; point?: Uint8Array }): PrivateKey {
  const portable = () => portableEcKeys.importPrivateKey(curveNamed(data.curve), data, hashes)
  return hasNativeCurve(data.curve) ? importNativeEcPrivateKey(data.curve, data, portable) : portable()
}

/** A public key in OpenSSL where it can be, else in JavaScript. */
export function importPublicKey(data: PublicKeyData): PublicKey {
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return importNativeRsaPublicKey(data)
    case 'ec':
      return ecPublicKey(data)
    case 'dsa':
      return importDsaPublicKey(data, hashes)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return importNativeMlDsaPublicKey(data.type, data.bytes)
    default:
      return data.type === 'ed448' && !hasNativeEd448()
        ? publicKey(PORTABLE_ED448, data.bytes)
        : importNativeOctetPublicKey(data.type, data.bytes)
  }
}

/** A private key in OpenSSL where it can be, else in JavaScript. @throws {CryptoError} */
export function importPrivateKey(data: PrivateKeyData): PrivateKey {
  return withHiddenData(withOwnPublicHalf(data, importAnyPrivateKey(data)))
}

function importAnyPrivateKey(data: PrivateKeyData): PrivateKey {
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return importNativeRsaPrivateKey(data)
    case 'ec':
      return ecPrivateKey(data)
    case 'dsa':
      return importDsaPrivateKey(data, hashes)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return importNativeMlDsaPrivateKey(data.type, data)
    default:
      return data.type === 'ed448' && !hasNativeEd448()
        ? privateKey(PORTABLE_ED448, data.bytes)
        : importNativeOctetPrivateKey(data.type, data.bytes)
  }
}

/** A fresh key, from OpenSSL where it can be. */
export function generateKey(spec: KeySpec): PrivateKey {
  return withHiddenData(generateAnyKey(spec))
}

function generateAnyKey(spec: KeySpec): PrivateKey {
  switch (spec.type) {
    case 'rsa':
    case 'rsa-pss':
      return generateNativeRsaKey(spec)
    case 'ec':
      if (hasNativeCurve(spec.curve)) return ecPrivateKey({ curve: spec.curve, d: generateNativeEcScalar(spec.curve) })
      return portableEcKeys.generateKey(curveNamed(spec.curve), hashes)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return importNativeMlDsaPrivateKey(spec.type, { seed: bytesOf(randomBytes(32)) })
    default:
      return spec.type === 'ed448' && !hasNativeEd448()
        ? privateKey(PORTABLE_ED448, bytesOf(randomBytes(57)))
        : generateNativeOctetKey(spec.type)
  }
}

import type { Curve } from '../curves/curve.ts'
import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  secp224r1,
  secp256k1,
  secp256r1,
  secp384r1,
  secp521r1,
} from '../curves.ts'
import { importDsaPrivateKey, importDsaPublicKey } from '../dsa.ts'
import { generateEcKey, importEcPrivateKey, importEcPublicKey } from '../ecdsa.ts'
import {
  generateEd448Key,
  generateEd25519Key,
  generateXdhKey,
  importEd448PrivateKey,
  importEd448PublicKey,
  importEd25519PrivateKey,
  importEd25519PublicKey,
  importXdhPrivateKey,
  importXdhPublicKey,
} from '../eddsa.ts'
import { CryptoError } from '../error.ts'
import { generateMlDsaKey, importMlDsaPrivateKey, importMlDsaPublicKey } from '../mldsa.ts'
import type {
  CurveName,
  KeyInfo,
  KeySpec,
  PrivateKey,
  PrivateKeyData,
  PublicKey,
  PublicKeyData,
  SignatureAlgorithm,
} from '../provider.ts'
import { generateRsaKey, importRsaPrivateKey, importRsaPublicKey } from '../rsa.ts'
import { checkRsaFit, type Hashes } from '../signatures/fit.ts'

const CURVES: Readonly<Record<CurveName, Curve>> = {
  secp224r1,
  secp256r1,
  secp384r1,
  secp521r1,
  secp256k1,
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
}

/** @throws {CryptoError} `UNSUPPORTED` */
export function curveNamed(name: CurveName): Curve {
  const curve = CURVES[name]
  if (!curve) throw new CryptoError('UNSUPPORTED', `curve ${name} is not offered`)
  return curve
}

const unknownType = (type: never): CryptoError => new CryptoError('UNSUPPORTED', `key type ${type} is not offered`)

/** {@link CryptoProvider.importPublicKey} over all key types. */
export function importPublicKey(data: PublicKeyData, hashes: Hashes): PublicKey {
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return importRsaPublicKey(data, hashes)
    case 'ec':
      return importEcPublicKey(curveNamed(data.curve), data.point, hashes)
    case 'dsa':
      return importDsaPublicKey(data, hashes)
    case 'ed25519':
      return importEd25519PublicKey(data.bytes)
    case 'ed448':
      return importEd448PublicKey(data.bytes)
    case 'x25519':
    case 'x448':
      return importXdhPublicKey(data.type, data.bytes)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return importMlDsaPublicKey(data.type, data.bytes)
  }
  throw unknownType(data)
}

/** {@link CryptoProvider.importPrivateKey} over all key types. */
export function importPrivateKey(data: PrivateKeyData, hashes: Hashes): PrivateKey {
  switch (data.type) {
    case 'rsa':
    case 'rsa-pss':
      return importRsaPrivateKey(data, hashes)
    case 'ec':
      return importEcPrivateKey(curveNamed(data.curve), data, hashes)
    case 'dsa':
      return importDsaPrivateKey(data, hashes)
    case 'ed25519':
      return importEd25519PrivateKey(data.bytes)
    case 'ed448':
      return importEd448PrivateKey(data.bytes)
    case 'x25519':
    case 'x448':
      return importXdhPrivateKey(data.type, data.bytes)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return importMlDsaPrivateKey(data.type, data)
  }
  throw unknownType(data)
}

/** {@link CryptoProvider.generateKey} over all key types that can be generated. */
export function generateKey(spec: KeySpec, hashes: Hashes): PrivateKey {
  switch (spec.type) {
    case 'rsa':
    case 'rsa-pss':
      return generateRsaKey(spec, hashes)
    case 'ec':
      return generateEcKey(curveNamed(spec.curve), hashes)
    case 'ed25519':
      return generateEd25519Key()
    case 'ed448':
      return generateEd448Key()
    case 'x25519':
    case 'x448':
      return generateXdhKey(spec.type)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return generateMlDsaKey(spec.type)
  }
  throw unknownType(spec)
}

const FAMILY = { 'rsa-pkcs1': 'rsa', ecdsa: 'ec', dsa: 'dsa' } as const

/** {@link CryptoProvider.supportsSignature} where all key types are there: what remains is the hash, and the key's fit. */
export function supportsSignature(hashes: Hashes, algorithm: SignatureAlgorithm, key?: KeyInfo): boolean {
  if ('hash' in algorithm && !hashes[algorithm.hash]) return false
  if (algorithm.name === 'rsa-pss' && !hashes[algorithm.mgfHash]) return false
  if (!key) return true
  if (key.canSign && !key.canSign(algorithm)) return false
  if (algorithm.name !== 'rsa-pss')
    return key.type === (algorithm.name in FAMILY ? FAMILY[algorithm.name as keyof typeof FAMILY] : algorithm.name)
  try {
    checkRsaFit(key, algorithm)
    return true
  } catch {
    return false
  }
}

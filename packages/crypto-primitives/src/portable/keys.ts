import { curveNamed } from '../curves/by-name.ts'
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
import type { KeySpec, PrivateKey, PrivateKeyData, PublicKey, PublicKeyData } from '../provider.ts'
import { generateRsaKey, importRsaPrivateKey, importRsaPublicKey } from '../rsa.ts'
import type { Hashes } from '../signatures/fit.ts'

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

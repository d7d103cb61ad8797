import type { Curve } from '../curves/curve.ts'
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
import { generateMlDsaKey, importMlDsaPrivateKey, importMlDsaPublicKey, type MlDsaName } from '../mldsa.ts'
import type { CurveName, KeySpec, KeyType, PrivateKeyData, PublicKeyData, SignatureAlgorithm } from '../provider.ts'
import { importRsaSigningKey, importRsaVerifyingKey } from '../rsa/signing.ts'
import { generateRsaKey, importRsaPrivateKey, importRsaPublicKey } from '../rsa.ts'
import type { Hashes } from '../signatures/fit.ts'
import type { KeyFamily } from './compose.ts'

/** What is true of a family's keys only; the types in a {@link KeyFamily} are all there are. */
interface FamilyOf<T extends KeyType> extends KeyFamily {
  readonly types: readonly T[]
  importPublicKey(data: Extract<PublicKeyData, { type: T }>, hashes: Hashes): ReturnType<KeyFamily['importPublicKey']>
  importPrivateKey(
    data: Extract<PrivateKeyData, { type: T }>,
    hashes: Hashes,
  ): ReturnType<KeyFamily['importPrivateKey']>
  generateKey?(spec: Extract<KeySpec, { type: T }>, hashes: Hashes): ReturnType<KeyFamily['importPrivateKey']>
}

const RSA_SIGNATURES: readonly SignatureAlgorithm['name'][] = ['rsa-pkcs1', 'rsa-pss']

/** RSA keys for signatures alone: they are not generated, and neither encrypt nor decrypt. */
export const rsaSignatureKeys: FamilyOf<'rsa' | 'rsa-pss'> = {
  types: ['rsa', 'rsa-pss'],
  signatures: RSA_SIGNATURES,
  importPublicKey: importRsaVerifyingKey,
  importPrivateKey: importRsaSigningKey,
}

/** RSA keys, those that are bound to PSS too. */
export const rsaKeys: FamilyOf<'rsa' | 'rsa-pss'> = {
  types: ['rsa', 'rsa-pss'],
  signatures: RSA_SIGNATURES,
  importPublicKey: importRsaPublicKey,
  importPrivateKey: importRsaPrivateKey,
  generateKey: generateRsaKey,
}

/** EC keys on the given curves. */
export function ecKeys(...curves: readonly Curve[]): KeyFamily {
  const byName = new Map(curves.map((curve) => [curve.name, curve]))
  const curveNamed = (name: CurveName): Curve => {
    const curve = byName.get(name)
    if (!curve) throw new CryptoError('UNSUPPORTED', `curve ${name} is not offered`)
    return curve
  }
  const family: FamilyOf<'ec'> = {
    types: ['ec'],
    signatures: ['ecdsa'],
    offers: ({ curve }) => curve !== undefined && byName.has(curve),
    importPublicKey: (data, hashes) => importEcPublicKey(curveNamed(data.curve), data.point, hashes),
    importPrivateKey: (data, hashes) => importEcPrivateKey(curveNamed(data.curve), data, hashes),
    generateKey: (spec, hashes) => generateEcKey(curveNamed(spec.curve), hashes),
  }
  return family
}

/** Ed25519 keys. */
export const ed25519Keys: FamilyOf<'ed25519'> = {
  types: ['ed25519'],
  signatures: ['ed25519'],
  importPublicKey: ({ bytes }) => importEd25519PublicKey(bytes),
  importPrivateKey: ({ bytes }) => importEd25519PrivateKey(bytes),
  generateKey: generateEd25519Key,
}

/** Ed448 keys. */
export const ed448Keys: FamilyOf<'ed448'> = {
  types: ['ed448'],
  signatures: ['ed448'],
  importPublicKey: ({ bytes }) => importEd448PublicKey(bytes),
  importPrivateKey: ({ bytes }) => importEd448PrivateKey(bytes),
  generateKey: generateEd448Key,
}

/** X25519 and X448 keys, as certificates may carry them: they sign nothing. */
export const xdhKeys: FamilyOf<'x25519' | 'x448'> = {
  types: ['x25519', 'x448'],
  signatures: [],
  importPublicKey: ({ type, bytes }) => importXdhPublicKey(type, bytes),
  importPrivateKey: ({ type, bytes }) => importXdhPrivateKey(type, bytes),
  generateKey: ({ type }) => generateXdhKey(type),
}

/** ML-DSA keys. */
export const mlDsaKeys: FamilyOf<MlDsaName> = {
  types: ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
  signatures: ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
  importPublicKey: ({ type, bytes }) => importMlDsaPublicKey(type, bytes),
  importPrivateKey: (data) => importMlDsaPrivateKey(data.type, data),
  generateKey: ({ type }) => generateMlDsaKey(type),
}

/** DSA keys; they are not generated. */
export const dsaKeys: FamilyOf<'dsa'> = {
  types: ['dsa'],
  signatures: ['dsa'],
  importPublicKey: importDsaPublicKey,
  importPrivateKey: importDsaPrivateKey,
}

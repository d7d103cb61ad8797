import { importDsaPrivateKey, importDsaPublicKey } from '../dsa.ts'
import {
  generateEd448Key,
  generateXdhKey,
  importEd448PrivateKey,
  importEd448PublicKey,
  importXdhPrivateKey,
  importXdhPublicKey,
} from '../eddsa.ts'
import { generateMlDsaKey, importMlDsaPrivateKey, importMlDsaPublicKey, type MlDsaName } from '../mldsa.ts'
import { generateRsaKey, importRsaPrivateKey, importRsaPublicKey } from '../rsa.ts'
import type { FamilyOf } from './compose.ts'
import { RSA_SIGNATURES } from './modern-keys.ts'

export { ecKeys, ed25519Keys, rsaSignatureKeys } from './modern-keys.ts'

/** RSA keys, those that are bound to PSS too. */
export const rsaKeys: FamilyOf<'rsa' | 'rsa-pss'> = {
  types: ['rsa', 'rsa-pss'],
  signatures: RSA_SIGNATURES,
  importPublicKey: importRsaPublicKey,
  importPrivateKey: importRsaPrivateKey,
  generateKey: generateRsaKey,
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

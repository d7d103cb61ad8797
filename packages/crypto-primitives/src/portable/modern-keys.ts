import type { Curve } from '../curves/curve.ts'
import { generateEcKey, importEcPrivateKey, importEcPublicKey } from '../ecdsa.ts'
import { CryptoError } from '../error.ts'
import type { CurveName, SignatureAlgorithm } from '../provider.ts'
import { importRsaSigningKey, importRsaVerifyingKey } from '../rsa/signing.ts'
import { generateEd25519Key, importEd25519PrivateKey, importEd25519PublicKey } from '../signatures/ed25519.ts'
import type { FamilyOf, KeyFamily } from './compose.ts'

/** What RSA keys sign by. */
export const RSA_SIGNATURES: readonly SignatureAlgorithm['name'][] = ['rsa-pkcs1', 'rsa-pss']

/** RSA keys for signatures alone: they are not generated, and neither encrypt nor decrypt. */
export const rsaSignatureKeys: FamilyOf<'rsa' | 'rsa-pss'> = {
  types: ['rsa', 'rsa-pss'],
  signatures: RSA_SIGNATURES,
  importPublicKey: importRsaVerifyingKey,
  importPrivateKey: importRsaSigningKey,
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
